"""Codebook statistics: counts by hand, and the file they are kept in."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest
import torch

from multimodal.inspection.codebook import (
    codebook_statistics,
    load_statistics,
    save_statistics,
    statistics_of,
)
from multimodal.tensor_folder import CheckpointError, weights_sha256

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
    assert statistics.companions(0, 0, 1) == [1]
    assert statistics.companions(1, 2, 0) == [3]
    assert statistics.companions(1, 1, 0) == [0, 1]
    assert statistics.companions(0, 2, 1) == []  # which is never used
    assert statistics.usage == [0.75, 0.5]
    assert statistics.by_style["flat"] == ([0.5, 0.25], pytest.approx([2, 1]))
    assert statistics.perplexity[1] == pytest.approx(2)


def test_pictures_without_a_style_are_of_none() -> None:
    statistics = codebook_statistics(INDICES, 4, NAMES, ["flat", "", ""])
    assert statistics.counts.tolist() == [[3, 1, 0, 2], [0, 3, 3, 0]]
    assert list(statistics.by_style) == ["flat"]
    assert statistics.count_by_style(0, 0) == {"flat": 2}


def test_counts_per_style_and_field_are_those_of_brute_force() -> None:
    generator = torch.Generator().manual_seed(0)
    indices = torch.randint(0, 5, (7, 2, 16, 12), generator=generator)
    styles = ["line", "3d", "line", "noto", "3d", "3d", "line"]
    statistics = codebook_statistics(indices, 5, [f"picture {k}" for k in range(7)], styles)
    assert statistics.styles == ["3d", "line", "noto"]
    style_counts, positions = torch.zeros(3, 2, 5), torch.zeros(2, 5, 8, 8)
    for picture, style in zip(indices, styles, strict=True):
        for group, row, column in itertools.product(range(2), range(16), range(12)):
            code = picture[group, row, column]
            style_counts[statistics.styles.index(style), group, code] += 1
            positions[group, code, row // 2, column * 8 // 12] += 1
    assert torch.equal(statistics.style_counts, style_counts.long())
    assert torch.equal(statistics.positions, positions.long())
    assert torch.equal(statistics.counts, statistics.style_counts.sum(dim=0))
    assert torch.equal(statistics.counts, statistics.positions.sum(dim=(2, 3)))
    assert all(style == styles[int(name.removeprefix("picture "))] for name, style in statistics.pictures)


def test_the_pictures_that_use_a_code_most() -> None:
    statistics = codebook_statistics(INDICES, 4, NAMES, STYLES)
    assert statistics.most_in(0, 0) == [("apple", "3d", 2), ("fox", "flat", 1)]
    assert statistics.most_in(1, 2) == [("star", "line", 2), ("apple", "3d", 1)]
    assert statistics.most_in(0, 2) == []


def test_statistics_survive_the_disk_and_damage_is_noticed(tmp_path: Path) -> None:
    statistics = codebook_statistics(INDICES, 4, NAMES, STYLES, "abc")
    save_statistics(tmp_path / "codebook", statistics)
    loaded = load_statistics(tmp_path / "codebook")
    assert torch.equal(loaded.positions, statistics.positions)
    assert torch.equal(loaded.style_counts, statistics.style_counts)
    assert loaded.styles == STYLES
    assert torch.equal(loaded.top_pictures, statistics.top_pictures)
    assert (loaded.pictures, loaded.num_pictures, loaded.vqvae_sha256) == (statistics.pictures, 3, "abc")
    pictures = tmp_path / "codebook" / "pictures.json"
    pictures.write_text(pictures.read_text().replace("apple", "appel"))
    with pytest.raises(CheckpointError, match=r"pictures\.json"):
        load_statistics(tmp_path / "codebook")


def test_a_checkpoint_has_statistics_only_of_its_own_vqvae(tiny_checkpoint: Path, tmp_path: Path) -> None:
    checkpoint = Path(shutil.copytree(tiny_checkpoint, tmp_path / "checkpoint"))
    assert statistics_of(checkpoint) is None
    for sha256, found in ((weights_sha256(checkpoint / "vqvae"), True), ("another", False)):
        save_statistics(checkpoint / "codebook", codebook_statistics(INDICES, 4, NAMES, STYLES, sha256))
        assert (statistics_of(checkpoint) is not None) == found


def test_a_full_size_set_of_statistics_stays_small(tmp_path: Path) -> None:
    indices = torch.randint(0, 1024, (300, 2, 16, 16), generator=torch.Generator().manual_seed(0))
    names = [f"some picture {k}" for k in range(300)]
    save_statistics(tmp_path / "codebook", codebook_statistics(indices, 1024, names, ["3d"] * 300))
    assert sum(path.stat().st_size for path in (tmp_path / "codebook").iterdir()) < 450_000


def test_names_must_match_the_pictures() -> None:
    with pytest.raises(ValueError, match="3 pictures"):
        codebook_statistics(INDICES, 4, NAMES[:2], STYLES)
