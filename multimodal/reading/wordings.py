"""Wordings: texts as names are compared, and the names in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set

from multimodal.data.phrases import ARTICLE, singulars, words_of
from multimodal.reading.phrases import EVERYDAY, FUNCTION_WORDS

LITTLE_WORDS = {"a", "an", "and", "for", "in", "of", "on", "the", "to", "with"}  # of English, which name nothing
OF_KEYBOARDS = str.maketrans("’“”„«»", '\'"""""')
DRESSING = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]")  # of emoji: in colour, and with which skin
ACCENTS = re.compile("[\u0300-\u036f\u064b-\u0655\u093c]")  # Latin and Cyrillic ones, Arabic vowels, Devanagari's nukta
PREPOSITION = re.compile(
    r" (?:with|in|on|of|from|without|and|at|behind|over|\w+ing)\b"
)  # what follows says more of a thing
CLAUSE = re.compile(r"[,.;!?()]+")
MAX_NAME = 6  # words of a text in which a name is looked for


def content(text: str) -> str:
    """The words of a text but for little ones: "heart arrow" of "a heart with an arrow"."""
    return " ".join(word for word in words_of(text) if word not in LITTLE_WORDS)


def is_part(name: str, text: str) -> bool:
    """Whether a text says all words of a name, and more: "skull" of "skull laughing"."""
    return {*words_of(name)} < {*words_of(ARTICLE.sub("", text))}


def head_of(name: str) -> str:
    """The word of an English name that says what it is: "truck" of "delivery truck", "money" of "money with wings"."""
    words = words_of(PREPOSITION.split(name)[0]) if ":" not in name else []
    return words[-1] if words and words[-1] not in FUNCTION_WORDS else ""


def everyday(text: str) -> str:
    """A text with the words that names have for those that everybody says: "an old woman" for "an old lady"."""
    return " ".join(EVERYDAY.get(word, word) for word in text.casefold().split())


def looks_foreign(text: str) -> bool:
    """Whether a text has letters that English has not, or begins with an article of another language."""
    article = ARTICLE.match(plain(text))
    return not text.isascii() or (article is not None and article[0].strip() not in LITTLE_WORDS)


def plain(text: str) -> str:
    """A text as names are compared: in small letters, with the quotes of keyboards, without marks around it."""
    bare = DRESSING.sub("", text.casefold().translate(OF_KEYBOARDS).strip(" !?.…！？。"))
    return bare or text


def without_accents(text: str) -> str:
    """A text as many type it: "leon" for "león", "летчик" for "лётчик"."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", ACCENTS.sub("", unicodedata.normalize("NFD", text)))


def forms_of(text: str) -> list[str]:
    """A text as names are compared: as it is, without its article, and what that may be the plural of; then all of these
    without accents.
    """
    forms = [plain(text), *singulars(plain(ARTICLE.sub("", text)))[::-1]]
    return forms if text.isascii() else list(dict.fromkeys([*forms, *map(without_accents, forms)]))


def first_things(text: str, meanings: Mapping[str, str], heads: Set[str]) -> list[str]:
    """The first things in a row in the first clause of a text that has any (see `first_run`)."""
    clauses = ([word for word in words_of(clause) if word != "s"] for clause in CLAUSE.split(text))
    return next(filter(None, (first_run(words, meanings, heads) for words in clauses)), [])


def last_word(text: str, words: Iterable[str]) -> str | None:
    """The last of some words in a text without blanks; one sign is one only where it ends the text."""
    parts = [word for word in words if word in text and (len(word) > 1 or text.endswith(word))]
    return max(parts, key=lambda part: (text.rfind(part) + len(part), len(part))) if parts else None


def word_with_end_of(text: str, words: Collection[str]) -> str | None:
    """The shortest of some words that has the end of a text without blanks in it, two signs or more, as many as can be."""
    longest = max(map(len, words), default=0)
    for end in (text[start:] for start in range(max(0, len(text) - longest), len(text) - 1)):
        if having := [word for word in words if end in word]:
            return min(having, key=len)
    return None


def first_run(words: Sequence[str], meanings: Mapping[str, str], heads: Set[str]) -> list[str]:
    """The first words in a row that are names, but for little words in them, or heads of names; "running" is none."""
    run: list[str] = []
    start = 0
    while start < len(words):
        end, name = next(_names_from(words, start, meanings), (start + 1, ""))
        one = words[start]
        if not name and len(one) > 2 and not one.endswith("ing") and not heads.isdisjoint(singulars(one)):
            name = one
        if name:
            run.append(name)
        elif run:
            break
        start = end
    return run


def _names_from(words: Sequence[str], start: int, meanings: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Where names end that begin at a word, and these, the longest first."""
    for end in range(min(start + MAX_NAME, len(words)), start, -1):
        name = content(" ".join(words[start:end]))
        if LITTLE_WORDS.isdisjoint((words[start], words[end - 1])) and any(form in meanings for form in forms_of(name)):
            yield end, name
