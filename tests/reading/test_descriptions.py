"""Descriptions: names found by what a text says of a thing."""

from __future__ import annotations

import pytest

from multimodal.reading.descriptions import Descriptions, Head
from multimodal.reading.names import Names

TABLE = {
    "en": [
        "cat", "pouting cat", "crying cat", "dog", "bicycle", "man biking", "woman biking", "woman’s hat",
        "cloud with rain", "cloud", "fire", "heart on fire", "red heart", "red apple", "green apple",
        "airplane departure", "airplane", "angry face", "man", "woman",
    ],
    "fr": [
        "chat", "chat boudeur", "chat qui pleure", "chien", "vélo", "homme à vélo", "femme à vélo", "chapeau",
        "nuage avec pluie", "nuage", "feu", "cœur enflammé", "cœur rouge", "pomme rouge", "pomme verte",
        "avion au décollage", "avion", "visage en colère", "homme", "femme",
    ],
    "zh": ["猫", "生气的猫", "哭泣的猫", "狗", *[""] * 16],
}  # fmt: skip
LISTS = {
    "en": {
        "pouting cat": ["face"], "crying cat": ["sad", "tear"], "man biking": ["bicycle", "bike", "sport"],
        "woman biking": ["bicycle", "bike", "sport"], "angry face": ["mad", "rage"], "dog": ["pet"],
        "no name": ["cat", "rage"],
    },
    "fr": {"crying cat": ["triste"], "pouting cat": ["colère"]},
    "zh": {"pouting cat": ["愤怒"]},
    "related": {"pouting cat": ["angry", "mad"], "man biking": ["mad"]},
}  # fmt: skip
WORDS = {"nouns": {"cat": ["kitty"], "fire": ["flame"]}, "others": {}}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("an angry cat", "pouting cat"),  # by a word that is related to it
        ("a sad cat", "crying cat"),
        ("a kitty with tears", "crying cat"),
        ("a man riding a bike", "man biking"),
        ("a lady on her bicycle", "woman biking"),
        ("a rainy cloud", "cloud with rain"),
        ("a heart in flames", "heart on fire"),
        ("a departing airplane", "airplane departure"),
        ("a mad face", "angry face"),
        ("un chat en colère", "pouting cat"),
        ("un chat très triste", "crying cat"),
        ("愤怒的猫", "pouting cat"),
    ],
)
def test_a_thing_is_found_by_what_is_said_of_it(text: str, name: str) -> None:
    assert Names(TABLE, words=WORDS, described=LISTS, styles={"flat": TABLE["en"]}).in_known_words(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a cat in a hat", "cat"),
        ("a dog on a bicycle", "dog"),  # nothing shows both
        ("a sad dog", "dog"),
        ("a sporty dog on fire", "dog"),
        ("un chien triste", "dog"),
        ("a cat", "a cat"),
    ],
)
def test_what_no_name_shows_is_left_out(text: str, name: str) -> None:
    assert Names(TABLE, words=WORDS, described=LISTS, styles={"flat": TABLE["en"]}).in_known_words(text) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [("une pomme", "red apple"), ("pommes", "red apple"), ("une pomme magique", "red apple"), ("une xyz", "une xyz")],
)
def test_words_that_are_only_in_names_of_another_language_are_drawn_as_one_of_them(text: str, name: str) -> None:
    assert Names(TABLE, described=LISTS, styles={"flat": TABLE["en"]}).in_known_words(text) == name


def test_a_thing_of_another_sex_or_with_something_missing_is_not_found() -> None:
    found = Descriptions(TABLE, LISTS, {})
    assert found.find("a woman with a bike", Head("woman", "woman", whole=True)) == "woman biking"
    assert found.find("a girl with a bike", Head("girl", "girl", whole=True)) == "woman biking"
    assert found.find("a boy with a bike", Head("boy", "boy", whole=True)) is None
    assert found.find("a cat with a sad dog", Head("cat", "cat", whole=True)) == "crying cat"
    assert found.find("a cat with a sad dog", Head("cat", "cat", whole=True), things=["dog"]) is None
    assert found.find("a cat", Head("cat", "cat", whole=True)) is None


def test_where_a_word_is_only_related_the_thing_must_be_in_the_name() -> None:
    found = Descriptions({"en": ["angry face", "hat"]}, {"en": {"hat": ["man"]}, "related": {"hat": ["mad"]}}, {})
    assert found.find("a mad man", Head("man", "man", whole=False)) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a bird that spreads its tail feathers", "peacock"),
        ("a bird with a colourful tail", None),  # too little is said
        ("a bird with feathers and a tail on a boat in the harbour at night", None),  # too much else is
        ("a wolf with tail feathers", None),  # which is no kind of wolf
    ],
)
def test_much_that_is_said_of_a_thing_tells_which_of_its_kind_is_meant(text: str, name: str | None) -> None:
    table = {"en": ["bird", "peacock", "wolf", "boat", "harbour", "night"]}
    found = Descriptions(table, {"en": {"peacock": ["bird", "tail", "feather", "spread"]}}, {})
    head = text.split()[1]
    assert found.find(text, Head(head, head, whole=True)) == name
