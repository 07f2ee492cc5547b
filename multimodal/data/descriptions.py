"""What each name is described by: its keywords in all languages, what one sees, and what is said of things like it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from multimodal.data.captions import Subject
from multimodal.data.phrases import FIRST_CJK, LANGUAGES, words_of

RELATED = "related"  # the kind of the words that are no keywords
RANK, NAMES_PER_RANK = 200, 4  # of the latent semantic analysis, at most; and how many names it takes for each
MIN_SIMILARITY = 0.2  # cosine from which on a word is related to a name

Words = dict[str, dict[str, None]]  # English name → words, in the order in which they are first found


def descriptions(
    subjects: Sequence[Subject], looks: Mapping[str, Sequence[str]] | None = None
) -> dict[str, dict[str, list[str]]]:
    """Language, or RELATED → English name → words in small letters that are not in its name.

    Related words are found by latent semantic analysis (Deerwester et al. 1990): each name is a document of its keywords
    and names in all languages. So a pouting cat is angry, as it shares keywords, if not in English, with angry faces.

    Args:
        looks: English name → more English words by which it is described.
    """
    keywords = {language: _keywords(subjects, language) for language in LANGUAGES}
    for name, words in keywords["en"].items():
        words.update(dict.fromkeys((looks or {}).get(name, ())))
    own = {language: _own_words(subjects, language) for language in LANGUAGES}
    related = _related({language: _joined(own[language], keywords[language]) for language in LANGUAGES})
    found = keywords | {RELATED: related}
    return {
        kind: {
            name: beside
            for name, words in lists.items()
            if (beside := [word for word in words if word not in own["en"][name]])
        }
        for kind, lists in found.items()
    }


def _keywords(subjects: Sequence[Subject], language: str) -> Words:
    lists: Words = {}
    for subject in subjects:
        words = lists.setdefault(subject.names["en"], {})
        for keyword in subject.keywords.get(language, ()):
            words.update(dict.fromkeys([keyword.casefold()] if keyword >= FIRST_CJK else words_of(keyword)))
    return lists


def _own_words(subjects: Sequence[Subject], language: str) -> Words:
    lists: Words = {}
    for subject in subjects:
        lists.setdefault(subject.names["en"], {}).update(dict.fromkeys(words_of(subject.names.get(language, ""))))
    return lists


def _joined(first: Words, second: Words) -> Words:
    return {name: first[name] | second[name] for name in first}


def _related(documents: Mapping[str, Words]) -> Words:
    """Name → English words, the nearest first, by what names have in common in any language."""
    names = list(documents["en"])
    rows, columns, terms = _occurrences(documents, names)
    count = torch.bincount(columns, minlength=len(terms))
    shared = {number: word for (language, word), number in terms.items() if language == "en" and count[number] > 1}
    if not shared:
        return {}
    rarity = torch.where(count > 1, torch.log(len(names) / count), 0.0)  # IDF; what one name has relates it to none
    weights = rarity[columns]
    length = torch.zeros(len(names)).index_add_(0, rows, weights.square()).sqrt().clamp(min=1e-6)
    matrix = torch.sparse_coo_tensor(
        torch.stack([rows, columns]), weights / length[rows], (len(names), len(terms)), check_invariants=True
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        left, scale, right = torch.svd_lowrank(matrix.coalesce(), min(RANK, 1 + len(names) // NAMES_PER_RANK), niter=4)
    similarity = F.normalize(left * scale, dim=-1) @ F.normalize(right[list(shared)], dim=-1).T  # (names, words)
    english = list(shared.values())
    return {
        name: dict.fromkeys(_nearest(english, row, documents["en"][name]))
        for name, row in zip(names, similarity, strict=True)
    }


def _occurrences(documents: Mapping[str, Words], names: Sequence[str]) -> tuple[Tensor, Tensor, dict[tuple[str, str], int]]:
    """(N,) numbers of a name and (N,) of a term that it has; and the numbers of the terms, each a language and a word."""
    terms: dict[tuple[str, str], int] = {}
    places = [
        (number, terms.setdefault((language, word), len(terms)))
        for language, lists in documents.items()
        for number, name in enumerate(names)
        for word in lists[name]
    ]
    rows, columns = torch.tensor(places, dtype=torch.long).reshape(-1, 2).T
    return rows, columns, terms


def _nearest(words: Sequence[str], similarity: Tensor, known: Mapping[str, None]) -> Iterator[str]:
    for number in similarity.argsort(descending=True).tolist():
        if similarity[number] < MIN_SIMILARITY:
            return
        if words[number] not in known:
            yield words[number]
