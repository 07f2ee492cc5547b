"""The names that a model learnt, by which prompts are read: the nearest to what a text says, in whatever language."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from multimodal.collage.colors import HUES, SHADES
from multimodal.data.phrases import ARTICLE, FIRST_CJK, singulars, words_of
from multimodal.reading.descriptions import Descriptions, Head, says_only_looks, words_but_looks
from multimodal.reading.encoded_names import Embed, EncodedNames
from multimodal.reading.phrases import AROUND_THING, EVERYDAY, FUNCTION_WORDS
from multimodal.reading.slips import SHORT, Slips
from multimodal.reading.vocabulary import Vocabulary
from multimodal.reading.wordings import (
    LITTLE_WORDS,
    content,
    everyday,
    first_things,
    forms_of,
    head_of,
    last_word,
    looks_foreign,
    plain,
    word_with_end_of,
)

THE = re.compile("^the ", re.IGNORECASE)
RUDE = "middle finger"  # which nobody gets who has not asked for it: "finger guns"
MIN_NOUN = 4  # letters of a noun in a text of several words; shorter ones are often articles, in some language
MAX_RENAMED = 60  # characters; what is longer, without a known word, says more than a name does
MAX_PHRASE = 20  # words of a text in which phrases are looked for


class Names(Vocabulary):
    """A vocabulary by which texts are read that say more than a name.

    Args:
        embed: texts → (N, D) embeddings in which like texts are near; without it no name is nearest to anything.
        described: language → English name → words that it is described by (see `data.descriptions`).
        table, words, styles, restyled, malformed: see `Vocabulary`.
    """

    def __init__(
        self,
        table: Mapping[str, Sequence[str]] | None = None,
        embed: Embed | None = None,
        words: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        styles: Mapping[str, Iterable[str]] | None = None,
        described: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        restyled: Mapping[str, Sequence[str]] | None = None,
        malformed: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        super().__init__(table or {}, words or {}, styles or {}, restyled, malformed)
        self.english = EncodedNames(self.english_names, embed) if embed and self.english_names else None
        self.name_words = {name: words_of(name) for name in self.english_names}
        self.descriptions = Descriptions(table or {}, described or {}, self.synonyms)
        self.slips = Slips([*self.meanings, *self.thesaurus], self.english_meanings)
        self._encoded: dict[tuple[str, ...], EncodedNames] = {}  # some of the English names, as they are first asked for
        self.own_words = {word for name in self.own for word in words_of(name)} - LITTLE_WORDS if self.styles else None

    def lists_alone(self) -> Names:
        """The same names without embeddings, which take time, and the GPU: no name is nearest to what is in no list."""
        names = copy.copy(self)
        names.english = None
        return names

    def drawable(self, text: str) -> bool:
        """Whether a thing is named in the text, or there will be a nearest name for it."""
        return self.mentioned(text) or self._may_mean_one(text)

    def whole(self, text: str) -> str | None:
        """The English name that has all words of a text, or shows a thing as it describes it."""
        return self._name_with(text) or self._described(text)

    def in_known_words(self, text: str) -> str:
        """A text in words that the model learnt: the English name for one in another language; the nearest name for a
        synonym; for words that are only in names, as "gift", one of these; for other texts the name of what they are about,
        "fox" for "a cute fox in the snow", or of the first word that has a nearest name, or the nearest to all of it.
        English names stay as they are, and so do texts with words from captions of one's own pictures, which were drawn in
        no style: such a caption may say more than what a thing is called.
        """
        english = self._meaning(text)
        if english is not None:
            bare = THE.sub("", text)  # which captions do not say
            return bare if bare.casefold().endswith(english.casefold()) and not looks_foreign(text) else english
        text = AROUND_THING.sub("", text)
        joined = ARTICLE.sub("", text).replace(" ", "")  # "paint brush"
        if (usual := self._meaning(everyday(text)) or self._meaning(joined)) is not None:
            return usual
        if self.is_synonym(text):
            return self._synonym(text) or text
        if len(joined) <= SHORT and not self._is_word(joined) and (near := self.misspelt(text)):
            return near  # before "catt" is taken for the beginning of "cattle"
        if self.mentioned(text) and self._is_own(text):
            return (self._name_with(text) if " " not in ARTICLE.sub("", text) else None) or text
        ways = (
            self.whole,
            self._head,
            self._noun,
            self._foreign_word,
            self._compound,
            self.misspelt,
            self._first_noun,
            self._first_synonym,
            self._first_part,
            self._described_without_head,
        )
        name = next((name for way in ways if (name := way(text)) and not (name == RUDE and "middle" not in text)), None)
        return name or (self.nearest(text) if self._may_mean_one(text) else text)

    def has_keyword(self, name: str, word: str) -> bool:
        """Whether an English word is in an English name, or a keyword of it."""
        return self.descriptions.english[word].get(name) == 1

    def nearest(self, text: str) -> str:
        """The English name whose embedding is most like a text's; all are encoded when the first is looked for."""
        assert self.english is not None
        return self.english.nearest(text)

    def foreign_head(self, text: str) -> str | None:
        """The English name for what a foreign text is about, in any form: its last word, or the first if nouns lead."""
        words = words_of(ARTICLE.sub("", text))
        if not words or text >= FIRST_CJK:
            return None
        if self.foreign.is_head_first(words[0]):
            return self.foreign.get(words[0])
        return self.foreign.get(words[-1]) or self.foreign.by_last_part(words[-1]) or self._first_part(text)

    def _may_mean_one(self, text: str) -> bool:
        """Whether the text is short enough to mean one name."""
        return self.english is not None and len(text) <= MAX_RENAMED

    def _foreign_word(self, text: str) -> str | None:
        """The English name for a text that is, but for an article, a word of another language, in whatever form."""
        return self.foreign.get(plain(ARTICLE.sub("", text)))

    def _compound(self, text: str) -> str | None:
        """The English name for a text that is, but for an article, a German compound."""
        return self.foreign.by_last_part(plain(ARTICLE.sub("", text)))

    def _described_without_head(self, text: str) -> str | None:
        """The English name that a text describes which says nothing of what the thing is: "needs a nap"."""
        return self.descriptions.find(text, None, foreign=looks_foreign(text))

    def misspelt(self, text: str) -> str | None:
        """The English name for a text that nearly spells a name, or a word of the thesaurus."""
        word = self.slips.meant(plain(ARTICLE.sub("", text)))
        return self._meaning(word) or self._synonym(word) if word else None

    def _is_word(self, text: str) -> bool:
        """Whether a text is a word that something is described by, or one of another language, in whatever form."""
        return bool(self.descriptions.english[text.casefold()] or text in FUNCTION_WORDS or self._foreign_word(text))

    def _phrase(self, text: str) -> str | None:
        """The name that people chose for the longest words in a row that have one: "thank you"."""
        words = words_of(text)[:MAX_PHRASE]
        runs = (" ".join(words[k : k + n]) for n in range(len(words) - 1, 1, -1) for k in range(len(words) - n + 1))
        return next((self.thesaurus[run] for run in runs if run in self.thesaurus), None)

    def _is_own(self, text: str) -> bool:
        """Whether a word of the text is from a caption of what was drawn in no style, or no styles are known."""
        return self.own_words is None or any(not self.own_words.isdisjoint(singulars(word)) for word in words_of(text))

    def _name_with(self, text: str) -> str | None:
        """The English name that has all words of a text: "red heart" for "heart", as it only adds a colour; else of those
        that end in the last of them, or of all, the one nearest to the text.
        """
        if self.english is None:
            return None
        for form in forms_of(text):
            words = content(form).split()
            if (
                words
                and not says_only_looks(words)
                and (having := [name for name, own in self.name_words.items() if {*words}.issubset(own)])
            ):
                colored = (
                    name for color in (*HUES, *SHADES) for name in having if self.name_words[name] == [color, *words]
                )
                ending = [name for name in having if self.name_words[name][-1] == words[-1]]
                return next(colored, None) or self._nearest_of(ending or having, text)
        return None

    def _nearest_of(self, names: Sequence[str], text: str) -> str:
        assert self.english is not None
        encoded = self._encoded.setdefault(tuple(names), EncodedNames(names, self.english.embed))
        return encoded.nearest(text) if len(names) > 1 else names[0]

    def _head(self, text: str) -> str | None:
        """The English name of what a text is about: of the first things in a row the last, as in "a rainbow unicorn with a
        hat".
        """
        if text >= FIRST_CJK:
            return self.foreign.get(last_word(text, self.foreign) or word_with_end_of(text, self.meanings) or "")
        run, meanings = self._first_things(text)
        if not run:
            return None
        words = words_of(text)
        if noun := self._last_noun(words[: words.index(words_of(run[0])[0])]):
            return self._meaning(EVERYDAY.get(noun, "")) or self._synonym(noun)
        rows = (" ".join(run[k:]) for k in range(len(run) - 1))
        if chosen := next(filter(None, map(self.thesaurus.get, rows)), None):  # "rocket ship to the moon"
            return chosen
        last = next((meanings[form] for form in forms_of(run[-1]) if form in meanings), None)
        return last or self._name_ending_in(run, words)

    def _first_things(self, text: str) -> tuple[list[str], Mapping[str, str]]:
        """The first things in a row in a text, and the names among which they were found: where the text looks English,
        those in other languages come last, as "pain" is bread in French.
        """
        foreign = looks_foreign(text)
        tables = [(self.english_meanings, self.heads), (self.foreign if foreign else self.meanings, frozenset[str]())]
        ordered = tables[::-1] if foreign else tables
        for meanings, heads in ordered:
            if run := first_things(text, meanings, heads):
                is_first = meanings is not self.english_meanings and self.foreign.is_head_first(ARTICLE.sub("", run[0]))
                return run[:1] if is_first else run, meanings
        return [], self.english_meanings

    def _described(self, text: str) -> str | None:
        """The English name for a thing with what a text says of it: a pouting cat for "an angry cat"."""
        if text >= FIRST_CJK:
            word, usual = last_word(text, self.foreign), last_word(text, EVERYDAY)
            head = Head(word, self.foreign[word], whole=True) if word else None
            if usual and (head is None or text.endswith(usual)):
                head = Head(usual, head_of(EVERYDAY[usual]), whole=False)
            return self.descriptions.find(text, head, foreign=True) if head else None
        run, meanings = self._first_things(text)
        foreign = meanings is not self.english_meanings or looks_foreign(text)
        words = words_of(ARTICLE.sub("", text))
        things = [word for word in words if any(form in meanings for form in forms_of(word))]
        heads = list(self._heads(words, run, meanings))
        if foreign and not heads:
            parts = ((word, self.descriptions.translated_part(word)) for word in words if len(word) >= MIN_NOUN)
            heads = [Head(word, head_of(part), whole=True) for word, part in parts if part]
        found = (self.descriptions.find(text, head, things, foreign) for head in heads)
        return next(filter(None, found), None)

    def _heads(self, words: Sequence[str], run: Sequence[str], meanings: Mapping[str, str]) -> Iterator[Head]:
        """What a text may be about: an everyday word or a noun before little words, and the last of the first things."""
        first = words_of(run[0])[0] if run else ""
        before = words[: words.index(first)] if first in words else words
        if word := self._last_noun(before, adjacent=not run):
            if word in EVERYDAY:
                yield Head(word, head_of(EVERYDAY[word]), whole=False)
            elif near := self._synonym(word):
                yield Head(word, word, whole=False)
                yield Head(word, near, whole=True)
        if run:
            name = next((meanings[form] for form in forms_of(run[-1]) if form in meanings), None)
            yield Head(run[-1], name or run[-1], whole=name is not None)

    def _last_noun(self, words: Sequence[str], adjacent: bool = False) -> str | None:
        """The last everyday word or noun before little words in a text; where no little word follows, it is only an
        adjective to what does, unless it may be `adjacent` to it.
        """
        last = None
        for word in words:
            if word in EVERYDAY or (len(word) >= MIN_NOUN and not word.endswith("ing") and self._synonym(word)):
                last = word
            elif last and (word in LITTLE_WORDS or word in FUNCTION_WORDS):
                return last
        return last if adjacent else None

    def _name_ending_in(self, run: Sequence[str], words: Sequence[str]) -> str | None:
        """The English name for things in a row of which the last is only in names: that which another word of the text is
        near to, as in "a sick face", else the nearest of those that have one of the things, "fire engine" for "fire truck".
        """
        meant = (self.synonyms[word] for word in words if word in self.synonyms)
        if hinted := next((name for name in meant if run[-1] in words_of(name)), None):
            return hinted
        if self.english is None or len(run) == 1:
            return self._name_with(run[-1])
        parts = [{*words_of(form)} for part in run for form in forms_of(part)]
        having = [name for name, own in self.name_words.items() if any(part.issubset(own) for part in parts)]
        return self._nearest_of(having, " ".join(run))

    def _first_noun(self, text: str) -> str | None:
        """The nearest name for the first noun in a text; of several in a row the last says what it is: "a guard hound"."""
        if text >= FIRST_CJK:
            return self.synonyms.get(last_word(text, self.synonyms) or "")
        names = [*(self._noun(word) if len(word) >= MIN_NOUN else None for word in words_but_looks(text)), None]
        return next((name for name, following in itertools.pairwise(names) if name and not following), None)

    def _first_synonym(self, text: str) -> str | None:
        """The nearest name for the first emoji in a text, or word that has one, whatever it is: "thank you" is thanks."""
        words = [word for word in words_but_looks(text) if len(word) >= MIN_NOUN or not word.isalnum()]
        words.sort(key=str.isalnum)  # emoji first
        forms = (form for word in words for form in (*forms_of(word), f"{word}s"))
        first = next((self.synonyms[form] for form in forms if form in self.synonyms), None)
        return first and (self._phrase(text) or first)  # "guten Morgen Kaffee"

    def _first_part(self, text: str) -> str | None:
        """The English name for a text, or its first word, that is only in names of other languages."""
        words = [word for word in words_of(ARTICLE.sub("", text)) if len(word) >= MIN_NOUN]
        return next(filter(None, map(self.descriptions.translated_part, (text, *words))), None)
