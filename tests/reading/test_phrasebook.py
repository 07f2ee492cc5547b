"""What languages have in the phrasebook: expressions that work, each under a key that is asked for."""

import re
from pathlib import Path

import pytest

from multimodal.data.phrases import LANGUAGES
from multimodal.reading import phrasebook
from multimodal.reading.phrasebook import any_of, any_said, compiled, literal, said, said_by_word

KEYS = {key for language in LANGUAGES for key in phrasebook._book(language)}


def test_each_language_has_a_file_and_there_is_no_other() -> None:
    assert {path.stem for path in phrasebook.FOLDER.iterdir()} == {*LANGUAGES}


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_is_asked_for(key: str) -> None:
    sources = "".join(path.read_text("utf-8") for path in Path(phrasebook.__file__).parent.glob("*.py"))
    assert re.search(rf"(?:said|said_by_word)\(['\"]{key}['\"]", sources)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_expression_of_a_language_works_and_begins_no_group_that_has_no_name(language: str) -> None:
    book = phrasebook._book(language)
    texts = [text for texts in book.values() if isinstance(texts, list) for text in texts]
    texts += [text for table in book.values() if isinstance(table, dict) for texts in table.values() for text in texts]
    assert texts
    for text in texts:
        if "(?(article)" not in text:
            assert re.compile(text).groups == len(re.compile(text).groupindex)


@pytest.mark.parametrize(("key", "places"), [("around", 2), ("pairs", 2), ("sides", 2), ("between", 0)])
def test_what_is_said_around_two_things_has_a_place_for_each_and_what_is_between_has_none(key: str, places: int) -> None:
    kinds = {kind for language in LANGUAGES for kind in phrasebook._book(language).get(key, {})}
    texts = [text for kind in kinds for text in said(key, kind)]
    assert texts
    assert [text for text in texts if ("{a}" in text) + ("{b}" in text) != places] == []


def test_languages_come_in_their_order_and_one_can_be_asked_alone() -> None:
    assert said("please")[0] == "please"
    assert said("please", languages=["de"]) == ["bitte"]
    assert any_said("between", "has", ["ru"]) == "с|со"
    assert said("please", languages=["hi"]) == []  # it has none


def test_what_is_said_with_a_word() -> None:
    assert said_by_word("article_in")["nel"] == "il "


def test_the_longest_of_some_words_is_found_and_signs_are_no_expressions() -> None:
    assert re.match(any_of(["a", "a b", "a.b"]), "a b")[0] == "a b"  # type: ignore[index]
    assert not re.fullmatch(any_of(["a.b"]), "a b")


def test_places_become_groups_and_signs_of_captions_stay_signs() -> None:
    [pattern] = compiled([literal("{a} (in {color})?")], {"color": "(?:red|blue)"})
    found = pattern.fullmatch("A Fox (in RED)?")
    assert found is not None
    assert found["a"] == "A Fox"


def test_the_same_expression_is_compiled_once() -> None:
    assert len(compiled(["{a} und {b}", "{a} und {b}"])) == 1
