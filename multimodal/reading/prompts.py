"""Reading a prompt: the things that it asks for, by names that the model learnt, their colours, and where each goes.

A small model knows far more things than pairs of things, or things in a colour. So "a rocket and a star" is drawn as a
rocket and as a star, and the two are put into one picture; "a blue apple" is drawn as an apple, which is then turned blue.
Side by side they are put as in training composites.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from multimodal.collage.layout import Layout
from multimodal.data.phrases import ARTICLE, STYLES
from multimodal.reading.emoji import emoji_apart, without_emoji
from multimodal.reading.figures import MAX_THINGS, without_place
from multimodal.reading.layouts import parse_layout
from multimodal.reading.looks import split_looks
from multimodal.reading.names import Names
from multimodal.reading.phrases import GREETING, PICTURE_OF, REQUEST
from multimodal.reading.shown import leaves_out
from multimodal.reading.syntax import MIXED, MIXED_STYLES, in_style, parse_weights, split_quoted, split_style, style_name

BOARDS = {"placard", "speech balloon", "thought balloon"}
FACE_PLACES = {"beside head", "body", "ears", "eyes", "head", "neck"}  # seen best on a picture of the face alone
MAX_APART = 250  # characters; to look for several things in more takes seconds


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
    renamed: tuple[tuple[str, str], ...] = ()  # what the prompt calls a thing, and the name or the things that are drawn
    written: str = ""  # the words that are written on the picture
    restyled: tuple[str, ...] = ()  # for each thing the style that it was never seen in, and is drawn again in, or ""
    is_board: bool = False  # whether the picture is of nothing but what words are written on

    @property
    def as_drawn(self) -> bool:
        """Whether the picture of the thing is the whole picture, as it is."""
        is_one = len(self.things) == 1 and not (self.layout and (any(self.layout.colors) or self.layout.number > 1))
        return is_one and not any(self.restyled)

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
        looks = None if names.known(text) else split_looks(text)  # of somebody who cannot be drawn so
        name = names.in_known_words(without_place(looks.text if looks else text, names))
        things.append(name + style)
        said = names.known(text) or name == text or not any(map(str.isalnum, text))  # as an emoji says what it is
        renamed += [] if said else [(text, name)]
    renamed = [*(_in_short(prompt, layout.things, things, names) if layout else ()), *renamed]
    for first, *others in layout.parts() if layout else ():
        if layout and not FACE_PLACES.isdisjoint(layout.places[row] for row in others):
            name, style = split_style(things[first], styles)
            face = f"{ARTICLE.sub('', name)} face"
            things[first] = (face if names.known(face) else name) + style
    drawn, restyled = zip(*(_in_seen_style(thing, names) if apart else (thing, "") for thing in things), strict=True)
    renames, restyles = tuple(dict.fromkeys(renamed)), restyled if any(restyled) else ()
    is_one = len(drawn) == 1 and not (layout and layout.number > 1)
    is_board = is_one and names.english_name(split_style(drawn[0], styles)[0]) in BOARDS
    return Reading(drawn, layout, renames, written, restyles, is_board)


def _in_short(prompt: str, said: Sequence[str], drawn: Sequence[str], names: Names) -> list[tuple[str, str]]:
    """A prompt and what it says of the things that are drawn, where it names more than these."""
    text, *things = (split_style(one, names.style_names)[0] for one in (prompt, *said))
    shown = [names.english_name(split_style(thing, names.style_names)[0]) for thing in drawn]
    in_short = ", ".join(dict.fromkeys(ARTICLE.sub("", thing) for thing in things))
    return [(text, in_short)] if leaves_out(text, things, shown, names) else []


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
