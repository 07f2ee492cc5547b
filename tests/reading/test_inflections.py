"""Words in other forms: found by their stems, in the languages of their script."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from multimodal.reading import inflections
from multimodal.reading.inflections import Inflections, _stem, languages_of

KNOWN = {
    "ru": {"собака": "dog", "кит": "whale", "белый медведь": "polar bear"},
    "it": {"gatto": "cat", "mela": "red apple"},
    "de": {"Apfel": "red apple", "Hund": "dog"},
    "hi": {"कुत्ता": "dog"},
}
WORDS = {word.casefold(): name for words in KNOWN.values() for word, name in words.items()} | {"猫": "cat"}
INFLECTIONS = Inflections(WORDS, KNOWN)


@pytest.mark.parametrize(
    ("word", "name"),
    [("собаку", "dog"), ("собака", "dog"), ("gatti", "cat"), ("mele", "red apple"), ("äpfel", "red apple"),
     ("hunde", "dog"), ("कुत्ते", "dog"), ("猫", "cat")],
)  # fmt: skip
def test_words_are_known_in_every_form(word: str, name: str) -> None:
    assert INFLECTIONS[word] == name
    assert word in INFLECTIONS


@pytest.mark.parametrize("word", ["кит.", "медведя", "cane", "狗", "кит собака", "", "🐶"])
def test_parts_of_names_and_other_words_are_not(word: str) -> None:
    assert INFLECTIONS.by_stem(word) is None
    assert word not in INFLECTIONS


@pytest.mark.parametrize(
    ("word", "name"),
    [("polizeihund", "dog"), ("schäferhunde", "dog"), ("bratäpfel", "red apple"), ("hund", None), ("a hund", None),
     ("gattohund1", None), ("supergatto", None), ("", None)],
)  # fmt: skip
def test_the_last_part_of_a_german_compound_says_what_it_is(word: str, name: str | None) -> None:
    assert INFLECTIONS.by_last_part(word) == name


def test_what_is_iterated_are_the_words_themselves() -> None:
    assert (list(INFLECTIONS), len(INFLECTIONS)) == (list(WORDS), len(WORDS))
    with pytest.raises(KeyError):
        INFLECTIONS["cane"]


@pytest.mark.parametrize(
    ("word", "first"), [("gatti", True), ("mela", True), ("hunde", False), ("собаку", False), ("猫", False)]
)
def test_in_some_languages_a_noun_comes_before_what_is_said_of_it(word: str, first: bool) -> None:
    assert INFLECTIONS.is_head_first(word) == first


def test_the_script_says_which_languages_a_word_may_be_of() -> None:
    assert list(languages_of("собака")) == ["ru"]
    assert list(languages_of("كلب")) == ["ar"]
    assert list(languages_of("gatto")) == ["es", "fr", "de", "it", "pt"]
    assert list(languages_of("猫")) == []


def test_threads_do_not_mix_up_their_words() -> None:
    words = [f"слово{letters}ами" for letters in ("к", "нн", "ст", "вл", "р")] * 200
    alone = [_stem(word, "ru") for word in words]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(_stem, words, ["ru"] * len(words))) == alone


def test_what_is_longer_than_any_compound_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []
    monkeypatch.setattr(inflections, "_stem", lambda word, language: taken.append(word) or word)
    words = Inflections({}, {"de": {"Katze": "cat"}})
    assert words.by_last_part("baby" * 3 + "katze") == "cat"
    before = len(taken)
    assert words.by_last_part("baby" * 400 + "katze") is None
    assert len(taken) == before


def test_arabic_words_may_have_their_article() -> None:
    assert Inflections({"شاي": "tea"}, {}).get("الشاي") == "tea"
