"""Words for what has a known name: the keywords of each name, in all languages, and what WordNet says is near to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from multimodal.data.captions import Subject
from multimodal.data.phrases import FIRST_CJK, LANGUAGES, words_of
from multimodal.data.wordnet import Synset, load_synsets


def synsets_near(subjects: Sequence[Subject], text: Path) -> list[Synset]:
    """The meanings in a WordNet table that are near to the subjects' English names (see `load_synsets`)."""
    keywords: dict[str, dict[str, None]] = {}
    for subject in subjects:
        keywords.setdefault(subject.names["en"], {}).update(dict.fromkeys(subject.keywords.get("en", ())))
    return load_synsets(text, keywords)


def words_by_name(subjects: Sequence[Subject], synsets: Sequence[Synset]) -> dict[str, list[str]]:
    """English name → words, in small letters, that are in no name of their language, and to which it is the nearest.

    The nearest to a keyword is one that has it: that which WordNet has nearest, else that with the fewest keywords. The
    nearest to any other word is the nearest to all its meanings together, if one of them can be drawn.
    """
    near: dict[str, Counter[str]] = {}  # word → English name → how near
    for synset in synsets:
        for word in synset.words:
            near.setdefault(word.lower(), Counter()).update(dict(zip(synset.names, synset.probabilities, strict=True)))
    nearest: dict[str, str] = {}
    in_names = {
        language: _Words([subject.names[language] for subject in subjects if language in subject.names])
        for language in LANGUAGES
    }
    for language in LANGUAGES:  # English first: a word that is also one of another language has its English meaning
        for word, owners in _owners(subjects, language).items():
            if not (word in in_names[language] or word in in_names["en"] or word in nearest):
                likely: Mapping[str, float] = near.get(word, {}) if language == "en" else {}
                nearest[word] = max(owners, key=lambda name: (likely.get(name, 0), -owners[name], -len(name), name))
    drawable = {word.lower() for synset in synsets if synset.drawable for word in synset.words}
    for word in drawable - nearest.keys():
        if word not in in_names["en"]:
            nearest[word] = near[word].most_common(1)[0][0]
    words: dict[str, list[str]] = {}
    for word, name in sorted(nearest.items()):
        words.setdefault(name, []).append(word)
    return dict(sorted(words.items()))


def _owners(subjects: Sequence[Subject], language: str) -> dict[str, dict[str, int]]:
    """Keyword → the English names that have it, and how many keywords each has."""
    owners: dict[str, dict[str, int]] = {}
    for subject in subjects:
        keywords = subject.keywords.get(language, ())
        for word in keywords:
            owners.setdefault(word.lower(), {})[subject.names["en"]] = len(keywords)
    return owners


class _Words:
    """The words of names, and where a script has no blanks all their parts."""

    def __init__(self, names: Sequence[str]) -> None:
        self.words = {word for name in names for word in (name.casefold(), *words_of(name))}
        self.text = "\n".join(sorted({name for name in names if name >= FIRST_CJK}))

    def __contains__(self, word: str) -> bool:
        return word in self.words or (word >= FIRST_CJK and word in self.text)
