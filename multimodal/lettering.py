"""Words on pictures, as stickers have them: in heavy white letters with a dark outline, below the drawing; or in it, where
that is something to write on.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, features

from multimodal import rgba

FONTS = [
    Path(__file__).parent / "fonts" / name
    for name in ("NotoSansCJK-Black.otf", "NotoSansArabic-Black.ttf", "NotoSansDevanagari-Black.ttf")
]
MAX_CHARACTERS = 60
MAX_LINES = 3
SIZE = 512  # pixels of a picture with words: small letters need them
HEIGHTS = (0.3, 0.2, 0.15)  # of letters at most, where there are one, two or three lines, in sides of the picture
MARGIN = 0.02  # sides of the picture beside the longest line
OUTLINE = 0.09  # heights of letters
OVERLAP = 0.3  # of the words lies on the drawing
REFERENCE = 100  # pixels, of the letters that lines are measured with
WITHOUT_SPACES = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff、。！？][\u3040-\u30fa\u3400-\u9fff](?<![ぁぃぅぇぉっゃゅょァィゥェォッャュョ])"
)
EMOJI_SIGN = "\ufe0f"  # says that the sign before it is an emoji, and is none itself
WIDE = 0.75  # of a board: the width of its rows in that of the widest
RIM, STRAIGHT_RIM = 0.045, 0.035  # around a round one, and one with straight sides, in sides of the picture
STRAIGHT = 0.05  # likewise: how far from each other the beginnings of its rows are at most
NARROWEST, OPAQUE = 0.15, 0.9  # likewise, and how much of it is opaque, at least
FEWER_LINES = 0.85  # of the size of letters on a board that one line less is worth
INK, PAPER = (32, 33, 44, 255), (255, 255, 255, 255)


def write(image: Image.Image, words: str, upscale: rgba.Upscale | None = None, is_board: bool = False) -> Image.Image:
    """Write words below a drawing, which becomes smaller for it.

    Args:
        image: RGBA with straight alpha.
        words: such that `check_words` takes; "" leaves the picture as it is.
        upscale: what enlarges the drawing; without it Lanczos' filter does.
        is_board: the drawing is of nothing but what one writes on: the words are in it, where it has room, in the place of
            what else is there.
    Returns:
        RGBA with straight alpha, SIZE x SIZE.
    """
    if not words:
        return image
    if is_board and (board := _board(drawing := rgba.fit_drawing(image, SIZE, upscale))):
        return _on_board(drawing, board, legible(words))
    letters = lettering(legible(words))
    side = SIZE - round((1 - OVERLAP) * letters.height)
    picture = Image.new("RGBA", (SIZE, SIZE))
    picture.alpha_composite(rgba.fit_drawing(image, side, upscale), ((SIZE - side) // 2, 0))
    picture.alpha_composite(letters, (0, SIZE - letters.height))
    return picture


def lettering(words: str) -> Image.Image:
    """Words on one to three lines, as large as fit: RGBA with straight alpha, SIZE wide and as high as they are."""
    heights = [height * SIZE for height in HEIGHTS]
    lines, size = max(_settings(words, (1 - 2 * MARGIN) * SIZE, heights), key=lambda setting: setting[1])
    font, stroke, pitch = ImageFont.truetype(font_for(words), size), round(OUTLINE * size), round(0.98 * size)
    picture = Image.new("RGBA", (SIZE, pitch * (len(lines) + 1) + 2 * stroke))
    draw = ImageDraw.Draw(picture)
    for width, color in ((stroke, INK), (0, PAPER)):  # no outline lies on the letters of another line
        for row, line in enumerate(lines):
            place = SIZE // 2, round((row + 0.9) * pitch) + stroke
            draw.text(place, line, fill=color, font=font, anchor="ms", stroke_width=width, stroke_fill=color)
    _, top, _, bottom = picture.getbbox() or (0, 0, 0, 1)
    return picture.crop((0, top, SIZE, bottom))


def legible(words: str) -> str:
    """Words without the signs that no font has, as emoji, where there are letters besides."""
    letters = (letter for letter in words if letter != EMOJI_SIGN and any(has_letter(font, letter) for font in FONTS))
    known = " ".join("".join(letters).split())
    return known if any(map(str.isalnum, known)) else words


def left_out(words: str) -> dict[str, str]:
    """Words and what is written of them, where that is not all."""
    return {} if legible(words) == words else {words: legible(words)}


def check_words(*texts: str) -> None:
    """Raise ValueError where words are too long to be written, or there is no font for their letters."""
    for words in map(legible, texts):
        if len(words) > MAX_CHARACTERS:
            raise ValueError(
                f"at most {MAX_CHARACTERS} characters can be written on a picture; “{words[:20]}…” has {len(words)}"
            )
        font_for(words)


def font_for(words: str) -> Path:
    """The font that has all the letters; ValueError where there is none."""
    missing = [next((letter for letter in words if not has_letter(font, letter)), "") for font in FONTS]
    for font, letter in zip(FONTS, missing, strict=True):
        if not letter and (font == FONTS[0] or features.check("raqm")):
            return font
        if not letter:
            raise ValueError(
                f"“{words}” cannot be written, as its letters join: install FriBiDi (libfribidi0, or brew's fribidi)"
            )
    raise ValueError(f"“{missing[0]}” in “{words}” cannot be written: no font has all these letters")


@cache
def has_letter(font: Path, letter: str) -> bool:
    """Whether a font has more for a letter than the box that stands for all that it lacks."""
    face = ImageFont.truetype(font, 24)
    return letter.isspace() or bytes(face.getmask(letter)) != bytes(face.getmask("\U0010ffff"))


def _breaks(words: str) -> list[int]:
    """Where a new line may begin: after a space, and between Chinese or Japanese characters, not before a sign or a small
    letter.
    """
    return [k for k in range(1, len(words)) if words[k - 1] == " " or WITHOUT_SPACES.match(words, k - 1)]


def _settings(words: str, width: float, heights: Sequence[float]) -> Iterator[tuple[list[str], int]]:
    """Ways to break words into lines, and for each the largest size of letters, in pixels as the width.

    Args:
        heights: of letters at most, where there is one line, or two, or three.
    """
    face = ImageFont.truetype(font_for(words), REFERENCE)
    for count in range(1, MAX_LINES + 1):
        for breaks in itertools.combinations(_breaks(words), count - 1):
            lines = [words[a:b].strip() for a, b in itertools.pairwise((0, *breaks, len(words)))]
            widest = max(map(face.getlength, lines)) / REFERENCE + 2 * OUTLINE
            yield lines, int(min(heights[count - 1], width / widest))


def _on_board(image: Image.Image, board: tuple[int, int, int, int], words: str) -> Image.Image:
    """Words in the place of what is on a board in a drawing, an RGBA picture with straight alpha; see `_board`."""
    left, top, right, bottom = board
    pixels = np.asarray(image, dtype=np.float64).copy()
    thirds = np.array_split(np.arange(top, bottom), 3)  # at whose sides the first and the last show the bare board
    corners = np.array([[np.median(pixels[rows, x, :3], axis=0) for x in (left, right)] for rows in (thirds[0], thirds[2])])
    down = np.linspace(-0.25, 1.25, bottom - top)[:, None, None, None]  # from the middle of the first to that of the last
    across = np.linspace(0, 1, right - left)[:, None]
    sides = corners[0] + down * (corners[1] - corners[0])  # (h, 1, 2, 3)
    bare = sides[:, :, 0] + across * (sides[:, :, 1] - sides[:, :, 0])
    pixels[top:bottom, left:right, :3] = bare.clip(0, 255)
    picture = Image.fromarray(pixels.round().astype(np.uint8))
    is_bright = pixels[top:bottom, left:right, :3].mean() > 127
    heights = [(bottom - top) / count for count in range(1, MAX_LINES + 1)]
    lines, size = max(
        _settings(words, right - left, heights), key=lambda setting: setting[1] * FEWER_LINES ** len(setting[0])
    )
    font, draw = ImageFont.truetype(font_for(words), size), ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        place = (left + right) // 2, round((top + bottom) / 2 + (row - (len(lines) - 1) / 2) * 0.98 * size)
        draw.text(place, line, fill=INK if is_bright else PAPER, font=font, anchor="mm")
    return picture


def _board(image: Image.Image) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of a rectangle within the widest part of a drawing, and within its rim; None where that
    is too narrow, or transparent, as what is drawn in lines is.
    """
    solid = np.asarray(image.getchannel("A")) > 127  # (H, W)
    widths = solid.sum(axis=1)
    rows = np.flatnonzero(widths >= WIDE * widths.max())
    lefts, rights = solid[rows].argmax(axis=1), solid.shape[1] - solid[rows, ::-1].argmax(axis=1)
    is_straight = np.ptp(np.quantile(lefts, (0.1, 0.9))) < STRAIGHT * image.width
    left, right = (np.median(lefts), np.median(rights)) if is_straight else (lefts.max(), rights.min())
    rim = round((STRAIGHT_RIM if is_straight else RIM) * image.width)
    left, top, right, bottom = int(left) + rim, int(rows[0]) + rim, int(right) - rim, int(rows[-1]) + 1 - rim
    has_room = min(right - left, bottom - top) > NARROWEST * image.width
    return (left, top, right, bottom) if has_room and solid[top:bottom, left:right].mean() > OPAQUE else None
