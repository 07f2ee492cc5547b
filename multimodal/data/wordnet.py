"""Words and the nearest known names, from WordNet: they teach the text encoder words that no caption has."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from datasets import load_dataset

from multimodal.data.captions import with_article

TOPICS = ("animal", "artifact", "body", "food", "object", "person", "phenomenon", "plant")  # what can be drawn
MAX_WIDER, MAX_NARROWER = 3, 2  # how many meanings up and down from a word a name may be
MAX_SISTERS = 20  # of two words, not to take all artifacts for sisters


@dataclass(frozen=True)
class Synset:
    """One meaning: the words for it that are no names, and the names that are nearest to it."""

    words: tuple[str, ...]
    names: tuple[str, ...]

    def pair(self, rng: random.Random) -> tuple[str, str]:
        """One of its words and one of its names, perhaps with an article."""
        return with_article(rng.choice(self.words), rng), with_article(rng.choice(self.names), rng)


def load_synsets(path: Path, known: Collection[str]) -> list[Synset]:
    """The drawable nouns of a WordNet table that are called by a known name themselves, or near to what is.

    Near is what is wider or narrower in meaning by a few steps (puppy → dog, pachyderm → elephant), or a sister
    (alligator → crocodile); only the nearest count.

    Args:
        path: a parquet table of synset, topic, members, hypernyms.
        known: names, in lower case.
    """
    rows = {row["synset"]: row for row in load_dataset("parquet", data_files=str(path), split="train")}
    topics = {f"noun.{topic}" for topic in TOPICS}
    rows = {synset: row for synset, row in rows.items() if row["topic"] in topics}
    wider = {synset: [other for other in row["hypernyms"] if other in rows] for synset, row in rows.items()}
    narrower: dict[str, list[str]] = {synset: [] for synset in rows}
    for synset, others in wider.items():
        for other in others:
            narrower[other].append(synset)
    synsets = []
    for synset, row in rows.items():
        words = tuple(member for member in row["members"] if member.lower() not in known)
        ups, downs = [synset], [synset]
        for distance in range(MAX_WIDER + 1):
            near = [*ups, *downs]
            if distance == 2:
                sisters = [narrower[other] for other in wider[synset]]
                near += [other for others in sisters if len(others) <= MAX_SISTERS for other in others]
            names = tuple(sorted({word for other in near for word in rows[other]["members"] if word.lower() in known}))
            if names or not words:
                break
            ups = [other for one in ups for other in wider[one]]
            downs = [other for one in downs for other in narrower[one]] if distance < MAX_NARROWER else []
        if words and names:
            synsets.append(Synset(words, names))
    return synsets
