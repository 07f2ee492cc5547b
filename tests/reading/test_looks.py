"""How people look: who is drawn, and what of them is recoloured."""

from __future__ import annotations

import pytest

from multimodal.collage.colors import SKINS
from multimodal.reading.looks import TONES, Looks, drawn_so, split_looks
from multimodal.reading.names import Names
from multimodal.reading.prompts import Reading, read_prompt

NAMES = Names({"en": ["woman", "woman: red hair", "woman: blond hair", "cat", "man", "man: bald", "thumbs up", "glasses"]})


def colors_of(reading: Reading) -> list[str]:
    return [", ".join(map(str, thing.recolorings)) for thing in reading.layout.things]


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("a girl with pink hair", Looks("a girl", hair="pink")),
        ("girl with long curly dark blue hair and glasses", Looks("girl with glasses", hair="blue")),
        ("blue-haired boy holding a book", Looks("boy holding a book", hair="blue")),
        ("a woman with blonde hair", Looks("a woman", hair="yellow")),
        ("girl with pink pigtails", Looks("girl", hair="pink")),
        ("a redhead girl", Looks("girl", hair="red")),
        ("蓝头发的女孩", Looks("女孩", hair="blue")),
        ("une fille aux cheveux verts", Looks("une fille", hair="green")),
        ("青い髪の女の子", Looks("女の子", hair="blue")),
        ("a dark-skinned man with a beard", Looks("man", skin="dark", kind="beard")),
        ("woman: medium-light skin tone", Looks("woman", skin="medium-light")),
        ("black woman with red hair", Looks("woman", hair="red", skin="dark")),
        ("bald guy with glasses", Looks("guy with glasses", kind="bald")),
        ("a bald black man", Looks("man", skin="dark", kind="bald")),
        ("ein blondes Mädchen", Looks("Mädchen", hair="yellow")),
        ("👍🏿", Looks("👍", skin="dark")),
        ("black female doctor with glasses", Looks("female doctor with glasses", skin="dark")),
        ("a firefighter with dark skin holding a cat", Looks("a firefighter holding a cat", skin="dark")),
    ],
)
def test_how_somebody_looks_is_told_from_the_rest(text: str, looks: Looks) -> None:
    assert split_looks(text) == looks


@pytest.mark.parametrize(
    "text",
    [
        "a girl with hair", "a pink hat", "black cat", "a girl with pink hair and a boy with blue hair",
        "a woman with a beard and a man with a hat", "👍🏻👍🏿", "🏽", "white boy's sneakers",
    ],
)  # fmt: skip
def test_what_says_nothing_of_looks_or_that_of_several_is_not_split(text: str) -> None:
    assert split_looks(text) is None


@pytest.mark.parametrize(
    ("who", "looks", "drawn"),
    [
        ("a woman", {"hair": "red"}, ("woman: red hair", "")),
        ("a woman", {"hair": "gold"}, ("woman: blond hair", "")),
        ("a woman", {"hair": "green"}, ("woman: red hair", "green hair")),
        ("a woman", {"skin": "dark"}, ("woman: red hair", "black hair, dark skin")),
        ("a man", {"skin": "light", "kind": "bald"}, ("man: bald", "light skin")),
        ("thumbs up", {"skin": "medium"}, ("thumbs up", "medium skin")),
        ("man: bald", {"skin": "medium"}, ("man: bald", "medium skin")),
        ("a man", {"hair": "green"}, None),  # there is no man: red hair
        ("a cat", {"hair": "pink"}, None),
        ("a cat", {"skin": "dark"}, None),
    ],
)
def test_own_hair_is_drawn_and_other_hair_and_skin_turned_to(
    who: str, looks: dict[str, str], drawn: tuple[str, str] | None
) -> None:
    found = drawn_so(who, Looks("", **looks), NAMES)
    assert (found and (found[0], ", ".join(map(str, found[1])))) == drawn


def test_somebody_may_have_things_about_them_and_stand_beside_somebody_else() -> None:
    reading = read_prompt("a woman with pink hair and glasses, 3d style", NAMES)
    assert reading.prompts == ["woman: red hair, 3d style", "glasses, 3d style"]
    assert colors_of(reading) == ["pink hair", ""]
    pair = read_prompt("a woman with pink hair and a woman with blue hair", NAMES)
    assert (pair.layout.kind, colors_of(pair)) == ("and", ["pink hair", "blue hair"])


@pytest.mark.parametrize(
    ("prompt", "things", "colors"),
    [
        ("a black man and a dog", ("man: red hair", "a dog"), ("black hair, dark skin", "")),
        ("👍🏿 and 👍🏻", ("thumbs up", "thumbs up"), ("dark skin", "light skin")),
        ("✋🏽 and 🐱", ("raised hand", "cat face"), ("medium skin", "")),
        ("a laughing cat and a dog", ("cat with tears of joy", "a dog"), ("", "")),
        ("white baby bottle", ("baby bottle",), ("",)),
    ],
)
def test_nothing_else_is_lost_beside_looks(
    prompt: str, things: tuple[str, ...], colors: tuple[str, ...], bundled_names: Names
) -> None:
    reading = read_prompt(prompt, bundled_names)
    assert reading.prompts == [*things]
    assert colors_of(reading) == [*colors]


@pytest.mark.parametrize(
    ("prompt", "thing", "color"),
    [
        ("a doctor with dark skin", "health worker", "dark skin"),
        ("dark-skinned princess", "princess", "dark skin"),
        ("black female doctor", "woman health worker", "dark skin"),
        ("👩🏽‍🚀", "woman astronaut", "medium skin"),
        ("a zombie with light skin", "a zombie", ""),  # who is green
        ("a woman’s boot with dark skin", "woman’s boot", ""),
    ],
)
def test_who_is_something_has_skin_too(prompt: str, thing: str, color: str, bundled_names: Names) -> None:
    reading = read_prompt(prompt, bundled_names)
    assert reading.prompts == [thing]
    assert colors_of(reading) == [color]


@pytest.mark.parametrize(
    ("prompt", "thing"), [("a nurse with red hair", "health worker"), ("old man with a white beard", "old man")]
)
def test_who_cannot_be_drawn_so_is_drawn_at_least(prompt: str, thing: str, bundled_names: Names) -> None:
    reading = read_prompt(prompt, bundled_names)
    assert (reading.prompts, reading.renamed) == ([thing], ((prompt, thing),))


def test_hands_have_the_skin_of_whose_they_are(bundled_names: Names) -> None:
    reading = read_prompt("black boy waving", bundled_names)
    assert colors_of(reading) == ["black hair, dark skin", "dark skin"]


def test_clothes_are_not_turned_to_the_colour_of_hair(bundled_names: Names) -> None:
    reading = read_prompt("a woman shrugging with purple hair", bundled_names)
    assert (reading.prompts, reading.layout.as_drawn) == (["a woman shrugging"], True)
    assert reading.renamed


def test_every_tone_of_skin_has_words() -> None:
    assert TONES.keys() == SKINS.keys()
