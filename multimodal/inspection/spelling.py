"""The names that a model learned, and the words of a prompt that are in none of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence

from multimodal.data.phrases import COLORS, FIRST_CJK, NUMBERS, PATTERNS, singulars, words_of
from multimodal.reading.syntax import parse_weights, split_quoted

HELPERS = (  # English words that need no name
    "a an the of with on in at to from for by no its his her style sticker emoji emoticon icon picture image photo drawing "
    "illustration cartoon logo"
)


class Spelling:
    """The words of all known names in all languages, and those that captions are built from: colours, numbers, places.

    It knows spelling, not meaning: a word that is in no name may still be one that the text encoder learnt.
    """

    def __init__(self, names: Mapping[str, Iterable[str]], styles: Sequence[str]) -> None:
        self.styles = styles
        self.names = sorted({name for known in names.values() for name in known}, key=str.casefold)
        phrases = [*(words for table in (COLORS, NUMBERS, PATTERNS) for words in table.values()), styles, [HELPERS]]
        self.words = {word for text in [*self.names, *(text for row in phrases for text in row)] for word in words_of(text)}
        self.parts = {word for word in self.words if word >= FIRST_CJK and "{" not in word}

    def unknown(self, prompt: str) -> list[str]:
        """The words of a prompt that are in no known name, in their order; English plurals count as their singulars."""
        text = parse_weights(split_quoted(prompt, self.styles)[0]).text
        return [word for word in dict.fromkeys(words_of(text)) if not self._knows(word)]

    def nearest(self, word: str, count: int = 3) -> list[str]:
        """The known names that are spelt most like a word, the nearest first; none where none is near."""
        by_spelling = {name.casefold(): name for name in self.names if abs(len(name) - len(word)) <= 3}
        return [by_spelling[near] for near in difflib.get_close_matches(word.casefold(), by_spelling, count, cutoff=0.7)]

    def _knows(self, word: str) -> bool:
        if word in self.words or not any(character.isalpha() for character in word):
            return True
        if word >= FIRST_CJK:
            return any(part in word for part in self.parts)
        return not self.words.isdisjoint(singulars(word))
