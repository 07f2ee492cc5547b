"""Names found by what a text says of a thing, as a search engine finds pages: "an angry cat" is a pouting cat."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple

from multimodal.collage.colors import HUES, SHADES
from multimodal.data.descriptions import RELATED
from multimodal.data.phrases import FIRST_CJK, singulars, words_of
from multimodal.reading.phrasebook import any_of
from multimodal.reading.phrases import FUNCTION_WORDS, LOOKS
from multimodal.reading.wordings import content, forms_of

RELATED_WEIGHT = 0.3  # of a word that is related to a name, where one of its own words and keywords weighs 1
INFLECTED, ALIKE, SYNONYM = 0.9, 0.7, 0.8  # weight of a match with another form, with a like beginning, with a synonym
MIN_ALIKE, MIN_LIKENESS = 4, 0.6  # letters with which words begin alike, and their share of the longer
MIN_SHARE, MIN_SHARE_ALONE = 0.25, 0.5  # of what a text says of a thing, weighed by rarity, that a name must have
TELLING, TELLING_SHARE = 2, 0.5  # words of a name, and their share of the rarity, by which it may only be of a kind
SUPERFLUOUS = 0.1  # how much a word of a name takes away that is not in the text
FUNCTION_RARITY = 0.5  # of function words, and what the head's own word in a name counts
FEW, FEW_SHARE = 3, 0.03  # names that a rare word may have, and their share of all
ENDINGS = ("ing", "ed", "en", "er", "y", "s")  # of English words that come from others: "snowy"
MIN_STEM = 3  # letters before these
SEXES = {"boy", "man", "men"}, {"girl", "woman", "women"}
PERSON = {"adult", "child", "people", "person"}.union(*SEXES)
CHILDREN = {"boy", "child"}  # who are no grown-ups, as a girl may be
BLANKLESS_LOOKS = re.compile(any_of(word for word in LOOKS if word >= FIRST_CJK))
POSSESSIVE = re.compile(r"\w+[’']s ")


def says_only_looks(words: Sequence[str]) -> bool:
    """Whether words say nothing but how somebody looks: "white man"."""
    return not LOOKS.isdisjoint(words) and LOOKS.union(PERSON).issuperset(words)


def words_but_looks(text: str) -> list[str]:
    """The words of a text, without those for looks unless there are no others."""
    words = words_of(text)
    return [word for word in words if word not in LOOKS] or words


class Head(NamedTuple):
    """What a text is about."""

    called: str  # in the text
    name: str  # in English
    whole: bool  # it must be in a name that is found; else it may also be a keyword of it


class Descriptions:
    """What names are described by, and which of them a text describes.

    Args:
        names: language → names, row k of each being one thing's, or "".
        lists: language, or RELATED → English name → words (see `data.descriptions`).
        synonyms: word → the nearest English name.
    """

    def __init__(
        self,
        names: Mapping[str, Sequence[str]],
        lists: Mapping[str, Mapping[str, Iterable[str]]],
        synonyms: Mapping[str, str],
    ) -> None:
        self.synonyms = synonyms
        self.own = {name: {*words_of(POSSESSIVE.sub("", name))} for name in names.get("en", ()) if name}
        self.english, self.foreign = _Index(len(self.own)), _Index(len(self.own))
        for name in self.own:
            self.english.enter(name, words_of(name))
        columns = [translated for language, translated in names.items() if language != "en"]
        rows = [row for translated in columns for row in zip(names["en"], translated, strict=True)]
        self.translations = [(name, words_of(translation)) for name, translation in rows if name and translation]
        self.translations_with: dict[str, set[int]] = {}  # word → rows of `translations`
        for row, (name, translation) in enumerate(self.translations):
            self.foreign.enter(name, translation)
            for word in translation:
                self.translations_with.setdefault(word, set()).add(row)
        for kind in sorted(lists, key=RELATED.__eq__):  # related words last
            index = self.english if kind in ("en", RELATED) else self.foreign
            for name, words in lists[kind].items():
                if name in self.own:
                    index.enter(name, words, RELATED_WEIGHT if kind == RELATED else 1.0)

    def find(self, text: str, head: Head | None, things: Collection[str] = (), foreign: bool = False) -> str | None:
        """The English name for a thing as a text describes it; None where no name says more than what the thing is.

        Args:
            head: None for a text of which it is not known; then a name must have more of what it says.
            things: words of the text that are other things, which must all be there too.
            foreign: the text is not English.
        """
        index = self.foreign if foreign else self.english
        about = {form for word in words_of(f"{head.called} {head.name}") for form in singulars(word)} if head else set()
        who = self.synonyms.get(head.name, head.name) if head else ""
        if who in PERSON or self.english["person"].get(who) == 1:
            about |= LOOKS
            text = BLANKLESS_LOOKS.sub("", text)
        words = [word for word in index.words_in(text) if about.isdisjoint(singulars(word))]
        weights = {word: weight for word in words if (weight := self._weights(word, index))}  # word → name → weight
        rarity = {word: index.rarity(word) for word in weights}
        least = (MIN_SHARE if head else MIN_SHARE_ALONE) * sum(rarity.values())
        needed = {word for word in weights if word in things}
        scores = {}
        for name in {name for weight in weights.values() for name in weight}:
            said = {word: weight[name] for word, weight in weights.items() if name in weight}
            share = sum(rarity[word] for word in said)
            if share < least or not said.keys() - FUNCTION_WORDS or not needed <= said.keys():
                continue
            by_kin = max(said.values()) <= RELATED_WEIGHT
            if head is None or self._is_about(name, head.name, (head.whole and not _are_telling(said, rarity)) or by_kin):
                more = sum(self.english.rarity(word) for word in self.own[name] - about - {*weights})
                same = FUNCTION_RARITY if not about.isdisjoint(self.own[name]) else 0
                scores[name] = sum(said[word] * rarity[word] for word in said) + same - SUPERFLUOUS * more
        return max(scores, key=lambda name: (scores[name], -len(name), name)) if scores else None

    def translated_part(self, text: str) -> str | None:
        """The English name for words in names of other languages: "red apple" for "pomme", as "pomme rouge" only adds a
        colour.
        """
        if self.english[text] or not self.foreign.is_rare(text):
            return None
        for part in filter(None, map(words_of, forms_of(text)[1:])):
            rows = set.intersection(*(self.translations_with.get(word, set()) for word in part))
            if having := {name: len(words) for name, words in map(self.translations.__getitem__, sorted(rows))}:
                return min(having, key=lambda name: (_color(name), having[name], len(name)))
        return None

    def _is_about(self, name: str, head: str, whole: bool) -> bool:
        """Whether a name is about something, or a person where that is one."""
        own = self.own[name]
        if head in PERSON:
            other = next((other for one, other in (SEXES, SEXES[::-1]) if head in one and own.isdisjoint(one)), set())
            if head in CHILDREN and own.isdisjoint({"girl", *CHILDREN}):
                return False
            said = own if whole else {word for word in PERSON if self.english[word].get(name) == 1}
            return own.isdisjoint(other) and not said.isdisjoint(PERSON)
        words = [singulars(word) for word in content(head).split() if word != "face" or head == "face"]
        return all(
            any(form in own or (not whole and self.english[form].get(name) == 1) for form in forms) for forms in words
        )

    def _weights(self, word: str, index: _Index) -> dict[str, float]:
        """Name → how much a word says of it, be it inflected, or a synonym."""
        weights = dict(index[word])
        others = [(form, INFLECTED) for form in _forms(word)] + [(other, ALIKE) for other in index.alike(word)]
        for other, share in others:
            for name, weight in index[other].items():
                weights[name] = max(weights.get(name, 0), share * weight)
        forms = (word, *_forms(word)) if len(word) >= MIN_ALIKE else ()
        if synonym := next((self.synonyms[form] for form in forms if form in self.synonyms), None):
            parts = [index[other] for other in content(synonym).split() if index.is_rare(other)]
            for name in set.intersection(*map(set, parts)) if parts else ():
                weights[name] = max(weights.get(name, 0), SYNONYM * min(part[name] for part in parts))
        return weights


def _are_telling(said: Mapping[str, float], rarity: Mapping[str, float]) -> bool:
    """Whether words of a text that are said of a name make it likely that this is meant, if it is of the kind that the text
    is about: a flamingo for "a pink bird that stands on one leg".

    Args:
        said: some of the text's words → how much each says of the name.
        rarity: that of each of the text's words.
    """
    own = [word for word, weight in said.items() if weight > RELATED_WEIGHT and word not in FUNCTION_WORDS]
    return len(own) >= TELLING and sum(rarity[word] for word in own) >= TELLING_SHARE * sum(rarity.values())


class _Index:
    """Word → English name → weight."""

    def __init__(self, count: int) -> None:
        self.count = count  # of names
        self.weights: dict[str, dict[str, float]] = {}
        self.beginnings: dict[str, list[str]] = {}  # the first letters → words

    def __getitem__(self, word: str) -> Mapping[str, float]:
        return self.weights.get(word, {})

    def enter(self, name: str, words: Iterable[str], weight: float = 1.0) -> None:
        for word in words:
            if word not in self.weights:
                self.weights[word] = {}
                self.beginnings.setdefault(word[:MIN_ALIKE], []).append(word)
            self.weights[word].setdefault(name, weight)

    def rarity(self, word: str) -> float:
        """Inverse document frequency (Spärck Jones 1972)."""
        return FUNCTION_RARITY if word in FUNCTION_WORDS else math.log((1 + self.count) / max(1, self._having(word)))

    def is_rare(self, word: str) -> bool:
        return self._having(word) <= max(FEW, FEW_SHARE * self.count)

    def _having(self, word: str) -> int:
        """The number of names of which it is a word or a keyword."""
        return sum(weight == 1 for weight in self[word].values())

    def alike(self, word: str) -> Iterator[str]:
        """Words that begin like one, and are nearly as long: "depart" for "departure"."""
        for other in self.beginnings.get(word[:MIN_ALIKE], ()) if len(word) >= MIN_ALIKE else ():
            same = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False))))
            if other != word and same >= MIN_LIKENESS * max(len(word), len(other)):
                yield other

    def words_in(self, text: str) -> list[str]:
        """The words of a text but for little ones; where it has no blanks, those of the index, the longest."""
        if text < FIRST_CJK or " " in text:
            return content(text).split()
        found = [word for word in self.weights if word in text]
        return [word for word in found if not any(word != other and word in other for other in found)]


def _color(name: str) -> int:
    """The number of the colour that a name begins with, red the first; a higher one where it begins with none."""
    colors = [*HUES, *SHADES]
    return next((number for number, color in enumerate(colors) if name.startswith(f"{color} ")), len(colors))


def _forms(word: str) -> Iterator[str]:
    """What an English word may come from: "danc", "dance" for "dancing", "run" for "running"."""
    yield from singulars(word)
    for ending in ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= MIN_STEM:
            yield stem
            yield stem + "e"
            if stem[-1] == stem[-2] and len(stem) > MIN_STEM:
                yield stem[:-1]
