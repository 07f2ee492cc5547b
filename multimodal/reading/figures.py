"""Reading a figure: something with what it wears, holds, sits on or is in, or with the face of a smiley."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from multimodal.collage.colors import Recoloring
from multimodal.data.phrases import ARTICLE, COLOR_WORDS, words_of
from multimodal.reading.descriptions import says_only_looks
from multimodal.reading.modifiers import AROUND, counted, joints, names_several, split_color
from multimodal.reading.names import Names
from multimodal.reading.phrasebook import any_of
from multimodal.reading.relations import (
    BESIDES,
    DOING,
    FIRE,
    HEADWEAR,
    ON_IT,
    ON_PART,
    OWN_PARTS,
    SANTAS,
    WHERE_WORN,
    WORN,
    Relation,
    place_of,
    split_relations,
)
from multimodal.reading.roles import role_of, split_role
from multimodal.reading.shown import has_face, has_head, is_drawn, is_person, name_of, shows_all
from multimodal.reading.smileys import (
    CATS,
    MUSIC,
    OF_CATS,
    SMILEYS,
    SYMBOLS,
    expression_first,
    expression_of,
    split_expression,
)

MAX_CAPTIONS = 1000  # of one's own pictures that are looked at
MAX_THINGS = 5  # in a picture
WITHOUT_ROLE = {"baby", "boy", "child", "girl", "man", "person", "woman"}  # people who may be given one
FACELESS = {"bust in silhouette", "busts in silhouette", "ear", "eye", "eyes", "mouth", "nose"}  # also if sad
OF_EYES = re.compile(rf"(?:big |bright |deep |huge )*(?:{any_of(COLOR_WORDS)}) eyes", re.IGNORECASE)
OUTDOORS = re.compile("(?:an?|the) (?:beach|cliff|hill|mountain)s?|mountains?", re.IGNORECASE)  # where sports are done
GESTURES = {"waving hand", "thumbs up", "thumbs down", "clapping hands"}
HANDS_FREE = {"man feeding baby": "man", "woman feeding baby": "woman"}  # where they hold something else
POT = "pot of food"  # in which no plants are
WHERE = re.compile(r"(?:at|behind|by|for|from|in|into|like|of|on|over|through|with|without) ", re.IGNORECASE)


class Placed(NamedTuple):
    """A thing of a picture, in words that say what it is."""

    thing: str
    place: str = ""  # on the figure that it is about, a key of `equipment.PLACES` or `DRAWN_ON`; of the figure itself ""
    recolorings: tuple[Recoloring, ...] | None = None  # None: what its words say, "a red hat"


def read_figure(text: str, names: Names) -> list[Placed]:
    """A figure, which comes first, and the things about it.

    Returns:
        Nothing where a text says of one thing what it is, or one name shows it all.
    """
    places = _places_on_figure(text, names)
    return [Placed(thing, place) for thing, place in places.items()]


def _places_on_figure(text: str, names: Names) -> dict[str, str]:
    """A figure and the things about it → the place of each."""
    on_part, on_it = ON_PART.search(text), ON_IT.search(text)
    held = on_part[1].lower() if on_part else "hand"
    text = WHERE_WORN.sub("", ON_IT.sub("", text))
    figure, smiley, relations = _parts(text, names)
    if on_it and not has_face(name_of(figure, names), names):
        held = "front"
    if smiley and smiley not in SYMBOLS.values() and name_of(figure, names) in FACELESS:
        return {}
    is_one = (
        bool(ARTICLE.sub("", f"{figure} "))
        and not WHERE.match(figure)  # "smiling through the pain"
        and (has_head(figure, names) or (relations and names.misspelt(figure)))
        and not names_several(figure)
        and counted(figure, names)[0] == 1
    )
    if not (is_one and (smiley or relations or figure in OF_CATS.values())) or _say_relations(names.own[:MAX_CAPTIONS]):
        return {}
    figure = HANDS_FREE.get(name_of(figure, names), figure)
    places = {figure: ""} | ({smiley: "beside head" if smiley in SYMBOLS.values() else "face"} if smiley else {})
    for relation in relations:
        found = {thing: held if place == "hand" else place for thing, place in _places(relation, figure, names).items()}
        if relation.kind == "is" and not {name_of(thing, names) for thing in places}.isdisjoint(found):
            continue  # the pilot's plane is there already
        if not found or not {*places.values()}.isdisjoint(found.values()):
            if relation.kind != "is" and names_several(relation.thing):  # "a cat in a hat and a dog in a scarf"
                return {}
            continue  # "a pirate cat in the snow"
        if not smiley and not has_face(name_of(figure, names), names):
            found = {thing: "front" if place == "eyes" else place for thing, place in found.items()}
        places |= found
    if "behind" in places.values() and names.whole(text):  # "a burning candle"
        return {}
    worn = {*WORN.values()} - ({"hand"} if any(relation.foreign for relation in relations) else set())
    shown = shows_all(text, figure, names, by_keywords=worn.isdisjoint(places.values()))
    least = 0 if figure in OF_CATS.values() and not names_several(text) else 1
    return places if least < len(places) <= MAX_THINGS and not shown else {}


@functools.cache
def _say_relations(captions: tuple[str, ...]) -> bool:
    """Whether captions of one's own pictures say what figures have: then such pictures were learnt as they are."""
    return any(split_relations(caption)[1] for caption in captions)


def _parts(text: str, names: Names) -> tuple[str, str, list[Relation]]:
    """What a text is about; the smiley whose expression it is to have, or the symbol for that where it has a face of its
    own, or ""; and what else it has to do with.
    """
    figure, relations = _figure_and_relations(text, names)
    thing, smiley = split_expression(figure)
    if smiley and has_head(alone := DOING.sub("", BESIDES.sub("", thing)), names) and not names.known(thing):
        thing = alone  # "a tired nurse after work", "a happy avocado doing yoga"
    relations = [piece for relation in relations for piece in _apart(relation)]
    expressions = [expression_of(relation) for relation in relations]
    smiley = next(filter(None, expressions), smiley)
    relations = [relation for relation, expression in zip(relations, expressions, strict=True) if not expression]
    if name_of(thing, names) in CATS and names.known(OF_CATS.get(smiley, "")):
        return OF_CATS[smiley], "", relations
    if has_face(name_of(thing, names), names) or smiley == MUSIC:
        said = text if any(expressions) else figure
        symbol = SYMBOLS.get(smiley, "")
        name = name_of(thing, names)
        whole = names.whole(said) or symbol  # perhaps an emoji of its own, as that is of "a sad face"
        is_other = names.is_smiley(whole) and not (names.is_smiley(name) or is_person(name))  # a smiley is no rabbit
        is_shown = whole not in (symbol, name) and not is_other
        smiley = "" if is_shown else symbol
    return (thing, smiley, relations) if names.known(smiley) else (figure, "", relations)


def _apart(relation: Relation) -> list[Relation]:
    """A relation to several things of which one is a face, "with butter and a smile", as a relation to each."""
    pieces = [relation._replace(thing=thing.strip()) for thing in joints().split(relation.thing)]
    return pieces if len(pieces) > 1 and any(map(expression_of, pieces)) else [relation]


def _figure_and_relations(text: str, names: Names) -> tuple[str, list[Relation]]:
    """What a text is about without what it does besides, and what it has to do with, what shows a role last."""
    if found := _wearing(text, names) or _role_in(text, names, alone=True):  # "un chat en pirate", which is in no pirate
        return found[0], [found[1]]
    text = expression_first(text)
    figure, relations = split_relations(text)
    thing, smiley = split_expression(text)
    if smiley and not split_relations(thing)[1]:  # "a cactus in love", which is no place
        figure, relations = text, []
    elif relations and not has_head(figure, names):
        figure = DOING.sub("", figure)
    if found := _role_in(figure, names):
        return found[0], [*relations, found[1]]
    return figure, [role_of(relation) for relation in relations] if relations and _plays(figure, names) else relations


def _role_in(text: str, names: Names, alone: bool = False) -> tuple[str, Relation] | None:
    """Who is in a role, and what shows it; none where nobody is who can be, or a name shows both.

    Args:
        alone: only where that is all that the text says.
    """
    ways = split_role(text) if not names_several(text) else []
    for who, role in ways:
        says_more = alone and split_relations(f"{who} it")[1]
        is_gesture = role.thing in GESTURES and has_face(name_of(who, names), names)  # of whoever, "a cook waving"
        if not says_more and (is_gesture or _plays(who, names)) and not _is_own_name(text, who, role.thing, names):
            return who, role
    return None


def _wearing(text: str, names: Names) -> tuple[str, Relation] | None:
    """Somebody, and what is named before them that one wears: "party hat cat"."""
    words = ARTICLE.sub("", text).split()
    for worn, who in ((" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))):
        is_worn = HEADWEAR.fullmatch(worn) or (names.known(worn) and name_of(worn, names) in WORN)
        if is_worn and names.known(who) and _plays(who, names) and not names.is_noun(text):  # as a crown prince is
            return who, Relation("wears", worn)
    return None


def _is_own_name(text: str, who: str, shown: str, names: Names) -> bool:
    """Whether a name shows somebody in a role: a woman police officer, Santa Claus ("papa noël"); not if it is that of what
    is `shown` besides.
    """
    name = name_of(who, names)
    if shown in GESTURES:  # "a waving girl" is not surfing
        return shows_all(text, who, names, by_keywords=False)
    return shows_all(text, who, names) or (name in WITHOUT_ROLE and name_of(text, names) not in (name, ""))


def _plays(who: str, names: Names) -> bool:
    """Whether a text says somebody who can be in a role: who has a face, and is nothing already, as a cook is."""
    name = name_of(who, names)
    free = _is_nobody_yet(name, names) and not names.is_smiley(name)
    is_somebody = has_face(name, names) and (has_head(who, names) or (" " not in who and names.foreign_head(who) == name))
    is_adjective = who.casefold() in SMILEYS or says_only_looks(words_of(ARTICLE.sub("", who)))  # "a young doctor"
    return free and is_somebody and not is_adjective


def _is_nobody_yet(name: str, names: Names) -> bool:
    """Whether a name is of no person, or of one who is nothing in particular, as a mage is, who has a hat."""
    person = is_person(name) or names.has_keyword(name, "person")
    return not person or name in WITHOUT_ROLE


def _places(relation: Relation, figure: str, names: Names) -> dict[str, str]:
    """The things of a relation → where on a figure they are: more than one where all are worn, "a hat and glasses", or both
    are held; none where one of them cannot be drawn, or the figure has it anyway.
    """
    places: dict[str, str] = {}
    about = name_of(figure, names)
    is_own = OWN_PARTS.fullmatch(relation.thing)  # "pink frosting", which is nothing that one does
    text = relation.thing if is_own else BESIDES.sub("", DOING.sub("", relation.thing))
    for thing in [text] if names.known(text) else map(str.strip, joints().split(text)):  # "bow and arrow"
        if relation.kind != "is" and OWN_PARTS.fullmatch(thing):  # "a mustache and a hat"
            continue
        thing = FIRE if place_of(relation, "") == "behind" else thing
        bare, color = split_color(thing, names)
        if not names.known(bare) and (article := ARTICLE.match(bare)):
            bare = article[0] + AROUND.sub("", bare[article.end() :])  # "a little beret"
        name = name_of(bare, names)
        if name not in WORN and _is_nobody_yet(about, names) and (worn := HEADWEAR.fullmatch(bare)):
            color = color or ("red" if SANTAS.search(bare) else "")
            bare = worn["plain"] or "hat"
            thing = f"{color} {bare}".strip()
            name = name_of(bare, names)
        place = place_of(relation._replace(thing=thing), name)
        has_it = {*words_of(name)} <= {*words_of(about)}
        is_potted = name == POT and names.has_keyword(about, "plant")
        is_worn = (relation.kind == "wears" and name in WORN) or (relation.kind == "in" and WORN.get(name) == "body")
        is_clothing = is_worn and names.is_synonym(bare)  # "a hoodie", a word of late
        shown = is_clothing or is_drawn(bare, name, names, relation.foreign)
        if not place or has_it or is_potted or not shown or counted(thing, names)[0] > 1:
            return {}
        if name not in WORN:
            one_more = relation.kind in ("holds", "is") or (relation.kind == "has" and "hand" not in places.values())
            alone = not one_more or has_face(name, names)  # "a cat with a hat and a dog" has no dog, but perhaps a knife
            if is_person(name) or names.is_smiley(name) or names.is_smiley(about) or (places and alone):
                return {}
            place = "other hand" if place == "hand" and "hand" in places.values() else place
        if place in places.values():
            return {}
        places[thing] = place
    return places


def without_place(text: str, names: Names) -> str:
    """A text without where somebody is, and the colour of eyes: "a girl on a mountain" is no mountain biker."""
    figure, relations = split_relations(text)
    said = [relation.thing for relation in relations]
    outdoors = is_person(name_of(figure, names)) and all(map(OUTDOORS.fullmatch, said))
    return figure if said and (outdoors or (names.known(figure) and all(map(OF_EYES.fullmatch, said)))) else text
