"""What prompts say besides names, in each language: regular expressions by what they are for, languages/*.toml.

In them {a} stands for what a text is about, {b} for another thing, {n} for a number and {color} for a colour.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from multimodal.data.phrases import LANGUAGES

FOLDER = Path(__file__).with_name("languages")


def said(key: str, kind: str = "", languages: Sequence[str] = LANGUAGES) -> list[str]:
    """The expressions that languages have for something ("media"), or for a kind of it ("between", "wears")."""
    found = [_book(language).get(key, {}) for language in languages]
    return [text for texts in found for text in (texts.get(kind, ()) if kind else texts)]


def any_said(key: str, kind: str = "", languages: Sequence[str] = LANGUAGES) -> str:
    """One expression for all that is `said`, which is to be put in parentheses."""
    return "|".join(said(key, kind, languages))


def said_by_word(key: str) -> dict[str, str]:
    """Word → what it stands for, of a table that languages have: "nel" for "il " under "article_in"."""
    return {word: text for language in LANGUAGES for word, text in _book(language).get(key, {}).items()}


def any_of(words: Iterable[str]) -> str:
    """An expression for each of some words, of which the longest that fits is found."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def literal(pattern: str) -> str:
    """The expression for a pattern of captions, in which nothing but its {places} has a meaning."""
    return re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}")


def compiled(expressions: Iterable[str], places: Mapping[str, str] | None = None) -> list[re.Pattern[str]]:
    """Expressions with others in their {places}, of which {a} and {b} are the groups a and b."""
    texts = [*dict.fromkeys(expressions)]
    for place, expression in {"a": "(?P<a>.+)", "b": "(?P<b>.+)", **(places or {})}.items():
        texts = [text.replace(f"{{{place}}}", expression) for text in texts]
    return [re.compile(text, re.IGNORECASE) for text in texts]


@functools.cache
def _book(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
