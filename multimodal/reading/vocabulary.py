"""The vocabulary of a model: what the things that it learnt are called, and other words for them."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from multimodal.data.phrases import ARTICLE, COLOR_WORDS, FIRST_CJK, LANGUAGES, STYLES, singulars, words_of
from multimodal.reading.inflections import STEMMERS, Inflections
from multimodal.reading.phrases import FUNCTION_WORDS
from multimodal.reading.wordings import content, forms_of, head_of, plain, without_accents

MIN_BARE = 4  # letters of Latin words that are known without their accents too
FIRST_FOREIGN = "\u0370"  # sign of other scripts
MIN_THING = 3  # letters of a thing in a text in another language
FEELINGS = {"face", "hand", "hands", "thumbs"}
MAX_SHORTER = 16  # forms of a stretched word; each of its runs of letters doubles them
STRETCHED = re.compile(r"\b[a-z]*([a-z])\1\1[a-z]*\b", re.IGNORECASE)
HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}  # of each katakana
STOP_WORDS = COLOR_WORDS | {"and", "for", "not", "the", "with"}


class Vocabulary:
    """Names, and the words in them and others that may stand for a thing.

    Args:
        table: language → names, row k of each being one thing's, or "" (see `word_lists.load_name_table`).
        words: "nouns", "others" and each language: English name → words that are nearest to it (see `data.synonyms`).
        styles: style → English names of the things that were drawn in it.
        restyled: style in which pictures can be drawn again → the styles of these, the best first (see `Restyler`).
        malformed: style → English names of things that are drawn badly in it, which mixed styles pass over.
    """

    def __init__(
        self,
        table: Mapping[str, Sequence[str]],
        words: Mapping[str, Mapping[str, Sequence[str]]],
        styles: Mapping[str, Iterable[str]],
        restyled: Mapping[str, Sequence[str]] | None = None,
        malformed: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        self.restyled = restyled or {}
        self.malformed = {style: frozenset(drawn) for style, drawn in (malformed or {}).items()}
        self.styles = {style: frozenset(drawn) for style, drawn in styles.items()}
        self.style_names = tuple(self.styles) or STYLES  # that a prompt may say
        self.english_names = tuple(dict.fromkeys(filter(None, table.get("en", ()))))
        self.english_meanings = {spelt(name): name for spelt in (content, plain) for name in self.english_names}
        names = {*self.english_names}
        near = nearest_words(words, names)
        nouns, chosen = near.get("nouns", {}), near.get("en", {})
        foreign = dict(item for language in reversed(LANGUAGES[1:]) for item in near.get(language, {}).items())
        meanings = meanings_of(table)
        for word in meanings.keys() & nouns.keys() & chosen.keys() - self.english_meanings.keys():
            meanings[word] = chosen[word]  # "trombone", which is a paperclip in French
        bare = _also_without_accents(meanings)
        kana = {word.translate(HIRAGANA): name for word, name in meanings.items()}  # "ぱんだ"
        self.meanings = kana | bare  # a name in any language → its English one
        self.nouns = _also_without_accents(nouns)  # a word for a thing that has another name → that name
        self.thesaurus = _also_without_accents(foreign | chosen)  # words for which people chose a name
        self.synonyms = _also_without_accents(nouns | near.get("others", {}) | foreign | chosen)  # "thanks" → folded hands
        things = {word: name for word, name in _also_without_accents(foreign).items() if not is_feeling(name, names)} | bare
        telling = {word: name for word, name in things.items() if len(word) >= MIN_THING or word >= FIRST_CJK}
        self.foreign = Inflections(telling, words_with_stems(table, near))  # in longer texts
        self.words = {  # short ones say little, unless they are whole names, as 토끼 and "ox" are
            word for name in self.meanings for word in words_of(name) if len(word) > 2 or word >= FIRST_CJK or word == name
        } - (STOP_WORDS - self.meanings.keys())
        self.heads = {form for name in self.english_names if (head := head_of(name)) for form in singulars(head)}
        drawn = frozenset().union(*self.styles.values())
        self.own = tuple(name for name in self.english_names if name not in drawn)  # captions of what was drawn in no style

    def known(self, text: str) -> bool:
        """Whether the text, but for an article, is a name."""
        return self._meaning(text) is not None

    def is_foreign(self, text: str) -> bool:
        """Whether the text is a name in another language, and none in English."""
        return plain(text) in self.meanings and plain(text) not in self.english_meanings

    def english_name(self, text: str) -> str:
        """The English name for a text that is a name, else the text."""
        return self._meaning(text) or text

    def styles_of(self, text: str) -> list[str]:
        """The styles in which the thing was drawn of which the text is the name, or all, where it is none."""
        name = self._meaning(text)
        return [style for style, drawn in self.styles.items() if name is None or name in drawn]

    def is_malformed(self, text: str, style: str) -> bool:
        """Whether the thing of which the text is the name is drawn badly in a style."""
        return self._meaning(text) in self.malformed.get(style, ())

    def drawn_first_in(self, text: str, style: str) -> str | None:
        """The style in which a thing is drawn, "" for none, to be drawn again in one in which it was never seen; None where
        the thing was seen in it, is not known, or cannot be drawn again in it.
        """
        seen = self.styles_of(text)
        if not self.styles or not self.known(text) or style in seen or style not in self.restyled:
            return None
        return next((source for source in (*self.restyled[style], *seen) if source in seen), "")

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
        """Whether the text, but for an article or an s of plurals, is a word or several that have a nearest name."""
        return self._synonym(text) is not None

    def is_chosen(self, text: str) -> bool:
        """Whether the text, but for an article or an s of plurals, is a noun for which people chose the nearest name."""
        return self.is_noun(text) and any(form in self.thesaurus for form in forms_of(text))

    def is_smiley(self, name: str) -> bool:
        """Whether an English name is one for a face that is nothing but a face."""
        before, face, _ = f" {name} ".partition(" face ")
        return bool(face) and before.strip() not in self.english_meanings

    def unstretched(self, text: str) -> str:
        """A text without letters that are repeated for emphasis: "so hungry" for "sooo hungryyy"."""
        return STRETCHED.sub(lambda word: self._unstretched(word[0]), text)

    def _unstretched(self, word: str) -> str:
        if self.known(word) or self.is_synonym(word):
            return word
        runs = [run[0] for run in re.finditer(r"(.)\1*", word)]
        shorter = map("".join, itertools.product(*([run[:2], run[0]] if len(run) > 2 else [run] for run in runs)))
        meant = (
            one
            for one in itertools.islice(shorter, MAX_SHORTER)
            if self.is_synonym(one) or self.mentioned(one) or one.casefold() in FUNCTION_WORDS
        )
        return next(meant, word)

    def _meaning(self, text: str) -> str | None:
        """The English name for a text that is, but for an article or an s of plurals, a name in any language, or one in
        another form, in a language that has other letters than English.
        """
        said = (one for one in forms_of(text) if one in self.meanings or (one in self.thesaurus and not one.isascii()))
        known = self.meanings.get(next(said, ""))  # "moño", a bow, is not "mono", a monkey
        if known or text.isascii():
            return known
        another = self.foreign.by_stem(plain(ARTICLE.sub("", text)))
        chosen = next((self.thesaurus[form] for form in forms_of(text) if form in self.thesaurus), None)
        return another if chosen in (None, another) else None

    def _noun(self, text: str) -> str | None:
        """The nearest name for a text that is, but for an article or an s of plurals, a noun."""
        return next((self.nouns[form] for form in forms_of(text) if form in self.nouns), None)

    def _synonym(self, text: str) -> str | None:
        """The nearest name for a text that is, but for an article or an s of plurals, a word, or several, that has one."""
        return next((self.synonyms[form] for form in forms_of(text) if form in self.synonyms), None)


def meanings_of(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Names in any language → the English ones; of one that means several things, what it means in most languages."""
    english = table.get("en", ())
    meanings = {plain(name): name for name in english if name}
    first = {plain(name).split()[0] for name in english if len(name.split()) == 2}
    rows = (dict.fromkeys(zip(map(plain, names), english, strict=False)) for names in table.values())
    for (name, own), languages in Counter(pair for row in rows for pair in row).most_common():
        if languages > 1 or name not in first:  # "santa" is Santa Claus, though in French it is Mx Claus
            meanings.setdefault(name, own)
    meanings.pop("", None)
    return meanings


def nearest_words(words: Mapping[str, Mapping[str, Sequence[str]]], known: Collection[str]) -> dict[str, dict[str, str]]:
    """Kind → word → the known English name that it is nearest to, of kind → English name → words."""
    return {
        kind: {plain(word): name for name, near in lists.items() if name in known for word in near}
        for kind, lists in words.items()
    }


def words_with_stems(
    table: Mapping[str, Sequence[str]], near: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Language → word → English name, for the languages that have stems: words for things, and names."""
    return {
        language: {word: name for word, name in near.get(language, {}).items() if not is_feeling(name, table.get("en", ()))}
        | {name: english for name, english in zip(table.get(language, ()), table.get("en", ()), strict=False) if name}
        for language in STEMMERS
    }


def is_feeling(name: str, known: Collection[str]) -> bool:
    """Whether an English name is one for a face or a hand, by which one says what one feels; not for that of a known thing,
    as "cat face" is.
    """
    words = words_of(name)
    return (head_of(name) in FEELINGS or not FEELINGS.isdisjoint(words[:1])) and " ".join(words[:-1]) not in known


def _also_without_accents(table: Mapping[str, str]) -> dict[str, str]:
    """A table of words with those that many type instead of them; very short ones are often words of other languages."""
    bare = {without_accents(word): name for word, name in table.items() if len(word) >= MIN_BARE or word >= FIRST_FOREIGN}
    return bare | dict(table)
