"""Prompts that ask for several things, or for one in another colour: what these are, and where each of them goes.

A small model knows far more things than pairs of things, or things in a colour. So "a rocket and a star" is drawn as a
rocket and as a star, and the two are put into one picture; "a blue apple" is drawn as an apple, which is then turned blue.
It is done in the way in which training composites are made.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from multimodal.data.colors import HUES, recolor
from multimodal.data.phrases import COLORS, NUMBERS, PATTERNS, STYLES

COUNT_ROWS = {2: (2,), 3: (3,), 4: (2, 2), 5: (3, 2)}  # things per row
PAIRS = ("left", "right", "above", "below", "big_small", "and")  # the vague "and" last
STYLE = re.compile(rf"(.*?)(, ?(?:{'|'.join(STYLES)}) style)?", re.IGNORECASE | re.DOTALL)
STOP_WORDS = {word.casefold() for words in COLORS.values() for word in words} | {"and", "for", "not", "the", "with"}
ARTICLE = re.compile(r"^(?:an?|the) ", re.IGNORECASE)


class Names:
    """What things are called: whole names, and the words in them that may stand for a thing."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(name.casefold() for name in names)
        self.words = {word for name in self.names for word in name.split() if len(word) > 2} - STOP_WORDS

    def known(self, text: str) -> bool:
        """Whether the text, but for an article, is a name."""
        return ARTICLE.sub("", text).casefold() in self.names

    def mentioned(self, text: str) -> bool:
        """Whether a thing is named in the text."""
        text = text.casefold()
        if not text.isascii() and " " not in text:  # maybe a script without blanks
            return any(text in name or name in text for name in self.names)
        return text in self.names or not self.words.isdisjoint(text.split())


class Layout(NamedTuple):
    kind: str  # a key of PATTERNS
    things: tuple[str, ...]  # a prompt of each: two, or for the kinds "count" and "colored" one
    number: int = 1  # how many there are, for kind "count"
    colors: tuple[str, ...] = ()  # what to turn the things to: keys of HUES, or "" for those that stay as they are


def parse_layout(prompt: str, names: Names) -> Layout | None:
    """What a prompt asks for that names two things, two to five of one, or one in a colour, in any of the languages.

    Each thing must be a known one, and the prompt as a whole must be none: "bow and arrow" is one thing, "green apple" too.

    Returns:
        None where the prompt asks for none of these.
    """
    match = STYLE.fullmatch(prompt)
    if match is None or names.known(match[1]):
        return None
    text, style = match[1], match[2] or ""

    def layout(kind: str, things: Sequence[str], number: int = 1) -> Layout:
        found = [_split_color(thing, names) for thing in things]
        return Layout(kind, tuple(thing + style for thing, _ in found), number, tuple(color for _, color in found))

    for kind in PAIRS:
        for pattern in _patterns(kind):
            if (found := pattern.fullmatch(text)) and all(names.mentioned(found[thing]) for thing in "ab"):
                return layout(kind, (found["a"], found["b"]))
    for number in COUNT_ROWS:
        for pattern in _patterns("count", n=(str(number), *NUMBERS[number])):
            if found := pattern.fullmatch(text):
                for thing in singulars(found["a"]):
                    if names.mentioned(thing):
                        return layout("count", (thing,), number)
    colored = layout("colored", (text,))
    return colored if colored.colors[0] else None


def _split_color(thing: str, names: Names) -> tuple[str, str]:
    """The name of a thing without its colour, and the colour: "" where there is none, or where it is part of the name."""
    if names.known(thing):
        return thing, ""
    text = ARTICLE.sub("", thing)
    for color in HUES:
        found = (pattern.fullmatch(text) for pattern in _patterns("colored", color=COLORS[color]))
        if name := next((match["a"] for match in found if match and names.mentioned(match["a"])), ""):
            return name, color
    return thing, ""


def singulars(noun: str) -> list[str]:
    """What a plural may be the plural of, itself the last: in English, and where an s makes plurals in other languages."""
    endings = (("ies", "y"), ("es", ""), ("s", ""))
    return [*(noun.removesuffix(plural) + one for plural, one in endings if noun.endswith(plural)), noun]


def put_together(images: Sequence[Image.Image], layouts: Sequence[Layout | None]) -> list[Image.Image]:
    """RGBA pictures from those of the things in them, which follow one another; without a layout it is one thing."""
    things = iter(images)
    pictures = []
    for layout in layouts:
        if layout is None:
            pictures.append(next(things))
            continue
        colors = layout.colors or ("",) * len(layout.things)
        own = [_in_color(next(things).convert("RGBa"), color) for color in colors]
        whole = own[0] if layout.kind == "colored" else paint(layout.kind, own, layout.number)
        pictures.append(whole.convert("RGBA"))
    return pictures


def _in_color(picture: Image.Image, color: str) -> Image.Image:
    if not color:
        return picture
    pixels = recolor(torch.from_numpy(np.array(picture)).permute(2, 0, 1), color)
    return Image.fromarray(pixels.permute(1, 2, 0).numpy(), "RGBa")


def paint(kind: str, things: Sequence[Image.Image], number: int = 1) -> Image.Image:
    """Put one or two pictures into one, as a layout of that kind.

    Args:
        things: squares of one size, mode "RGBa" (premultiplied); of a kind with one thing the second is not used.
    """
    first, second = things[0], things[-1]
    size = first.width
    half, quarter = size // 2, size // 4
    canvas = Image.new("RGBa", (size, size))
    if kind == "count":
        rows = COUNT_ROWS[number]
        cell = size // max(rows)
        top = (size - cell * len(rows)) // 2
        for row, count in enumerate(rows):
            left = (size - cell * count) // 2
            for column in range(count):
                paste(canvas, first, cell, left + column * cell + cell // 2, top + row * cell + cell // 2)
        return canvas
    if kind == "big_small":
        paste(canvas, first, size * 5 // 8, size * 5 // 16, half)
        paste(canvas, second, size * 5 // 16, size * 13 // 16, size * 5 // 8)
    elif kind in ("above", "below"):
        upper, lower = (first, second) if kind == "above" else (second, first)
        paste(canvas, upper, half, half, quarter)
        paste(canvas, lower, half, half, size - quarter)
    else:
        left_one, right_one = (second, first) if kind == "right" else (first, second)
        paste(canvas, left_one, half, quarter, half)
        paste(canvas, right_one, half, size - quarter, half)
    return canvas


def paste(canvas: Image.Image, picture: Image.Image, size: int, x: int, y: int) -> None:
    """Lay a picture, resized to `size`, over the canvas with its centre at (x, y); both premultiplied."""
    layer = Image.new("RGBa", canvas.size)
    layer.paste(picture.resize((size, size), Image.Resampling.LANCZOS), (x - size // 2, y - size // 2))
    over, under = np.asarray(layer, dtype=np.float32), np.asarray(canvas, dtype=np.float32)
    blended = over + under * (1 - over[..., 3:] / 255)  # premultiplied "over" (Porter & Duff 1984)
    canvas.paste(Image.fromarray(blended.round().clip(0, 255).astype(np.uint8), "RGBa"))


@functools.cache
def _patterns(kind: str, **words: tuple[str, ...]) -> list[re.Pattern[str]]:
    """How every language says it, as expressions with the groups a and b; `words` are what else may stand in it."""
    texts = dict.fromkeys(PATTERNS[kind])
    for place, choices in words.items():
        texts = dict.fromkeys(text.replace(f"{{{place}}}", word) for text in texts for word in dict.fromkeys(choices))
    things = (re.escape(text).replace(r"\{a\}", "(?P<a>.+)").replace(r"\{b\}", "(?P<b>.+)") for text in texts)
    return [re.compile(thing, re.IGNORECASE) for thing in things]
