"""The names that a model learnt: those that a prompt says, in whatever language, and the nearest to what it says."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from multimodal.data.phrases import ARTICLE, COLORS

BETWEEN_WORDS = re.compile(r"[\s,.;:!?\"'“”‘’«»()（）\[\]|，。、；：！？/]+")
FIRST_CJK = "\u2e80"  # scripts from here on have no blanks between words, or particles that stick to them
STOP_WORDS = {word.casefold() for words in COLORS.values() for word in words} | {"and", "for", "not", "the", "with"}

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


class Names:
    """What things are called: whole names, and the words in them that may stand for a thing.

    Args:
        table: language → names, row k of each being one thing's, or "" (see `checkpoint.load_name_table`).
        embed: texts → (N, D) embeddings in which like texts are near; without it no name is nearest to anything.
    """

    def __init__(self, table: Mapping[str, Sequence[str]] | None = None, embed: Embed | None = None) -> None:
        table = table or {}
        english_names = dict.fromkeys(filter(None, table.get("en", ())))
        self.english = EncodedNames(english_names, embed) if embed and english_names else None
        self.meanings = {_plain(name): name for name in english_names}  # a name in any language → its English one
        for names in table.values():
            for name, english in zip(names, table.get("en", ()), strict=False):
                self.meanings.setdefault(_plain(name), english)
        self.meanings.pop("", None)
        self.words = {  # short ones say little, unless they are whole names, as 토끼 and "ox" are
            word for name in self.meanings for word in words_of(name) if len(word) > 2 or word >= FIRST_CJK or word == name
        } - (STOP_WORDS - self.meanings.keys())

    def known(self, text: str) -> bool:
        """Whether the text, but for an article, is a name."""
        return self._meaning(text) is not None

    def mentioned(self, text: str) -> bool:
        """Whether a thing is named in the text."""
        text = _plain(text)
        if text in self.meanings or text in STOP_WORDS:
            return text in self.meanings
        if text >= FIRST_CJK and " " not in text:
            return any(name in text or (len(text) > 1 and text in name) for name in self.meanings)
        return not self.words.isdisjoint(words_of(text))

    def drawable(self, text: str) -> bool:
        """Whether a thing is named in the text, or there will be a nearest name for it."""
        return self.mentioned(text) or (self.english is not None and len(text) <= MAX_RENAMED)

    def in_known_words(self, text: str) -> str:
        """A text in words that the model learnt: the English name for one in another language, and the nearest name for
        a short one of which no word is in any name. Others stay as they are: English names, and "a fox in the snow".
        """
        english = self._meaning(text)
        if english is not None:
            return text if text.casefold().endswith(english.casefold()) else english
        return text if self.mentioned(text) or not self.drawable(text) else self.nearest(text)

    def nearest(self, text: str) -> str:
        """The English name that a text nearly spells, else the one whose embedding is most like the text's.

        All names are encoded when the first is looked for.
        """
        spelt = _plain(ARTICLE.sub("", text))
        if len(spelt) >= MIN_SPELT and (alike := difflib.get_close_matches(spelt, self.meanings, 1, MIN_LIKENESS)):
            return self.meanings[alike[0]]
        assert self.english is not None
        similarity = self.english.similarity(self.english.embed([text])[0])  # (N,)
        return self.english.names[int(similarity.argmax())]

    def _meaning(self, text: str) -> str | None:
        """The English name for a text that is, but for an article or an s of plurals, a name in any language."""
        texts = (_plain(text), *singulars(_plain(ARTICLE.sub("", text)))[::-1])
        return next((self.meanings[one] for one in texts if one in self.meanings), None)


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters, without what stands between them."""
    return [word for word in BETWEEN_WORDS.split(text.casefold()) if word]


def _plain(text: str) -> str:
    """A text as names are compared: in small letters, with the apostrophe of keyboards."""
    return text.casefold().replace("’", "'")


def singulars(noun: str) -> list[str]:
    """What a plural may be the plural of, itself the last: in English, and where an s makes plurals in other languages."""
    endings = (("ies", "y"), ("es", ""), ("s", ""))
    return [*(noun[: -len(plural)] + one for plural, one in endings if noun.lower().endswith(plural)), noun]
