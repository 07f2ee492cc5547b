"""The example pictures from a table of training pictures."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from multimodal.inspection.training_examples import EXAMPLES, write_training_examples
from multimodal.inspection.training_set import SOURCES


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
