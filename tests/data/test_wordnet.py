"""Words that mean nearly the same as a name: what a walk over the meanings ends at."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from multimodal.data.wordnet import Synset, adjectives_of, load_synsets

COLUMNS = ("synset", "topic", "members", "definition", "hypernyms")
ROWS = [
    ("1", "noun.animal", ["dog", "domestic dog"], "a canine that has been domesticated", ["9"]),
    ("2", "noun.animal", ["puppy"], "a young dog", ["1"]),
    ("3", "noun.animal", ["mitten crab"], "an edible crustacean", ["4"]),  # near nothing that is known
    ("4", "noun.animal", ["crustacean"], "an arthropod", []),
    ("5", "verb.contact", ["bark"], "make the noise of a dog", ["1"]),  # no noun
    ("6", "noun.animal", ["cat"], "a feline that purrs", ["9"]),
    ("7", "noun.person", ["cat"], "a spiteful woman", []),
    ("8", "noun.act", ["walkies"], "a stroll with a dog", []),  # cannot be drawn
    ("9", "noun.animal", ["carnivore", "Carnivora maxima"], "an animal that feeds on meat", []),
    ("10", "noun.person", ["gossip"], "a spiteful woman who talks", ["7"]),
    ("13", "noun.person", ["woman"], "an adult", []),
    ("14", "noun.person", ["cur"], "an insulting term for a dog; offensive", ["1"]),
    ("15", "noun.person", ["Molossian"], "a native of Molossia who keeps a dog", ["1"]),
    ("11", "noun.artifact", ["kennel"], "outbuilding that serves as a shelter for a dog", []),
    ("12", "noun.artifact", ["leash", "lead"], "a strap for a dog or for a cat", []),
]
KNOWN = {"dog": ["pet", "kennel"], "cat": ["pet", "purrs", "feline"], "woman": []}


def write_table(path: Path, rows: list[tuple]) -> Path:
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True))
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), path)
    return path


@pytest.fixture
def synsets(tmp_path: Path) -> dict[str, Synset]:
    """Those of the rows above, by their first word."""
    return {synset.words[0]: synset for synset in load_synsets(write_table(tmp_path / "wordnet.parquet", ROWS), KNOWN)}


@pytest.mark.parametrize(
    ("word", "name"),
    [("domestic dog", "dog"), ("puppy", "dog"), ("kennel", "dog"), ("walkies", "dog")],
)
def test_the_nearest_name_is_that_which_a_walk_from_the_word_ends_at(
    word: str, name: str, synsets: dict[str, Synset]
) -> None:
    assert synsets[word].names[0] == name
    assert synsets[word].probabilities == tuple(sorted(synsets[word].probabilities, reverse=True))


def test_a_name_is_meant_as_its_keywords_say(synsets: dict[str, Synset]) -> None:
    assert synsets["gossip"].names[0] == "woman"  # the cat is the one that purrs


def test_a_walk_also_ends_at_what_another_word_for_a_name_means(tmp_path: Path) -> None:
    table = write_table(tmp_path / "wordnet.parquet", ROWS)
    near = {synset.words[0]: synset.names[0] for synset in load_synsets(table, KNOWN, {"woman": ["crustacean"]})}
    assert near["mitten crab"] == "woman"


def test_what_is_near_to_two_names_is_as_near_to_each_as_its_definition_says(synsets: dict[str, Synset]) -> None:
    assert set(synsets["leash"].names[:2]) == {"dog", "cat"}
    assert sum(synsets["leash"].probabilities) <= 1


def test_what_is_no_noun_a_name_near_nothing_or_latin_is_no_word(synsets: dict[str, Synset]) -> None:
    words = {word for synset in synsets.values() for word in synset.words}
    assert not words & {"bark", "dog", "cat", "mitten crab", "crustacean", "carnivora maxima"}
    assert not words & {"cur", "molossian"}  # an insult, and a people


def test_what_cannot_be_drawn_is_marked(synsets: dict[str, Synset]) -> None:
    assert {word for word, synset in synsets.items() if not synset.drawable} == {"walkies"}


def test_a_pair_is_one_of_the_words_and_the_nearest_name() -> None:
    synset = Synset(("car", "auto"), ("vehicle", "wheel"), (0.5, 0.2))
    pairs = {synset.pair(random.Random(seed)) for seed in range(200)}
    assert pairs == {(word, name) for word in ("car", "a car", "auto", "an auto") for name in ("vehicle", "a vehicle")}


@pytest.mark.parametrize("known", [{}, {"xylophone": ["mallets"]}])
def test_where_no_word_is_known_nothing_is_near(known: dict[str, list[str]], tmp_path: Path) -> None:
    row = {"synset": ["1"], "topic": ["noun.animal"], "members": [["dog"]], "hypernyms": [[]]}
    pq.write_table(pa.table(row), tmp_path / "wordnet.parquet")
    assert load_synsets(tmp_path / "wordnet.parquet", known) == []


def test_adjectives_are_of_the_place_that_their_definition_says(tmp_path: Path) -> None:
    rows = [
        ("1", "adj.pert", ["French", "Gallic"], "of or pertaining to France or the people of France", []),
        ("2", "adj.pert", ["Nordic"], "relating to Norway and Scandinavia", []),
        ("3", "adj.pert", ["Costa Rican"], "of or relating to or characteristic of Costa Rica or its people", []),
        ("4", "adj.pert", ["Biedermeier"], "of or relating to a style of furniture developed in France", []),
        ("5", "adj.all", ["chic"], "of France", []),
        ("6", "adj.pert", ["Roman"], "of or relating to Rome", []),
        ("7", "adj.pert", ["dental"], None, []),
    ]
    found = adjectives_of(write_table(tmp_path / "wordnet.parquet", rows), {"France", "Norway", "Costa Rica", "Costa"})
    assert found == {"France": ["french", "gallic"], "Costa Rica": ["costa rican"]}
