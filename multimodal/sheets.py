"""Several pictures in one: tiles that touch, or a grid on a background."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from PIL import Image


def tiled(images: Sequence[Image.Image], columns: int = 8) -> Image.Image:
    """Pictures of one size, row by row, that touch each other: RGBA."""
    columns = min(columns, len(images))
    width, height = images[0].size
    sheet = Image.new("RGBA", (columns * width, -(-len(images) // columns) * height))
    for image, place in zip(images, _places(columns, width, height), strict=False):
        sheet.paste(image, place)
    return sheet


def image_grid(images: Sequence[Image.Image], columns: int, background: str = "white", gap: int = 4) -> Image.Image:
    """RGBA or RGB pictures of one size, row by row, on a background: RGB.

    Args:
        gap: pixels between them and around all.
    """
    width, height = (side + gap for side in images[0].size)
    grid = Image.new("RGB", (columns * width + gap, -(-len(images) // columns) * height + gap), background)
    for image, (x, y) in zip(images, _places(columns, width, height), strict=False):
        grid.paste(image, (x + gap, y + gap), image if image.mode == "RGBA" else None)
    return grid


def _places(columns: int, width: int, height: int) -> Iterator[tuple[int, int]]:
    """The upper left corners of cells, row by row, without end."""
    return ((k % columns * width, k // columns * height) for k in itertools.count())
