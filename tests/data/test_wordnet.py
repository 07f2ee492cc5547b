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
    ("5", "verb.contact", ["dog"], []),  # cannot be drawn
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    columns = dict(zip(("synset", "topic", "members", "hypernyms"), zip(*ROWS, strict=True), strict=True))
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), tmp_path / "wordnet.parquet")
    return tmp_path / "wordnet.parquet"


def test_known_things_and_what_is_just_below_them_are_taken(table: Path) -> None:
    synsets = load_synsets(table, {"dog", "cat"})
    assert synsets == [
        Synset(("dog", "domestic dog"), ()),
        Synset(("puppy",), ("dog", "domestic dog")),
    ]


def test_a_pair_is_a_word_and_something_else_that_is_near_it() -> None:
    synset = Synset(("car", "auto"), ("vehicle",))
    pairs = {synset.pair(random.Random(seed)) for seed in range(200)}
    assert pairs == {(word, near) for word, other in (("car", "auto"), ("auto", "car"))
                     for near in (other, "vehicle")}  # fmt: skip
