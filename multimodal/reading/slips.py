"""Slips of the pen: the known word that a text nearly spells, "skyscrapper", "catt"."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache

SHORTEST, SHORT, LONGEST = 4, 5, 20  # letters: of what may be a slip, of a short word, and of a long one
MIN_ALIKE, MIN_ALIKE_SHORT = 0.8, 0.85  # from which of difflib's ratios on it is one; of a short word, one letter too many


class Slips:
    """Words that may be misspelt.

    Args:
        words: all of them.
        common: those that short texts are compared with, as many a short word is near to some other of another language.
    """

    def __init__(self, words: Iterable[str], common: Iterable[str]) -> None:
        self._words, self._common = list(words), list(common)
        self.meant = lru_cache(maxsize=1024)(self._meant)  # as it takes a tenth of a second

    def _meant(self, text: str) -> str | None:
        """The word that is most like a text, if any is like it."""
        if not SHORTEST <= len(text) <= LONGEST:
            return None
        among, least = (self._common, MIN_ALIKE_SHORT) if len(text) <= SHORT else (self._words, MIN_ALIKE)
        return next(iter(difflib.get_close_matches(text, among, n=1, cutoff=least)), None)
