"""What names are described by: keywords, and words of names that share some with them."""

from __future__ import annotations

from multimodal.data.captions import Subject
from multimodal.data.descriptions import RELATED, descriptions

RAGE = {"fr": ["colère", "rage"], "de": ["Wut", "wütend"], "es": ["enojo", "ira"]}
SUBJECTS = [
    Subject("1", {"en": "angry face", "fr": "visage en colère"}, {"en": ["mad", "rage"], **RAGE}),
    Subject("2", {"en": "enraged face", "fr": "visage rouge"}, {"en": ["mad", "Angry"], **RAGE}),
    Subject("3", {"en": "pouting cat", "fr": "chat boudeur"}, {"en": ["cat pet"], **RAGE}, style="flat"),
    Subject("3", {"en": "pouting cat", "fr": "chat boudeur"}, {"en": ["cat pet"], **RAGE}, style="line"),
    Subject("4", {"en": "cat", "fr": "chat"}, {"en": ["pet"], "zh": ["小猫"]}),
    Subject("5", {"en": "dog", "fr": "chien"}, {"en": ["pet"]}),
    Subject("6", {"en": "tree"}, {}),
]


def test_keywords_are_words_that_are_not_in_the_name() -> None:
    lists = descriptions(SUBJECTS)
    assert lists["en"] == {
        "angry face": ["mad", "rage"], "enraged face": ["mad", "angry"], "pouting cat": ["pet"], "cat": ["pet"],
        "dog": ["pet"],
    }  # fmt: skip
    assert lists["zh"] == {"cat": ["小猫"]}


def test_words_are_related_to_names_that_share_keywords_in_any_language() -> None:
    related = descriptions(SUBJECTS)[RELATED]
    assert {"angry", "mad"} <= {*related["pouting cat"]}
    assert "angry" not in related.get("dog", []) + related.get("tree", [])
    assert "pet" not in related["pouting cat"]  # which is a keyword


def test_captions_without_keywords_are_described_by_nothing() -> None:
    assert descriptions([Subject("1", {"en": "a blob"}, {}), Subject("2", {"en": "a bird"}, {})])[RELATED] == {}


def test_what_one_sees_describes_a_name_as_its_keywords_do() -> None:
    lists = descriptions(SUBJECTS, {"tree": ["trunk", "tree", "leaf"], "dog": ["pet", "tail"], "moon": ["round"]})["en"]
    assert (lists["tree"], lists["dog"]) == (["trunk", "leaf"], ["pet", "tail"])
    assert "moon" not in lists
