"""Emoji in prompts: nothing but several of them, "🦊🚀", and those beside words, "on call 🔥"."""

from __future__ import annotations

import re

from multimodal.reading.modifiers import AROUND
from multimodal.reading.names import Names

CAT = "cat"
MAX_CODE_POINTS = 12  # of one emoji
BESIDE = re.compile(  # words; pictographs with what joins and varies them
    r"^{0}+\s*(?=\w)|(?<=\S)\s*{0}+$".format(r"[\u2190-\u2bff\ufe0f\u200d\u20e3\U0001f000-\U0001faff\U000e0020-\U000e007f]")
)


def emoji_apart(text: str, names: Names) -> list[str]:
    """The emoji of a text that is nothing but emoji."""
    if any(map(str.isalnum, text)) or names.is_synonym(text):
        return []
    emoji: list[str] = []
    text = text.replace(" ", "")
    while text:
        known = (text[:end] for end in range(min(len(text), MAX_CODE_POINTS), 0, -1))
        if not (one := next(filter(names.is_synonym, known), "")):
            return []
        emoji.append(one)
        text = text[len(one) :].lstrip("\ufe0f")
    return emoji


def without_emoji(text: str, names: Names) -> str:
    """The words alone, where they are one thing, of which the emoji says once more how it is meant; else the text."""
    words = BESIDE.sub("", text)
    if words != text and AROUND.sub("", f"{words} {CAT}") == CAT:  # "cute 🦄": nothing but how nice it is
        return text.replace(words, "").strip()
    is_thing = any(map(str.isalnum, words)) and (names.known(words) or names.is_synonym(words))
    return words if is_thing else text
