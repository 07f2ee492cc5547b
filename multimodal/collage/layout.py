"""What a picture is put together of, and putting it together.

Side by side they are put as in training composites.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from multimodal.collage.arrangement import paint, visible_box
from multimodal.collage.colors import Recoloring, recolor_image
from multimodal.collage.equipment import equip

MARGIN = 0.02  # around what is put beside something, of its size
SEARCH_STEPS = 8  # at most, for codes of what is put together: nobody can stop them, and the first ones count most


class Thing(NamedTuple):
    """One of the things of a picture, which is drawn by itself."""

    prompt: str  # that is drawn
    place: str = ""  # on the figure before it, a key of `equipment.PLACES` or `DRAWN_ON`; "" for what begins a part
    recolorings: tuple[Recoloring, ...] = ()
    style: str = ""  # that it was never seen in, and is drawn again in


class Layout(NamedTuple):
    """How parts become one picture; a part is a thing, or a figure and the things about it."""

    things: tuple[Thing, ...]  # of one part after the other; for "count" of one part or of all
    kind: str = ""  # a key of PATTERNS; "" for one part
    number: int = 1  # how many parts there are, for kind "count"

    @property
    def is_one_thing(self) -> bool:
        """Whether the picture of the one thing in it is the whole picture, and keeps its colours."""
        return len(self.things) == 1 and self.number == 1 and not self.things[0].recolorings

    @property
    def as_drawn(self) -> bool:
        """Whether it keeps its style, too."""
        return self.is_one_thing and not self.things[0].style

    def parts(self) -> list[range]:
        """The rows of `things` that each part is made of."""
        firsts = [row for row, thing in enumerate(self.things) if not thing.place]
        return [range(*ends) for ends in itertools.pairwise([*firsts, len(self.things)])]


def put_together(images: Sequence[Image.Image], layouts: Sequence[Layout]) -> list[Image.Image]:
    """RGBA pictures from those of the things in them, which follow one another."""
    each = iter(images)
    return [_whole(layout, [next(each) for _ in layout.things]) for layout in layouts]


def _whole(layout: Layout, images: Sequence[Image.Image]) -> Image.Image:
    if layout.is_one_thing:
        return images[0]
    pairs = zip(images, layout.things, strict=True)
    own = [recolor_image(image.convert("RGBa"), thing.recolorings) for image, thing in pairs]
    parts = [_part([own[row] for row in rows], [layout.things[row].place for row in rows]) for rows in layout.parts()]
    if not layout.kind:
        return parts[0].convert("RGBA")
    return paint(layout.kind, [_trimmed(part) for part in parts], parts[0].width, layout.number).convert("RGBA")


def _trimmed(picture: Image.Image) -> Image.Image:
    """What can be seen in a picture, with so little around it that it does not touch what it is put beside."""
    left, upper, right, lower = visible_box(picture)
    margin = round(MARGIN * max(right - left, lower - upper))
    return picture.crop((left - margin, upper - margin, right + margin, lower + margin))


def _part(images: Sequence[Image.Image], places: Sequence[str]) -> Image.Image:
    """The picture of a thing, or of a figure with the things about it."""
    figure, *others = images
    return equip(figure, others, places[1:]) if others else figure
