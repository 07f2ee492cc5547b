"""What a text says of a thing besides its name: how many there are, in which colour, and what it is joined to."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

from multimodal.collage.arrangement import COUNT_ROWS
from multimodal.collage.colors import HUES, SHADES
from multimodal.data.phrases import ARTICLE, COLOR_WORDS, COLORS, FIRST_CJK, NUMBERS, PATTERNS, WORDED, singulars, words_of
from multimodal.reading.names import Names

PEOPLE = {  # whom no shade is given to
    "baby", "boy", "child", "children", "couple", "face", "family", "girl", "hand", "hands", "man", "men", "people",
    "person", "woman", "women",
}  # fmt: skip
FOREIGN_ARTICLE = re.compile(rf"(?!(?:an?|the) ){ARTICLE.pattern[1:]}", re.IGNORECASE)
SPELLINGS = {"gray": ("grey",)}


def counted(text: str, names: Names) -> tuple[int, str]:
    """The number of things that a text asks for, and one of them; 1 and the text where it says none."""
    for number in COUNT_ROWS:
        for pattern in patterns("count", n=(str(number), *NUMBERS[number])):
            if found := pattern.fullmatch(text):
                thing = max(singulars(found["a"]), key=names.mentioned)
                is_one = names.known(f"{NUMBERS[number][0]} {found['a']}")  # "4 leaf clover"
                if names.drawable(thing) and not is_one:
                    return number, thing
    return 1, text


def split_color(thing: str, names: Names) -> tuple[str, str]:
    """The name of a thing without its colour, and the colour: "" where there is none, or where it is part of the name."""
    if names.known(thing):
        return thing, ""
    text = ARTICLE.sub("", thing)
    for color in (*HUES, *SHADES):
        spellings = (*COLORS[color], *SPELLINGS.get(color, ()))
        for match in filter(None, (pattern.fullmatch(text) for pattern in patterns("colored", color=spellings))):
            name, start = match["a"], match.start("a")
            if (_says_color(name) and not names.known(name)) or names.known(text[:start].strip()):
                continue  # "black and white cat"; "rose" is pink in "une pomme rose", and a flower in "a rose bouquet"
            after = text[match.end("a") :].strip()
            if (after.casefold() in HUES or names.known(after)) and not FOREIGN_ARTICLE.match(thing):
                continue  # a blood orange, a desert rose
            if start and text[start - 1].isalpha() and text[start - 1] < FIRST_CJK:
                continue  # a blueberry
            if color in SHADES and not PEOPLE.isdisjoint(words_of(names.english_name(name))):
                continue
            if names.mentioned(name) or (start and " " in text and names.drawable(name)):
                return name, color  # after the thing, what looks like a colour may be one: "a wild rose"
    return thing, ""


def _says_color(text: str) -> bool:
    """Whether a word of the text is one for a colour, or, in a script without blanks, a part."""
    text = text.casefold()
    return not COLOR_WORDS.isdisjoint(words_of(text)) or any(word in text for word in COLOR_WORDS if word >= FIRST_CJK)


@functools.cache
def joints() -> re.Pattern[str]:
    """What stands between things, in every language."""
    words = (re.escape(text.removeprefix("{a}").removesuffix("{b}")) for text in dict.fromkeys(PATTERNS["and"]))
    return re.compile("|".join(("[,，、&]", *words)), re.IGNORECASE)


@functools.cache
def patterns(kind: str, **words: tuple[str, ...]) -> list[re.Pattern[str]]:
    """How every language says it, as expressions with the groups a and b; `words` are what else may stand in it."""
    return _expressions(PATTERNS[kind], words)


@functools.cache
def worded() -> list[tuple[str, re.Pattern[str]]]:
    """The keys of WORDED, and expressions with the groups a and b."""
    return [(kind, pattern) for kind, texts in WORDED.items() for pattern in _expressions(texts, {})]


def _expressions(patterns: Iterable[str], words: Mapping[str, Iterable[str]]) -> list[re.Pattern[str]]:
    texts = dict.fromkeys(patterns)
    for place, choices in words.items():
        texts = dict.fromkeys(text.replace(f"{{{place}}}", word) for text in texts for word in dict.fromkeys(choices))
    things = (re.escape(text).replace(r"\{a\}", "(?P<a>.+)").replace(r"\{b\}", "(?P<b>.+)") for text in texts)
    return [re.compile(thing, re.IGNORECASE) for thing in things]
