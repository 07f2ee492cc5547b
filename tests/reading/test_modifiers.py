"""Numbers, colours and joints in texts."""

from __future__ import annotations

import pytest

from multimodal.reading.modifiers import counted, joints, split_color, worded
from multimodal.reading.names import Names

NAMES = Names({"en": ["fox", "star", "red apple", "four leaf clover"]})


@pytest.mark.parametrize(
    ("text", "number", "thing"),
    [("three foxes", 3, "fox"), ("5 stars", 5, "star"), ("a fox", 1, "a fox"), ("4 leaf clover", 1, "4 leaf clover"),
     ("six foxes", 1, "six foxes"), ("两个fox", 2, "fox")],
)  # fmt: skip
def test_a_number_is_split_off(text: str, number: int, thing: str) -> None:
    assert counted(text, NAMES) == (number, thing)


@pytest.mark.parametrize(
    ("text", "thing", "color"),
    [
        ("a blue fox", "fox", "blue"),
        ("a grey fox", "fox", "gray"),
        ("a red apple", "a red apple", ""),
        ("a fox", "a fox", ""),
    ],
)
def test_a_colour_is_split_off_where_it_is_not_in_the_name(text: str, thing: str, color: str) -> None:
    assert split_color(text, NAMES) == (thing, color)


@pytest.mark.parametrize("text", ["a fox and a star", "a fox, a star", "un fox et un star", "a fox & a star"])
def test_things_are_joined_by_words_and_signs(text: str) -> None:
    assert len(joints().split(text)) == 2


def test_other_words_for_a_place_have_both_things() -> None:
    found = [(kind, match.groups()) for kind, pattern in worded() if (match := pattern.fullmatch("a fox under a star"))]
    assert found == [("below", ("a fox", "a star"))]
