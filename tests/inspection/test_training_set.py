"""Statistics and example pictures from a table of training pictures."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from multimodal.checkpoint import load_vqvae
from multimodal.inspection.codebook import load_statistics, vqvae_sha256
from multimodal.inspection.training_set import EXAMPLES, SOURCES, write_codebook_statistics, write_training_examples


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [(style, name) for style, names in EXAMPLES.items() for name in names]
    images = []
    for k in range(len(rows)):
        buffer = io.BytesIO()
        Image.new("RGBA", (32, 32), (255 - 12 * k, 12 * k, 80, 255)).save(buffer, format="PNG")
        images.append({"bytes": buffer.getvalue(), "path": f"{k}.png"})
    columns = {"image": images, "name": [name for _, name in rows], "style": [style for style, _ in rows]}
    pq.write_table(pa.table(columns), tmp_path / "train.parquet")
    return tmp_path / "train.parquet"


def test_every_example_carries_its_attribution(table: Path, tmp_path: Path) -> None:
    paths = write_training_examples(table, tmp_path / "examples")
    assert len(paths) == 18
    words = (tmp_path / "examples" / "ATTRIBUTION.md").read_text()
    for path in paths:
        with Image.open(path) as image:
            assert image.mode == "RGBA"
            source, author, licence = SOURCES[image.info["Style"]]
            assert (image.info["Source"], image.info["Author"], image.info["License"]) == (source, author, licence)
        assert f"| {path.name} |" in words


def test_statistics_of_a_table_are_those_of_its_codes(table: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    statistics = write_codebook_statistics(tiny_checkpoint, [table, table], tmp_path / "codebook")
    assert statistics.num_pictures == 36
    config = load_vqvae(tiny_checkpoint / "vqvae").config
    assert statistics.counts.sum(dim=1).tolist() == [36 * config.latent_size**2] * config.groups
    loaded = load_statistics(tmp_path / "codebook")
    assert torch.equal(loaded.counts, statistics.counts)
    assert loaded.vqvae_sha256 == vqvae_sha256(tiny_checkpoint)
