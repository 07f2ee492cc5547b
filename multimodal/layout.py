"""Reading a prompt: the things that it asks for, by names that the model learnt, their colours, and where each goes.

A small model knows far more things than pairs of things, or things in a colour. So "a rocket and a star" is drawn as a
rocket and as a star, and the two are put into one picture; "a blue apple" is drawn as an apple, which is then turned blue.
It is done in the way in which training composites are made.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from multimodal.collage import COUNT_ROWS, equip, in_color, paint
from multimodal.data.colors import HUES, SHADES
from multimodal.data.phrases import (
    ARTICLE,
    COLOR_WORDS,
    COLORS,
    FIRST_CJK,
    NUMBERS,
    PATTERNS,
    PICTURE_OF,
    REQUEST,
    singulars,
    words_of,
)
from multimodal.names import Names
from multimodal.prompts import MIXED, MIXED_STYLES, in_style, parse_weights, split_style, style_name
from multimodal.relations import (
    DOING,
    WHERE_WORN,
    WORN,
    has_head,
    is_person,
    is_smiley,
    place_of,
    shows_all,
    split_relations,
)

MAX_THINGS = 5
MAX_CAPTIONS = 1000  # of one's own pictures that are looked at
PEOPLE = {  # whom no shade is given to
    "baby", "boy", "child", "children", "couple", "face", "family", "girl", "hand", "hands", "man", "men", "people",
    "person", "woman", "women",
}  # fmt: skip
FOREIGN_ARTICLE = re.compile(rf"(?!(?:an?|the) ){ARTICLE.pattern[1:]}", re.IGNORECASE)
FACE_PLACES = {"body", "ears", "eyes", "head", "neck"}  # which figures show best of which there is a face alone
SPELLINGS = {"gray": ("grey",)}
PAIRS = ("left", "right", "above", "below", "big_small", "and")  # the vague "and" last


class Layout(NamedTuple):
    kind: str  # a key of PATTERNS, or "figure"
    things: tuple[str, ...]  # a prompt of each: two, for the kind "colored" one, for "count" one or as many as there are
    number: int = 1  # how many there are, for kind "count"
    colors: tuple[str, ...] = ()  # what to turn them to: keys of HUES or SHADES, or "" for what stays as it is
    places: tuple[str, ...] = ()  # for kind "figure", where on the first the others are


class Reading(NamedTuple):
    """What is drawn for a prompt."""

    things: tuple[str, ...]  # a prompt of each thing
    layout: Layout | None = None  # how they become one picture; None where there is one thing, as it is
    renamed: tuple[tuple[str, str], ...] = ()  # what the prompt calls a thing, and the nearest name, if that is drawn


def read_prompt(prompt: str, names: Names, apart: bool = True) -> Reading:
    """Find the things that a prompt asks for, each in words that the model learnt (see `Names.in_known_words`).

    Args:
        apart: look for several things, and for colours; otherwise the prompt is one thing.
    """
    if parse_weights(prompt).parts:  # whose words are meant as they stand
        return Reading((prompt,))
    prompt = _subject(prompt, names)
    layout = parse_layout(prompt, names) if apart else None
    things, renamed = [], []
    for thing in layout.things if layout else (prompt,):
        text, style = split_style(thing)
        name = names.in_known_words(text)
        things.append(name + style)
        renamed += [] if names.known(text) or name == text else [(text, name)]
    if layout and not FACE_PLACES.isdisjoint(layout.places):
        name, style = split_style(things[0])
        face = f"{ARTICLE.sub('', name)} face"
        things[0] = (face if names.known(face) else name) + style
    return Reading(tuple(things), layout, tuple(dict.fromkeys(renamed)))


def in_styles(prompts: Sequence[str], style: str, seeds: Sequence[int], names: Names) -> list[str]:
    """Each prompt in a style, unless it says one itself; if that is MIXED, each seed has another one of those for it."""
    if style != MIXED:
        return [in_style(prompt, style) for prompt in prompts]
    styles = {prompt: mixed_styles(prompt, names) for prompt in dict.fromkeys(prompts)}
    each = zip(prompts, seeds, strict=True)
    return [in_style(prompt, styles[prompt][seed % len(styles[prompt])]) for prompt, seed in each]


def in_one_style(prompts: Sequence[str], style: str, seed: int, names: Names) -> list[str]:
    """Prompts in a style, unless they say one; if that is MIXED, all have that of the first."""
    first = in_styles(prompts[:1], style, [seed], names)
    style = style_name(first[0]) if style == MIXED else style
    return first + [in_style(prompt, style) for prompt in prompts[1:]]


def mixed_styles(prompt: str, names: Names) -> Sequence[str]:
    """Those of MIXED_STYLES in which all things that a prompt asks for were drawn in training, or else that were learnt."""
    things = [names.styles_of(split_style(thing)[0]) for thing in read_prompt(prompt, names.lists_alone()).things]
    if not all(things):  # one was drawn without a style, as one's own pictures mostly are
        return [""]
    of_all = [style for style in MIXED_STYLES if all(style in styles for styles in things)]
    return of_all or [style for style in MIXED_STYLES if style in names.styles] or [""]


def parse_layout(prompt: str, names: Names) -> Layout | None:
    """What a prompt asks for that names two to five things, of one kind or several, or one in a colour, in any language.

    Of those that "and" joins, each must be a name or have an article: "rock and roll" is one thing. The prompt as a whole
    must be no name: "bow and arrow" is one thing, and so is "green apple".

    Returns:
        None where the prompt asks for none of these.
    """
    text, style = split_style(prompt)
    if names.known(text) or names.is_synonym(text):
        return None

    def layout(kind: str, things: Sequence[str], number: int = 1) -> Layout:
        found = [_split_color(thing, names) for thing in things]
        return Layout(kind, tuple(thing + style for thing, _ in found), number, tuple(color for _, color in found))

    if places := _figure(text, names):
        return layout("figure", list(places))._replace(places=tuple(places.values())[1:])
    if several := _enumerated(text, names):
        return layout("count", several, len(several))
    for kind in PAIRS:
        for pattern in _patterns(kind):
            if found := pattern.fullmatch(text):
                pair = found["a"], found["b"]
                if all(_is_thing(thing, names, vague=kind == "and") for thing in pair):
                    return layout(kind, pair)
    number, thing = _counted(text, names)
    if number > 1 and not _are_two(text, names):
        return layout("count", (thing,), number)
    colored = layout("colored", (text,))
    return colored if colored.colors[0] else None


def _subject(prompt: str, names: Names) -> str:
    """A prompt without words for the picture itself: "draw me a sticker of a cat, 3d style" asks for a cat."""
    text, style = split_style(prompt)
    if names.known(text):
        return prompt
    text = REQUEST.sub("", text)
    found = PICTURE_OF.fullmatch(text)
    return (found["before"] or found["after"] if found else text) + style


def _is_thing(text: str, names: Names, vague: bool) -> bool:
    """Whether a text says a thing that can be drawn; where it is vague, by a name, with an article, or in a language that
    may have none.
    """
    if not vague:
        return names.drawable(text)
    name, _ = _split_color(text, names)
    return (
        names.known(name)
        or names.is_noun(name)
        or (names.drawable(text) if ARTICLE.match(text) else not text.isascii() and names.mentioned(text))
    )


def _figure(text: str, names: Names) -> dict[str, str]:
    """A figure and the things about it, and where on it each of them is; none where a text says none, or one name all."""
    text = WHERE_WORN.sub("", text)
    figure, relations = split_relations(text)
    if relations and not has_head(figure, names):
        figure = DOING.sub("", figure)
    if not relations or not has_head(figure, names) or _joints().search(figure) or _counted(figure, names)[0] > 1:
        return {}
    if any(split_relations(caption)[1] for caption in names.own[:MAX_CAPTIONS]):  # such pictures were learnt as they are
        return {}
    name = names.in_known_words(figure)
    places = {figure: ""}
    for relation in relations:
        for number, thing in enumerate(map(str.strip, _joints().split(DOING.sub("", relation.thing)))):
            bare, _ = _split_color(thing, names)
            if not has_head(bare, names) or _counted(thing, names)[0] > 1:
                return {}
            other = names.english_name(names.in_known_words(bare))
            place = place_of(relation._replace(thing=thing), other)
            if not place or place in places.values() or {*words_of(other)} <= {*words_of(name)}:
                return {}
            if other not in WORN and (number or is_person(other) or is_smiley(name, names)):
                return {}
            places[thing] = place
    shown = shows_all(text, figure, names, by_keywords={*WORN.values()}.isdisjoint(places.values()))
    return {} if shown or len(places) > MAX_THINGS else places


def _enumerated(text: str, names: Names) -> list[str]:
    """The things of "two foxes, a cat and a bird", each as often as it is asked for: three to five, or none."""
    things: list[str] = []
    parts = [part.strip() for part in _joints().split(text) if part.strip()]
    for part in parts if len(parts) > 1 else ():
        number, thing = _counted(part, names)
        if not _is_thing(thing, names, vague=True):
            return []
        things += [thing] * number
    return things if 2 < len(things) <= MAX_THINGS else []


def _counted(text: str, names: Names) -> tuple[int, str]:
    """The number of things that a text asks for, and one of them; 1 and the text where it says none."""
    for number in COUNT_ROWS:
        for pattern in _patterns("count", n=(str(number), *NUMBERS[number])):
            if found := pattern.fullmatch(text):
                thing = max(singulars(found["a"]), key=names.mentioned)
                is_one = names.known(f"{NUMBERS[number][0]} {found['a']}")  # "4 leaf clover"
                if names.drawable(thing) and not is_one:
                    return number, thing
    return 1, text


def _are_two(text: str, names: Names) -> bool:
    """Whether things are named on both sides of an "and"."""
    pairs = (pattern.fullmatch(text) for pattern in _patterns("and"))
    return any(all(any(map(names.mentioned, singulars(side))) for side in pair.groups()) for pair in pairs if pair)


def _split_color(thing: str, names: Names) -> tuple[str, str]:
    """The name of a thing without its colour, and the colour: "" where there is none, or where it is part of the name."""
    if names.known(thing):
        return thing, ""
    text = ARTICLE.sub("", thing)
    for color in (*HUES, *SHADES):
        spellings = (*COLORS[color], *SPELLINGS.get(color, ()))
        for match in filter(None, (pattern.fullmatch(text) for pattern in _patterns("colored", color=spellings))):
            name, start = match["a"], match.start("a")
            if (_says_color(name) and not names.known(name)) or names.known(text[:start].strip()):
                continue  # "black and white cat"; "rose" is pink in "une pomme rose", and a flower in "a rose bouquet"
            after = text[match.end("a") :].strip()
            if (after.casefold() in HUES or names.known(after)) and not FOREIGN_ARTICLE.match(thing):
                continue  # a blood orange, a desert rose
            if start and text[start - 1].isalpha() and text[start - 1] < FIRST_CJK:
                continue  # a blueberry
            if color in SHADES and not PEOPLE.isdisjoint(words_of(names.english_name(name))):
                continue
            if names.mentioned(name) or (start and " " in text and names.drawable(name)):
                return name, color  # after the thing, what looks like a colour may be one: "a wild rose"
    return thing, ""


def _says_color(text: str) -> bool:
    """Whether a word of the text is one for a colour, or, in a script without blanks, a part."""
    text = text.casefold()
    return not COLOR_WORDS.isdisjoint(words_of(text)) or any(word in text for word in COLOR_WORDS if word >= FIRST_CJK)


def put_together(images: Sequence[Image.Image], layouts: Sequence[Layout | None]) -> list[Image.Image]:
    """RGBA pictures from those of the things in them, which follow one another; without a layout it is one thing."""
    things = iter(images)
    pictures = []
    for layout in layouts:
        if layout is None:
            pictures.append(next(things))
            continue
        colors = layout.colors or ("",) * len(layout.things)
        own = [in_color(next(things).convert("RGBa"), color) for color in colors]
        if layout.kind == "figure":
            whole = equip(own[0], own[1:], layout.places)
        else:
            whole = own[0] if layout.kind == "colored" else paint(layout.kind, own, layout.number)
        pictures.append(whole.convert("RGBA"))
    return pictures


@functools.cache
def _joints() -> re.Pattern[str]:
    """What stands between things, in every language."""
    words = (re.escape(text.removeprefix("{a}").removesuffix("{b}")) for text in dict.fromkeys(PATTERNS["and"]))
    return re.compile("|".join(("[,，、]", *words)), re.IGNORECASE)


@functools.cache
def _patterns(kind: str, **words: tuple[str, ...]) -> list[re.Pattern[str]]:
    """How every language says it, as expressions with the groups a and b; `words` are what else may stand in it."""
    texts = dict.fromkeys(PATTERNS[kind])
    for place, choices in words.items():
        texts = dict.fromkeys(text.replace(f"{{{place}}}", word) for text in texts for word in dict.fromkeys(choices))
    things = (re.escape(text).replace(r"\{a\}", "(?P<a>.+)").replace(r"\{b\}", "(?P<b>.+)") for text in texts)
    return [re.compile(thing, re.IGNORECASE) for thing in things]
