"""Reading a prompt: the things that it asks for, by names that the model learnt, their colours, and where each goes.

A small model knows far more things than pairs of things, or things in a colour. So "a rocket and a star" is drawn as a
rocket and as a star, and the two are put into one picture; "a blue apple" is drawn as an apple, which is then turned blue.
Side by side they are put as in training composites.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from multimodal.collage.layout import Layout, Thing
from multimodal.data.phrases import ARTICLE, STYLES
from multimodal.reading.emoji import emoji_apart, without_emoji
from multimodal.reading.figures import MAX_THINGS, without_place
from multimodal.reading.layouts import parse_layout
from multimodal.reading.looks import split_looks
from multimodal.reading.names import Names
from multimodal.reading.phrases import GREETING, ONE, PICTURE_OF, REQUEST
from multimodal.reading.shown import leaves_out
from multimodal.reading.syntax import MIXED, MIXED_STYLES, in_style, parse_weights, split_quoted, split_style, style_name

BOARDS = {"placard", "speech balloon", "thought balloon"}
FACE_PLACES = {"beside head", "body", "ears", "eyes", "head", "neck"}  # seen best on a picture of the face alone
MAX_APART = 250  # characters; to look for several things in more takes seconds


class Reading(NamedTuple):
    """What is drawn for a prompt."""

    layout: Layout  # of one thing, or more
    renamed: tuple[tuple[str, str], ...] = ()  # what the prompt calls a thing, and the name or the things that are drawn
    written: str = ""  # the words that are written on the picture
    is_board: bool = False  # whether the picture is of nothing but what words are written on

    @classmethod
    def literal(cls, prompt: str, written: str = "") -> Reading:
        """A prompt that is drawn as it stands."""
        return cls(Layout((Thing(prompt),)), written=written)

    @property
    def prompts(self) -> list[str]:
        """What is drawn for each thing."""
        return [thing.prompt for thing in self.layout.things]


def read_prompt(prompt: str, names: Names, apart: bool = True) -> Reading:
    """Find the things that a prompt asks for, each in words that the model learnt (see `Names.in_known_words`).

    Args:
        apart: look for several things, and for colours, in up to MAX_APART characters; otherwise the prompt is one thing.
    """
    styles = names.style_names
    is_name = names.known(split_style(prompt, styles)[0])  # 'Japanese “here” button', in which nothing is to be written
    prompt, written = (prompt, "") if is_name else split_quoted(prompt, styles)
    if parse_weights(prompt).parts:  # whose words are meant as they stand
        return Reading.literal(prompt, written)
    prompt = _subject(prompt, names)
    apart = apart and len(prompt) <= MAX_APART
    found = parse_layout(prompt, names) if apart else None
    layout = found or Layout((Thing(prompt),))
    drawn, renamed = [], []
    for said in layout.things:
        text, style = split_style(said.prompt, styles)
        looks = None if names.known(text) else split_looks(text)  # of somebody who cannot be drawn so
        name = names.in_known_words(without_place(looks.text if looks else text, names))
        drawn.append(name + style)
        is_said = names.known(text) or name == text or not any(map(str.isalnum, text))  # as an emoji says what it is
        renamed += [] if is_said else [(text, name)]
    renamed = [*(_in_short(prompt, found, drawn, names) if found else ()), *renamed]
    for first, *others in layout.parts():
        if not FACE_PLACES.isdisjoint(layout.things[row].place for row in others):
            name, style = split_style(drawn[first], styles)
            face = f"{ARTICLE.sub('', name)} face"
            drawn[first] = (face if names.known(face) else name) + style
    seen = [_in_seen_style(one, names) if apart else (one, "") for one in drawn]
    things = [said._replace(prompt=one, style=style) for said, (one, style) in zip(layout.things, seen, strict=True)]
    is_one = len(things) == 1 and layout.number == 1
    is_board = is_one and names.english_name(split_style(things[0].prompt, styles)[0]) in BOARDS
    return Reading(layout._replace(things=tuple(things)), tuple(dict.fromkeys(renamed)), written, is_board)


def _in_short(prompt: str, said: Layout, drawn: Sequence[str], names: Names) -> list[tuple[str, str]]:
    """A prompt and what it says of the things that are drawn, where it names more than these."""
    text, *things = (split_style(one, names.style_names)[0] for one in (prompt, *(thing.prompt for thing in said.things)))
    shown = [names.english_name(split_style(one, names.style_names)[0]) for one in drawn]
    in_short = ", ".join(dict.fromkeys(ARTICLE.sub("", thing) for thing in things))
    return [(text, in_short)] if leaves_out(text, things, shown, names) else []


def read_prompts(prompts: Sequence[str], names: Names, apart: bool = True) -> list[Reading]:
    """The reading of each prompt, see `read_prompt`; those that are the same are read once."""
    readings = {prompt: read_prompt(prompt, names, apart) for prompt in dict.fromkeys(prompts)}
    return [readings[prompt] for prompt in prompts]


def is_known(prompt: str, names: Names) -> bool:
    """Whether a prompt asks for nothing but what is known, in whatever form: "нарисуй собаку" is a request and a dog."""
    drawn = read_prompt(prompt, names.lists_alone()).prompts
    return all(names.known(split_style(one, names.style_names)[0]) for one in drawn)


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
    drawn = [split_style(thing, names.style_names)[0] for thing in read_prompt(prompt, names.lists_alone()).prompts]
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
    text = REQUEST.sub("", GREETING.sub("", names.unstretched(text))) or text
    text = ONE.sub("a ", text)
    found = PICTURE_OF.fullmatch(text)
    return (next(filter(None, found.groups())) if found else text) + style
