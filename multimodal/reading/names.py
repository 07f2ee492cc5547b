"""The names that a model learnt: those that a prompt says, in whatever language, and the nearest to what it says."""

from __future__ import annotations

import copy
import difflib
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from multimodal.data.colors import HUES, SHADES
from multimodal.data.phrases import ARTICLE, COLOR_WORDS, EVERYDAY, FIRST_CJK, FUNCTION_WORDS, PORTION, singulars, words_of
from multimodal.reading.descriptions import Descriptions, Head
from multimodal.reading.encoded_names import Embed, EncodedNames
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

STOP_WORDS = COLOR_WORDS | {"and", "for", "not", "the", "with"}

MIN_NOUN = 4  # letters of a noun in a text of several words; shorter ones are often articles, in some language
MAX_RENAMED = 60  # characters; what is longer, without a known word, says more than a name does
MIN_SPELT, MIN_LIKENESS = 6, 0.85  # letters, and difflib's ratio, from which on a word is taken for a slip of the pen


class Names:
    """What things are called: whole names, and the words in them that may stand for a thing.

    Args:
        table: language → names, row k of each being one thing's, or "" (see `word_lists.load_name_table`).
        embed: texts → (N, D) embeddings in which like texts are near; without it no name is nearest to anything.
        words: "nouns" and "others": English name → words that are in no name, and nearest to it (see `load_words`).
        styles: style → English names of the things that were drawn in it.
        described: language → English name → words that it is described by (see `load_descriptions`).
    """

    def __init__(
        self,
        table: Mapping[str, Sequence[str]] | None = None,
        embed: Embed | None = None,
        words: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        styles: Mapping[str, Iterable[str]] | None = None,
        described: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    ) -> None:
        self.styles = {style: frozenset(drawn) for style, drawn in (styles or {}).items()}
        table = table or {}
        english_names = dict.fromkeys(filter(None, table.get("en", ())))
        self.english = EncodedNames(english_names, embed) if embed and english_names else None
        self.meanings = {plain(name): name for name in english_names}  # a name in any language → its English one
        self.english_meanings = {content(name): name for name in english_names} | self.meanings
        rows = [zip(map(plain, names), table.get("en", ()), strict=False) for names in table.values()]
        heard = Counter(pair for row in rows for pair in dict.fromkeys(row))
        first = {plain(name).split()[0] for name in english_names if len(name.split()) == 2}
        for (name, english), languages in heard.most_common():
            if languages > 1 or name not in first:  # "santa" is Santa Claus, though in French it is Mx Claus
                self.meanings.setdefault(name, english)
        self.meanings.pop("", None)
        synonyms = {
            kind: {plain(word): name for name, near in lists.items() if name in english_names for word in near}
            for kind, lists in (words or {}).items()
        }
        self.nouns = synonyms.get("nouns", {})  # a word for a thing that has another name → that name
        self.synonyms = self.nouns | synonyms.get("others", {})  # and words for what it stands for: "thanks" → folded hands
        self.descriptions = Descriptions(table, described or {}, self.synonyms)
        self.words = {  # short ones say little, unless they are whole names, as 토끼 and "ox" are
            word for name in self.meanings for word in words_of(name) if len(word) > 2 or word >= FIRST_CJK or word == name
        } - (STOP_WORDS - self.meanings.keys())
        self.heads = {form for name in english_names if (head := head_of(name)) for form in singulars(head)}
        drawn = frozenset().union(*self.styles.values())
        self.own = tuple(name for name in english_names if name not in drawn)  # captions of what was drawn in no style
        self.own_words = {word for name in self.own for word in words_of(name)} - LITTLE_WORDS if self.styles else None

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
        text = plain(text)
        if text in self.meanings or text in STOP_WORDS:
            return text in self.meanings
        if text in self.synonyms and not any(map(str.isalnum, text)):  # an emoji
            return True
        if text >= FIRST_CJK and " " not in text:
            return text in self.synonyms or any(name in text or (len(text) > 1 and text in name) for name in self.meanings)
        return any(not self.words.isdisjoint(singulars(word)) for word in words_of(text))

    def is_noun(self, text: str) -> bool:
        """Whether the text, but for an article or an s of plurals, is a noun that has a nearest name."""
        return self._noun(text) is not None

    def is_synonym(self, text: str) -> bool:
        """Whether the text, but for an article, is a word or several that have a nearest name."""
        return any(form in self.synonyms for form in forms_of(text)[:2])

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
            return text if text.casefold().endswith(english.casefold()) and not looks_foreign(text) else english
        text = PORTION.sub("", text)
        if (usual := self._meaning(everyday(text))) is not None:
            return usual
        if self.is_synonym(text):
            return self._synonym(text) or text
        if self.mentioned(text) and self._is_own(text):
            return (self._name_with(text) if " " not in ARTICLE.sub("", text) else None) or text
        name = self.whole(text) or self._head(text) or self._noun(text)
        name = name or self._first_noun(text) or self._first_synonym(text) or self._first_part(text)
        name = name or self.descriptions.find(text, None, foreign=looks_foreign(text))
        return name or (self.nearest(text) if self._may_mean_one(text) else text)

    def nearest(self, text: str) -> str:
        """The English name that a text nearly spells, else the one whose embedding is most like the text's.

        All names are encoded when the first is looked for.
        """
        spelt = plain(ARTICLE.sub("", text))
        if len(spelt) >= MIN_SPELT and (alike := difflib.get_close_matches(spelt, self.meanings, 1, MIN_LIKENESS)):
            return self.meanings[alike[0]]
        assert self.english is not None
        return self.english.nearest(text)

    def _may_mean_one(self, text: str) -> bool:
        """Whether the text is short enough to mean one name."""
        return self.english is not None and len(text) <= MAX_RENAMED

    def _is_own(self, text: str) -> bool:
        """Whether a word of the text is from a caption of what was drawn in no style, or no styles are known."""
        return self.own_words is None or any(not self.own_words.isdisjoint(singulars(word)) for word in words_of(text))

    def _meaning(self, text: str) -> str | None:
        """The English name for a text that is, but for an article or an s of plurals, a name in any language."""
        return next((self.meanings[one] for one in forms_of(text) if one in self.meanings), None)

    def _noun(self, text: str) -> str | None:
        """The nearest name for a text that is, but for an article or an s of plurals, a noun."""
        return next((self.nouns[form] for form in forms_of(text) if form in self.nouns), None)

    def _synonym(self, text: str) -> str | None:
        """The same for any word, or several, that has a nearest name."""
        return next((self.synonyms[form] for form in forms_of(text) if form in self.synonyms), None)

    def _name_with(self, text: str) -> str | None:
        """The English name that has all words of a text: "red heart" for "heart", as it only adds a colour; else of those
        that end in the last of them, or of all, the one nearest to the text.
        """
        if self.english is None:
            return None
        for form in forms_of(text):
            words = content(form).split()
            if words and (having := [name for name in self.english.names if {*words} <= {*words_of(name)}]):
                colored = (name for color in (*HUES, *SHADES) for name in having if words_of(name) == [color, *words])
                ending = [name for name in having if words_of(name)[-1] == words[-1]]
                return next(colored, None) or self._nearest_of(ending or having, text)
        return None

    def _nearest_of(self, names: Sequence[str], text: str) -> str:
        assert self.english is not None
        return EncodedNames(names, self.english.embed).nearest(text) if len(names) > 1 else names[0]

    def _head(self, text: str) -> str | None:
        """The English name of what a text is about: of the first things in a row the last, as in "a rainbow unicorn with a
        hat".
        """
        if text >= FIRST_CJK:
            return self.meanings.get(last_word(text, self.meanings) or word_with_end_of(text, self.meanings) or "")
        run, meanings = self._first_things(text)
        if not run:
            return None
        words = words_of(text)
        if noun := self._last_noun(words[: words.index(words_of(run[0])[0])]):
            return self._meaning(EVERYDAY.get(noun, "")) or self._synonym(noun)
        last = next((meanings[form] for form in forms_of(run[-1]) if form in meanings), None)
        return last or self._name_ending_in(run, words)

    def _first_things(self, text: str) -> tuple[list[str], Mapping[str, str]]:
        """The first things in a row in a text, and the names among which they were found: where the text looks English,
        those in other languages come last, as "pain" is bread in French.
        """
        tables = [(self.english_meanings, self.heads), (self.meanings, frozenset[str]())]
        ordered = tables[::-1] if looks_foreign(text) else tables
        found = ((first_things(text, meanings, heads), meanings) for meanings, heads in ordered)
        return next(((run, meanings) for run, meanings in found if run), ([], self.english_meanings))

    def _described(self, text: str) -> str | None:
        """The English name for a thing with what a text says of it: a pouting cat for "an angry cat"."""
        if text >= FIRST_CJK:
            word, usual = last_word(text, self.meanings), last_word(text, EVERYDAY)
            head = Head(word, self.meanings[word], whole=True) if word else None
            if usual and (head is None or text.endswith(usual)):
                head = Head(usual, head_of(EVERYDAY[usual]), whole=False)
            return self.descriptions.find(text, head, foreign=True) if head else None
        run, meanings = self._first_things(text)
        foreign = meanings is self.meanings or looks_foreign(text)
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
        having = [name for name in self.english.names if any(part <= {*words_of(name)} for part in parts)]
        return self._nearest_of(having, " ".join(run))

    def _first_noun(self, text: str) -> str | None:
        """The nearest name for the first noun in a text; of several in a row the last says what it is: "a guard hound"."""
        if text >= FIRST_CJK:
            return self.synonyms.get(last_word(text, self.synonyms) or "")
        names = [*(self._noun(word) if len(word) >= MIN_NOUN else None for word in words_of(text)), None]
        return next((name for name, following in itertools.pairwise(names) if name and not following), None)

    def _first_synonym(self, text: str) -> str | None:
        """The nearest name for the first emoji in a text, or word that has one, whatever it is: "thank you" is thanks."""
        words = [word for word in words_of(text) if len(word) >= MIN_NOUN or not word.isalnum()]
        words.sort(key=str.isalnum)  # emoji first
        forms = (form for word in words for form in (*forms_of(word), f"{word}s"))
        return next((self.synonyms[form] for form in forms if form in self.synonyms), None)

    def _first_part(self, text: str) -> str | None:
        """The English name for a text, or its first word, that is only in names of other languages."""
        words = [word for word in words_of(ARTICLE.sub("", text)) if len(word) >= MIN_NOUN]
        return next(filter(None, map(self.descriptions.translated_part, (text, *words))), None)
