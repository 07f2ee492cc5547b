"""A small captioned data set, drawn by the tests, with names in a second language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageDraw


@pytest.fixture(scope="session", autouse=True)
def _own_datasets_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("datasets"))
        yield


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures of 32 x 32: two shapes in six colours and two styles, as an imagefolder with metadata.jsonl."""
    folder = tmp_path_factory.mktemp("pictures")
    lines = []
    for k, color in enumerate(("red", "orange", "yellow", "green", "blue", "purple")):
        for shape in ("disc", "box"):
            image = Image.new("RGBA", (32, 32))
            draw = ImageDraw.Draw(image)
            (draw.ellipse if shape == "disc" else draw.rectangle)((6, 6, 26, 26), fill=color)
            image.save(folder / f"{k}-{shape}.png")
            row = {"file_name": f"{k}-{shape}.png", "name": f"{color} {shape}", "base": shape, "codepoints": f"{k}-{shape}"}
            lines.append(json.dumps({**row, "keywords": [color], "style": ("flat", "line")[k % 2]}))
    (folder / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Chinese name for one of the pictures."""
    path = tmp_path_factory.mktemp("names") / "names.parquet"
    pq.write_table(pa.table({"codepoints": ["0-disc"], "language": ["zh"], "name": ["红圆"], "keywords": [["红"]]}), path)
    return path


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WordNet of two meanings, both near the pictures."""
    path = tmp_path_factory.mktemp("words") / "wordnet.parquet"
    rows = {"synset": ["1", "2"], "topic": ["noun.artifact"] * 2, "members": [["red disc", "puck"], ["coaster"]]}
    pq.write_table(pa.table({**rows, "definition": ["round", "flat"], "hypernyms": [[], ["1"]]}), path)
    return path
