"""Words of other languages in whatever form: "собаку" is "собака", "gatti" is "gatto"."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Mapping

import snowballstemmer

from multimodal.reading.wordings import plain

STEMMERS = {  # language → the first sign of its script, and the name of Snowball's stemmer (Porter 2001)
    "ru": ("\u0400", "russian"), "ar": ("\u0600", "arabic"), "hi": ("\u0900", "hindi"), "es": ("", "spanish"),
    "fr": ("", "french"), "de": ("", "german"), "it": ("", "italian"), "pt": ("", "portuguese"),
}  # fmt: skip
ARABIC_ARTICLE = "ال"
SCRIPT = 0x200  # signs, at most, in a script
HEAD_FIRST = {"es", "fr", "it", "pt", "ar"}  # languages in which a noun comes before what is said of it
STEMMING = threading.Lock()  # a stemmer keeps the word that it is at
MIN_WORD = 4  # letters; shorter words have hardly a stem
MIN_SHORT = {"ru": 3, "ar": 3}  # of words as they are known, where endings are added: "домом" is "дом"
MIN_FIRST_PART, MAX_COMPOUND = 3, 40  # letters, of a compound


class Inflections(Mapping[str, str]):
    """Words → English names, also for other forms of the words.

    Args:
        words: word → English name.
        by_language: language → word → English name; those of one word have stems.
    """

    def __init__(self, words: Mapping[str, str], by_language: Mapping[str, Mapping[str, str]]) -> None:
        self.words, self.by_language = words, by_language
        self._stems: dict[str, dict[str, str]] = {}

    def __getitem__(self, word: str) -> str:
        name = self.words.get(word) or self.words.get(word.removeprefix(ARABIC_ARTICLE)) or self.by_stem(word)
        if name is None:
            raise KeyError(word)
        return name

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.get(word) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.words)

    def __len__(self) -> int:
        return len(self.words)

    def by_stem(self, word: str) -> str | None:
        """The English name for a word of which another form is known, in the first language that has one."""
        if len(word) < MIN_WORD or " " in word:
            return None
        stems = ((self._stems_of(language), _stem(word, language)) for language in languages_of(word))
        return next((known[stem] for known, stem in stems if stem in known), None)

    def by_last_part(self, word: str) -> str | None:
        """The English name for a German compound, whose last part says what it is: "Babykatzen" are "Katzen"."""
        if len(word) > MAX_COMPOUND or not word.isalpha():
            return None
        stems = self._stems_of("de")
        ends = (_stem(word[start:], "de") for start in range(MIN_FIRST_PART, len(word) - MIN_WORD + 1))
        return next((stems[end] for end in ends if end in stems), None)

    def is_head_first(self, word: str) -> bool:
        """Whether a word is one of a language in which a noun comes before what is said of it."""
        return any(
            word in self.by_language.get(language, ()) or _stem(word, language) in self._stems_of(language)
            for language in languages_of(word)
            if language in HEAD_FIRST
        )

    def _stems_of(self, language: str) -> dict[str, str]:
        """Stem → English name; made when the first word of a language is looked for."""
        if language not in self._stems:
            known = self.by_language.get(language, {})
            least = MIN_SHORT.get(language, MIN_WORD)
            single = {plain(word): name for word, name in known.items() if len(word) >= least and " " not in word}
            stems: dict[str, str] = {}
            for word in sorted(single, key=len):
                stems.setdefault(_stem(word, language), single[word])
            self._stems[language] = stems
        return self._stems[language]


def languages_of(word: str) -> Iterator[str]:
    """The languages in whose script a word is, of those that have stems."""
    for language, (first, _) in STEMMERS.items():
        start = ord(first) if first else 0
        if start <= ord(word[0]) < start + SCRIPT:
            yield language


@functools.cache
def _stemmer(language: str) -> snowballstemmer.basestemmer.BaseStemmer:
    return snowballstemmer.stemmer(STEMMERS[language][1])


def _stem(word: str, language: str) -> str:
    with STEMMING:
        return str(_stemmer(language).stemWord(word))
