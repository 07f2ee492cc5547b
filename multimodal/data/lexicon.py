"""Lists written by hand: a thesaurus, everyday words for what emoji show; a dictionary, what emoji look like; and words for
colours, numbers, roles, what somebody looks like, what is worn where, and others that everybody says.
"""

from __future__ import annotations

import csv
from collections.abc import Container, Iterator
from pathlib import Path

from multimodal.data.phrases import LANGUAGES

THESAURUS = Path(__file__).with_name("thesaurus.csv")  # language, word, the English name that shows it best
DICTIONARY = Path(__file__).with_name("dictionary.csv")  # English name, English words by which one would describe it


def load_thesaurus(names: Container[str]) -> dict[str, dict[str, list[str]]]:
    """Language → English name → words for it, of those names that are given."""
    words: dict[str, dict[str, list[str]]] = {language: {} for language in LANGUAGES}
    for row in _rows(THESAURUS):
        if row["name"] in names:
            words[row["language"]].setdefault(row["name"], []).append(row["word"])
    return words


def load_dictionary() -> dict[str, list[str]]:
    """English name → words for its parts, posture, colours, and for what it does and means, the most telling first."""
    return {row["name"]: row["words"].split() for row in _rows(DICTIONARY)}


def load_words(table: str, language: str = "") -> dict[str, list[str]]:
    """What the words of a table mean → the words for it.

    Args:
        table: "colors", "everyday", "expressions", "numbers", "roles" or "worn".
        language: of the words; those of all languages, if none is given.
    """
    words: dict[str, list[str]] = {}
    for row in _rows(Path(__file__).with_name(f"{table}.csv")):
        if language in ("", row["language"]):
            words.setdefault(row["meaning"], []).append(row["word"])
    return words


def load_meanings(table: str) -> dict[str, str]:
    """Word of a table → what it means, see `load_words`."""
    return {word: meaning for meaning, words in load_words(table).items() for word in words}


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
