"""The words that are nearest to each name: keywords in all languages, and words from WordNet."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from multimodal.data.captions import Subject
from multimodal.data.synonyms import flags, words_by_name
from multimodal.data.wordnet import Synset

SUBJECTS = [
    Subject("1", {"en": "hot beverage", "zh": "热饮"}, {"en": ["coffee", "tea"], "de": ["Kaffee"], "zh": ["咖啡"]}),
    Subject("2", {"en": "bubble tea", "de": "Bubble Tea"}, {"en": ["tea", "milk"], "de": ["Perle"]}),
    Subject("3", {"en": "crown"}, {"en": ["king", "queen", "royal"], "de": ["Hot"]}),
    Subject("4", {"en": "old prince"}, {"en": ["king", "royal"]}),
    Subject("5", {"en": "mage"}, {"en": ["Wizard"]}),
    Subject("6", {"en": "magic wand"}, {"en": ["wizard", "trick", "princes"]}),
]  # fmt: skip
SYNSETS = [
    Synset(("espresso", "coffee"), ("hot beverage",), (0.5,), main="espresso"),
    Synset(("king", "monarch"), ("crown", "mage"), (0.4, 0.3), main="king"),
    Synset(("monarch",), ("mage", "crown"), (0.2, 0.01), main="monarch"),
    Synset(("monarch",), ("old prince",), (0.5,), drawable=False, main="monarch"),
    Synset(("royal",), ("mage",), (0.9,), main="royal"),
    Synset(("hot spring", "perle", "spa"), ("mage",), (0.9,)),
    Synset(("brewing",), ("hot beverage",), (0.9,), drawable=False),
    Synset(("trick",), ("crown",), (0.9,), drawable=False),
    Synset(("magic",), ("crown",), (0.9,)),
]


def owner(word: str) -> str | None:
    lists = words_by_name(SUBJECTS, SYNSETS).values()
    found = [name for words in lists for name, near in words.items() if word in near]
    assert len(found) <= 1
    return found[0] if found else None


def test_nouns_are_those_that_can_be_drawn() -> None:
    lists = words_by_name(SUBJECTS, SYNSETS)
    nouns, others = ({word for words in lists[kind].values() for word in words} for kind in ("nouns", "others"))
    assert nouns == {"espresso", "coffee", "king", "monarch", "royal", "perle", "spa"}
    assert others == {"kaffee", "咖啡", "milk", "queen", "wizard", "trick"}


def test_a_keyword_in_any_language_has_a_name_that_has_it() -> None:
    assert owner("coffee") == owner("kaffee") == owner("咖啡") == "hot beverage"
    assert owner("perle") == "mage"  # which is an English word, although it is a keyword in German


def test_of_several_the_nearest_in_meaning_is_chosen_else_that_with_the_fewest_keywords() -> None:
    assert owner("king") == "crown"
    assert owner("royal") == "old prince"  # the mage is nearer, but has not this keyword
    assert owner("wizard") == "mage"


def test_of_several_that_wordnet_does_not_have_near_one_that_begins_like_the_word_is_chosen() -> None:
    subjects = [
        Subject("1", {"en": "pile of poo"}, {"en": ["poop", "comic", "potty"], "de": ["poop-emoji", "pot"]}),
        Subject("2", {"en": "plunger"}, {"en": ["poop", "potty"], "de": ["pot"]}),
    ]
    words = words_by_name(subjects, [])["others"]
    assert {name: set(near) for name, near in words.items()} == {
        "pile of poo": {"poop", "comic", "poop-emoji"},
        "plunger": {"potty", "pot"},  # "po" is too short, and the German word is not like an English one
    }


def test_a_word_of_names_that_means_another_name_is_listed() -> None:
    subjects = [
        Subject("1", {"en": "automobile"}, {"en": ["car", "drive"]}),
        Subject("2", {"en": "railway car"}, {"en": ["car"]}),
        Subject("3", {"en": "police car"}, {"en": ["drive"]}),
    ]
    synsets = [
        Synset(("car", "auto"), ("automobile", "railway car"), (0.5, 0.1), main="car"),
        Synset(("car", "railcar"), ("railway car",), (0.6,), main="car"),
        Synset(("police",), ("police car",), (0.6,), main="police"),  # is no keyword of it
    ]
    words = words_by_name(subjects, synsets)["nouns"]
    assert words["automobile"] == ["auto", "car"]
    assert words["railway car"] == ["railcar"]
    assert "police" not in words.get("police car", [])


def test_what_a_flag_is_called_otherwise_is_listed(tmp_path: Path) -> None:
    subjects = [Subject("1", {"en": "flag: Spain"}, {"en": ["flag"]}), Subject("2", {"en": "Spain"}, {})]
    row = {"topic": "adj.pert", "members": ["Spanish"], "definition": "of or relating to Spain"}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "wordnet.parquet")
    called = flags(subjects, tmp_path / "wordnet.parquet")
    assert called == {"flag: Spain": ["spanish flag"]}
    assert words_by_name(subjects, [], called)["others"] == {"flag: Spain": ["spanish flag"]}


def test_the_emoji_itself_is_a_word_for_it() -> None:
    subjects = [Subject("1", {"en": "red heart"}, {"en": ["love"]}, character="❤"), Subject("2", {"en": "pen"}, {})]
    assert words_by_name(subjects, [])["others"] == {"red heart": ["love", "❤"]}


def test_a_word_that_is_in_a_name_stays_as_it_is() -> None:
    assert owner("tea") is None
    assert owner("magic") is None
    assert owner("hot spring") is None
    assert owner("princes") is None
    assert owner("hot") is None  # is in an English name, although it is a keyword in German


def test_other_words_have_the_name_nearest_to_all_their_meanings() -> None:
    assert owner("espresso") == "hot beverage"
    assert owner("monarch") == "mage"
    assert owner("brewing") is None
    assert owner("trick") == "magic wand"


def test_words_of_the_thesaurus_have_the_name_that_it_gives_them_and_are_listed_by_language() -> None:
    thesaurus = {"en": {"crown": ["king", "tiara"]}, "fr": {"mage": ["coffee", "tiara"]}}
    words = words_by_name(SUBJECTS, SYNSETS, thesaurus=thesaurus)
    assert {language: words[language] for language in thesaurus} == thesaurus
    assert "king" in words["nouns"]["crown"]
    assert "coffee" in words["nouns"]["mage"]
    assert not {"tiara", "king"} & {word for near in words["others"].values() for word in near}
