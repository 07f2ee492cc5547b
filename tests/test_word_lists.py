"""The lists of words in a checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from multimodal.data import phrases
from multimodal.tensor_folder import CheckpointError
from multimodal.word_lists import (
    DESCRIPTIONS_FILE,
    MALFORMED_FILE,
    NAMES_FILE,
    STYLES_FILE,
    WORDS_FILE,
    load_lists,
    load_name_table,
    load_names,
    load_nested_lists,
)


def test_names_are_read_and_may_be_missing(tmp_path: Path) -> None:
    assert load_names(tmp_path) == {}
    (tmp_path / NAMES_FILE).write_text('{"en": ["fox", "pen", "fox"], "zh": ["狐狸", "", "狐"]}', encoding="utf-8")
    assert load_names(tmp_path) == {"en": ["fox", "pen"], "zh": ["狐", "狐狸"]}
    assert load_name_table(tmp_path) == {"en": ["fox", "pen", "fox"], "zh": ["狐狸", "", "狐"]}


@pytest.mark.parametrize("text", ["", "[]", '{"en": 1}', '{"en": ["fox"], "zh": []}', "\0"])
def test_a_damaged_list_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / NAMES_FILE).write_text(text)
    with pytest.raises(CheckpointError, match=r"names\.json (is no list of names|cannot be read)"):
        load_names(tmp_path)


def test_names_without_english_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / NAMES_FILE).write_text('{"zh": ["苹果"]}', encoding="utf-8")
    with pytest.raises(CheckpointError, match="has no English names"):
        load_name_table(tmp_path)


def test_words_are_read_and_may_be_missing(tmp_path: Path) -> None:
    assert load_nested_lists(tmp_path / WORDS_FILE) == {}
    (tmp_path / WORDS_FILE).write_text('{"nouns": {"dog": ["hound", "犬"]}, "others": {}}', encoding="utf-8")
    assert load_nested_lists(tmp_path / WORDS_FILE) == {"nouns": {"dog": ["hound", "犬"]}, "others": {}}


def test_descriptions_are_read_and_may_be_missing(tmp_path: Path) -> None:
    assert load_nested_lists(tmp_path / DESCRIPTIONS_FILE) == {}
    (tmp_path / DESCRIPTIONS_FILE).write_text('{"en": {"dog": ["pet"]}, "related": {}}', encoding="utf-8")
    assert load_nested_lists(tmp_path / DESCRIPTIONS_FILE) == {"en": {"dog": ["pet"]}, "related": {}}
    (tmp_path / DESCRIPTIONS_FILE).write_text('{"en": ["dog"]}', encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"descriptions\.json is no list of names"):
        load_nested_lists(tmp_path / DESCRIPTIONS_FILE)


def test_names_of_styles_are_read_and_may_be_missing(tmp_path: Path) -> None:
    assert load_lists(tmp_path / STYLES_FILE) == load_lists(tmp_path / MALFORMED_FILE) == {}
    (tmp_path / STYLES_FILE).write_text('{"flat": ["fox"], "line": []}', encoding="utf-8")
    assert load_lists(tmp_path / STYLES_FILE) == {"flat": ["fox"], "line": []}
    (tmp_path / STYLES_FILE).write_text('{"flat": "fox"}', encoding="utf-8")
    with pytest.raises(CheckpointError, match=r"styles\.json is no list of names"):
        load_lists(tmp_path / STYLES_FILE)


@pytest.mark.parametrize("text", ["", "[]", '{"nouns": []}', '{"nouns": {"dog": 1}}'])
def test_damaged_words_are_named(text: str, tmp_path: Path) -> None:
    (tmp_path / WORDS_FILE).write_text(text)
    with pytest.raises(CheckpointError, match=r"words\.json (is no list of names|cannot be read)"):
        load_nested_lists(tmp_path / WORDS_FILE)


def test_the_bundled_model_was_shown_its_names_in_six_styles(bundled_checkpoint: Path) -> None:
    styles, names = load_lists(bundled_checkpoint / "dit" / STYLES_FILE), load_names(bundled_checkpoint / "dit")["en"]
    assert sorted(styles) == sorted(phrases.STYLES)
    assert set().union(*styles.values()) == set(names)


def test_the_bundled_words_are_near_to_names_that_the_bundled_model_learnt(bundled_checkpoint: Path) -> None:
    lists = load_nested_lists(bundled_checkpoint / "clip" / WORDS_FILE)
    names = set(load_names(bundled_checkpoint / "dit")["en"])
    near = {word: name for words in lists.values() for name, found in words.items() for word in found}
    assert set(near.values()) <= names
    assert not names & near.keys()
    right = {"coffee": "hot beverage", "咖啡": "hot beverage", "kaffee": "hot beverage", "hound": "dog", "mist": "fog"}
    assert {word: near.get(word) for word in right} == right
    assert not {"squaw", "eskimo", "penis"} & near.keys()


def test_the_bundled_descriptions_are_of_names_that_the_bundled_model_learnt(bundled_checkpoint: Path) -> None:
    names = set(load_names(bundled_checkpoint / "dit")["en"])
    described = load_nested_lists(bundled_checkpoint / "clip" / DESCRIPTIONS_FILE)
    assert {*phrases.LANGUAGES, "related"} == described.keys()
    assert set().union(*described.values()) <= names
