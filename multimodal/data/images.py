"""Captioned pictures from a parquet table, a folder, tar files or the Hugging Face hub."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, load_dataset
from datasets import Image as ImageFeature
from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.data.folders import read_folder
from multimodal.data.shards import find_shards, load_shards
from multimodal.hub import is_hub_id

WEBDATASET = {"png": "image", "jpg": "image", "jpeg": "image", "webp": "image", "txt": "text"}  # as ours are called


class DataError(ValueError):
    """Training data that cannot be used; the message names the file and the row."""


def load_captioned_images(path: str | Path) -> Dataset:
    """Read a table whose column `image` holds the pictures as {"bytes", "path"}, not yet decoded.

    Args:
        path: a .parquet file, a folder of pictures with captions as `read_folder` finds them, a .tar file or a folder of
            these as `load_shards` reads them, or the id of a data set on the Hugging Face hub, user/name.
    Raises:
        DataError: there is nothing there, no column `image`, or a line or file that has to be mended.
    """
    path = Path(path)
    if not path.exists() and not is_hub_id(path):
        raise DataError(f"there is no data at {path}")
    try:
        if not path.exists():
            table = _load_from_hub(path.as_posix())
        elif shards := find_shards(path):
            table = load_shards(shards)
        elif path.is_dir():
            table = _load_folder(path)
        else:
            table = load_dataset("parquet", data_files=str(path), split="train")
    except DataError:
        raise
    except Exception as error:  # datasets raises a family of its own for damaged tables
        raise DataError(f"{path} cannot be read as captioned pictures: {error}") from error
    assert isinstance(table, Dataset)
    if len(table) == 0:
        raise DataError(f"{path} holds no pictures; what can be used is PNG, JPEG and WebP")
    if "image" not in table.column_names:
        raise DataError(f"{path} has no column 'image'; it has {', '.join(table.column_names)}")
    return table.cast_column("image", ImageFeature(decode=False))


class Pictures:
    """The pictures of a table, each (4, size, size) uint8 premultiplied RGBA, decoded when it is asked for.

    The latest are kept, two gigabytes of them, so that of a small table each is decoded once.

    Raises:
        DataError: when it is asked for, a picture is missing or damaged; the message names its row and file.
    """

    def __init__(self, table: Dataset, size: int, kept_bytes: int = 2 << 30) -> None:
        self._images, self._size = table.select_columns("image"), size
        self._picture = lru_cache(kept_bytes // (4 * size**2))(self._decode)

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, row: int) -> Tensor:
        return self._picture(row)

    def __iter__(self) -> Iterator[Tensor]:
        return map(self._picture, range(len(self)))

    def _decode(self, row: int) -> Tensor:
        image = self._images[row]["image"]
        if image is None:
            raise DataError(f"row {row} has no picture")
        try:
            return rgba.fit_pixels(open_stored(image), self._size)
        except rgba.ImageError as error:
            raise DataError(f"row {row} ({image['path']}): {error}") from error


def decode_images(table: Dataset, size: int) -> Tensor:
    """All pictures of the table as one (N, 4, size, size) uint8 tensor of premultiplied RGBA. Raises as `Pictures` does."""
    pixels = torch.empty(len(table), 4, size, size, dtype=torch.uint8)
    for row, picture in enumerate(Pictures(table, size, kept_bytes=0)):
        pixels[row] = picture
    return pixels


def open_stored(image: Mapping[str, Any]) -> Image.Image:
    """The picture in a row's column `image`, which holds its bytes or its path. Raises ValueError where it is damaged."""
    return rgba.open_image(image["bytes"] or image["path"])


def fingerprint(pictures: Iterable[Tensor], *more: object) -> str:
    """A checksum of (4, S, S) uint8 pictures and of whatever else belongs to them: the same data, the same text."""
    checksum = hashlib.sha256()
    for picture in pictures:
        checksum.update(picture.contiguous().numpy().data)
    checksum.update("".join(map(repr, more)).encode())
    return checksum.hexdigest()


def _load_from_hub(name: str) -> Dataset:
    """The pictures for training of a data set on the hub, which brings no code of its own along (datasets 4 runs none)."""
    table = load_dataset(name, split="train")
    for column in table.column_names:
        if column in WEBDATASET and WEBDATASET[column] not in table.column_names:
            table = table.rename_column(column, WEBDATASET[column])
    return table


def _load_folder(folder: Path) -> Dataset:
    rows, _, problems, _ = read_folder(folder)
    if problems:
        more = f" ({len(problems) - 1} more: python -m multimodal dataset {folder})" if len(problems) > 1 else ""
        raise DataError(problems[0] + more)
    columns = dict.fromkeys(["image", *(column for row in rows for column in row)])  # what any of the rows has
    return Dataset.from_list([{column: row.get(column) for column in columns} for row in rows])
