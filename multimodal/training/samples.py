"""Grids of pictures for people to look at."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image


def image_grid(images: Sequence[Image.Image], columns: int, background: str = "white", gap: int = 4) -> Image.Image:
    """Lay RGBA pictures of one size on a background, row by row; returns an RGB picture."""
    width, height = images[0].size
    rows = -(-len(images) // columns)
    grid = Image.new("RGB", (columns * (width + gap) + gap, rows * (height + gap) + gap), background)
    for k, image in enumerate(images):
        position = (gap + (k % columns) * (width + gap), gap + (k // columns) * (height + gap))
        grid.paste(image, position, image if image.mode == "RGBA" else None)
    return grid
