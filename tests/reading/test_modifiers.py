"""Numbers, colours and joints in texts."""

from __future__ import annotations

from collections import Counter

import pytest

from multimodal.collage.colors import HUES, RAINBOW, SHADES, TINTS
from multimodal.data.phrases import COLOR_WORDS
from multimodal.reading.modifiers import SPELLINGS, counted, joints, split_color, worded
from multimodal.reading.names import Names

NAMES = Names(
    {
        "en": ["fox", "star", "red apple", "four leaf clover", "rainbow", "rose", "man", "nurse"],
        **{"de": ["Fuchs", *[""] * 7], "fr": ["", "étoile", *[""] * 6], "es": ["", "estrella", *[""] * 6]},
        **{"ru": ["", "звезда", *[""] * 6], "zh": ["狐狸", *[""] * 7], "ko": ["여우", *[""] * 7]},
    },
    described={"en": {"nurse": ["person"]}},
)


@pytest.mark.parametrize(
    ("text", "number", "thing"),
    [("three foxes", 3, "fox"), ("5 stars", 5, "star"), ("a fox", 1, "a fox"), ("4 leaf clover", 1, "4 leaf clover"),
     ("twenty foxes", 1, "twenty foxes"),
     ("six foxes", 6, "fox"), ("a dozen stars", 12, "star"),
     ("six pack", 1, "six pack"),
     ("sieben Fuchs", 7, "Fuchs"), ("nine lives fox", 1, "nine lives fox"),
     ("两个fox", 2, "fox"), ("三只狐狸", 3, "狐狸"), ("여우 두 마리", 2, "여우"),
     ("dos estrellas verdes", 2, "estrellas verde")],
)  # fmt: skip
def test_a_number_is_split_off(text: str, number: int, thing: str) -> None:
    assert counted(text, NAMES)[:2] == (number, thing)


@pytest.mark.parametrize(("text", "number"), [("two men holding hands", 1), ("two people kissing", 1), ("two men", 2)])
def test_with_the_bundled_names_a_drawing_of_two_people_is_one(text: str, number: int, bundled_names: Names) -> None:
    assert counted(text, bundled_names).number == number


@pytest.mark.parametrize(
    ("text", "thing", "color"),
    [
        ("a blue fox", "fox", "blue"),
        ("a grey fox", "fox", "gray"),
        ("a tiny golden fox", "fox", "gold"),
        ("a light blue fox", "fox", "blue"),
        ("a fox in navy blue", "fox", "blue"),
        ("star, but make it teal", "star", "turquoise"),
        ("rainbow star", "star", "rainbow"),
        ("ein kleiner blauer Fuchs", "Fuchs", "blue"),
        ("une étoile rose", "étoile", "pink"),
        ("una estrella roja", "estrella", "red"),
        ("синяя звезда", "звезда", "blue"),
        ("一只红狐狸", "狐狸", "red"),
        ("파란색 여우", "여우", "blue"),
        ("a red apple", "a red apple", ""),
        ("a tiny red apple", "a tiny red apple", ""),
        ("a dark red apple", "a dark red apple", ""),
        ("a man in red", "a man in red", ""),
        ("a golden nurse", "a golden nurse", ""),
        ("a rainbow", "a rainbow", ""),
        ("a rose star", "a rose star", ""),  # which is a flower in English
        ("a bluestar", "a bluestar", ""),
        ("a fox", "a fox", ""),
    ],
)
def test_a_colour_is_split_off_where_it_is_not_in_the_name(text: str, thing: str, color: str) -> None:
    assert split_color(text, NAMES) == (thing, color)


def test_every_colour_has_words_and_no_word_is_of_two() -> None:
    assert set(SPELLINGS) == {*HUES, *SHADES, *TINTS, RAINBOW}
    words = [word for words in SPELLINGS.values() for word in words]
    assert sorted(word for word, count in Counter(words).items() if count > 1 or word in COLOR_WORDS) == []


@pytest.mark.parametrize("text", ["a fox and a star", "a fox, a star", "un fox et un star", "a fox & a star"])
def test_things_are_joined_by_words_and_signs(text: str) -> None:
    assert len(joints().split(text)) == 2


def test_other_words_for_a_place_have_both_things() -> None:
    found = [(kind, match.groups()) for kind, pattern in worded() if (match := pattern.fullmatch("a fox under a star"))]
    assert found == [("below", ("a fox", "a star"))]
