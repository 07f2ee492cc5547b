"""Putting pictures of single things side by side, one above the other, or several into rows."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from PIL import Image

COUNT_ROWS = {2: (2,), 3: (2, 1), 4: (2, 2), 5: (3, 2)}  # things per row


def paint(kind: str, things: Sequence[Image.Image], number: int = 1) -> Image.Image:
    """Put one or two pictures into one, as a layout of that kind; several of one do not touch.

    Args:
        things: squares of one size, mode "RGBa" (premultiplied); for the kind "count" they are repeated.
    """
    first, second = things[0], things[-1]
    size = first.width
    half, quarter = size // 2, size // 4
    canvas = Image.new("RGBa", (size, size))
    if kind == "count":
        rows = COUNT_ROWS[number]
        cell = size // max(rows)
        top = (size - cell * len(rows)) // 2
        each = itertools.cycle(things)
        for row, count in enumerate(rows):
            left = (size - cell * count) // 2
            for column in range(count):
                paste(canvas, next(each), cell * 9 // 10, left + column * cell + cell // 2, top + row * cell + cell // 2)
        return canvas
    if kind == "big_small":
        paste(canvas, first, size * 5 // 8, size * 5 // 16, half)
        paste(canvas, second, size * 5 // 16, size * 13 // 16, size * 5 // 8)
    elif kind in ("above", "below"):
        upper, lower = (first, second) if kind == "above" else (second, first)
        paste(canvas, upper, half, half, quarter)
        paste(canvas, lower, half, half, size - quarter)
    else:
        left_one, right_one = (second, first) if kind == "right" else (first, second)
        paste(canvas, left_one, half, quarter, half)
        paste(canvas, right_one, half, size - quarter, half)
    return canvas


def paste(canvas: Image.Image, picture: Image.Image, size: int, x: int, y: int) -> None:
    """Lay a picture, resized to `size`, over the canvas with its centre at (x, y); both premultiplied."""
    lay(canvas, picture.resize((size, size), Image.Resampling.LANCZOS), x - size // 2, y - size // 2)


def lay(canvas: Image.Image, picture: Image.Image, x: int, y: int) -> None:
    """Lay a picture over the canvas with its upper left corner at (x, y); both premultiplied."""
    layer = Image.new("RGBa", canvas.size)
    layer.paste(picture, (x, y))
    over, under = np.asarray(layer, dtype=np.float32), np.asarray(canvas, dtype=np.float32)
    blended = over + under * (1 - over[..., 3:] / 255)  # premultiplied "over" (Porter & Duff 1984)
    canvas.paste(Image.fromarray(blended.round().clip(0, 255).astype(np.uint8), "RGBa"))
