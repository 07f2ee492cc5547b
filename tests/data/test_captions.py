"""Captions: what they may contain, in which languages, and that a seed gives one caption."""

from __future__ import annotations

import random
from dataclasses import replace
from string import Formatter

import pytest

from multimodal.collage.arrangement import COUNT_ROWS
from multimodal.data.captions import (
    Composite,
    Subject,
    caption,
    composite_caption,
    contrary,
    drawn_styles,
    name_table,
    names_by_style,
    plural,
    short_caption,
)
from multimodal.data.composition import KINDS, SHAPE_COLORS
from multimodal.data.phrases import COLORS, LANGUAGES, NUMBERS, PATTERNS, phrase

APPLE = Subject(
    "apple",
    names={language: f"apple-{language}" for language in LANGUAGES} | {"en": "apple"},
    keywords={"en": ["fruit", "food"]},
    style="3d",
    colors=("red", "green"),
)
STAR = Subject("star", names={"en": "star"}, keywords={}, style="3d")


def captions(count: int = 400) -> list[str]:
    return [caption(APPLE, random.Random(seed)) for seed in range(count)]


def test_a_seed_gives_one_caption() -> None:
    assert captions() == captions()
    composite = Composite("left", APPLE, STAR)
    assert len({composite_caption(composite, random.Random(7)) for _ in range(5)}) == 1


def test_the_table_of_names_has_a_row_for_each_thing() -> None:
    names = name_table([APPLE, STAR, APPLE])
    assert names["en"] == ["apple", "star"]
    assert names["zh"] == ["apple-zh", ""]
    more = name_table([STAR, STAR], {"en": ["apple", "pen"], "la": ["malum", ""]})
    assert more == {"en": ["apple", "pen", "star"], "la": ["malum", "", ""]}


def test_the_names_of_each_style_are_what_was_drawn_in_it() -> None:
    flat, line = replace(APPLE, style="flat"), replace(APPLE, style="line")
    assert names_by_style([line, flat, flat, replace(STAR, style="")]) == {"flat": ["apple"], "line": ["apple"]}
    assert names_by_style([flat], {"noto": ["pen"], "flat": ["pen"]}) == {"flat": ["pen", "apple"], "noto": ["pen"]}


@pytest.mark.parametrize(
    ("drawn", "styles"),
    [
        ([("fox", "flat"), ("fox", "3d"), ("cat", "line")], ("3d", "flat", "line")),
        ([("fox", "flat"), ("cat", "3d")], ()),  # nothing tells what is the style and what the thing
        ([("fox", "flat"), ("fox", "flat"), ("fox", "")], ()),
        ([], ()),
    ],
)
def test_styles_are_learnt_from_things_that_are_drawn_in_two(drawn: list, styles: tuple) -> None:
    subjects = [Subject(concept, {"en": concept}, {}, style) for concept, style in drawn]
    assert drawn_styles(subjects) == styles


def test_every_caption_names_the_subject_and_nothing_foreign() -> None:
    allowed = {"apple", "an", "a", "fruit", "food", "3d", "style", "red", "green", "and"}
    for text in captions():
        assert "apple" in text
        assert {word for word in text.replace(",", "").split() if not word.startswith("apple-")} <= allowed, text


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [
        (("3d style",), 0.5, 0.95),
        (("fruit",), 0.1, 0.5),
        (("red and green",), 0.15, 0.45),
        (("an apple",), 0.3, 0.7),
        (tuple(f"apple-{language}" for language in LANGUAGES[1:]), 0.1, 0.3),
    ],
)
def test_how_often_captions_mention_what(words: tuple[str, ...], low: float, high: float) -> None:
    texts = captions()
    assert low < sum(any(word in text for word in words) for text in texts) / len(texts) < high


def test_every_language_is_spoken() -> None:
    texts = [short_caption(APPLE, random.Random(seed)) for seed in range(600)]
    assert {language for language in LANGUAGES[1:] if any(f"apple-{language}" in text for text in texts)} == set(
        LANGUAGES[1:]
    )


def test_a_subject_without_style_colours_and_keywords_is_just_named() -> None:
    plain = Subject("owl", names={"en": "owl"}, keywords={})
    assert {caption(plain, random.Random(seed)) for seed in range(50)} == {"owl", "an owl"}


@pytest.mark.parametrize("table", [COLORS, NUMBERS, PATTERNS], ids=["colors", "numbers", "patterns"])
def test_tables_have_a_word_for_every_language(table: dict) -> None:
    assert all(len(row) == len(LANGUAGES) == 12 and all(row) for row in table.values())


@pytest.mark.parametrize("kind", PATTERNS)
def test_patterns_name_the_same_things_in_every_language(kind: str) -> None:
    expected = {"count": {"n", "a"}, "colored": {"color", "a"}, "disc": {"a", "color"}, "square": {"a", "color"}}
    for language in LANGUAGES:
        fields = [field for _, field, _, _ in Formatter().parse(phrase(PATTERNS, kind, language)) if field]
        assert sorted(fields) == sorted(expected.get(kind, {"a", "b"}))


def test_everything_that_is_composed_can_be_said() -> None:
    assert set(KINDS) == set(PATTERNS)
    assert set(NUMBERS) < set(COUNT_ROWS)
    assert set(SHAPE_COLORS) <= set(COLORS)


@pytest.mark.parametrize("kind", PATTERNS)
def test_a_composite_is_described_whole_in_every_language(kind: str) -> None:
    second = STAR if kind in ("and", "left", "right", "above", "below", "big_small") else None
    composite = Composite(kind, APPLE, second, number=3, color="blue" if kind in ("colored", "disc", "square") else "")
    texts = [composite_caption(composite, random.Random(seed)) for seed in range(300)]
    for text in texts:
        assert "apple" in text
        assert not second or "star" in text
        assert kind != "count" or any(word in text for word in ("3", *NUMBERS[3]))
        assert not composite.color or any(word in text for word in COLORS["blue"])
        assert "{" not in text
    spoken = {language for language in LANGUAGES[1:] if any(f"apple-{language}" in text for text in texts)}
    assert len(spoken) == 11
    assert 0.5 < sum(text.endswith(", 3d style") for text in texts) / len(texts) < 0.9


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("left", {"apple to the left of star", "an apple to the left of a star"}),
        ("below", {"apple below star", "an apple below a star"}),
        ("and", {"apple and star", "an apple and a star"}),
        ("big_small", {"a big apple and a small star"}),
    ],
)
def test_order_and_articles_in_english(kind: str, expected: set[str]) -> None:
    plain = (Subject("apple", {"en": "apple"}, {}), Subject("star", {"en": "star"}, {}))
    texts = {composite_caption(Composite(kind, *plain), random.Random(seed)) for seed in range(200)}
    assert expected <= texts


def test_a_name_with_an_article_gets_no_second_one() -> None:
    texts = {caption(Subject("a blorp", {"en": "A blorp"}, {}), random.Random(seed)) for seed in range(50)}
    assert texts == {"A blorp"}


def test_counted_things_are_plural_in_english() -> None:
    texts = {composite_caption(Composite("count", APPLE, number=4), random.Random(seed)) for seed in range(100)}
    assert {"four apples, 3d style", "4 apples, 3d style"} <= texts


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("apple", "apples"),
        ("box", "boxes"),
        ("cherry", "cherries"),
        ("key", "keys"),
        ("church", "churches"),
        ("glasses", "glasses"),
        ("wine glass", "wine glasses"),
        ("mouse", "mice"),
        ("snowman", "snowmen"),
        ("woman", "women"),
        ("fox", "foxes"),
        ("human", "humans"),
        ("wolf", "wolves"),
    ],
)
def test_plural(noun: str, expected: str) -> None:
    assert plural(noun) == expected


@pytest.mark.parametrize("composite", [
    Composite("left", APPLE, STAR), Composite("above", APPLE, STAR), Composite("big_small", APPLE, STAR),
    Composite("count", APPLE, number=3), Composite("colored", APPLE, color="blue"), Composite("disc", APPLE, color="red"),
])  # fmt: skip
def test_a_contrary_is_of_the_same_things_but_no_caption_fits_both(composite: Composite) -> None:
    other = contrary(composite, random.Random(0))
    assert other is not None
    assert other.kind == composite.kind
    assert {other.first.concept, other.second and other.second.concept} == {
        composite.first.concept, composite.second and composite.second.concept
    }  # fmt: skip
    captions, others = ({composite_caption(c, random.Random(seed)) for seed in range(300)} for c in (composite, other))
    assert not captions & others


def test_two_things_in_no_order_have_no_contrary() -> None:
    assert contrary(Composite("and", APPLE, STAR), random.Random(0)) is None
