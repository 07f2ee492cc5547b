"""What a text says that a figure wears, holds, sits on or is in: "a cat in a red hat", "un chat avec un ballon"."""

from __future__ import annotations

import re
from typing import NamedTuple

from multimodal.data.lexicon import load_meanings
from multimodal.data.phrases import ARTICLE, FIRST_CJK, LANGUAGES
from multimodal.reading.phrasebook import any_said, compiled, said, said_by_word
from multimodal.reading.phrases import MAYBE_ARTICLE
from multimodal.reading.wordings import looks_foreign

KINDS = ("wears", "before", "behind", "holds", "rides", "on", "in", "drives", "has")  # of what is said
WORN = load_meanings("worn")  # where on a figure things are that are worn, by their English names
PLACE_OF_KIND = {  # of what is not worn
    "wears": "hand", "holds": "hand", "has": "hand", "is": "hand", "on": "under", "rides": "under", "in": "around",
    "drives": "around", "before": "background", "behind": "foreground",
}  # fmt: skip
RIDDEN = {"airplane", "bicycle", "motorcycle", "rocket", "skateboard", "skis", "sled"}  # by who is in a role
WITH_ROOM = {"airplane", "rocket"}  # for who is in it
OF_BODIES = (
    r"antennae?|arms?|beak|beard|belly|ears?|eyebrows|eyelashes|eyes?|face|fangs?|feet|foot|freckles|fur|hair|hands?|"
    r"head|hooves|legs?|lips|mane|mouth|mustache|nose|paws?|skin|smile|spots|stripes|tail|teeth|tongue|trunk|tusks|whiskers?|"
    r"wings?"
)
OF_BODY = re.compile(rf"(?:[\w-]+ )*(?:{OF_BODIES})", re.IGNORECASE)
OWN_PARTS = re.compile(  # of a figure, which it has anyway, or none of them as an emoji shows it
    rf"(?:[\w-]+ )*(?:{OF_BODIES}|bun|candles?|cherry|chimney|dots|frosting|glaze|horns?|icing|jewels?|leaves|lights?|"
    r"rings?|sails?|shell|sprinkles|tooth|wheels?)|(?:an? )?(?:face |medical |surgical )?mask",
    re.IGNORECASE,
)
HEADWEAR = re.compile(  # "a cowboy hat" is a hat, as there is no other; mages have their pointed ones
    rf"(?!.*point)(?:.* )?(?P<plain>(?:hat|cap|helmet)s?)|"
    rf"{MAYBE_ARTICLE}(?:{any_said('santas_hats')}|{any_said('other_hats')})",
    re.IGNORECASE,
)
SANTAS = re.compile(rf"\b(?:santa|christmas|xmas)|{any_said('santas_hats')}", re.IGNORECASE)  # whose hats are red
WITH_ARTICLE = said_by_word("article_in")
HUT = re.compile(r"\bHut\b")  # a hat in German, a hut in English
WHERE_WORN = re.compile(rf" (?:{any_said('where_worn')})", re.IGNORECASE)  # "a hat on", "a bone in its mouth"
ON_PART = re.compile(r" on (?:its|his|her|their|the|my|your) (head|back)\b", re.IGNORECASE)
IS = re.compile(
    r",? (?:(?:that|who|which) )?(?:is|are|was)$|,? (?:(?:and|but)(?: also)?|while|that|who|which)$|"
    r" (?:lol|pls|please)$|,$",
    re.IGNORECASE,
)
ON_IT = re.compile(r" (?:in|at|on) (?:(?:the|its) (?:middle|cent(?:er|re)|front)(?: of it)?|it)$", re.IGNORECASE)
DOING = re.compile(  # what a figure does besides
    r"(?<=\w{2}) (?:(?:and )?(?!earring)\w+(?:ing|ndo)\b|like (?:an?|the) ).*", re.IGNORECASE
)
BESIDES = re.compile(rf" (?:{any_said('besides')}) .*", re.IGNORECASE)  # "pizza out of the trash", "чай из самовара"
POSSESSIVE = re.compile(rf"^(?:{any_said('possessives')}) ", re.IGNORECASE)
SCENERY = re.compile(any_said("scenery"), re.IGNORECASE)  # where something is, or when
FIRE = "fire"
BURNING = re.compile(any_said("on_fire"), re.IGNORECASE)  # "on …"
AFLAME = [  # the same before a thing, and after it
    re.compile(rf"(?P<thing>{MAYBE_ARTICLE})(?:{any_said('burning_before')})(?P<rest>.+)", re.IGNORECASE),
    re.compile(rf"(?P<thing>{MAYBE_ARTICLE})(?P<rest>dumpster|trash can|garbage can|tire|house|car) fire", re.IGNORECASE),
    re.compile(
        r"(?P<thing>.+?)(?P<rest>),? (?:(?:that|which|who) )?(?:(?:is|has|just|totally|completely) )*"
        rf"(?:{any_said('burning_after')})[ !.]*",
        re.IGNORECASE,
    ),
]
FOREIGN = "_foreign"
VAGUE = {"on", "in"}  # kinds that may say a state: "on fire", "in love"
DEFINED = re.compile(  # with an article, or many, "on skis", or in a language without articles
    rf"{ARTICLE.pattern}|s$|^(?:bed|bicycle|bike|boat|chair|couch|horse|motorbike|motorcycle|rocket|scooter|skateboard|sled|sofa|"
    r"throne|tractor|unicorn)$|^[\u0400-\u04ff\u0600-\u06ff]",
    re.IGNORECASE,
)
BETWEEN = re.compile(  # what stands between a figure and a thing
    "|".join(
        f" (?:(?P<{kind}{suffix}>{any_said('between', kind, languages)}) )"
        for kind in KINDS
        for suffix, languages in (("", LANGUAGES[:1]), (FOREIGN, LANGUAGES[1:]))
    ),
    re.IGNORECASE,
)
AROUND_BOTH = [(kind, pattern) for kind in KINDS for pattern in compiled(said("around", kind))]
ONE = re.compile("^一[只个条朵辆头匹棵位名]")
IMPLIED = [  # verbs that say what is held without a word for it
    (re.compile(pattern, re.IGNORECASE), f"holding {thing}")
    for pattern, thing in (
        (r"\bbrushing (?:its|his|her|their|my) teeth\b", "a toothbrush"),
        (r"(?<=\w )(?:knitting|crocheting)$", "yarn"),
    )
]


class Relation(NamedTuple):
    """What a figure has to do with a thing."""

    kind: str  # a key of PLACE_OF_KIND
    thing: str
    foreign: bool = False  # said in another language than English


def split_relations(text: str) -> tuple[str, list[Relation]]:
    """What a text is about, and all things to which it is said to have a relation; none where it says none."""
    for kind, pattern in AROUND_BOTH:
        if found := pattern.fullmatch(ONE.sub("", text)):
            figure, more = split_relations(found["a"])
            thing, besides = split_relations(found["b"]) if kind == "wears" else (found["b"], [])  # "猫戴着墨镜吃披萨"
            return figure, [Relation(kind, thing, foreign=looks_foreign(text)), *besides, *more]
    for pattern in AFLAME:
        if found := pattern.fullmatch(text):
            return found["thing"] + found["rest"], [Relation("on", FIRE)]
    for pattern, held in IMPLIED:
        text = pattern.sub(held, text)
    figure, relations, end, kind, word = "", [], 0, "", ""
    foreign = looks_foreign(text)
    for joint in [*BETWEEN.finditer(text), None]:
        part = IS.sub("", text[end : joint.start() if joint else len(text)])
        if kind:
            part = HUT.sub("Zylinder", part) if word in ("mit", "trägt") else WITH_ARTICLE.get(word, "") + part
            relations.append(
                Relation(kind.removesuffix(FOREIGN), POSSESSIVE.sub("", part), foreign or kind.endswith(FOREIGN))
            )
        else:
            figure = part
        if joint:
            kind, word, end = str(joint.lastgroup), joint[0].strip().casefold(), joint.end()
    return figure, relations


def place_of(relation: Relation, name: str) -> str:
    """Where on a figure a thing of an English name is, a key of `equipment.PLACES`; "" where it cannot be drawn there.

    What is nothing but scenery has no place: "in the snow", "in love".
    """
    if relation.kind != "is" and (OWN_PARTS.fullmatch(relation.thing) or SCENERY.fullmatch(relation.thing)):
        return ""
    if relation.kind == "drives" and name == "kite":
        return "hand"
    if relation.kind in VAGUE and BURNING.fullmatch(relation.thing):
        return "behind"
    if name in RIDDEN and (relation.kind == "is" or (relation.kind in VAGUE and name not in WITH_ROOM)):
        return "under"
    if name in WORN and (relation.kind in ("wears", "has", "is", "in") or WORN[name] == "overhead"):
        return "neck" if re.search(r"\bbow ?tie", relation.thing, re.IGNORECASE) else WORN[name]
    vague = relation.kind in VAGUE and relation.thing < FIRST_CJK and not DEFINED.search(relation.thing)
    return "" if vague else PLACE_OF_KIND[relation.kind]
