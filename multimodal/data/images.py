"""Captioned pictures from a parquet table or an imagefolder with metadata.jsonl."""

from __future__ import annotations

from pathlib import Path

import torch
from datasets import Dataset, load_dataset
from datasets import Image as ImageFeature
from torch import Tensor

from multimodal import rgba


class DataError(ValueError):
    """Training data that cannot be used; the message names the file and the row."""


def load_captioned_images(path: str | Path) -> Dataset:
    """Read a table whose column `image` holds the pictures as {"bytes", "path"}, not yet decoded.

    Args:
        path: a .parquet file, or a folder of pictures with a metadata.jsonl (`file_name` and any other columns).
    Raises:
        DataError: there is nothing there, or no column `image`.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"there is no data at {path}")
    try:
        if path.is_dir():
            _check_metadata(path)
            table = load_dataset("imagefolder", data_dir=str(path), split="train")
        else:
            table = load_dataset("parquet", data_files=str(path), split="train")
    except DataError:
        raise
    except Exception as error:  # datasets raises a family of its own for damaged tables
        raise DataError(f"{path} cannot be read as captioned pictures: {error}") from error
    assert isinstance(table, Dataset)
    if "image" not in table.column_names:
        raise DataError(f"{path} has no column 'image'; it has {', '.join(table.column_names)}")
    if len(table) == 0:
        raise DataError(f"{path} holds no pictures")
    return table.cast_column("image", ImageFeature(decode=False))


def decode_images(table: Dataset, size: int) -> Tensor:
    """All pictures of the table as one (N, 4, size, size) uint8 tensor of premultiplied RGBA.

    Raises:
        DataError: a picture is missing or damaged; the message names its row and file.
    """
    pixels = torch.empty(len(table), 4, size, size, dtype=torch.uint8)
    for row, image in enumerate(table["image"]):
        if image is None:
            raise DataError(f"row {row} has no picture")
        try:
            pixels[row] = rgba.to_uint8(rgba.open_image(image["bytes"] or image["path"]), size)
        except rgba.ImageError as error:
            raise DataError(f"row {row} ({image['path']}): {error}") from error
    return pixels


def _check_metadata(folder: Path) -> None:
    """Refuse a metadata.jsonl that points outside its folder or to nothing, naming the line."""
    import json

    metadata = folder / "metadata.jsonl"
    if not metadata.exists():
        return
    for number, line in enumerate(metadata.read_bytes().splitlines(), start=1):
        where = f"{metadata}, line {number}"
        try:
            name = json.loads(line)["file_name"]
            target = (folder / name).resolve()
        except UnicodeDecodeError:
            raise DataError(f"{where}: not UTF-8") from None
        except (ValueError, KeyError, TypeError):  # no JSON, no file_name, or one that is no path
            raise DataError(f"{where}: needs an object with file_name") from None
        if not target.is_relative_to(folder.resolve()):
            raise DataError(f"{where}: {name} lies outside the folder")
        if not target.is_file():
            raise DataError(f"{where}: there is no file {name}")
