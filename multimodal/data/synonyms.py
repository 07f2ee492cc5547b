"""Words for what has a known name: the keywords of each name, in all languages, and what WordNet says is near to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from multimodal.data.captions import Subject
from multimodal.data.phrases import FIRST_CJK, LANGUAGES, singulars, words_of
from multimodal.data.wordnet import LESSER, Synset, adjectives_of, load_synsets

FLAG = "flag: "  # what names of flags begin with
SAME = 0.4  # probability of the nearest name from which on a word means the same
MIN_ALIKE, MOST = 3, 0.6  # letters with which a keyword and a name begin alike, and their share of the keyword


def synsets_near(subjects: Sequence[Subject], text: Path, said: Mapping[str, Sequence[str]] | None = None) -> list[Synset]:
    """The meanings in a WordNet table that are near to the subjects' English names (see `load_synsets`).

    Args:
        said: English name → other words for it.
    """
    keywords: dict[str, dict[str, None]] = {}
    for subject in subjects:
        keywords.setdefault(subject.names["en"], {}).update(dict.fromkeys(subject.keywords.get("en", ())))
    return load_synsets(text, keywords, said)


def flags(subjects: Sequence[Subject], text: Path) -> dict[str, list[str]]:
    """English name of a flag → what else it is called: "french flag" for "flag: France", by a WordNet table."""
    names = [subject.names["en"] for subject in subjects if subject.names["en"].startswith(FLAG)]
    adjectives = adjectives_of(text, {name.removeprefix(FLAG) for name in names})
    return {name: [f"{word} flag" for word in adjectives.get(name.removeprefix(FLAG), [])] for name in names}


def words_by_name(
    subjects: Sequence[Subject],
    synsets: Sequence[Synset],
    others: Mapping[str, Sequence[str]] | None = None,
    thesaurus: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
) -> dict[str, dict[str, list[str]]]:
    """English name → words, in small letters, to which it is the nearest: {"nouns": …, "others": …, "en": …, "zh": …, …}.

    No word is in a name of its language, but for those that mean another name ("car" is an automobile) and those given.
    Nouns are English words of which WordNet has a meaning that can be drawn, others all other keywords, and the emoji
    themselves. The nearest to a keyword is one that has it: that which WordNet has nearest, else, in English, one that
    begins like it, else that with the fewest keywords.

    Args:
        others: English name → words that are known to be nearest to it.
        thesaurus: language → the same; all of it is listed by language, and as nouns what is one. A word that is in several
            languages means what it does in the first of them.
    """
    likely, nouns = _likely_names(synsets)
    in_names = {
        language: _Words([subject.names[language] for subject in subjects if language in subject.names])
        for language in LANGUAGES
    }
    nearest = dict(_same_as_a_name(synsets, _owners(subjects, "en")))
    for language in LANGUAGES:  # English first: a word that is also one of another language has its English meaning
        for word, owners in _owners(subjects, language).items():
            if not (word in in_names[language] or word in in_names["en"] or word in nearest):
                near = {name: _nearness(word, name, likely) if language == "en" else (0.0, 0) for name in owners}
                nearest[word] = max(owners, key=lambda name: (near[name], -owners[name], -len(name), name))
        if language == "en":
            for word in nouns - nearest.keys():
                if word not in in_names["en"] and in_names["en"].words.isdisjoint(words_of(word)):
                    nearest[word] = max(likely[word], key=lambda name: likely[word][name])
    by_hand: dict[str, str] = {}
    for lists in (thesaurus or {}).values():
        by_hand = {word: name for name, words in lists.items() for word in words} | by_hand
    nearest |= by_hand | {word: name for name, words in (others or {}).items() for word in words}
    nearest |= {subject.character: subject.names["en"] for subject in subjects if subject.character}
    words: dict[str, dict[str, list[str]]] = {"nouns": {}, "others": {}}
    for word, name in sorted(nearest.items()):
        if word in nouns or word not in by_hand:
            words["nouns" if word in nouns else "others"].setdefault(name, []).append(word)
    words |= {language: {name: list(near) for name, near in lists.items()} for language, lists in (thesaurus or {}).items()}
    return words


def _same_as_a_name(synsets: Sequence[Synset], owners: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, str]]:
    """Words that mean nearly what a name does of which they are keywords, those in the name first."""
    for synset in sorted(synsets, key=lambda synset: synset.main not in words_of(synset.names[0])):
        for word in synset.words if synset.drawable and synset.probabilities[0] >= SAME else ():
            if synset.names[0] in owners.get(word, {}):
                yield word, synset.names[0]


def _likely_names(synsets: Sequence[Synset]) -> tuple[dict[str, dict[str, float]], set[str]]:
    """Word → name → how near, over all its meanings; and the words that have a meaning that can be drawn.

    A meaning that is mostly said with another word counts less, as does one that cannot be drawn.
    """
    nouns = {word for synset in synsets if synset.drawable for word in synset.words}
    likely: dict[str, dict[str, float]] = {}
    for synset in synsets:
        for word in synset.words:
            weight = (1 if word == synset.main else LESSER) * (1 if synset.drawable else LESSER)
            names = likely.setdefault(word, {})
            for name, probability in zip(synset.names, synset.probabilities, strict=True):
                names[name] = names.get(name, 0) + weight * probability
    return likely, nouns


def _nearness(word: str, name: str, likely: Mapping[str, Mapping[str, float]]) -> tuple[float, int]:
    """How near WordNet has a name, and how many letters of the word, if most, begin one of the name's: "poop" and "poo"."""
    alike = 0
    for other in words_of(name):
        same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False))
        alike = max(alike, len(list(same)))
    return likely.get(word, {}).get(name, 0), alike if alike >= max(MIN_ALIKE, MOST * len(word)) else 0


def _owners(subjects: Sequence[Subject], language: str) -> dict[str, dict[str, int]]:
    """Keyword → the English names that have it, and how many keywords each has."""
    owners: dict[str, dict[str, int]] = {}
    for subject in subjects:
        keywords = subject.keywords.get(language, ())
        for word in keywords:
            owners.setdefault(word.lower(), {})[subject.names["en"]] = len(keywords)
    return owners


class _Words:
    """The words of names, and their parts: more words than one, and in scripts without blanks any."""

    def __init__(self, names: Sequence[str]) -> None:
        self.words = {word for name in names for word in words_of(name)}
        self.text = "\n".join(sorted({f" {' '.join(words_of(name))} " for name in names}))

    def __contains__(self, word: str) -> bool:
        if any(one in self.words for one in singulars(word)):
            return True
        return (word if word >= FIRST_CJK else f" {' '.join(words_of(word))} ") in self.text
