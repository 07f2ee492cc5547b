"""Texts as names are compared, and the names in them."""

from __future__ import annotations

import pytest

from multimodal.reading.wordings import (
    content,
    everyday,
    first_run,
    forms_of,
    head_of,
    looks_foreign,
    plain,
    without_accents,
)

NAMES = {name: name for name in ("dog", "ice cream", "heart arrow", "fox", "star", "person running")}


@pytest.mark.parametrize(
    ("text", "same"),
    [("A Fox!!", "a fox"), ("❤️", "❤"), ("👍🏽", "👍"), ("men’s room", "men's room"), ("?", "?"), ("🏽", "🏽")],
)
def test_texts_are_compared_without_what_makes_no_other_name(text: str, same: str) -> None:
    assert plain(text) == same


def test_a_text_may_be_with_an_article_and_a_plural() -> None:
    assert forms_of("The Foxes") == ["the foxes", "foxes", "foxe", "fox"]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("león", "leon"),
        ("лётчик", "летчик"),
        ("कमीज़", "कमीज"),
        ("がく", "がく"),
        ("한국", "한국"),
        ("fox", "fox"),
        ("größe", "große"),
    ],
)
def test_accents_are_left_out_where_they_make_no_other_sign(text: str, bare: str) -> None:
    assert without_accents(text) == bare


def test_a_text_with_accents_may_be_meant_without() -> None:
    assert forms_of("El León") == ["el león", "león", "el leon", "leon"]


def test_everyday_words_are_those_of_names() -> None:
    assert everyday("An old lady") == "an old woman"
    assert everyday("ladybug") == "ladybug"


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("fox", "fox"),
        ("delivery truck", "truck"),
        ("money with wings", "money"),
        ("flag: Spain", ""),
        ("dashing away", ""),
        ("", ""),
    ],
)
def test_the_head_of_a_name_says_what_it_is(name: str, head: str) -> None:
    assert head_of(name) == head


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("größer", True), ("une pomme", True), ("苹果", True), ("an apple", False), ("apple", False)],
)
def test_texts_in_other_languages_are_known_by_letters_or_articles(text: str, foreign: bool) -> None:
    assert looks_foreign(text) == foreign


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
