"""Several pictures in one: tiles that touch, or a grid on a background."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from PIL import Image

GAP = 4  # pixels


def tiled(images: Sequence[Image.Image], columns: int = 8) -> Image.Image:
    """Pictures of one size, row by row, that touch each other: RGBA."""
    columns = min(columns, len(images))
    width, height = images[0].size
    sheet = Image.new("RGBA", (columns * width, -(-len(images) // columns) * height))
    for image, place in zip(images, _places(columns, width, height), strict=False):
        sheet.paste(image, place)
    return sheet


def image_grid(images: Sequence[Image.Image], columns: int) -> Image.Image:
    """RGBA or RGB pictures of one size, row by row, on white with gaps between them and around all: RGB."""
    width, height = (side + GAP for side in images[0].size)
    grid = Image.new("RGB", (columns * width + GAP, -(-len(images) // columns) * height + GAP), "white")
    for image, (x, y) in zip(images, _places(columns, width, height), strict=False):
        grid.paste(image, (x + GAP, y + GAP), image if image.mode == "RGBA" else None)
    return grid


def _places(columns: int, width: int, height: int) -> Iterator[tuple[int, int]]:
    """The upper left corners of cells, row by row, without end."""
    return ((k % columns * width, k // columns * height) for k in itertools.count())
