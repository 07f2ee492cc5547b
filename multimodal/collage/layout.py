"""What a picture is put together of, and putting it together.

It is done in the way in which training composites are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from multimodal.collage.arrangement import paint
from multimodal.collage.colors import recolor_image
from multimodal.collage.equipment import equip


class Layout(NamedTuple):
    kind: str  # a key of PATTERNS, or "figure"
    things: tuple[str, ...]  # a prompt of each: one for "colored", one or all for "count"; the figure first
    number: int = 1  # how many there are, for kind "count"
    colors: tuple[str, ...] = ()  # what to turn them to, as `recolor` names it, or "" for what stays as it is
    places: tuple[str, ...] = ()  # for kind "figure", where on the first the others are


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
        if layout.kind == "figure":
            whole = equip(own[0], own[1:], layout.places)
        else:
            whole = own[0] if layout.kind == "colored" else paint(layout.kind, own, layout.number)
        pictures.append(whole.convert("RGBA"))
    return pictures
