"""Words that mean nearly the same, from WordNet: they teach the text encoder words that no caption has."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from datasets import load_dataset

TOPICS = ("animal", "artifact", "body", "food", "object", "person", "phenomenon", "plant")  # what can be drawn


@dataclass(frozen=True)
class Synset:
    """One meaning, and the words for it."""

    members: tuple[str, ...]
    hypernyms: tuple[str, ...]  # the words for the next wider meanings

    def pair(self, rng: random.Random) -> tuple[str, str]:
        """One of its words, and another one or a word for something wider."""
        word = rng.choice(self.members)
        synonyms = [member for member in self.members if member != word]
        return word, rng.choice(rng.choice([words for words in (synonyms, self.hypernyms) if words]))


def load_synsets(path: Path, known: Collection[str]) -> list[Synset]:
    """The drawable nouns of a WordNet table that are, or whose next wider meaning is, called by one of the known words.

    Args:
        path: a parquet table of synset, topic, members, hypernyms.
        known: words, in lower case.
    """
    rows = {row["synset"]: row for row in load_dataset("parquet", data_files=str(path), split="train")}
    topics = {f"noun.{topic}" for topic in TOPICS}
    synsets = []
    for row in rows.values():
        hypernyms = [member for wider in row["hypernyms"] if wider in rows for member in rows[wider]["members"]]
        words = [*row["members"], *hypernyms]
        if row["topic"] in topics and len(words) > 1 and any(word.lower() in known for word in words):
            synsets.append(Synset(tuple(row["members"]), tuple(hypernyms)))
    return synsets
