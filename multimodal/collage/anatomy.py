"""Where a drawn figure has its head, eyes and chin, by its outline, its symmetry and what is dark in it.

Drawings are few shapes: a figure that faces the beholder is its own mirror image, with a dark eye on each side of the
middle; one in profile mostly looks to the left, as emoji do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_fill_holes, uniform_filter

OPAQUE = 127  # alpha above which a pixel belongs to the figure
SYMMETRIC = 0.85  # intersection over union with the mirror image from which on a figure faces the beholder
CROWN = 0.08  # half of the part of the width, about the middle, in which the top of the head is: between the ears
BROAD = 0.3  # of the width: how much of a figure in profile is in its head, other than horns and feelers
NARROWEST, WIDEST = 0.25, 0.5  # of the width: a head in profile
PROFILE = (0.03, 0.16, 0.36)  # of the height, below that: top of the head, eyes and chin of a figure in profile
TEMPLE, NAPE = 0.22, 0.12  # of the height, below the top: where a head's width is measured, from the front and in profile
EYES = (0.12, 0.62)  # of the height, below the top: where eyes are looked for
APART = (0.1, 0.36)  # of the head's width: how far from its middle eyes are looked for
MIN_CONTRAST = 0.05  # of what is between eyes to both of them, times how dark these are, 0 … 1
HIGH = 0.3  # of the height, from above: eyes down to there are those of a figure with a body, of a slim one further down
FACE_BELOW_EYES = 1.25  # how far the chin is below the eyes, where the top of the head is 1 above them
BLUR = 0.06  # of the height: how large eyes are
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601


class Anatomy(NamedTuple):
    """Places in a picture, in pixels."""

    x: float  # the middle of the head
    top: float
    width: float  # of the head
    eyes: float  # how far down they are
    apart: float  # how far each of them is from the middle
    chin: float
    front: bool  # the figure faces the beholder
    has_body: bool  # it is more than a head
    left: int  # bounds of the figure
    upper: int
    right: int
    lower: int

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2

    @property
    def height(self) -> int:
        return self.lower - self.upper

    @property
    def size(self) -> int:
        return max(self.right - self.left, self.height)


def anatomy(picture: Image.Image) -> Anatomy:
    """Where things can be put on the figure in a picture.

    Args:
        picture: mode "RGBa" (premultiplied); where it is empty, its frame is the figure.
    """
    pixels = np.asarray(picture, dtype=np.float32)
    drawn = pixels[..., 3] > OPAQUE
    opaque = binary_fill_holes(drawn) if drawn.any() else np.ones_like(drawn)  # as a line drawing is hollow
    left, upper, right, lower = box_of(opaque)
    figure = opaque[upper:lower, left:right]
    mirrored = figure[:, ::-1]
    height, width = figure.shape
    if (figure & mirrored).sum() < SYMMETRIC * (figure | mirrored).sum():
        return _in_profile(figure, (left, upper, right, lower))
    middle = (left + right) // 2
    band = opaque[:, max(left, middle - round(CROWN * width)) : middle + round(CROWN * width) + 1]
    top = float(np.median(band.argmax(0)[band.any(0)])) if band.any() else float(upper)
    head = _run(opaque[_row(top + TEMPLE * height, opaque)], middle)[1] or width
    luma = np.where(drawn, pixels[..., :3] @ LUMA / 255, 1)
    eyes, apart = _eyes(luma, top, height, middle, head)
    has_body = width <= height and eyes < upper + HIGH * height * height / width
    chin = eyes + FACE_BELOW_EYES * (eyes - top) if has_body else lower
    return Anatomy(middle, top, head, eyes, apart, chin, True, has_body, left, upper, right, lower)


def box_of(opaque: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Left, upper, right and lower bound of what is True in a picture; of all of it, where nothing is."""
    rows, columns = np.flatnonzero(opaque.any(1)), np.flatnonzero(opaque.any(0))
    if not len(rows):
        return 0, 0, opaque.shape[1], opaque.shape[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _in_profile(figure: NDArray[np.bool_], box: tuple[int, int, int, int]) -> Anatomy:
    """The head of a figure that looks to the left: below its highest part on that side, but for horns and feelers."""
    height, width = figure.shape
    half = figure[:, : max(1, width // 2)]
    broad = np.flatnonzero(half.sum(1) >= BROAD * width)
    top = int(broad[0]) if len(broad) else 0
    x, _ = _run(half[top], float(np.median(np.flatnonzero(half[top]))) if half[top].any() else width / 4)
    x, head = _run(figure[_row(top + NAPE * height, figure)], x)
    head = min(max(head, NARROWEST * width), WIDEST * width)
    top_of_head, eyes, chin = (box[1] + top + share * height for share in PROFILE)
    return Anatomy(box[0] + x, top_of_head, head, eyes, head / 4, chin, False, True, *box)


def _eyes(luma: NDArray[np.float32], top: float, height: int, middle: int, head: float) -> tuple[float, float]:
    """How far down the eyes are, and each from the middle: where both sides are dark, and what is between is not."""
    rows = slice(_row(top + EYES[0] * height, luma), _row(top + EYES[1] * height, luma) + 1)
    distances = np.arange(max(1, int(APART[0] * head)), max(2, int(APART[1] * head)))
    distances = distances[(distances <= middle) & (middle + distances < luma.shape[1])]
    usual = top + 0.33 * height, 0.2 * head
    if not len(distances):
        return usual
    sides = np.maximum(luma[:, middle - distances], luma[:, middle + distances])
    between = luma[:, max(0, middle - 2) : middle + 3].mean(1, keepdims=True)
    contrast = np.clip(between - sides, 0, 1) * (1 - sides)
    contrast = uniform_filter(contrast, max(3, round(BLUR * height)), mode="constant")
    row, column = np.unravel_index(contrast[rows].argmax(), contrast[rows].shape)
    if contrast[rows][row, column] < MIN_CONTRAST:
        return usual
    return float(rows.start + row), float(distances[column])


def _row(y: float, picture: NDArray[np.generic]) -> int:
    return min(max(round(y), 0), len(picture) - 1)


def _run(row: NDArray[np.bool_], x: float) -> tuple[float, float]:
    """The middle and the length of the run of True in a row that is at x, or nearest to it."""
    inside = np.flatnonzero(row)
    if not len(inside):
        return x, 0
    runs = np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1)
    run = min(runs, key=lambda run: max(run[0] - x, x - run[-1], 0))
    return float(run[0] + run[-1]) / 2, float(len(run))
