"""The thesaurus and the dictionary: what is in the files, and what is read of them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from multimodal.data import lexicon
from multimodal.data.lexicon import DICTIONARY, THESAURUS, load_dictionary, load_thesaurus
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


def test_words_are_listed_by_language_for_the_names_that_are_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "thesaurus.csv"
    lines = ["language,word,name", "fr,pan,peacock", "en,pan,cooking", "en,skillet,cooking", "en,orc,ogre"]
    path.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(lexicon, "THESAURUS", path)
    words = load_thesaurus({"cooking", "peacock"})
    assert list(words) == [*LANGUAGES]
    assert (words["en"], words["fr"], words["de"]) == ({"cooking": ["pan", "skillet"]}, {"peacock": ["pan"]}, {})
