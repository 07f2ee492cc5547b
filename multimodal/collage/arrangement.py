"""Putting pictures of single things side by side, one above the other, or several into rows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps

from multimodal.collage.anatomy import box_of

VISIBLE = 20  # alpha above which pixels count as part of what is fitted into a picture
COUNT_ROWS = {  # things per row
    2: (2,), 3: (2, 1), 4: (2, 2), 5: (3, 2), 6: (3, 3), 7: (2, 3, 2),
    8: (3, 2, 3), 9: (3, 3, 3), 10: (3, 4, 3), 11: (4, 3, 4), 12: (4, 4, 4),
}  # fmt: skip


def paint(kind: str, things: Sequence[Image.Image], size: int, number: int = 1) -> Image.Image:
    """Put pictures of things into one of `size` pixels, as a layout of that kind; several of one do not touch.

    Args:
        things: of any shape, mode "RGBa" (premultiplied); for the kind "count" they are repeated.
    """
    first, second = things[0], things[-1]
    half, quarter = size // 2, size // 4
    canvas = Image.new("RGBa", (size, size))
    if kind == "count":
        rows = COUNT_ROWS[number]
        cell = size // max(rows)
        high = size if len(rows) == 1 else cell
        top = (size - high * len(rows)) // 2
        each = itertools.cycle(things)
        for row, count in enumerate(rows):
            left = (size - cell * count) // 2
            for column in range(count):
                box, x, y = (cell * 9 // 10, high * 9 // 10), left + column * cell + cell // 2, top + row * high + high // 2
                paste(canvas, next(each), box, x, y)
        return canvas
    if kind == "big_small":
        paste(canvas, first, (size * 5 // 8, size), size * 5 // 16, half)
        paste(canvas, second, (size * 5 // 16, size * 5 // 16), size * 13 // 16, size * 5 // 8)
    elif kind in ("above", "below"):
        upper, lower = (first, second) if kind == "above" else (second, first)
        paste(canvas, upper, (size, half), half, quarter)
        paste(canvas, lower, (size, half), half, size - quarter)
    else:
        left_one, right_one = (second, first) if kind == "right" else (first, second)
        paste(canvas, left_one, (half, size), quarter, half)
        paste(canvas, right_one, (half, size), size - quarter, half)
    return canvas


def visible_box(picture: Image.Image) -> tuple[int, int, int, int]:
    """Left, upper, right and lower bound of what can be seen in a picture; of all of it, where nothing can."""
    return box_of(np.asarray(picture)[..., 3] > VISIBLE)


def paste(canvas: Image.Image, picture: Image.Image, box: tuple[int, int], x: int, y: int) -> None:
    """Lay a picture, as large as fits into a box, over the canvas with its centre at (x, y); both premultiplied."""
    resized = ImageOps.contain(picture, box, Image.Resampling.LANCZOS)
    lay(canvas, resized, x - resized.width // 2, y - resized.height // 2)


def lay(canvas: Image.Image, picture: Image.Image, x: int, y: int) -> None:
    """Lay a picture over the canvas with its upper left corner at (x, y); both premultiplied."""
    layer = Image.new("RGBa", canvas.size)
    layer.paste(picture, (x, y))
    over, under = np.asarray(layer, dtype=np.float32), np.asarray(canvas, dtype=np.float32)
    blended = over + under * (1 - over[..., 3:] / 255)  # premultiplied "over" (Porter & Duff 1984)
    canvas.paste(Image.fromarray(blended.round().clip(0, 255).astype(np.uint8), "RGBa"))
