"""Words that mean nearly the same: drawable things near the known words, and what is near each of them."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from multimodal.data.wordnet import Synset, load_synsets

ROWS = [
    ("1", "noun.animal", ["dog", "domestic dog"], ["9"]),
    ("2", "noun.animal", ["puppy"], ["1"]),
    ("3", "noun.animal", ["mitten crab"], ["4"]),  # near nothing that is known
    ("4", "noun.animal", ["crustacean"], []),
    ("5", "verb.contact", ["bark"], ["1"]),  # cannot be drawn
    ("6", "noun.animal", ["cat"], ["9"]),  # itself a name
    ("7", "noun.animal", ["wolf"], ["9"]),
    ("9", "noun.animal", ["carnivore"], []),
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    columns = dict(zip(("synset", "topic", "members", "hypernyms"), zip(*ROWS, strict=True), strict=True))
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), tmp_path / "wordnet.parquet")
    return tmp_path / "wordnet.parquet"


def test_words_have_the_nearest_names_wider_narrower_or_beside_them(table: Path) -> None:
    assert load_synsets(table, {"dog", "cat"}) == [
        Synset(("domestic dog",), ("dog",)),
        Synset(("puppy",), ("dog",)),
        Synset(("wolf",), ("cat", "dog")),
        Synset(("carnivore",), ("cat", "dog")),
    ]


def test_a_pair_is_one_of_the_words_and_one_of_the_names() -> None:
    synset = Synset(("car", "auto"), ("vehicle",))
    pairs = {synset.pair(random.Random(seed)) for seed in range(200)}
    assert pairs == {(word, name) for word in ("car", "a car", "auto", "an auto") for name in ("vehicle", "a vehicle")}
