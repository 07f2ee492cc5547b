"""What a prompt asks for that is put together: several things, a figure with what is about it, or a thing in a colour."""

from __future__ import annotations

import re
from collections.abc import Sequence

from multimodal.collage.colors import Recoloring
from multimodal.collage.layout import Layout, Thing
from multimodal.data.phrases import ARTICLE, singulars
from multimodal.reading.figures import MAX_THINGS, Placed, read_figure
from multimodal.reading.looks import MODIFIERS, Looks, drawn_so, split_looks
from multimodal.reading.modifiers import LISTED, OF_TWO, counted, joints, names_several, patterns, split_color, worded
from multimodal.reading.names import Names
from multimodal.reading.relations import DOING, OF_BODY, split_relations
from multimodal.reading.shown import has_face, has_head, name_of
from multimodal.reading.syntax import split_style

FACE_ONLY = {"", "face", "beside head"}  # places of a figure that only looks somehow
SHARED = {"around", "under"}  # places on which several things may be at once
PLURAL = re.compile(r"[^su]s$", re.IGNORECASE)
TOGETHER = re.compile(
    r" (?:hugging|playing|cuddling|kissing|fighting|sitting|walking|dancing|talking|holding hands|high[- ]?fiv(?:e|ing)|"
    "fist[- ]?bump(?:ing)?|in love)(?: together)?$"
)
INNER_ARTICLE = re.compile(r"(?<=\w) (?:an?|the) ", re.IGNORECASE)
PAIRS = ("left", "right", "above", "below", "big_small", "and")  # the vague "and" last


def parse_layout(prompt: str, names: Names) -> Layout | None:
    """What a prompt asks for that names two to five things, of one kind or several, a figure with what is about it (see
    `read_figure`), or one thing in a colour, in any language.

    Of those that "and" joins, each must be a name or have an article: "rock and roll" is one thing. The prompt as a whole
    must be no name: "bow and arrow" is one thing, and so is "green apple". One thing without a colour is somebody
    who looks as the prompt says by an emoji of their own, or a cat.

    Returns:
        None where the prompt asks for none of these.
    """
    text, style = split_style(prompt, names.style_names)
    if (names.known(text) or names.is_synonym(text)) and MODIFIERS.keys().isdisjoint(text):
        return None

    def layout(parts: Sequence[list[Placed]], kind: str = "", number: int = 1) -> Layout:
        return Layout(tuple(_thing(one, style, names) for part in parts for one in part), kind, number)

    if figure := _figure(text, names):
        return layout([figure])
    if len(several := _enumerated(text, names)) > 2:
        return layout(_parts(several, names), "count", len(several))
    for kind in PAIRS:
        for pattern in patterns(kind):
            if found := pattern.fullmatch(text):
                pair = found["a"], TOGETHER.sub("", found["b"]) if kind == "and" else found["b"]
                if not _has(*pair) and all(_is_thing(thing, names, vague=kind == "and") for thing in pair):
                    return layout(_parts(pair, names), kind)
    parts = _parts(several, names) if len(several) == 2 else []
    if parts and (LISTED.match(text) or all(not FACE_ONLY.issuperset(one.place for one in part) for part in parts)):
        return layout(parts, "count", 2)
    for kind, pattern in worded():
        if found := pattern.fullmatch(text):
            pair = found["a"], found["b"]
            if all(has_head(DOING.sub("", thing), names) for thing in pair):
                return layout(_parts(pair, names), kind)
    number, thing, several_of_it = counted(text if OF_TWO.search(text) else TOGETHER.sub("", text), names)
    if number > 1 and not _are_two(text, names):
        return layout([_one_of(thing, several_of_it, names)], "count", number)
    if split_looks(text):  # of somebody who cannot be drawn so; nor are their clothes of that colour
        return None
    alone = layout([[Placed(text)]])
    return None if alone.is_one_thing else alone


def _parts(texts: Sequence[str], names: Names) -> list[list[Placed]]:
    """Several things, each with what is about it; what the last has in the plural, all have: "a cat and a dog in hats"."""
    *others, last = (_part(text, names) for text in texts)
    shared = [one for one in last if one.place]
    plural = all(PLURAL.search(one.thing) and not ARTICLE.match(one.thing) for one in shared)
    alone = all(len(other) == 1 and has_face(name_of(other[0].thing, names), names) for other in others)
    return [*(other + shared for other in others), last] if plural and alone else [*others, last]


def _part(text: str, names: Names) -> list[Placed]:
    """One of several: a figure and what is about it, or a thing alone."""
    plainly = INNER_ARTICLE.sub(" ", text)  # "a heart with an arrow", which is a name but for that
    is_one = (names.known(plainly) or names.is_synonym(text)) and MODIFIERS.keys().isdisjoint(text)
    return (not is_one and _figure(text, names)) or [Placed(text)]


def _figure(text: str, names: Names) -> list[Placed]:
    """A figure and what is about it, see `read_figure`; of somebody who looks somehow perhaps the figure alone."""
    if not (looks := split_looks(text)):
        return read_figure(text, names)
    figure = read_figure(looks.text, names) or ([] if names_several(looks.text) else [Placed(looks.text)])
    if not figure:
        return []
    who, *others = figure
    if not (drawn := drawn_so(who.thing, looks, names)):
        return read_figure(text, names)
    name, recolorings = drawn
    return [Placed(name, "", recolorings), *(_with_skin(other, looks.skin, names) for other in others)]


def _with_skin(thing: Placed, skin: str, names: Names) -> Placed:
    """A thing about somebody whose skin has a tone, or "": of a hand that of the hand too."""
    drawn = drawn_so(thing.thing, Looks("", skin=skin), names) if skin else None
    return Placed(drawn[0], thing.place, drawn[1]) if drawn else thing


def _thing(one: Placed, style: str, names: Names) -> Thing:
    """What is drawn of a thing, with a style at its end."""
    if one.recolorings is not None:
        return Thing(one.thing + style, one.place, one.recolorings)
    text, color = split_color(one.thing, names)
    return Thing(text + style, one.place, (Recoloring(color),) if color else ())


def _one_of(thing: str, several: str, names: Names) -> list[Placed]:
    """One of many, said as one, "penguin on skateboard", and as all, "penguins on skateboards", without what all of them
    share: there is one cake under "candles on a cake".
    """
    if names.known(" ".join(singulars(word)[0] for word in several.split())):  # "men in tuxedos"
        return [Placed(thing)]
    figure = _part(thing, names)
    if len(figure) == 1 and split_relations(several)[1]:
        figure = read_figure(several, names) or figure
    who, *others = figure
    shared = any(other.place in SHARED and ARTICLE.match(other.thing) for other in others)
    return [Placed(thing)] if shared and not has_face(name_of(who.thing, names), names) else figure


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
        or bool(_figure(text, names))
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
