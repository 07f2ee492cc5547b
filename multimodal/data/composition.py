"""Composites made in pixels: things side by side or one above the other, counted, recoloured, on a coloured shape."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from multimodal.data.captions import Composite, Subject
from multimodal.data.colors import HUES, dominant_hue, recolor

KINDS = {
    "and": 4,
    "left": 2,
    "right": 2,
    "above": 2,
    "below": 2,
    "count": 4,
    "colored": 5,
    "big_small": 1,
    "disc": 1,
    "square": 1,
}
SHAPE_COLORS = {
    "red": "#e5484d", "orange": "#f5923e", "yellow": "#ffd84d", "green": "#46a758", "blue": "#3e82f7", "purple": "#8e4ec6",
    "pink": "#f58fc0", "black": "#202020", "white": "#ffffff", "gray": "#9a9a9a",
}  # fmt: skip
COUNT_LAYOUTS = {2: (2,), 3: (3,), 4: (2, 2), 5: (3, 2)}  # things per row


class Composer:
    """Makes composites from pictures of single things.

    Args:
        pixels: (N, 4, S, S) uint8 premultiplied RGBA.
        subjects: what each of them shows.
    """

    def __init__(self, pixels: Tensor, subjects: Sequence[Subject]) -> None:
        self.pixels, self.subjects = pixels, subjects
        self._hues: dict[int, float | None] = {}
        self.rows_by_style: dict[str, list[int]] = {}
        for row, subject in enumerate(subjects):
            self.rows_by_style.setdefault(subject.style, []).append(row)

    def compose(self, rng: random.Random) -> tuple[Tensor, Composite]:
        """A random composite: (4, S, S) uint8 premultiplied RGBA, and what it shows. One style throughout."""
        composite, first, second = self.choose(rng)
        return self._paint(composite, first, second), composite

    def choose(self, rng: random.Random) -> tuple[Composite, int, int]:
        """What a random composite shows, and the rows of the one or two pictures that it is made of."""
        while True:
            kind = rng.choices(list(KINDS), weights=list(KINDS.values()))[0]
            rows = self.rows_by_style[self.subjects[rng.randrange(len(self.subjects))].style]
            first, second = rng.choice(rows), rng.choice(rows)
            composite = self._describe(kind, first, second, rng)
            if composite is not None:
                return composite, first, second

    def _describe(self, kind: str, first: int, second: int, rng: random.Random) -> Composite | None:
        a, b = self.subjects[first], self.subjects[second]
        if kind == "count":
            return Composite(kind, a, number=rng.choice(list(COUNT_LAYOUTS)))
        if kind in ("disc", "square"):
            return Composite(kind, a, color=rng.choice(list(SHAPE_COLORS)))
        if kind == "colored":
            hue = self._hue(first)
            if hue is None:
                return None
            color = rng.choice([name for name, value in HUES.items() if abs((value - hue + 180) % 360 - 180) > 25])
            return Composite(kind, replace(a, colors=()), color=color)
        return None if a.concept == b.concept else Composite(kind, a, b)

    def _paint(self, composite: Composite, first: int, second: int) -> Tensor:
        kind, size = composite.kind, self.pixels.shape[-1]
        half, quarter = size // 2, size // 4
        if kind == "colored":
            return recolor(self.pixels[first], HUES[composite.color] - (self._hue(first) or 0))
        canvas = Image.new("RGBa", (size, size))
        if kind == "count":
            self._paste_rows(canvas, first, COUNT_LAYOUTS[composite.number])
        elif kind in ("disc", "square"):
            canvas.paste(_shape(kind, composite.color, size))
            self._paste(canvas, first, size * 5 // 8, half, half)
        elif kind == "big_small":
            self._paste(canvas, first, size * 5 // 8, size * 5 // 16, half)
            self._paste(canvas, second, size * 5 // 16, size * 13 // 16, size * 5 // 8)
        elif kind in ("above", "below"):
            upper, lower = (first, second) if kind == "above" else (second, first)
            self._paste(canvas, upper, half, half, quarter)
            self._paste(canvas, lower, half, half, size - quarter)
        else:
            left, right = (second, first) if kind == "right" else (first, second)
            self._paste(canvas, left, half, quarter, half)
            self._paste(canvas, right, half, size - quarter, half)
        return torch.from_numpy(np.array(canvas)).permute(2, 0, 1)

    def _hue(self, row: int) -> float | None:
        if row not in self._hues:
            self._hues[row] = dominant_hue(self.pixels[row])
        return self._hues[row]

    def _paste_rows(self, canvas: Image.Image, row: int, layout: tuple[int, ...]) -> None:
        cell = canvas.width // max(layout)
        top = (canvas.height - cell * len(layout)) // 2
        for line, count in enumerate(layout):
            left = (canvas.width - cell * count) // 2
            for column in range(count):
                self._paste(canvas, row, cell, left + column * cell + cell // 2, top + line * cell + cell // 2)

    def _paste(self, canvas: Image.Image, row: int, size: int, x: int, y: int) -> None:
        """Lay a picture, resized to `size`, over the canvas with its centre at (x, y)."""
        picture = Image.fromarray(self.pixels[row].permute(1, 2, 0).numpy(), "RGBa")
        picture = picture.resize((size, size), Image.Resampling.LANCZOS)
        layer = Image.new("RGBa", canvas.size)
        layer.paste(picture, (x - size // 2, y - size // 2))
        over, under = np.asarray(layer, dtype=np.float32), np.asarray(canvas, dtype=np.float32)
        blended = over + under * (1 - over[..., 3:] / 255)  # premultiplied "over" (Porter & Duff 1984)
        canvas.paste(Image.fromarray(blended.round().clip(0, 255).astype(np.uint8), "RGBa"))


def _shape(kind: str, color: str, size: int, oversampling: int = 4) -> Image.Image:
    """A coloured disc or square that nearly fills the picture, with smooth edges; mode "RGBa"."""
    shape = Image.new("RGBA", (size * oversampling, size * oversampling))
    draw, margin = ImageDraw.Draw(shape), 2 * oversampling
    box = (margin, margin, shape.width - margin - 1, shape.height - margin - 1)
    (draw.ellipse if kind == "disc" else draw.rectangle)(box, fill=SHAPE_COLORS[color])
    return shape.convert("RGBa").resize((size, size), Image.Resampling.BOX)
