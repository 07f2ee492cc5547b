"""What the name that a text is drawn by shows of it; and whether that is somebody, or has a face."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from multimodal.data.lexicon import load_words
from multimodal.data.phrases import COLOR_WORDS, FIRST_CJK, singulars, words_of
from multimodal.reading.descriptions import PERSON
from multimodal.reading.names import Names
from multimodal.reading.phrases import AROUND_THING
from multimodal.reading.relations import OWN_PARTS, SCENERY
from multimodal.reading.roles import ROLES
from multimodal.reading.smileys import SMILEYS
from multimodal.reading.vocabulary import is_feeling
from multimodal.reading.wordings import LITTLE_WORDS, content, everyday, last_word, looks_foreign

WITH_FACE = {  # names and keywords of what has a face
    "animal", "baby", "bird", "claus", "crab", "creature", "dinosaur", "doll", "face", "family", "guard", "insect", "mage",
    "monster", "person", "phoenix", "prince", "princess", "scorpion", "shrimp", "skier", "sloth", "snowboarder", "snowman",
    "toy", "zombie",
}  # fmt: skip
WITHOUT_FACE = {  # in spite of such a keyword
    "baby bottle", "castle", "crown", "fried shrimp", "house", "kite", "light blue heart", "mantelpiece clock",
    "puzzle piece", "rescue worker’s helmet", "shallow pan of food", "shield", "sport utility vehicle", "sushi",
    "water pistol", "yo-yo",
}  # fmt: skip
NOT_DRAWN = re.compile(  # what there is no emoji of, though it is a keyword of some
    r"(?:an?|the) (?:\w+ )*(?:bite|board|branch|cage|cane|crib|(?<!coffee )(?<!tea )(?:cup|mug)|deal|desk|earring|floor|"
    r"leash|pond|shelf|shoulder|space ?suit|surfboard|swing|table|tank|tracks?|wall|wire)",
    re.IGNORECASE,
)
ENGLISH = {"a", "an", "and", "at", "in", "is", "of", "on", "the", "with"}  # English texts of several things have one
NO_THING = (  # words for how a figure looks, what it does, and what colours and people are called
    {word for table in (ROLES, SMILEYS) for said in table for word in words_of(said)}
    | {word for said in itertools.chain(*load_words("numbers", "en").values()) for word in words_of(said)}
    | {*COLOR_WORDS, "rainbow", "lime", "dark", "light", "hair", "skin", "beard", "emoji", "sticker"}
    | {"background", "beginning", "distance", "left", "middle", "mission", "mood", "right"}
    | PERSON
)
ADVERBS = {"away", "back", "down", "off", "up"}  # which look like the last words of names


def name_of(text: str, names: Names) -> str:
    """The English name that a text is drawn by."""
    return names.english_name(names.in_known_words(text))


def is_drawn(text: str, name: str, names: Names, foreign: bool = False) -> bool:
    """Whether what is drawn by an English name is what a text says: its last word is in the name or a keyword of it. What
    is only nearest, as a mobile phone is to "a cone", would not be understood beside something else.

    Args:
        foreign: the text is in another language: "Pilzen", mushrooms in German.
    """
    text = AROUND_THING.sub("", text)
    if NOT_DRAWN.fullmatch(text):
        return False
    if foreign and names.foreign_head(text) == name:
        return not is_feeling(name, names.english_names)
    if not has_head(text, names):
        return names.misspelt(text) == name
    in_foreign_words = looks_foreign(text) and (text >= FIRST_CJK or names.is_synonym(text))
    if names.known(text) or names.known(everyday(text)) or names.is_chosen(text) or in_foreign_words:
        return True
    word = words_of(text)[-1]
    return any(names.has_keyword(name, form) for form in (*singulars(word), f"{word}s"))


def has_head(text: str, names: Names) -> bool:
    """Whether the last word of an English text, or a text in another language as a whole, says what a thing is."""
    text = AROUND_THING.sub("", text)
    if names.known(text) or names.known(everyday(text)) or names.is_noun(text) or names.is_synonym(text):
        return True
    if looks_foreign(text):
        if text >= FIRST_CJK:
            return last_word(text, names.foreign) is not None or any(text in name for name in names.meanings)
        return names.foreign_head(text) is not None
    word = (words_of(text) or [""])[-1]
    forms = {*singulars(word)}
    part = not forms.isdisjoint(names.heads) or any(
        not forms.isdisjoint(words_of(name)[:1]) for name in names.english_meanings.values()
    )
    return (names.known(word) or names.is_noun(word) or part) and word not in ADVERBS and not word.endswith("ing")


def shows_all(text: str, figure: str, names: Names, by_keywords: bool = True) -> bool:
    """Whether one name shows what a text is about and what it says more: "a man riding a bike".

    Args:
        figure: what the text is about.
        by_keywords: somebody's name need not have a word of the text, as "man biking" has not.
    """
    name, own_name = names.whole(text) or "", names.in_known_words(figure)
    if name == own_name:
        return names.is_smiley(name)
    if names.is_smiley(name) and not (is_person(own_name) or names.is_smiley(own_name)):  # "a bunny with heart eyes"
        return False
    words = {*words_of(name)}
    own = {form for word in words_of(f"{figure} {own_name}") for form in singulars(word)}
    said = {form for word in words_of(text) for form in singulars(word)}
    own |= PERSON if is_person(own_name) else set()
    more = words - own - LITTLE_WORDS - {"holding"}  # anything, not only hands
    return (by_keywords and is_person(name)) or not (words.isdisjoint(own) or more.isdisjoint(said))


def leaves_out(text: str, things: Sequence[str], drawn: Sequence[str], names: Names) -> bool:
    """Whether an English text names a thing that is not drawn, as it does in "a cat with a hat in the snow".

    Args:
        things: the words of the text that say what is drawn.
        drawn: the English names that these are drawn by.
    """
    words = content(text).split()
    if looks_foreign(text) or ENGLISH.isdisjoint(words_of(text)):
        return False
    shown = {form for said in (*things, *drawn) for word in words_of(said) for form in singulars(word)}
    for word in words:
        forms = {*singulars(word)}
        is_thing = SCENERY.fullmatch(f"the {word}") or not forms.isdisjoint(names.english_meanings)
        is_shown = not forms.isdisjoint(shown) or any(names.has_keyword(name, form) for name in drawn for form in forms)
        if is_thing and not is_shown and forms.isdisjoint(NO_THING) and not OWN_PARTS.fullmatch(word):
            return True
    return False


def is_person(name: str) -> bool:
    """Whether an English name is one for somebody."""
    return not PERSON.isdisjoint(words_of(name))


def has_face(name: str, names: Names) -> bool:
    """Whether what has an English name has a face of its own, as animals have, people, and perhaps one's own pictures."""
    with_face = name not in WITHOUT_FACE and any(names.has_keyword(name, word) for word in WITH_FACE)
    return with_face or is_person(name) or names.known(f"man {name}") or name in names.own  # a cook, as there is a man cook
