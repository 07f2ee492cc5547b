"""The colour of somebody's hair: "a girl with pink hair and glasses", "蓝头发的男孩"."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from multimodal.collage.colors import HAIR
from multimodal.reading.modifiers import spelt_colors
from multimodal.reading.names import Names
from multimodal.reading.phrasebook import compiled, said
from multimodal.reading.shown import name_of

SEXES = {"man": "man", "boy": "man", "woman": "woman", "girl": "woman", "person": "person", "child": "person"}
OWN_HAIR = {
    "red": "red",
    "orange": "red",
    "yellow": "blond",
    "gold": "blond",
    "white": "white",
    "gray": "white",
    "silver": "white",
}
MORE_COLORS = {"yellow": "blonde?", "red": "ginger|auburn", "brown": "brunette", "black": "dark"}  # of hair alone
DYED = "red"  # the hair that is turned to other colours
HAIRED = re.compile(r"(?P<color>\w+)-haired (?P<who>\w+)")
AND = re.compile(r"^,? and ")


class Haired(NamedTuple):
    text: str  # without what it says of hair
    color: str  # of the hair


def split_hair(text: str) -> Haired | None:
    """A text without the colour of somebody's hair, and that; None where it says none, or those of several."""
    if text.casefold().count("hair") > 1:
        return None
    for color, patterns in _patterns().items():
        for found in filter(None, (pattern.fullmatch(text) for pattern in patterns)):
            return Haired(found["a"] + AND.sub(" with ", found.groupdict().get("rest") or ""), color)
    return None


def haired(who: str, color: str, names: Names) -> str:
    """Words for somebody with hair in a colour, such as `drawn_hair` takes; "" where nobody can be drawn so."""
    name = SEXES.get(name_of(who, names), "")
    words = f"{color}-haired {name}"
    return words if name and names.known(drawn_hair(words)[0]) else ""


def drawn_hair(words: str) -> tuple[str, str]:
    """The name of whom "pink-haired woman" is drawn as, and what is recoloured: ("woman: red hair", "pink hair")."""
    found = HAIRED.fullmatch(words)
    if not found:
        return words, ""
    own = OWN_HAIR.get(found["color"])
    return f"{found['who']}: {own or DYED} hair", "" if own else found["color"] + HAIR


@functools.cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    """For each colour how every language says that somebody has such hair, as expressions with the group a."""
    colors = {color: f"(?:{words}|{MORE_COLORS.get(color, words)})" for color, words in spelt_colors().items()}
    rest = r"(?P<rest>(?:,? (?:and|in|on|who|with|\w+ing)\b.*)?)"
    return {color: compiled(said("hair"), {"color": words, "rest": rest}) for color, words in colors.items()}
