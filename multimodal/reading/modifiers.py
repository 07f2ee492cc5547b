"""What a text says of a thing besides its name: how many there are, in which colour, and what it is joined to."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from multimodal.collage.arrangement import COUNT_ROWS
from multimodal.collage.colors import HUES, RAINBOW, SHADES, TINTS
from multimodal.data.lexicon import load_words
from multimodal.data.phrases import ARTICLE, COLOR_WORDS, COLORS, FIRST_CJK, NUMBERS, PATTERNS, singulars, words_of
from multimodal.reading.names import Names
from multimodal.reading.phrasebook import any_of, any_said, compiled, literal, said
from multimodal.reading.phrases import FUNCTION_WORDS, MEDIA
from multimodal.reading.shown import name_of
from multimodal.reading.wordings import LITTLE_WORDS, looks_foreign

PEOPLE = {  # whom no shade is given to, nor the colour of what they wear
    "baby", "boy", "child", "children", "couple", "face", "family", "girl", "hand", "hands", "man", "men", "people",
    "person", "woman", "women",
}  # fmt: skip
FOREIGN_ARTICLE = re.compile(rf"(?!(?:an?|the) ){ARTICLE.pattern[1:]}", re.IGNORECASE)
SPELLINGS = load_words("colors")  # besides those of captions: other genders, numbers and shades
SPELLED = COLOR_WORDS.union(word.casefold() for words in SPELLINGS.values() for word in words)
_SIZES = any_said("sizes")  # and how nice something is: what may stand before or after a thing and its colour
AROUND = re.compile(
    rf"^(?:(?:{_SIZES}|{MEDIA}),? )+|(?: (?:{_SIZES}))+$|^(?:{any_said('sizes_before')})",
    re.IGNORECASE,
)
SHADED = "(?:(?:bright|dark|deep|light|neon|pale|pastel|vivid|dull)[ -])?"  # what may stand before a colour

NUMBER_WORDS = load_words("numbers")  # besides the one of captions
ENGLISH_NUMBERS = load_words("numbers", "en")
GROUP = re.compile(  # what may stand before a number: "a row of five ducks"
    r"^(?:an?|the) (?:\w+ )?(?:army|band|bouquet|box|bunch|circle|flock|grid|group|herd|line|pack|pile|row|school|set|"
    r"stack|team|family(?= of (?:\d|two|three|four|five|six|seven|eight))) of (?=\w)",
    re.IGNORECASE,
)
SERVED = any_of(("slices", "pieces", "cups", "mugs", "glasses", "bottles", "bowls", "plates"))  # of what is counted
LISTED = re.compile(rf"[^,，、]+[,，、] ?+(?!(?:{any_said('relatives')}) )", re.IGNORECASE)  # "A, B", not "A, that is B"
OF_TWO = re.compile(r"(?:boys|couple|friends|girls|kiss|men|people|women)\b(?! mark)")  # names of what shows two people


class Counted(NamedTuple):
    number: int
    thing: str  # one of them
    all: str  # as the text says them


def counted(text: str, names: Names) -> Counted:
    """The number of things that a text asks for, and one of them; 1 and the text where it says none."""
    for number in COUNT_ROWS:
        for found in filter(None, (pattern.fullmatch(GROUP.sub("", text)) for pattern in _counts(number))):
            several = found["a"]
            thing = max(singulars(several), key=lambda one: (names.mentioned(one), names.is_synonym(one), _says_color(one)))
            english = [*NUMBERS.get(number, ())[:1], *ENGLISH_NUMBERS.get(str(number), ()), str(number)]
            is_one = names.known(f"{english[0]} {several}")  # "4 leaf clover"
            are_one = number == 2 and OF_TWO.match(names.in_known_words(several))  # "two men holding hands"
            foreign = found["n"].casefold() not in english
            if not is_one and not are_one and _can_be_many(thing, several, number, foreign, names):
                return Counted(number, thing if names.known(thing) else AROUND.sub("", thing), several)
    return Counted(1, text, text)


def _can_be_many(thing: str, several: str, number: int, foreign: bool, names: Names) -> bool:
    """Whether a thing is one of several, said in a plural if in English; the larger the number is, the surer it must be."""
    bare = AROUND.sub("", thing)
    if names.known(bare):
        return True
    none_is_plural = all(singulars(word)[0] == word for word in words_of(several))
    if none_is_plural and " " in bare and not foreign and bare.isascii():  # "five star hotel"
        return False
    if number in NUMBERS:
        return names.drawable(thing) or names.is_synonym(thing)
    if thing != several and (names.mentioned(bare) or names.is_synonym(bare)):
        return True
    is_foreign_thing = names.foreign_head(bare) is not None or (bare >= FIRST_CJK and names.mentioned(bare))
    return is_foreign_thing and (foreign or not (names.is_noun(bare) or " " in bare))  # not "six pack"


def _is_breed(text: str, names: Names) -> bool:
    """Whether words with a colour are the name of something else than their last word: a red panda, but no red rose."""
    return names.is_chosen(text) and words_of(names.in_known_words(text))[-1:] != words_of(text)[-1:]


def split_color(thing: str, names: Names) -> tuple[str, str]:
    """The name of a thing without its colour, and the colour: "" where there is none, or where it is part of the name."""
    if names.known(thing):
        return thing, ""
    text = AROUND.sub("", ARTICLE.sub("", thing))
    if names.known(text) or _is_breed(text, names):  # "a tiny black cat", "a golden retriever"
        return thing, ""
    for color in spelt_colors():
        for match in filter(None, (pattern.fullmatch(text) for pattern in _colored(color))):
            name, start = match["a"], match.start("a")
            if (_says_color(name) and not names.known(name)) or (color != RAINBOW and names.known(text[:start].strip())):
                continue  # "black and white cat"; "rose" is pink in "une pomme rose", and a flower in "a rose bouquet"
            after = text[match.end("a") :].strip()
            is_foreign = FOREIGN_ARTICLE.match(thing) or looks_foreign(name) or names.is_foreign(name)
            is_whole = " " in name and (names.known(name) or names.is_synonym(name))  # "lightning bolt purple"
            if (after.casefold() in HUES or names.known(after)) and not is_foreign and not is_whole:
                continue  # a blood orange, a desert rose
            words = words_of(name) or [""]
            if (start and words[0] in FUNCTION_WORDS) or (not start and words[-1] in LITTLE_WORDS and "made" not in words):
                continue  # "a rainbow after rain", "a pile of gold"
            if start and text[start - 1].isalpha() and text[start - 1] < FIRST_CJK:
                continue  # a blueberry
            if names.known(f"{color} {name}"):  # "a dark blue heart"
                return thing, ""
            if (color not in HUES or after.startswith("in ")) and _is_somebody(name, names):
                continue
            if names.mentioned(name) or names.is_synonym(name) or (start and " " in text and names.drawable(name)):
                return name, color  # after the thing, what looks like a colour may be one: "a wild rose"
    return thing, ""


def _is_somebody(text: str, names: Names) -> bool:
    name = name_of(text, names)
    return not PEOPLE.isdisjoint(words_of(name)) or names.has_keyword(name, "person")


def _says_color(text: str) -> bool:
    """Whether a word of the text is one for a colour, or, in a script without blanks, a part."""
    text = text.casefold()
    return not SPELLED.isdisjoint(words_of(text)) or any(word in text for word in COLOR_WORDS if word >= FIRST_CJK)


@functools.cache
def _colored(color: str) -> list[re.Pattern[str]]:
    """How every language says that something is of a colour, as expressions with the group a."""
    return compiled([*said("colored"), *map(literal, PATTERNS["colored"])], {"color": spelt_colors()[color]})


@functools.cache
def spelt_colors() -> dict[str, str]:
    """Each colour → an expression for it in all languages."""
    colors = (*HUES, *SHADES, *TINTS, RAINBOW)
    return {color: f"{SHADED}(?:{any_of([*COLORS.get(color, (color,)), *SPELLINGS[color]])})" for color in colors}


@functools.cache
def joints() -> re.Pattern[str]:
    """What stands between things, in every language."""
    texts = [*map(literal, dict.fromkeys(PATTERNS["and"])), *said("sides", "and")]
    words = (text.removeprefix("{a}").removesuffix("{b}") for text in texts)
    return re.compile("|".join(("[,，、&+]", *words)), re.IGNORECASE)


def names_several(text: str) -> bool:
    """Whether a text joins things, or says where one is as seen from another."""
    places = (pattern for kind in ("left", "right", "above", "below", "big_small") for pattern in patterns(kind))
    return bool(joints().search(text)) or any(pattern.fullmatch(text) for pattern in [*places, *(p for _, p in worded())])


@functools.cache
def patterns(kind: str) -> list[re.Pattern[str]]:
    """How every language says it, as expressions with the groups a and b."""
    return compiled([*map(literal, PATTERNS[kind]), *said("sides", kind)])


@functools.cache
def _counts(number: int) -> list[re.Pattern[str]]:
    """How every language says so many of something, as expressions with the groups n and a."""
    words = (str(number), *NUMBERS.get(number, ()), *NUMBER_WORDS.get(str(number), ()))
    places = {"n": f"(?P<n>{any_of(words)})", "served": f"(?:{SERVED})"}
    return compiled([*map(literal, PATTERNS["count"]), *said("counts")], places)


@functools.cache
def worded() -> list[tuple[str, re.Pattern[str]]]:
    """Other words for some of the kinds, where both things must have a name, as expressions with the groups a and b."""
    kinds = ("and", "left", "right", "above", "below")
    return [(kind, pattern) for kind in kinds for pattern in compiled(said("pairs", kind))]
