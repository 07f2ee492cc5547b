"""Reading a figure: something with what it wears, holds, sits on or is in, or with the face of a smiley."""

from __future__ import annotations

from multimodal.data.phrases import FIRST_CJK, PORTION, singulars, words_of
from multimodal.descriptions import PERSON
from multimodal.modifiers import counted, joints, split_color
from multimodal.names import Names
from multimodal.relations import (
    DOING,
    WHERE_WORN,
    WORN,
    expression_of,
    place_of,
    split_expression,
    split_relations,
)
from multimodal.wordings import LITTLE_WORDS, everyday, looks_foreign

MAX_THINGS = 5  # in a picture
MAX_CAPTIONS = 1000  # of one's own pictures that are looked at
FACE_PLACES = {"body", "ears", "eyes", "head", "neck"}  # which figures show best of which there is a face alone
WITH_FACE = {  # names and keywords of what has a face
    "animal", "baby", "bird", "claus", "crab", "creature", "dinosaur", "doll", "face", "family", "guard", "insect", "mage",
    "monster", "person", "phoenix", "prince", "princess", "scorpion", "shrimp", "skier", "sloth", "snowboarder", "snowman",
    "toy", "zombie",
}  # fmt: skip
ADVERBS = {"away", "back", "down", "off", "up"}  # which look like the last words of names


def read_figure(text: str, names: Names) -> dict[str, str]:
    """A figure and the things about it → where on it each of them is, keys of `collage.PLACES` or "face".

    Returns:
        The figure first, with "". Nothing where a text says of one thing what it is, or one name shows it all.
    """
    text = WHERE_WORN.sub("", text)
    figure, relations = split_relations(text)
    thing, smiley = split_expression(text)
    if smiley and not split_relations(thing)[1]:  # "a cactus in love", which is no place
        figure, relations = text, []
    elif relations and not has_head(figure, names):
        figure = DOING.sub("", figure)
    places = {}
    thing, smiley = split_expression(figure)
    if smiley := next(filter(None, map(expression_of, relations)), smiley):
        if names.known(smiley) and not has_face(names.english_name(names.in_known_words(thing)), names):
            figure, places = thing, {smiley: "face"}
        relations = [relation for relation in relations if not expression_of(relation)]
    is_one = has_head(figure, names) and not joints().search(figure) and counted(figure, names)[0] == 1
    if not (is_one and (relations or places)) or any(split_relations(caption)[1] for caption in names.own[:MAX_CAPTIONS]):
        return {}  # of one's own pictures such were learnt as they are
    name = names.in_known_words(figure)
    for relation in relations:
        for number, thing in enumerate(map(str.strip, joints().split(DOING.sub("", relation.thing)))):
            bare, _ = split_color(thing, names)
            if not has_head(bare, names) or counted(thing, names)[0] > 1:
                return {}
            other = names.english_name(names.in_known_words(bare))
            place = place_of(relation._replace(thing=thing), other)
            if not place or place in places.values() or {*words_of(other)} <= {*words_of(name)}:
                return {}
            if other not in WORN and (number or is_person(other) or is_smiley(name, names)):
                return {}
            in_front = place == "eyes" and not (smiley or has_face(names.english_name(name), names))
            places[thing] = "front" if in_front else place
    shown = shows_all(text, figure, names, by_keywords={*WORN.values()}.isdisjoint(places.values()))
    return {} if shown or len(places) >= MAX_THINGS else {figure: ""} | places


def has_head(text: str, names: Names) -> bool:
    """Whether the last word of an English text, or a text in another language as a whole, says what a thing is."""
    text = PORTION.sub("", text)
    if names.known(text) or names.known(everyday(text)) or names.is_noun(text) or names.is_synonym(text):
        return True
    if looks_foreign(text):
        return text >= FIRST_CJK and any(text in name for name in names.meanings)
    word = (words_of(text) or [""])[-1]
    forms = {*singulars(word)}
    part = not forms.isdisjoint(names.heads) or any(words_of(name)[0] in forms for name in names.english_meanings.values())
    return (names.known(word) or names.is_noun(word) or part) and word not in ADVERBS and not word.endswith("ing")


def shows_all(text: str, figure: str, names: Names, by_keywords: bool = True) -> bool:
    """Whether one name shows what a text is about and what it says more: "a man riding a bike".

    Args:
        figure: what the text is about.
        by_keywords: somebody's name need not have a word of the text, as "man biking" has not.
    """
    name, own_name = names.whole(text) or "", names.in_known_words(figure)
    if name == own_name:
        return is_smiley(name, names)
    words = {*words_of(name)}
    own = {form for word in words_of(f"{figure} {own_name}") for form in singulars(word)}
    said = {form for word in words_of(text) for form in singulars(word)}
    own |= PERSON if is_person(own_name) else set()
    more = words - own - LITTLE_WORDS
    return (by_keywords and is_person(name)) or not (words.isdisjoint(own) or more.isdisjoint(said))


def is_person(name: str) -> bool:
    """Whether an English name is one for somebody."""
    return not PERSON.isdisjoint(words_of(name))


def is_smiley(name: str, names: Names) -> bool:
    """Whether an English name is one for a face that is nothing but a face."""
    words = words_of(name)
    return words[-1:] == ["face"] and not names.known(" ".join(words[:-1]))


def has_face(name: str, names: Names) -> bool:
    """Whether what has an English name has a face of its own, as animals have, people, and perhaps one's own pictures."""
    keywords = names.descriptions.english
    with_face = any(keywords[word].get(name) == 1 for word in WITH_FACE)
    return with_face or is_person(name) or names.known(f"man {name}") or name in names.own  # a cook, as there is a man cook
