"""Reading a prompt: the things that it asks for, by names that the model learnt, their colours, and where each goes.

A small model knows far more things than pairs of things, or things in a colour. So "a rocket and a star" is drawn as a
rocket and as a star, and the two are put into one picture; "a blue apple" is drawn as an apple, which is then turned blue.
Side by side they are put as in training composites.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

from multimodal.collage.layout import Layout
from multimodal.data.phrases import ARTICLE, STYLES, singulars
from multimodal.reading.emoji import emoji_apart, without_emoji
from multimodal.reading.figures import MAX_THINGS, has_face, has_head, read_figure, without_place
from multimodal.reading.modifiers import LISTED, OF_TWO, counted, joints, patterns, split_color, worded
from multimodal.reading.names import Names
from multimodal.reading.phrases import GREETING, PICTURE_OF, REQUEST
from multimodal.reading.relations import DOING, OF_BODY, split_relations
from multimodal.reading.syntax import MIXED, MIXED_STYLES, in_style, parse_weights, split_quoted, split_style, style_name

FACE_PLACES = {
    "beside head",
    "body",
    "ears",
    "eyes",
    "head",
    "neck",
}  # what is there is seen best on a picture of the face alone
FACE_ONLY = {"", "face", "beside head"}  # places of a figure that only looks somehow
SHARED = {"around", "under"}  # places on which several things may be at once
PLURAL = re.compile(r"[^su]s$", re.IGNORECASE)
TOGETHER = re.compile(r" (?:hugging|playing|cuddling|kissing|fighting|sitting|walking|holding hands)(?: together)?$")
INNER_ARTICLE = re.compile(r"(?<=\w) (?:an?|the) ", re.IGNORECASE)
MAX_APART = 250  # characters; to look for several things in more takes seconds
PAIRS = ("left", "right", "above", "below", "big_small", "and")  # the vague "and" last


class Part(NamedTuple):
    """A thing of a picture; what does not apply is ""."""

    thing: str  # the prompt that is drawn
    color: str  # that it is turned to
    place: str  # where on a figure it is
    style: str  # in which it is drawn again


class Reading(NamedTuple):
    """What is drawn for a prompt."""

    things: tuple[str, ...]  # a prompt of each thing
    layout: Layout | None = None  # how they become one picture; None where there is one thing, as it is
    renamed: tuple[tuple[str, str], ...] = ()  # what the prompt calls a thing, and the nearest name, if that is drawn
    written: str = ""  # the words that are written on the picture
    restyled: tuple[str, ...] = ()  # for each thing the style that it was never seen in, and is drawn again in, or ""

    @property
    def as_drawn(self) -> bool:
        """Whether the picture of the thing is the whole picture, as it is."""
        return not self.layout and not any(self.restyled)

    def parts(self) -> list[Part]:
        """Each thing, and what becomes of it."""
        colors, places = (self.layout.colors, self.layout.places) if self.layout else ((), ())
        columns = itertools.zip_longest(self.things, colors, places, self.restyled, fillvalue="")
        return [Part(*column) for column in columns]


def read_prompt(prompt: str, names: Names, apart: bool = True) -> Reading:
    """Find the things that a prompt asks for, each in words that the model learnt (see `Names.in_known_words`).

    Args:
        apart: look for several things, and for colours, in up to MAX_APART characters; otherwise the prompt is one thing.
    """
    styles = names.style_names
    is_name = names.known(split_style(prompt, styles)[0])  # 'Japanese “here” button', in which nothing is to be written
    prompt, written = (prompt, "") if is_name else split_quoted(prompt, styles)
    if parse_weights(prompt).parts:  # whose words are meant as they stand
        return Reading((prompt,), written=written)
    prompt = _subject(prompt, names)
    apart = apart and len(prompt) <= MAX_APART
    layout = parse_layout(prompt, names) if apart else None
    things, renamed = [], []
    for thing in layout.things if layout else (prompt,):
        text, style = split_style(thing, styles)
        name = names.in_known_words(without_place(text, names))
        things.append(name + style)
        said = names.known(text) or name == text or not any(map(str.isalnum, text))  # as an emoji says what it is
        renamed += [] if said else [(text, name)]
    for first, *others in layout.parts() if layout else ():
        if layout and not FACE_PLACES.isdisjoint(layout.places[row] for row in others):
            name, style = split_style(things[first], styles)
            face = f"{ARTICLE.sub('', name)} face"
            things[first] = (face if names.known(face) else name) + style
    drawn, restyled = zip(*(_in_seen_style(thing, names) if apart else (thing, "") for thing in things), strict=True)
    return Reading(drawn, layout, tuple(dict.fromkeys(renamed)), written, restyled if any(restyled) else ())


def read_prompts(prompts: Sequence[str], names: Names, apart: bool = True) -> list[Reading]:
    """The reading of each prompt, see `read_prompt`; those that are the same are read once."""
    readings = {prompt: read_prompt(prompt, names, apart) for prompt in dict.fromkeys(prompts)}
    return [readings[prompt] for prompt in prompts]


def is_known(prompt: str, names: Names) -> bool:
    """Whether a prompt asks for nothing but what is known, in whatever form: "нарисуй собаку" is a request and a dog."""
    things = read_prompt(prompt, names.lists_alone()).things
    return all(names.known(split_style(thing, names.style_names)[0]) for thing in things)


def in_styles(prompts: Sequence[str], style: str, seeds: Sequence[int], names: Names) -> list[str]:
    """Each prompt in a style, unless it says one itself; if that is MIXED, each seed has another one of those for it."""
    if style != MIXED:
        return [in_style(prompt, style, names.style_names) for prompt in prompts]
    mixed = {prompt: mixed_styles(prompt, names) for prompt in dict.fromkeys(prompts)}
    each = zip(prompts, seeds, strict=True)
    return [in_style(prompt, mixed[prompt][seed % len(mixed[prompt])], names.style_names) for prompt, seed in each]


def style_choices(names: Names) -> tuple[str, ...]:
    """What may be chosen for prompts that say no style: MIXED, those that the model learnt, or "", none."""
    return (MIXED, *names.style_names, "")


def in_one_style(prompts: Sequence[str], style: str, seed: int, names: Names) -> list[str]:
    """Prompts in a style, unless they say one; if that is MIXED, all have that of the first."""
    first = in_styles(prompts[:1], style, [seed], names)
    style = style_name(first[0], names.style_names) if style == MIXED else style
    return first + [in_style(prompt, style, names.style_names) for prompt in prompts[1:]]


def mixed_styles(prompt: str, names: Names) -> Sequence[str]:
    """The styles in which all things that a prompt asks for were drawn in training, or else all that were learnt; of those
    of the bundled model MIXED_STYLES alone. In the place of one in which a thing is malformed there is the next.
    """
    drawn = [split_style(thing, names.style_names)[0] for thing in read_prompt(prompt, names.lists_alone()).things]
    things = [names.styles_of(thing) for thing in drawn]
    if not all(things):  # one was drawn without a style, as one's own pictures mostly are
        return [""]
    mixed = [style for style in MIXED_STYLES if style in names.styles]
    mixed += [style for style in names.styles if style not in STYLES]
    fitting = [style for style in mixed if all(style in styles for styles in things)] or mixed or [""]
    good = [style for style in fitting if not any(names.is_malformed(thing, style) for thing in drawn)] or fitting
    return [style if style in good else good[place % len(good)] for place, style in enumerate(fitting)]


def parse_layout(prompt: str, names: Names) -> Layout | None:
    """What a prompt asks for that names two to five things, of one kind or several, a figure with what is about it (see
    `read_figure`), or one thing in a colour, in any language.

    Of those that "and" joins, each must be a name or have an article: "rock and roll" is one thing. The prompt as a whole
    must be no name: "bow and arrow" is one thing, and so is "green apple".

    Returns:
        None where the prompt asks for none of these.
    """
    text, style = split_style(prompt, names.style_names)
    if names.known(text) or names.is_synonym(text):
        return None

    def layout(kind: str, parts: Sequence[dict[str, str]], number: int = 1) -> Layout:
        found = [(*split_color(thing, names), place) for part in parts for thing, place in part.items()]
        things, colors, places = zip(*found, strict=True)
        return Layout(kind, tuple(thing + style for thing in things), number, colors, places if any(places) else ())

    if figure := read_figure(text, names):
        return layout("figure", [figure])
    if len(several := _enumerated(text, names)) > 2:
        return layout("count", _parts(several, names), len(several))
    for kind in PAIRS:
        for pattern in patterns(kind):
            if found := pattern.fullmatch(text):
                pair = found["a"], TOGETHER.sub("", found["b"]) if kind == "and" else found["b"]
                if not _has(*pair) and all(_is_thing(thing, names, vague=kind == "and") for thing in pair):
                    return layout(kind, _parts(pair, names))
    parts = _parts(several, names) if len(several) == 2 else []
    if parts and (LISTED.match(text) or all(not FACE_ONLY.issuperset(part.values()) for part in parts)):
        return layout("count", parts, 2)
    for kind, pattern in worded():
        if found := pattern.fullmatch(text):
            pair = found["a"], found["b"]
            if all(has_head(DOING.sub("", thing), names) for thing in pair):
                return layout(kind, _parts(pair, names))
    number, thing, several_of_it = counted(text if OF_TWO.search(text) else TOGETHER.sub("", text), names)
    if number > 1 and not _are_two(text, names):
        return layout("count", [_one_of(thing, several_of_it, names)], number)
    colored = layout("colored", [{text: ""}])
    return colored if colored.colors[0] else None


def _parts(texts: Sequence[str], names: Names) -> list[dict[str, str]]:
    """Several things, each with what is about it; what the last has in the plural, all have: "a cat and a dog in hats"."""
    *others, last = (_part(text, names) for text in texts)
    shared = {thing: place for thing, place in last.items() if place}
    plural = all(PLURAL.search(thing) and not ARTICLE.match(thing) for thing in shared)
    alone = all(len(other) == 1 and has_face(names.english_name(names.in_known_words(*other)), names) for other in others)
    return [*(other | shared for other in others), last] if plural and alone else [*others, last]


def _part(text: str, names: Names) -> dict[str, str]:
    """One of several: a figure and what is about it, as `read_figure` says it, or a thing alone."""
    plainly = INNER_ARTICLE.sub(" ", text)  # "a heart with an arrow", which is a name but for that
    is_one = names.known(plainly) or names.is_synonym(text)
    return (not is_one and read_figure(text, names)) or {text: ""}


def _one_of(thing: str, several: str, names: Names) -> dict[str, str]:
    """One of many, said as one, "penguin on skateboard", and as all, "penguins on skateboards", without what all of them
    share: there is one cake under "candles on a cake".
    """
    if names.known(" ".join(singulars(word)[0] for word in several.split())):  # "men in tuxedos"
        return {thing: ""}
    figure = _part(thing, names)
    if len(figure) == 1 and split_relations(several)[1]:
        figure = read_figure(several, names) or figure
    name, *others = figure
    shared = any(figure[other] in SHARED and ARTICLE.match(other) for other in others)
    return {thing: ""} if shared and not has_face(names.english_name(names.in_known_words(name)), names) else figure


def _in_seen_style(thing: str, names: Names) -> tuple[str, str]:
    """A thing in a style in which it was seen in training, and the one that it is then drawn again in, or ""."""
    text, style = split_style(thing, names.style_names)[0], style_name(thing, names.style_names)
    first = names.drawn_first_in(text, style)
    return (thing, "") if first is None else (in_style(text, first, names.style_names), style)


def _subject(prompt: str, names: Names) -> str:
    """A prompt without words for the picture itself: "draw me a sticker of a cat, 3d style" asks for a cat."""
    text, style = split_style(" ".join(prompt.split()), names.style_names)
    if names.known(text):
        return prompt
    emoji = emoji_apart(text, names)
    if 0 < len(emoji) <= MAX_THINGS:
        return " and ".join(emoji) + style
    text = without_emoji(text, names)
    text = REQUEST.sub("", GREETING.sub("", names.unstretched(text)))
    found = PICTURE_OF.fullmatch(text)
    return (next(filter(None, found.groups())) if found else text) + style


def _has(figure: str, other: str) -> bool:
    """Whether the second of two things is part of the first: "a cat with stripes and a long tail"."""
    is_part = OF_BODY.fullmatch(ARTICLE.sub("", other)) and not split_relations(other)[1]
    return bool(is_part and split_relations(figure)[1])


def _is_thing(text: str, names: Names, vague: bool) -> bool:
    """Whether a text says a thing that can be drawn; where it is vague, by a name, with an article, or in a language that
    may have none.
    """
    if not vague:
        return names.drawable(text)
    name, _ = split_color(text, names)
    return (
        names.known(name)
        or names.is_noun(name)
        or (names.drawable(text) if ARTICLE.match(text) else not text.isascii() and names.mentioned(text))
        or bool(read_figure(text, names))
    )


def _enumerated(text: str, names: Names) -> list[str]:
    """The things of "two foxes, a cat and a bird", each as often as it is asked for: two to five, or none."""
    parts: list[str] = []
    said = [*filter(None, map(str.strip, joints().split(text)))]
    for part in said if len(said) <= 2 * MAX_THINGS else ():
        if parts and len(read_figure(f"{parts[-1]} and {part}", names)) > len(read_figure(parts[-1], names)) > 1:
            parts[-1] += f" and {part}"  # "a dog in a hat and glasses and a cat"
        else:
            parts.append(part)
    things: list[str] = []
    for part in parts if len(parts) > 1 else ():
        number, thing, _ = counted(part, names)
        if not _is_thing(thing, names, vague=number == 1):
            return []
        things += [thing] * number
    return things if 2 <= len(things) <= MAX_THINGS else []


def _are_two(text: str, names: Names) -> bool:
    """Whether things are named on both sides of an "and"."""
    pairs = (pattern.fullmatch(text) for pattern in patterns("and"))
    return any(all(any(map(names.mentioned, singulars(side))) for side in pair.groups()) for pair in pairs if pair)
