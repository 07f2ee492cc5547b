"""The lists of words in a checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from multimodal.checkpoint import CheckpointError
from multimodal.word_lists import NAMES, WORDS, load_name_table, load_names, load_words


def test_names_are_read_and_may_be_missing(tmp_path: Path) -> None:
    assert load_names(tmp_path) == {}
    (tmp_path / NAMES).write_text('{"en": ["fox", "pen", "fox"], "zh": ["狐狸", "", "狐"]}', encoding="utf-8")
    assert load_names(tmp_path) == {"en": ["fox", "pen"], "zh": ["狐", "狐狸"]}
    assert load_name_table(tmp_path) == {"en": ["fox", "pen", "fox"], "zh": ["狐狸", "", "狐"]}


@pytest.mark.parametrize("text", ["", "[]", '{"en": 1}', '{"en": ["fox"], "zh": []}', "\0"])
def test_a_damaged_list_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / NAMES).write_text(text)
    with pytest.raises(CheckpointError, match=r"names\.json is not a list of names"):
        load_names(tmp_path)


def test_words_are_read_and_may_be_missing(tmp_path: Path) -> None:
    assert load_words(tmp_path) == {}
    (tmp_path / WORDS).write_text('{"dog": ["hound", "\u72ac"]}', encoding="utf-8")
    assert load_words(tmp_path) == {"dog": ["hound", "犬"]}


def test_the_bundled_words_are_near_to_names_that_the_bundled_model_learnt(bundled_checkpoint: Path) -> None:
    words, names = load_words(bundled_checkpoint / "clip"), set(load_names(bundled_checkpoint / "dit")["en"])
    assert words.keys() <= names
    assert not names & {word for near in words.values() for word in near}
    assert {"coffee", "咖啡", "kaffee"} <= set(words["hot beverage"])
