"""Hair in a colour: who is drawn, and what of them is recoloured."""

from __future__ import annotations

import pytest

from multimodal.reading.hair import Haired, drawn_hair, haired, split_hair
from multimodal.reading.names import Names
from multimodal.reading.prompts import read_prompt


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("a girl with pink hair", ("a girl", "pink")),
        ("girl with long curly dark blue hair and glasses", ("girl with glasses", "blue")),
        ("blue-haired boy holding a book", ("boy holding a book", "blue")),
        ("a woman with blonde hair", ("a woman", "yellow")),
        ("a redhead girl", ("girl", "red")),
        ("蓝头发的女孩", ("女孩", "blue")),
        ("une fille aux cheveux verts", ("une fille", "green")),
        ("青い髪の女の子", ("女の子", "blue")),
    ],
)
def test_the_colour_of_hair_is_told_from_the_rest(text: str, split: tuple[str, str]) -> None:
    assert split_hair(text) == Haired(*split)


@pytest.mark.parametrize("text", ["a girl with hair", "a pink hat", "a girl with pink hair and a boy with blue hair"])
def test_what_says_no_colour_of_hair_or_several_is_not_split(text: str) -> None:
    assert split_hair(text) is None


def test_own_colours_of_hair_are_drawn_and_others_turned_to() -> None:
    assert drawn_hair("red-haired man") == ("man: red hair", "")
    assert drawn_hair("gold-haired woman") == ("woman: blond hair", "")
    assert drawn_hair("green-haired person") == ("person: red hair", "green hair")
    assert drawn_hair("a green hat") == ("a green hat", "")


def test_only_people_have_hair_that_is_drawn() -> None:
    names = Names({"en": ["woman", "woman: red hair", "cat", "man", "glasses"]})
    assert haired("a woman", "pink", names) == "pink-haired woman"
    assert haired("a cat", "pink", names) == haired("a man", "pink", names) == ""  # there is no man: red hair
    reading = read_prompt("a woman with pink hair and glasses, 3d style", names)
    assert reading.things == ("woman: red hair, 3d style", "glasses, 3d style")
    assert reading.layout
    assert reading.layout.colors == ("pink hair", "")
    pair = read_prompt("a woman with pink hair and a woman with blue hair", names)
    assert pair.layout
    assert (pair.layout.kind, pair.layout.colors) == ("and", ("pink hair", "blue hair"))
