"""How people look: "a girl with pink hair and glasses", "蓝头发的男孩", "a dark-skinned man with a beard", "👍🏿"."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from multimodal.collage.colors import Recoloring
from multimodal.data.phrases import words_of
from multimodal.reading.descriptions import PERSON
from multimodal.reading.modifiers import spelt_colors
from multimodal.reading.names import Names
from multimodal.reading.phrasebook import compiled, said
from multimodal.reading.shown import is_person, name_of

SEXES = {"man": "man", "boy": "man", "woman": "woman", "girl": "woman", "person": "person", "child": "person"}
HANDS = re.compile(  # and others that have skin
    r"baby|ear|foot|leg|nose|flexed biceps|(?:.* )?(?:hands?|fist|thumbs|fingers?)(?: .*)?|index pointing .*|backhand .*|"
    r"vulcan salute|love-you gesture|sign of the horns|palms up together"
)
OWN_HAIR = {  # colours of hair in which people were learnt
    "red": "red", "orange": "red", "yellow": "blond", "gold": "blond", "white": "white", "gray": "white", "silver": "white",
}  # fmt: skip
MORE_COLORS = {"yellow": "blonde?|金", "red": "ginger|auburn", "brown": "brunette", "black": "dark"}  # of hair alone
DYED = "red"  # the hair that is turned to other colours
USUAL = "black"  # colour of hair, where nothing is said but that of the skin
TONES = {
    "light": "light|fair|pale|white", "medium-light": "medium[- ]light", "medium": "medium|tan(?:ned)?|brown|olive",
    "medium-dark": "medium[- ]dark", "dark": "dark|deep|black|ebony",
}  # fmt: skip
MODIFIERS = dict(zip("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff", TONES, strict=True))  # of emoji
AND = re.compile(r"^,? and ")
YELLOW_TOO = {"mermaid", "merman", "prince", "princess"}  # of skin, though no name says that they are people
NOT_YELLOW = re.compile(  # or no people
    r".*(?:’s |sign|symbol|face|claus|genie|silhouette|speaking head|troll|zombie)|flag|no ", re.IGNORECASE
)
WITH = re.compile(r"(?::| with(?: an?)?)$")


class Looks(NamedTuple):
    """What a text says of how somebody looks; what it does not say is ""."""

    text: str  # the rest of it
    hair: str = ""  # its colour
    skin: str = ""
    kind: str = ""  # of head: "beard", "bald" or "curly hair"


def split_looks(text: str) -> Looks | None:
    """A text without how somebody looks, and that; None where it says nothing of it, or of the hair of several."""
    looks = Looks(text)
    if sum(map(text.casefold().count, ("hair", "skin", "beard"))) > 2 or text.casefold().count("hair") > 1:
        return None
    for kind, value, pattern in 2 * _patterns():  # as what is found may hide others, "a bald black man"
        if not getattr(looks, kind) and (found := pattern.fullmatch(looks.text)):
            rest = AND.sub(" with ", found.groupdict().get("rest") or "")
            if not PERSON.isdisjoint(words_of(rest)):  # who looks otherwise
                continue
            looks = looks._replace(text=WITH.sub("", found["a"]) + rest, **{kind: value})
    modifiers = [letter for letter in text if letter in MODIFIERS]
    if len(modifiers) == 1:
        looks = looks._replace(text=looks.text.replace(modifiers[0], ""), skin=MODIFIERS[modifiers[0]])
    return looks if looks.text != text and looks.text.strip() else None


def drawn_so(who: str, looks: Looks, names: Names) -> tuple[str, tuple[Recoloring, ...]] | None:
    """The name that is drawn for somebody who looks so, such as "woman: red hair", and what is recoloured of it; None where
    there is no such picture.
    """
    name = name_of(who, names)
    is_hand = HANDS.fullmatch(name) and not is_person(name) and not names.is_smiley(name)
    if looks.skin and not (looks.hair or looks.kind) and (is_hand or _is_yellow(name, names)):
        return name, (Recoloring(looks.skin, "skin"),)
    if name not in SEXES:
        return None
    own = OWN_HAIR.get(looks.hair, "")
    drawn = f"{SEXES[name]}: {looks.kind or f'{own or DYED} hair'}"
    recolorings = [] if looks.kind or own else [Recoloring(looks.hair or USUAL, "hair")]
    recolorings += [Recoloring(looks.skin, "skin")] if looks.skin else []
    return (drawn, tuple(recolorings)) if names.known(drawn) else None


def _is_yellow(name: str, names: Names) -> bool:
    """Whether somebody of an English name, who is not just anybody, is drawn with yellow skin."""
    is_somebody = is_person(name) or names.has_keyword(name, "person") or names.known(f"man {name}") or name in YELLOW_TOO
    return is_somebody and name not in SEXES and not NOT_YELLOW.match(name)


@functools.cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    """How every language says how somebody looks: a field of `Looks`, its value, and an expression with the group a."""
    rest = r"(?P<rest>(?:,? (?:and|in|on|who|with|\w+ing)\b.*)?)"

    def expressions() -> Iterator[tuple[str, str, re.Pattern[str]]]:
        for tone, words in TONES.items():
            yield from (("skin", tone, one) for one in compiled(said("skin"), {"tone": f"(?:{words})", "rest": rest}))
        for tone, words in (("light", "white|caucasian"), ("medium", "brown"), ("dark", "black|african(?:[- ]american)?")):
            yield from (("skin", tone, one) for one in compiled(said("people"), {"tone": f"(?:{words})"}))
        for color, words in spelt_colors().items():
            words = f"(?:{words}|{MORE_COLORS.get(color, words)})"
            yield from (("hair", color, one) for one in compiled(said("hair"), {"color": words, "rest": rest}))
        yield from (("hair", "yellow", one) for one in compiled(said("blond")))
        for kind in ("beard", "bald", "curly hair"):
            yield from (("kind", kind, one) for one in compiled(said("heads", kind), {"rest": rest}))

    return list(expressions())
