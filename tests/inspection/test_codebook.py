"""Codebook statistics: counts by hand, and the file they are kept in."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from multimodal.checkpoint import CheckpointError
from multimodal.inspection.codebook import (
    codebook_statistics,
    load_statistics,
    save_statistics,
    statistics_of,
    vqvae_sha256,
)

# Three pictures of 1 x 2 positions in two groups of four codes.
INDICES = torch.tensor([[[[0, 0]], [[1, 2]]], [[[0, 1]], [[1, 1]]], [[[3, 3]], [[2, 2]]]])
NAMES, STYLES = ["apple", "fox", "star"], ["3d", "flat", "line"]


def test_counts_positions_and_partners() -> None:
    statistics = codebook_statistics(INDICES, 4, NAMES, STYLES)
    assert statistics.num_pictures == 3
    assert statistics.counts.tolist() == [[3, 1, 0, 2], [0, 3, 3, 0]]
    assert statistics.positions[0, 0].tolist() == [[2, 1]]
    assert statistics.positions[1, 2].tolist() == [[1, 2]]
    assert statistics.partners[0, 0].tolist() == [0, 1]  # code 0 stands twice beside code 1, once beside code 2
    assert statistics.partners[1, 2].tolist() == [3, 2]
    assert statistics.usage == [0.75, 0.5]
    assert statistics.perplexity[1] == pytest.approx(2)


def test_the_pictures_that_use_a_code_most() -> None:
    statistics = codebook_statistics(INDICES, 4, NAMES, STYLES)

    def most(group: int, code: int) -> list[tuple[str, str, int]]:
        rows, counts = statistics.top_pictures[group, code].tolist(), statistics.top_counts[group, code].tolist()
        return [(*statistics.pictures[row], count) for row, count in zip(rows, counts, strict=True) if row >= 0]

    assert most(0, 0) == [("apple", "3d", 2), ("fox", "flat", 1)]
    assert most(1, 2) == [("star", "line", 2), ("apple", "3d", 1)]
    assert most(0, 2) == []


def test_statistics_survive_the_disk_and_damage_is_noticed(tmp_path: Path) -> None:
    statistics = codebook_statistics(INDICES, 4, NAMES, STYLES, "abc")
    save_statistics(tmp_path / "codebook", statistics)
    loaded = load_statistics(tmp_path / "codebook")
    assert torch.equal(loaded.positions, statistics.positions)
    assert torch.equal(loaded.top_pictures, statistics.top_pictures)
    assert (loaded.pictures, loaded.num_pictures, loaded.vqvae_sha256) == (statistics.pictures, 3, "abc")
    pictures = tmp_path / "codebook" / "pictures.json"
    pictures.write_text(pictures.read_text().replace("apple", "appel"))
    with pytest.raises(CheckpointError, match=r"pictures\.json"):
        load_statistics(tmp_path / "codebook")


def test_a_checkpoint_has_statistics_only_of_its_own_vqvae(tiny_checkpoint: Path, tmp_path: Path) -> None:
    checkpoint = Path(shutil.copytree(tiny_checkpoint, tmp_path / "checkpoint"))
    assert statistics_of(checkpoint) is None
    for sha256, found in ((vqvae_sha256(checkpoint), True), ("another", False)):
        save_statistics(checkpoint / "codebook", codebook_statistics(INDICES, 4, NAMES, STYLES, sha256))
        assert (statistics_of(checkpoint) is not None) == found


def test_a_full_size_set_of_statistics_stays_small(tmp_path: Path) -> None:
    indices = torch.randint(0, 1024, (300, 2, 16, 16), generator=torch.Generator().manual_seed(0))
    names = [f"some picture {k}" for k in range(300)]
    save_statistics(tmp_path / "codebook", codebook_statistics(indices, 1024, names, ["3d"] * 300))
    assert sum(path.stat().st_size for path in (tmp_path / "codebook").iterdir()) < 2_000_000


def test_names_must_match_the_pictures() -> None:
    with pytest.raises(ValueError, match="3 pictures"):
        codebook_statistics(INDICES, 4, NAMES[:2], STYLES)
