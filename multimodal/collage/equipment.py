"""Putting things on a figure: a hat on its head, a book in its hand, a box around it, on its face how it looks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy.ndimage import binary_dilation, binary_fill_holes

from multimodal.collage.anatomy import OPAQUE, Anatomy, anatomy
from multimodal.collage.arrangement import lay, visible_box
from multimodal.collage.expressions import with_expression, with_front

HIGHEST = 1.5  # height of what is on a figure, of the picture's, however narrow it is
HIGH = 1.2  # height of what is so high that it would hide a figure behind it, where its width is 1
SUNK = 0.22  # of the height of what a figure is on, how deep it stands in it
STANDING = 0.5  # of the width of a figure, in its middle: where it stands on something
ABOVE_EYES = 0.12  # of the width of a head: how far hats are above eyes at least
BELOW_EYES = 0.12  # of the height of a head: how far what it holds is below its eyes at least
HOLLOW = 0.6  # of a line drawing: how much of its silhouette is drawn at most
INK = 90  # of 255: how bright most of what is drawn in one is at most
RIM = 0.024  # of the picture's size: around what lies on a line drawing, as black on black melts together
MARGIN = 1.03  # size of the picture, where that of what is in it is 1


class Spot(NamedTuple):
    """Where a thing is in a picture, in pixels."""

    x: float  # its middle
    top: float
    width: float
    behind: bool = False  # the figure


def _on_head(body: Anatomy, ratio: float) -> Spot:
    """Sunk into the head, but above eyes that stand out of it, as a frog's."""
    width = min(body.width * (0.8 if body.front else 1.1), body.size / ratio)
    lowest = body.eyes - ABOVE_EYES * body.width if body.front else math.inf
    bottom = min(body.top + 0.04 * body.width + 0.16 * width * ratio, lowest)
    return Spot(body.x, bottom - width * ratio, width)


def _on_eyes(body: Anatomy, ratio: float) -> Spot:
    width = max(3.4 * body.apart, 0.6 * body.width) if body.front else body.width
    return Spot(body.x, body.eyes - width * ratio / 2, width)


def _on_ears(body: Anatomy, ratio: float) -> Spot:
    width = 1.25 * body.width
    return Spot(body.x, body.eyes + (0.25 - ratio) * width, width, behind=True)


def _on_neck(body: Anatomy, ratio: float) -> Spot:
    """At the chin; where there is a body, which faces the beholder, below it, as beaks and mouths are near."""
    above = 0.0 if body.front and body.has_body else 0.2
    return Spot(body.x, body.chin - above * body.width, 0.75 * body.width)


def _on_body(body: Anatomy, ratio: float) -> Spot:
    """Below a head that has no body of its own, else over it."""
    width = body.width * (0.9 if body.has_body else 1.1)
    return Spot(body.x, body.chin - 0.15 * body.width, width, behind=not body.has_body)


def _in_hand(body: Anatomy, ratio: float) -> Spot:
    """At the right, below, where a mere head has no eyes; of a figure in profile at the left, before its mouth."""
    if body.front:
        width = 0.5 * body.size / max(1, ratio)
        top = body.upper + 0.72 * body.height - width * ratio / 2
        highest = -math.inf if body.has_body else body.eyes + BELOW_EYES * body.height
        return Spot(body.right - 0.1 * body.size, max(top, highest), width)
    width = 0.45 * body.size / max(1, ratio)
    return Spot(body.left - 0.12 * width, body.chin + 0.15 * body.height - width * ratio / 2, width)


def _in_other_hand(body: Anatomy, ratio: float) -> Spot:
    spot = _in_hand(body, ratio)
    return spot._replace(x=body.left + body.right - spot.x)


def _on_back(body: Anatomy, ratio: float) -> Spot:
    """Carried: behind it, so that what is lowest of it is hidden."""
    width = 0.7 * body.size / max(1, ratio)
    if body.front:
        return Spot(body.right - 0.1 * body.size, body.lower - 0.3 * body.height - width * ratio, width, behind=True)
    return Spot(body.middle + 0.1 * body.size, body.upper + 0.5 * body.height - width * ratio, width, behind=True)


def _overhead(body: Anatomy, ratio: float) -> Spot:
    """Over the right side of the head, behind which its handle is."""
    width = 0.95 * body.size / max(1, ratio)
    return Spot(body.x + 0.3 * width, body.top - 0.55 * width * ratio, width, behind=True)


def _under(body: Anatomy, ratio: float) -> Spot:
    """Where it would be if it were a box; `equip` lifts it to the feet."""
    width = 1.35 * body.size / max(1, ratio)
    return Spot(body.middle, body.lower - SUNK * width * ratio, width, behind=True)


def _beside_head(body: Anatomy, ratio: float) -> Spot:
    """At its upper right, in profile above it, where neither a back nor a tail is."""
    width = 0.36 * body.size / max(1, ratio)
    if body.front:
        return Spot(body.x + 0.62 * body.width, body.top - 0.06 * body.size - width * ratio / 2, width)
    return Spot(body.x + 0.5 * body.width + width / 2, body.top - width * ratio, width)


def _behind(body: Anatomy, ratio: float) -> Spot:
    width = max(1.3 * (body.right - body.left), 1.5 * body.height / ratio)
    return Spot(body.middle, body.lower + 0.06 * body.height - width * ratio, width, behind=True)


def _in_the_background(body: Anatomy, ratio: float) -> Spot:
    """Behind it and somewhat above, to its right, and larger."""
    width = 1.5 * body.size / max(1, ratio)
    return Spot(body.middle + 0.3 * body.size, body.lower - 0.1 * body.height - width * ratio, width, behind=True)


def _in_the_foreground(body: Anatomy, ratio: float) -> Spot:
    """Before its lower half; what is high, before its right half, as heads in profile are at the left."""
    width = 1.3 * body.size / max(1, ratio)
    if ratio > HIGH:
        return Spot(body.middle + 0.5 * body.size, body.lower + 0.1 * body.size - width * ratio, width)
    return Spot(body.middle, body.lower - 0.4 * body.height, width)


PLACES: dict[str, Callable[[Anatomy, float], Spot]] = {  # from a figure's anatomy and a thing's height by its width
    "head": _on_head,
    "eyes": _on_eyes,
    "ears": _on_ears,
    "neck": _on_neck,
    "chest": lambda body, _: Spot(body.x, body.chin - 0.15 * body.width, 0.4 * body.width),
    "body": _on_body,
    "feet": lambda body, ratio: Spot(body.middle, body.lower - 0.3 * body.size * ratio, 0.6 * body.size),
    "hand": _in_hand,
    "other hand": _in_other_hand,
    "back": _on_back,
    "overhead": _overhead,
    "under": _under,
    "beside head": _beside_head,
    "behind": _behind,
    "background": _in_the_background,
    "foreground": _in_the_foreground,
    "around": lambda body, ratio: Spot(body.middle, body.lower - 0.38 * body.height, 1.3 * body.size / max(1, ratio)),
}
DRAWN_ON = {"face": with_expression, "front": with_front}  # before the figure's anatomy is looked for


def equip(figure: Image.Image, things: Sequence[Image.Image], places: Sequence[str]) -> Image.Image:
    """A figure with things on its head, in its hand, under it …, all as large as fits into the picture.

    Args:
        figure: a square, mode "RGBa" (premultiplied), and so is each of the things.
        places: a key of PLACES or DRAWN_ON for each of them; "face" is that of a smiley whose expression it has.
    """
    size = figure.width
    for thing, place in zip(things, places, strict=True):
        if place in DRAWN_ON:
            figure = DRAWN_ON[place](figure, thing)
    canvas = Image.new("RGBa", (3 * size, 3 * size))  # with room for what sticks out of the figure
    canvas.paste(figure, (size, size))
    body = anatomy(canvas)
    layers = [(canvas, 0, 0, "")]
    for thing, place in zip(things, places, strict=True):
        if place in DRAWN_ON:
            continue
        thing = thing.crop(visible_box(thing))
        ratio = thing.height / thing.width
        spot = PLACES[place](body, ratio)
        if spot.width * ratio > HIGHEST * size:
            spot = _of_height(spot, ratio, HIGHEST * size)
        new_size = max(1, round(spot.width)), max(1, round(spot.width * ratio))
        thing = thing.resize(new_size, Image.Resampling.LANCZOS)
        x, y = round(spot.x - spot.width / 2), round(spot.top)
        if place == "under":
            half = STANDING / 2 * (body.right - body.left)
            y -= _ground(thing, body.middle - half - x, body.middle + half - x)
        layers.insert(0 if spot.behind else len(layers), (thing, x, y, place))
    whole = Image.new("RGBa", canvas.size)
    is_line_drawing = all(map(_is_line_drawing, [figure, *things]))
    for picture, x, y, place in layers:
        if is_line_drawing:
            _clear(whole, picture, x, y, round(RIM * size), see_through=place == "eyes")
        lay(whole, picture, x, y)
    return _fitted(whole, size)


def _is_line_drawing(picture: Image.Image) -> bool:
    """Whether a picture is drawn in ink, or its silhouette is mostly empty, whatever its colour."""
    pixels = np.asarray(picture)
    drawn = pixels[..., 3] > OPAQUE
    is_ink = drawn.any() and np.quantile(pixels[drawn][:, :3].max(1), 0.9) < INK
    return bool(is_ink or drawn.sum() < HOLLOW * binary_fill_holes(drawn).sum())


def _clear(canvas: Image.Image, picture: Image.Image, x: int, y: int, rim: int, see_through: bool) -> None:
    """Make the canvas transparent where a line drawing is to be laid over it, and a little around that."""
    shape = np.pad(np.asarray(picture)[..., 3] > OPAQUE, rim)
    shape = binary_dilation(shape if see_through else binary_fill_holes(shape), iterations=rim)
    clear = Image.new("RGBa", (shape.shape[1], shape.shape[0]))
    canvas.paste(clear, (x - rim, y - rim), Image.fromarray(255 * shape.astype(np.uint8)))


def _ground(thing: Image.Image, left: float, right: float) -> int:
    """How far below its upper edge a thing begins, on which something is to stand between two of its columns."""
    opaque = np.asarray(thing)[:, max(0, round(left)) : max(1, round(right)), 3] > OPAQUE
    columns = opaque.any(0)
    return int(np.median(opaque.argmax(0)[columns])) if columns.any() else 0


def _of_height(spot: Spot, ratio: float, height: float) -> Spot:
    """A spot for a smaller thing, with its lower edge where it was."""
    return spot._replace(top=spot.top + spot.width * ratio - height, width=height / ratio)


def _fitted(canvas: Image.Image, size: int) -> Image.Image:
    """What is on a canvas, in the middle of a square, and as large as fits into it."""
    left, upper, right, lower = visible_box(canvas)
    side = MARGIN * max(right - left, lower - upper)
    x, y = (left + right - side) / 2, (upper + lower - side) / 2
    square = canvas.crop((round(x), round(y), round(x + side), round(y + side)))
    return square.resize((size, size), Image.Resampling.LANCZOS)
