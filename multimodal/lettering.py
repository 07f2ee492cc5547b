"""Words on pictures, as stickers have them: in heavy white letters with a dark outline, below the drawing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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
INK, PAPER = (32, 33, 44, 255), (255, 255, 255, 255)


def write(image: Image.Image, words: str, upscale: rgba.Upscale | None = None) -> Image.Image:
    """Write words below a drawing, which becomes smaller for it.

    Args:
        image: RGBA with straight alpha.
        words: such that `check_words` takes; "" leaves the picture as it is.
        upscale: what enlarges the drawing; without it Lanczos' filter does.
    Returns:
        RGBA with straight alpha, SIZE x SIZE.
    """
    if not words:
        return image
    letters = lettering(legible(words))
    side = SIZE - round((1 - OVERLAP) * letters.height)
    picture = Image.new("RGBA", (SIZE, SIZE))
    picture.alpha_composite(rgba.fit_drawing(image, side, upscale), ((SIZE - side) // 2, 0))
    picture.alpha_composite(letters, (0, SIZE - letters.height))
    return picture


def lettering(words: str) -> Image.Image:
    """Words on one to three lines, as large as fit: RGBA with straight alpha, SIZE wide and as high as they are."""
    lines, size = max(_settings(words), key=lambda setting: setting[1])
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


def _settings(words: str) -> Iterator[tuple[list[str], int]]:
    """Ways to break words into lines, and for each the largest size of letters in pixels."""
    face = ImageFont.truetype(font_for(words), REFERENCE)
    for count in range(1, MAX_LINES + 1):
        for breaks in itertools.combinations(_breaks(words), count - 1):
            lines = [words[a:b].strip() for a, b in itertools.pairwise((0, *breaks, len(words)))]
            widest = max(map(face.getlength, lines)) / REFERENCE + 2 * OUTLINE
            yield lines, int(SIZE * min(HEIGHTS[count - 1], (1 - 2 * MARGIN) / widest))
