"""Texts as names are compared, and the names in them."""

from __future__ import annotations

import pytest

from multimodal.wordings import content, first_run, forms_of, plain

NAMES = {name: name for name in ("dog", "ice cream", "heart arrow", "fox", "star", "person running")}


@pytest.mark.parametrize(
    ("text", "same"),
    [("A Fox!!", "a fox"), ("❤️", "❤"), ("👍🏽", "👍"), ("men’s room", "men's room"), ("?", "?"), ("🏽", "🏽")],
)
def test_texts_are_compared_without_what_makes_no_other_name(text: str, same: str) -> None:
    assert plain(text) == same


def test_a_text_may_be_with_an_article_and_a_plural() -> None:
    assert forms_of("The Foxes") == ["the foxes", "foxes", "foxe", "fox"]


def test_little_words_are_no_content() -> None:
    assert content("a heart with an arrow") == "heart arrow"
    assert content("of the") == ""


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("a small dog", ["dog"]),
        ("dogs and foxes", ["dogs"]),
        ("star fox in ice", ["star", "fox"]),
        ("cold ice cream", ["ice cream"]),
        ("heart with an arrow", ["heart arrow"]),
        ("fox of star", ["fox"]),
        ("ice truck", ["truck"]),
        ("a dog running", ["dog"]),
        ("nothing", []),
        ("", []),
    ],
)
def test_the_first_names_in_a_row_are_found(text: str, run: list[str]) -> None:
    assert first_run(text.split(), NAMES, {"truck", "running"}) == run
