"""The names that a model learnt: those that a prompt says, in whatever language, and the nearest to what it says."""

from __future__ import annotations

import copy
import difflib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from multimodal.data.colors import HUES, SHADES
from multimodal.data.phrases import ARTICLE, COLOR_WORDS, FIRST_CJK, singulars, words_of

STOP_WORDS = COLOR_WORDS | {"and", "for", "not", "the", "with"}

MIN_NOUN = 4  # letters of a noun in a text of several words; shorter ones are often articles, in some language
MAX_RENAMED = 60  # characters; what is longer says more than a name does
MIN_SPELT, MIN_LIKENESS = 6, 0.85  # letters, and difflib's ratio, from which on a word is taken for a slip of the pen

BATCH = 64  # names that are encoded at a time
Embed = Callable[[list[str]], Tensor]


class EncodedNames:
    """Names and their embeddings, which are made when they are first asked for, or a batch at a time before, and kept.

    Args:
        embed: texts → (N, D) embeddings in which like texts are near.
    """

    def __init__(self, names: Iterable[str], embed: Embed) -> None:
        self.names, self.embed = list(names), embed
        self._batches: list[Tensor] = []  # of the first names

    def encode_batch(self) -> bool:
        """Encode the next names; False where there are none left."""
        start = BATCH * len(self._batches)
        if start < len(self.names):
            self._batches.append(F.normalize(self.embed(self.names[start : start + BATCH]), dim=-1))
        return start + BATCH < len(self.names)

    def similarity(self, embedding: Tensor) -> Tensor:
        """(D,) an embedding → (N,) its cosines with those of the names."""
        while self.encode_batch():
            pass
        return torch.cat(self._batches) @ F.normalize(embedding, dim=-1)

    def nearest(self, text: str) -> str:
        """The name whose embedding is most like the text's."""
        return self.names[int(self.similarity(self.embed([text])[0]).argmax())]


class Names:
    """What things are called: whole names, and the words in them that may stand for a thing.

    Args:
        table: language → names, row k of each being one thing's, or "" (see `word_lists.load_name_table`).
        embed: texts → (N, D) embeddings in which like texts are near; without it no name is nearest to anything.
        words: "nouns" and "others": English name → words that are in no name, and nearest to it (see `load_words`).
        styles: style → English names of the things that were drawn in it.
    """

    def __init__(
        self,
        table: Mapping[str, Sequence[str]] | None = None,
        embed: Embed | None = None,
        words: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        styles: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.styles = {style: frozenset(drawn) for style, drawn in (styles or {}).items()}
        table = table or {}
        english_names = dict.fromkeys(filter(None, table.get("en", ())))
        self.english = EncodedNames(english_names, embed) if embed and english_names else None
        self.meanings = {_plain(name): name for name in english_names}  # a name in any language → its English one
        rows = [zip(map(_plain, names), table.get("en", ()), strict=False) for names in table.values()]
        heard = Counter(pair for row in rows for pair in dict.fromkeys(row))
        first = {_plain(name).split()[0] for name in english_names if len(name.split()) == 2}
        for (name, english), languages in heard.most_common():
            if languages > 1 or name not in first:  # "santa" is Santa Claus, though in French it is Mx Claus
                self.meanings.setdefault(name, english)
        self.meanings.pop("", None)
        synonyms = {
            kind: {_plain(word): name for name, near in lists.items() if name in english_names for word in near}
            for kind, lists in (words or {}).items()
        }
        self.nouns = synonyms.get("nouns", {})  # a word for a thing that has another name → that name
        self.synonyms = self.nouns | synonyms.get("others", {})  # and words for what it stands for: "thanks" → folded hands
        self.words = {  # short ones say little, unless they are whole names, as 토끼 and "ox" are
            word for name in self.meanings for word in words_of(name) if len(word) > 2 or word >= FIRST_CJK or word == name
        } - (STOP_WORDS - self.meanings.keys())

    def lists_alone(self) -> Names:
        """The same names without embeddings, which take time, and the GPU: no name is nearest to what is in no list."""
        names = copy.copy(self)
        names.english = None
        return names

    def known(self, text: str) -> bool:
        """Whether the text, but for an article, is a name."""
        return self._meaning(text) is not None

    def english_name(self, text: str) -> str:
        """The English name for a text that is a name, else the text."""
        return self._meaning(text) or text

    def styles_of(self, text: str) -> list[str]:
        """The styles in which the thing was drawn of which the text is the name, or all, where it is none."""
        name = self._meaning(text)
        return [style for style, drawn in self.styles.items() if name is None or name in drawn]

    def mentioned(self, text: str) -> bool:
        """Whether a thing is named in the text."""
        text = _plain(text)
        if text in self.meanings or text in STOP_WORDS:
            return text in self.meanings
        if text >= FIRST_CJK and " " not in text:
            return text in self.synonyms or any(name in text or (len(text) > 1 and text in name) for name in self.meanings)
        return any(not self.words.isdisjoint(singulars(word)) for word in words_of(text))

    def is_noun(self, text: str) -> bool:
        """Whether the text, but for an article or an s of plurals, is a noun that has a nearest name."""
        return self._noun(text) is not None

    def is_synonym(self, text: str) -> bool:
        """Whether the text, but for an article, is a word or several that have a nearest name."""
        return any(form in self.synonyms for form in _forms(text)[:2])

    def drawable(self, text: str) -> bool:
        """Whether a thing is named in the text, or there will be a nearest name for it."""
        return self.mentioned(text) or (self.english is not None and len(text) <= MAX_RENAMED)

    def in_known_words(self, text: str) -> str:
        """A text in words that the model learnt: the English name for one in another language; the nearest name for a
        synonym, for the first noun in a short text of which no word is in any name, or for all of it; for a word that is
        only in names, as "gift", one of these. Others stay as they are: English names, and "a fox in the snow".
        """
        english = self._meaning(text)
        if english is not None:
            return text if text.casefold().endswith(english.casefold()) else english
        if self.is_synonym(text):
            return next(self.synonyms[form] for form in _forms(text)[:2] if form in self.synonyms)
        if self.mentioned(text) or not self.drawable(text):
            return self._name_with(text) or text
        return self._noun(text) or self._first_noun(text) or self.nearest(text)

    def nearest(self, text: str) -> str:
        """The English name that a text nearly spells, else the one whose embedding is most like the text's.

        All names are encoded when the first is looked for.
        """
        spelt = _plain(ARTICLE.sub("", text))
        if len(spelt) >= MIN_SPELT and (alike := difflib.get_close_matches(spelt, self.meanings, 1, MIN_LIKENESS)):
            return self.meanings[alike[0]]
        assert self.english is not None
        return self.english.nearest(text)

    def _meaning(self, text: str) -> str | None:
        """The English name for a text that is, but for an article or an s of plurals, a name in any language."""
        return next((self.meanings[one] for one in _forms(text) if one in self.meanings), None)

    def _noun(self, text: str) -> str | None:
        """The nearest name for a text that is, but for an article or an s of plurals, a noun."""
        return next((self.nouns[form] for form in _forms(text) if form in self.nouns), None)

    def _name_with(self, text: str) -> str | None:
        """The English name for a text of one word that is in names: "red heart" for "heart", as it only adds a colour; else
        of those that end in it, or of all, the one nearest to the text.
        """
        if self.english is None:
            return None
        names = {name: words_of(name) for name in self.english.names}
        for word in _forms(text):
            if having := [name for name, words in names.items() if word in words]:
                colored = (name for color in (*HUES, *SHADES) for name in having if names[name] == [color, word])
                ending = [name for name in having if names[name][-1] == word]
                return next(colored, None) or EncodedNames(ending or having, self.english.embed).nearest(text)
        return None

    def _first_noun(self, text: str) -> str | None:
        """The nearest name for the first noun in a text; of several in a row the last says what it is: "a guard hound"."""
        if text >= FIRST_CJK:
            return self._last_in(text)
        names = [*(self._noun(word) if len(word) >= MIN_NOUN else None for word in words_of(text)), None]
        return next((name for name, following in itertools.pairwise(names) if name and not following), None)

    def _last_in(self, text: str) -> str | None:
        """The name for the last synonym in a text without blanks; one sign is one only where it ends the text."""
        parts = [word for word in self.synonyms if word in text and (len(word) > 1 or text.endswith(word))]
        return self.synonyms[max(parts, key=lambda part: (text.rfind(part) + len(part), len(part)))] if parts else None


def _plain(text: str) -> str:
    """A text as names are compared: in small letters, with the apostrophe of keyboards."""
    return text.casefold().replace("’", "'")


def _forms(text: str) -> list[str]:
    """A text as names are compared: as it is, without its article, and what that may be the plural of."""
    return [_plain(text), *singulars(_plain(ARTICLE.sub("", text)))[::-1]]
