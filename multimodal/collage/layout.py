"""What a picture is put together of, and putting it together.

Side by side they are put as in training composites.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from multimodal.collage.arrangement import paint, visible_box
from multimodal.collage.colors import recolor_image
from multimodal.collage.equipment import equip

MARGIN = 0.02  # around what is put beside something, of its size
ALONE = ("colored", "figure")  # kinds of one part


class Layout(NamedTuple):
    """How many parts become one picture; a part is a thing, or a figure and the things about it."""

    kind: str  # a key of PATTERNS, or, of one part, "figure"
    things: tuple[str, ...]  # a prompt of each, figures before what is about them; for "count" of one part or of all
    number: int = 1  # how many parts there are, for kind "count"
    colors: tuple[str, ...] = ()  # what to turn them to, as `recolor` names it, or "" for what stays as it is
    places: tuple[str, ...] = ()  # where on the figure before it each is, or "" for what begins a part; (): all do

    def parts(self) -> list[list[int]]:
        """The rows of `things` that each part is made of."""
        parts: list[list[int]] = []
        for row, place in enumerate(self.places or ("",) * len(self.things)):
            if place:
                parts[-1].append(row)
            else:
                parts.append([row])
        return parts


def put_together(images: Sequence[Image.Image], layouts: Sequence[Layout | None]) -> list[Image.Image]:
    """RGBA pictures from those of the things in them, which follow one another; without a layout it is one thing."""
    things = iter(images)
    pictures = []
    for layout in layouts:
        if layout is None:
            pictures.append(next(things))
            continue
        colors = layout.colors or ("",) * len(layout.things)
        own = [recolor_image(next(things).convert("RGBa"), color) for color in colors]
        parts = [_part(own, layout.places, rows) for rows in layout.parts()]
        whole = parts[0]
        if layout.kind not in ALONE:
            whole = paint(layout.kind, [_trimmed(part) for part in parts], whole.width, layout.number)
        pictures.append(whole.convert("RGBA"))
    return pictures


def _trimmed(picture: Image.Image) -> Image.Image:
    """What can be seen in a picture, with so little around it that it does not touch what it is put beside."""
    left, upper, right, lower = visible_box(picture)
    margin = round(MARGIN * max(right - left, lower - upper))
    return picture.crop((left - margin, upper - margin, right + margin, lower + margin))


def _part(own: Sequence[Image.Image], places: Sequence[str], rows: Sequence[int]) -> Image.Image:
    """The picture of a thing, or of a figure with the things about it."""
    figure, *others = rows
    if not others:
        return own[figure]
    return equip(own[figure], [own[row] for row in others], [places[row] for row in others])
