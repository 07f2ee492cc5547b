"""Small captioned data sets, written by the tests, as a folder and as a table."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageDraw

CAPTIONS = {"a.png": "red disc", "b.webp": "blue disc", "c.jpg": "黄色圆"}
COLORS = {"a.png": (255, 0, 0, 255), "b.webp": (0, 0, 255, 128), "c.jpg": (255, 255, 0, 255)}


@pytest.fixture(scope="session", autouse=True)
def _own_datasets_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path_factory.mktemp("datasets"))
        yield


def draw(name: str) -> bytes:
    image = Image.new("RGBA", (48, 40))
    ImageDraw.Draw(image).ellipse((8, 4, 40, 36), fill=COLORS[name])
    buffer = io.BytesIO()
    kind = {"png": "PNG", "webp": "WEBP", "jpg": "JPEG"}[name.partition(".")[2]]
    (image.convert("RGB") if kind == "JPEG" else image).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures in three formats with a metadata.jsonl."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in CAPTIONS:
        (folder / name).write_bytes(draw(name))
    lines = [json.dumps({"file_name": name, "text": text}, ensure_ascii=False) for name, text in CAPTIONS.items()]
    (folder / "metadata.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def parquet(tmp_path: Path) -> Path:
    """The same as a table with the pictures' bytes in it."""
    images = [{"bytes": draw(name), "path": name} for name in CAPTIONS]
    pq.write_table(pa.table({"image": images, "text": list(CAPTIONS.values())}), tmp_path / "pictures.parquet")
    return tmp_path / "pictures.parquet"
