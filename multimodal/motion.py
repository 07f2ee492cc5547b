"""Motions of stickers: the frames of a loop, from one picture."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

from multimodal import rgba

FRAMES = 12
SECONDS = 0.72  # of a loop
PARTY_SATURATION = 115  # of 255, at least


class Pose(NamedTuple):
    """Where a picture is at one time of a motion; lengths are shares of its side."""

    angle: float = 0.0  # degrees, clockwise
    wide: float = 1.0
    high: float = 1.0
    right: float = 0.0
    down: float = 0.0
    hue: float | None = None  # turns of the colour circle; None: the colours stay


def _bounce(time: float) -> Pose:
    height = 4 * time * (1 - time)
    squash = 0.15 * max(0.0, 1 - 4 * height)
    return Pose(wide=1 + squash, high=1 - squash, down=squash / 2 - 0.25 * height)


def _circle(time: float, radius: float) -> tuple[float, float]:
    return radius * math.sin(2 * math.pi * time), radius * math.cos(2 * math.pi * time)


MOTIONS: dict[str, Callable[[float], Pose]] = {  # each of a time from 0 to 1, at which it is where it was at 0
    "bounce": _bounce,
    "wiggle": lambda time: Pose(angle=_circle(time, 12)[0]),
    "shake": lambda time: Pose(right=_circle(3 * time, 0.05)[0], down=_circle(2 * time, 0.04)[0]),
    "spin": lambda time: Pose(angle=360 * time),
    "pulse": lambda time: Pose(wide=1 + _circle(time, 0.09)[1], high=1 + _circle(time, 0.09)[1]),
    "party": lambda time: Pose(0, 1, 1, *_circle(time, 0.08), time),
}


def loop(image: Image.Image, motion: str) -> list[Image.Image]:
    """The frames of a motion, as large as the picture, on which all of the drawing stays.

    Args:
        image: RGBA with straight alpha, square.
        motion: a key of MOTIONS.
    """
    side = image.width
    canvas = Image.new("RGBA", (2 * side, 2 * side))
    canvas.paste(image, (side // 2, side // 2))
    frames = [posed(canvas, MOTIONS[motion](k / FRAMES)) for k in range(FRAMES)]
    boxes = np.array([box for frame in frames if (box := frame.getchannel("A").getbbox())]).reshape(-1, 4)
    if not len(boxes):
        return [image] * FRAMES
    whole = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    return [rgba.fit_square(frame.crop(whole), side).convert("RGBA") for frame in frames]


def posed(image: Image.Image, pose: Pose) -> Image.Image:
    """A square RGBA picture, of which the middle half is the drawing, in a pose."""
    middle, side = image.width / 2, image.width / 2
    sine, cosine = math.sin(math.radians(pose.angle)), math.cos(math.radians(pose.angle))
    x, y = middle + pose.right * side, middle + pose.down * side  # where the middle goes
    a, b, d, e = cosine / pose.wide, sine / pose.wide, -sine / pose.high, cosine / pose.high  # from there back to here
    back = (a, b, middle - a * x - b * y, d, e, middle - d * x - e * y)
    moved = image.transform(image.size, Image.Transform.AFFINE, back, Image.Resampling.BICUBIC)
    return moved if pose.hue is None else _turned(moved, pose.hue)


def _turned(image: Image.Image, turns: float) -> Image.Image:
    """The same in other hues, which what is white or grey gets too; black stays black."""
    hue, saturation, value = image.convert("RGB").convert("HSV").split()
    hue = hue.point(lambda h: round(h + 256 * turns) % 256)
    saturation = saturation.point(lambda s: max(s, PARTY_SATURATION))
    result = Image.merge("HSV", (hue, saturation, value)).convert("RGB")
    result.putalpha(image.getchannel("A"))
    return result
