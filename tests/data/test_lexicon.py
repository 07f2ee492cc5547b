"""The thesaurus, the dictionary and the other tables: what is in the files, and what is read of them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from multimodal.data import lexicon
from multimodal.data.lexicon import DICTIONARY, THESAURUS, load_dictionary, load_thesaurus, load_words
from multimodal.data.phrases import LANGUAGES
from multimodal.word_lists import load_name_table


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def name_table(bundled_checkpoint: Path) -> dict[str, list[str]]:
    return load_name_table(bundled_checkpoint / "dit")


def test_every_word_of_the_thesaurus_has_a_name_and_is_none(name_table: dict[str, list[str]]) -> None:
    words = [(row["language"], row["word"]) for row in rows(THESAURUS)]
    assert {language for language, _ in words} == {*LANGUAGES}
    assert len({*words}) == len(words)
    assert {row["name"] for row in rows(THESAURUS)} <= {*name_table["en"]}
    names = {(language, name.casefold()) for language in LANGUAGES for name in name_table[language]}
    assert names.isdisjoint(words)
    assert all(word == word.casefold().strip() != "" for _, word in words)


def test_every_line_of_the_dictionary_describes_a_name(name_table: dict[str, list[str]]) -> None:
    names = [row["name"] for row in rows(DICTIONARY)]
    assert len({*names}) == len(names)
    assert {*names} <= {*name_table["en"]}
    assert all(len(words) >= 5 for words in load_dictionary().values())


@pytest.mark.parametrize("table", ["colors", "everyday", "expressions", "numbers", "roles"])
def test_every_word_of_a_table_has_one_meaning_and_a_language(table: str) -> None:
    read = rows(THESAURUS.with_name(f"{table}.csv"))
    assert {row["language"] for row in read} == {*LANGUAGES} - ({"ja"} if table == "numbers" else set())
    assert len({row["word"] for row in read}) == len(read)
    assert all(row["word"] == row["word"].strip() != "" for row in read)
    assert sum(map(len, load_words(table).values())) == len(read)


@pytest.mark.parametrize("table", ["everyday", "expressions"])
def test_what_a_word_means_has_a_name(table: str, name_table: dict[str, list[str]]) -> None:
    names = {*name_table["en"], "face", "women"}  # words of names
    assert [meaning for meaning in load_words(table) if meaning not in names] == []


def test_words_of_one_language_can_be_had_alone() -> None:
    assert "half a dozen" in load_words("numbers", "en")["6"]
    assert "seis" not in load_words("numbers", "en")["6"]
    assert {"half a dozen", "seis"} <= {*load_words("numbers")["6"]}


def test_words_are_listed_by_language_for_the_names_that_are_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "thesaurus.csv"
    lines = ["language,word,name", "fr,pan,peacock", "en,pan,cooking", "en,skillet,cooking", "en,orc,ogre"]
    path.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(lexicon, "THESAURUS", path)
    words = load_thesaurus({"cooking", "peacock"})
    assert list(words) == [*LANGUAGES]
    assert (words["en"], words["fr"], words["de"]) == ({"cooking": ["pan", "skillet"]}, {"peacock": ["pan"]}, {})
