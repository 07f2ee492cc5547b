"""What somebody is dressed up as or does, and what shows it: "a pirate cat", "a frog as a king", "圣诞熊猫"."""

from __future__ import annotations

import re

from multimodal.data.lexicon import load_meanings
from multimodal.data.phrases import ARTICLE, COLORS
from multimodal.reading.phrasebook import any_of, any_said
from multimodal.reading.phrases import MAYBE_ARTICLE
from multimodal.reading.relations import Relation

ROLES = load_meanings("roles")  # word for a role, with "-" where it is part of a word → what one has in it
NO_ROLE = re.compile(  # species whose names begin like a role, and what one wishes
    rf"{any_said('no_role')}|^(?:{any_said('wishes')}) ", re.IGNORECASE
)
_PARTS = any_of([word[:-1] for word in ROLES if word.endswith("-")])
_GLUED = any_of([word for word in ROLES if re.fullmatch(r"[\u3040-\u9fff]+", word)])  # of zh and ja, without blanks
_WORDS = any_of([word for word in ROLES if not word.endswith("-")])
_ACTS = r"(?:rid|hold|eat|drink|driv|wear|play|carry|hugg|read)ing|\w+ing (?:an?|the|its|his|her|their|my|in|on|at|with)"
_CHAT = r"(?:,? (?:lol|lmao|haha|omg|xd|dude))*[ !.?~]*"
_NOT_THING = (  # "royal blue"
    rf"(?:(?:of|in|on|at|by|for|and|with|who|that|is|{_ACTS}) |who$|{ARTICLE.pattern[1:]}|"
    rf"(?:\w+-)?(?:colou?red|flavou?red|themed)\b|(?:{any_of(COLORS)})\b)"
)
_COSTUME = "costume|outfit|uniform|clothes|disguise|attire|gear|suit|cosplay|mode"
IN_ROLE = [  # how a text says who is in a role
    re.compile(
        rf"(?P<before>(?:[\w’'-]+,? )*?)(?P<role>{_WORDS})(?:[’']?s)?(?: |-|의 |하는 |की |का )"
        rf"(?P<thing>(?!{_NOT_THING}).+?){_CHAT}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?P<thing>.+?),? (?:(?:{any_said('in_role')}) )?{MAYBE_ARTICLE}(?:(?:its|his|her|their|my) )?"
        rf"(?:(?:de|di|da|do|en|zu|zum|pour|at|for) )?(?P<role>{_WORDS})(?:[’']?s)?"
        rf"(?: day| {_COSTUME}| time| party| verkleidet)?{_CHAT}",
        re.IGNORECASE,
    ),
    re.compile(rf"(?P<before>(?:[\w’'-]+ )*?)(?P<role>{_PARTS})-?(?P<thing>(?!ich\b)\w{{3,}})", re.IGNORECASE),
    re.compile(rf"(?P<thing>[\w-]+)-(?P<role>{_WORDS})", re.IGNORECASE),
    re.compile(
        rf"(?:打扮成|装扮成|扮成|穿成|当)?(?P<role>{_GLUED})(?:的|の(?:格好をした|コスプレをした|服を着た|衣装を着た)?|姿の|をする|する|な)?"
        r"(?!さん|さま|様|ちゃん|くん|们|的)(?P<thing>.+)"
    ),
    re.compile(rf"(?P<thing>.+?)(?:の|打扮成|扮成|扮|当)?(?P<role>{_GLUED})"),
]
COSTUME = re.compile(  # what is worn in a role
    rf"(?:(?:an?|the|its|his|her|un|el|ein(?:em|en)?|il|um) )?(?:(?P<role>{_WORDS})(?:[’']?s)?[ -](?:{_COSTUME}|옷|복장)|"
    rf"(?:{any_said('costumes')}) (?:de |di |da |d[’'])?(?P<other>{_WORDS})(?:а|ши|я)?|"
    rf"(?P<glued>{_PARTS})[-]?(?:kostüm|uniform|outfit)|(?P<last>{_GLUED})(?:の)?(?:服|衣装|制服|装))",
    re.IGNORECASE,
)


def split_role(text: str) -> list[tuple[str, Relation]]:
    """The ways in which a text can be read as somebody in a role: who, and what shows it."""
    found = [] if NO_ROLE.search(text) else [pattern.fullmatch(text) for pattern in IN_ROLE]
    parts = [match.groupdict("") for match in found if match]
    ways = [(ARTICLE.sub("", part.get("before", "") + part["thing"]), _role(part["role"])) for part in parts]
    return [(who, role) for who, role in ways if role.thing and not ARTICLE.fullmatch(f"{who} ")]


def role_of(relation: Relation) -> Relation:
    """What shows the role whose costume something is said to wear, or to be in; else the relation as it is."""
    found = COSTUME.fullmatch(relation.thing) if relation.kind in ("wears", "in") else None
    role = _role(next(filter(None, found.groups()))) if found else relation
    return role if role.thing else relation


def _role(word: str) -> Relation:
    word = word.lower()
    return Relation("is", ROLES.get(word) or ROLES.get(f"{word}-", ""))
