"""Composites made in pixels: things side by side or one above the other, counted, recoloured, on a coloured shape."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image, ImageDraw
from torch import Tensor

from multimodal import rgba
from multimodal.collage.arrangement import paint, paste
from multimodal.collage.colors import HUES, dominant_hue, recolor
from multimodal.data.captions import Composite, Subject
from multimodal.data.images import Pictures
from multimodal.data.phrases import NUMBERS

KINDS = {  # how often; colours most, as what they do to a thing is the most to be learnt
    "and": 1, "left": 1, "right": 1, "above": 1, "below": 1, "big_small": 1, "count": 2, "colored": 12, "disc": 2,
    "square": 2,
}  # fmt: skip
SHAPE_COLORS = {
    "red": "#e5484d", "orange": "#f5923e", "yellow": "#ffd84d", "green": "#46a758", "blue": "#3e82f7", "purple": "#8e4ec6",
    "pink": "#f58fc0", "black": "#202020", "white": "#ffffff", "gray": "#9a9a9a",
}  # fmt: skip
OVERSAMPLING = 4  # in drawing a shape, for smooth edges


class Composer:
    """Makes composites from pictures of single things.

    Args:
        pixels: N pictures, (4, S, S) uint8 premultiplied RGBA.
        subjects: what each of them shows.
    """

    def __init__(self, pixels: Tensor | Pictures, subjects: Sequence[Subject]) -> None:
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
            return Composite(kind, a, number=rng.choice(list(NUMBERS)))
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
        kind = composite.kind
        if kind == "colored":
            return recolor(self.pixels[first], composite.color)
        picture = self._picture(first)
        if kind in ("disc", "square"):
            canvas = _shape(kind, composite.color, picture.width)
            paste(canvas, picture, (picture.width * 5 // 8,) * 2, picture.width // 2, picture.width // 2)
        else:
            others = [self._picture(second)] if composite.second else []
            canvas = paint(kind, [picture, *others], picture.width, composite.number)
        return rgba.to_pixels(canvas)

    def _picture(self, row: int) -> Image.Image:
        return rgba.from_pixels(self.pixels[row])

    def _hue(self, row: int) -> float | None:
        if row not in self._hues:
            self._hues[row] = dominant_hue(self.pixels[row])
        return self._hues[row]


def _shape(kind: str, color: str, size: int) -> Image.Image:
    """A coloured disc or square that nearly fills the picture, with smooth edges; mode "RGBa"."""
    shape = Image.new("RGBA", (size * OVERSAMPLING, size * OVERSAMPLING))
    draw, margin = ImageDraw.Draw(shape), 2 * OVERSAMPLING
    box = (margin, margin, shape.width - margin - 1, shape.height - margin - 1)
    (draw.ellipse if kind == "disc" else draw.rectangle)(box, fill=SHAPE_COLORS[color])
    return shape.convert("RGBa").resize((size, size), Image.Resampling.BOX)
