"""Words and the known names that are nearest to them in meaning, from WordNet: so words that no caption has can be drawn.

A random walk over the meanings (personalised PageRank, Agirre & Soroa 2009) starts at a word's meaning, steps to wider and
narrower ones and to what the definition speaks of, and ends where it meets a name: a pooch is a dog at the first step.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from datasets import load_dataset
from torch import Tensor

from multimodal.data.captions import with_article
from multimodal.data.phrases import singulars

TOPICS = (  # to be drawn
    "animal", "artifact", "body", "event", "food", "object", "person", "phenomenon", "plant", "substance",
)  # fmt: skip
# How readily the walk steps to a wider meaning, to a narrower one, or to one that is said in the definition.
WIDER, NARROWER, DEFINITION = 6.0, 5.0, 4.0
# How readily the walk ends at a name: one that is the word, for which the word is said, that has it as a keyword, of which
# it is the last word.
NAME, SAID, KEYWORD, PART = 40.0, 20.0, 5.0, 2.0
STEPS, BLOCK = 7, 128  # of the walk; names at a time
NEAREST, MIN_PROBABILITY = 4, 0.005  # names that are kept of a meaning, and where none is likelier there is none
MAX_WORD = 20  # characters
PRIOR = 0.2  # for a meaning that can be drawn, where the context of a word does not tell, and for none of its meanings
LESSER = 0.3  # times as likely is a meaning for which another word comes first
EMPTY = re.compile(  # words of definitions that say nothing of what is defined
    "any|being|but|can|few|first|form|has|having|into|its|kind|large|long|made?|making|may|more|most|not|often|one|other|part|"
    "person|several|small|someone|something|such|than|that|the|type|two|usually|used?|very|way|when|which|who|with"
)
RUDE = re.compile(  # in a definition
    r"\b(slur|offensive|insult|disparag|derogat|obscen|vulgar|coarse|contempt|homosexual|prostitut|sex organ|sexual|"
    r"genital|reproductive (?!organ of angiosperm)|copulat|anus|defecat|feces|excre|mammary|milk-secreting)",
    re.IGNORECASE,
)
LATIN = re.compile(r"(genus|family|order) .*|[A-Z][a-z]+ [a-z]+(us|is|a|um|ii?|ae|es|ns|or|on)")  # "Canis familiaris"

OF_A_PLACE = re.compile(  # in a definition
    r"(?:(?:of|or|pertaining|relating|belonging|characteristic|in|to|the) )+(?P<place>[A-Z]\w+(?: [A-Z]\w+)*)(?! and)\b"
)

Link = tuple[int, int, float]  # from a meaning to a meaning or a name, and its weight


@dataclass(frozen=True)
class Synset:
    """One meaning: the words for it that are no names, and the nearest names, the nearest first."""

    words: tuple[str, ...]  # in small letters
    names: tuple[str, ...]
    probabilities: tuple[float, ...]  # that the walk ends at each of them
    drawable: bool = True
    main: str = ""  # the word that is first said of it

    def pair(self, rng: random.Random) -> tuple[str, str]:
        """One of its words and the nearest name, perhaps with an article."""
        return with_article(rng.choice(self.words), rng), with_article(self.names[0], rng)


def load_synsets(
    path: Path, known: Mapping[str, Collection[str]], said: Mapping[str, Collection[str]] | None = None
) -> list[Synset]:
    """The nouns of a WordNet table that are no names, but near to some; without words that insult, and without peoples.

    Args:
        path: a parquet table of synset, topic, members, definition, hypernyms.
        known: names, and the keywords of each.
        said: name → other words for it.
    """
    table = load_dataset("parquet", data_files=str(path), split="train")
    meanings = _Meanings([row for row in table if row["topic"].startswith("noun.")])
    names, said = list(known), said or {}
    ends = [
        (meaning, k, weight)
        for k, name in enumerate(names)
        for meaning, weight in meanings.near(name, known[name], said.get(name, ()))
    ]
    if not ends:
        return []
    probabilities = _walk(list(meanings.links()), ends, len(meanings.rows), len(names))  # (meanings, names)
    rude = (row["members"] for row in meanings.rows if RUDE.search(row.get("definition") or ""))
    unwanted = {name.lower() for name in known} | {word.lower() for words in rude for word in words}
    synsets = []
    for number, row in enumerate(meanings.rows):
        words = tuple(word.lower() for word in row["members"] if _is_common(word) and word.lower() not in unwanted)
        likely, indices = (column.tolist() for column in probabilities[number].float().topk(min(NEAREST, len(names))))
        if words and likely[0] >= MIN_PROBABILITY and not _is_a_people(row):
            nearest = tuple(names[k] for k in indices)
            synsets.append(Synset(words, nearest, tuple(likely), meanings.drawable(number), row["members"][0].lower()))
    return synsets


def adjectives_of(path: Path, places: Collection[str]) -> dict[str, list[str]]:
    """Place → adjectives for what is of it, in small letters: "french" for "France".

    Args:
        path: a parquet table of synset, topic, members, definition, hypernyms.
    """
    table = load_dataset("parquet", data_files=str(path), split="train")
    found: dict[str, list[str]] = {}
    for row in table:
        match = OF_A_PLACE.match(row["definition"] or "") if row["topic"] == "adj.pert" else None
        if match and match["place"] in places:
            found.setdefault(match["place"], []).extend(word.lower() for word in row["members"])
    return found


class _Meanings:
    """The rows of a WordNet table, found by their words."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows
        self.numbers = {row["synset"]: k for k, row in enumerate(rows)}
        self.wider = [[self.numbers[other] for other in row["hypernyms"] if other in self.numbers] for row in rows]
        self.by_word: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            for word in row["members"]:
                self.by_word.setdefault(word.lower(), []).append(number)
        self.defined_by = [list(self._known_words(row.get("definition") or "")) for row in rows]

    def of(self, word: str) -> list[int]:
        """The meanings of a word, or of what it is the plural of."""
        return next((self.by_word[one] for one in reversed(singulars(word)) if one in self.by_word), [])

    def drawable(self, number: int) -> bool:
        return self.rows[number]["topic"].removeprefix("noun.") in TOPICS

    def links(self) -> Iterator[Link]:
        """From each meaning to the wider and narrower ones, and to all meanings of the words of its definition."""
        narrower = Counter(other for others in self.wider for other in others)
        frequency = Counter(word for words in self.defined_by for word in set(words))
        for number, (others, words) in enumerate(zip(self.wider, self.defined_by, strict=True)):
            for other in others:
                yield number, other, WIDER / len(others)
                yield other, number, NARROWER / narrower[other]
            rarity = [math.log(len(self.rows) / frequency[word]) for word in words]  # IDF
            for word, weight in zip(words, rarity, strict=True):
                meanings = [meaning for meaning in self.of(word) if meaning != number]
                for meaning in meanings:
                    yield number, meaning, DEFINITION * weight / sum(rarity) / len(meanings)

    def near(self, name: str, keywords: Collection[str], said: Collection[str]) -> Iterator[tuple[int, float]]:
        """The meanings from which a walk may end at a name with keywords and other words for it, and how readily."""
        name, others = name.lower(), [word.lower() for word in keywords if word.lower() != name.lower()]
        parts = [word for word in re.findall(r"[^\W\d_]+", name) if word != name and len(word) > 2]
        own = list(self._meant(name, [*others, *parts]))
        yield from ((meaning, NAME * share) for meaning, share in own)
        for word in others:
            context = [*(other for other in others if other != word), *parts, name]
            for meaning, share in self._meant(word, context):
                yield meaning, KEYWORD * share / math.sqrt(len(others))
        for word in said:
            yield from ((meaning, SAID * share) for meaning, share in self._meant(word, [*others, *parts, name]))
        for word in parts[-1:] if not own else ():
            yield from ((meaning, PART * share) for meaning, share in self._meant(word, [*others, *parts[:-1]]))

    def _meant(self, word: str, context: Sequence[str]) -> Iterator[tuple[int, float]]:
        """The meanings of a word, and the share of each: by how many words of the context its definition and the wider
        meaning have (Lesk 1986), and whether it is a thing that the word is first said of.
        """
        shares = {}
        for meaning in self.of(word):
            near = {other for number in (meaning, *self.wider[meaning]) for other in self._words(number)}
            overlap = sum(not near.isdisjoint(singulars(other)) for other in context)
            share = overlap + (PRIOR if self.drawable(meaning) else 0)
            shares[meaning] = share * (1 if self.rows[meaning]["members"][0].lower() in singulars(word) else LESSER)
        total = sum(shares.values()) + PRIOR
        return ((meaning, share / total) for meaning, share in shares.items() if share)

    def _words(self, number: int) -> Iterator[str]:
        yield from self.defined_by[number]
        yield from (word.lower() for word in self.rows[number]["members"])

    def _known_words(self, definition: str) -> Iterator[str]:
        """The nouns of a definition, two words as one where they are; those of a letter or two say nothing."""
        words = re.findall(r"[a-z][a-z'-]+", re.sub(r"\(.*?\)", "", definition.lower()))
        skip = False
        for word, following in zip(words, [*words, ""][1:], strict=True):
            pair = f"{word} {following}"
            if skip:
                skip = False
            elif self.of(pair):
                skip = True
                yield pair
            elif len(word) > 2 and not EMPTY.fullmatch(word) and self.of(word):
                yield next(one for one in reversed(singulars(word)) if one in self.by_word)


def _walk(links: Sequence[Link], ends: Sequence[Link], count: int, names: int) -> Tensor:
    """(count, names): the probability that a walk from each meaning ends at each name within STEPS steps."""
    every = [*links, *ends]
    starts = torch.tensor([start for start, _, _ in every], dtype=torch.long)
    leaving = torch.bincount(starts, torch.tensor([weight for _, _, weight in every]), minlength=count)
    steps = _matrix(links, leaving, (count, count))
    arrival = _matrix(ends, leaving, (count, names)).T.coalesce()
    blocks = []
    for first in range(0, names, BLOCK):
        here = torch.arange(first, min(first + BLOCK, names))
        last = arrival.index_select(0, here).to_dense().T.contiguous()  # (count, BLOCK)
        probability = last
        for _ in range(STEPS):
            probability = last + steps @ probability
        blocks.append(probability.half())
    return torch.cat(blocks, dim=1)


def _matrix(links: Sequence[Link], leaving: Tensor, shape: tuple[int, int]) -> Tensor:
    """Sparse, a row for each start: the share of its weight in all that leave the start."""
    places = torch.tensor([(start, target) for start, target, _ in links], dtype=torch.long).reshape(-1, 2).T
    weights = torch.tensor([weight for _, _, weight in links]) / leaving[places[0]]
    return torch.sparse_coo_tensor(places, weights, shape, check_invariants=False).coalesce()


def _is_a_people(row: dict[str, Any]) -> bool:
    """Whether a meaning is one of people by where they come from, or of one of them: no picture stands for those."""
    return row["topic"] == "noun.person" and any(
        text != text.lower() for text in (row.get("definition") or "", *row["members"])
    )


def _is_common(word: str) -> bool:
    """Whether a word is short, and no Latin name of a species."""
    return len(word) <= MAX_WORD and not LATIN.fullmatch(word)
