"""The vocabulary: what is a name, what is another word for one, and how it may be typed."""

from __future__ import annotations

import pytest

from multimodal.reading.vocabulary import Vocabulary, is_feeling

TABLE = {
    "en": ["lion", "paperclip", "trumpet", "hat"],
    "es": ["león", "clip", "trompeta", ""],
    "fr": ["lion", "trombone", "", "té"],
}
WORDS = {
    "nouns": {"trumpet": ["trombone", "horn"], "hat": ["cap"]},
    "others": {"lion": ["roar", "no name"], "unknown": ["roar"]},
    "en": {"trumpet": ["trombone"], "hat": ["sombrero"]},
    "ru": {"hat": ["ушанка", "шляпа"]},
    "de": {"hat": ["mütze"], "paperclip": ["sombrero"]},
}  # fmt: skip
VOCABULARY = Vocabulary(TABLE, WORDS, {})


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("león", "lion"),
        ("el León", "lion"),
        ("leon", "lion"),
        ("leones", "lion"),
        ("trompeta", "trumpet"),
        ("té", "hat"),
        ("te", "te"),
    ],
)
def test_names_are_known_without_their_accents_but_for_very_short_ones(text: str, name: str) -> None:
    assert VOCABULARY.english_name(text) == name


def test_an_english_noun_for_which_people_chose_a_name_is_no_name_of_another_language() -> None:
    assert VOCABULARY.english_name("a trombone") == "trumpet"


@pytest.mark.parametrize(
    ("text", "noun", "synonym", "chosen"),
    [
        ("a cap", True, True, False),
        ("caps", True, True, False),
        ("roar", False, True, False),
        ("mutze", False, True, False),
        ("Mütze", False, True, False),
        ("a trombone", True, True, True),
        ("a dog", False, False, False),
    ],
)
def test_words_for_names_are_nouns_or_others_or_chosen_by_people(
    text: str, noun: bool, synonym: bool, chosen: bool
) -> None:
    assert (VOCABULARY.is_noun(text), VOCABULARY.is_synonym(text), VOCABULARY.is_chosen(text)) == (noun, synonym, chosen)


@pytest.mark.parametrize(("text", "name"), [("шляпе", "hat"), ("ушанку", "hat"), ("sombrero", None), ("котика", None)])
def test_other_forms_of_words_in_other_scripts_are_known(text: str, name: str | None) -> None:
    assert VOCABULARY.english_name(text) == (name or text)


def test_a_word_of_several_languages_means_what_it_does_in_the_first() -> None:
    assert VOCABULARY.synonyms["sombrero"] == "hat"


@pytest.mark.parametrize(
    ("name", "feeling"),
    [
        ("smiling face with halo", True),
        ("hands up", True),
        ("thumbs down", True),
        ("fox", False),
        ("fox face", False),
        ("face mask", True),
        ("", False),
    ],
)
def test_faces_and_hands_say_what_one_feels(name: str, feeling: bool) -> None:
    assert is_feeling(name, {"fox"}) == feeling


def test_faces_of_animals_are_no_smileys() -> None:
    vocabulary = Vocabulary({"en": ["nerd face", "cat face", "cat"]}, {}, {})
    assert [name for name in vocabulary.english_names if vocabulary.is_smiley(name)] == ["nerd face"]
