"""Reading figures: what has things about it, or a face; and what one name shows."""

from __future__ import annotations

import pytest
import torch

from multimodal.figures import has_face, has_head, is_person, is_smiley, read_figure, shows_all
from multimodal.names import Names
from multimodal.relations import SMILE

ENGLISH = ["cat", "cat face", "man", "man biking", "bicycle", "top hat", "heart with arrow", "cheese wedge", "nerd face"]
ENGLISH += ["glasses", "red heart"]
FRENCH = ["chat", "tête de chat", "homme", "", "vélo", "", "", "fromage", "", "lunettes", ""]
NAMES = Names(
    {"en": ENGLISH, "fr": FRENCH},
    embed=lambda texts: torch.ones(len(texts), 2),
    words={"nouns": {"cat": ["kitty"]}, "others": {"cat": ["meow"]}},
    described={"en": {"man biking": ["bike", "bicycle"], "nerd face": ["glasses", "geek"]}},
)


@pytest.mark.parametrize(
    ("text", "is_said"),
    [("a fat cat", True), ("a kitty", True), ("a hat", True), ("a piece of cheese", True), ("un chat", True),
     ("a bike", False), ("a cat running", False), ("thing", False), ("un chat noir", False), ("", False)],
)  # fmt: skip
def test_the_last_word_says_what_a_thing_is(text: str, is_said: bool) -> None:
    assert has_head(text, NAMES) == is_said


@pytest.mark.parametrize(
    ("text", "figure", "all_of_it"),
    [
        ("a man riding a bicycle", "a man", True),
        ("a heart with an arrow", "a heart", True),
        ("a cat riding a bicycle", "a cat", False),
        ("a cat with a top hat", "a cat", False),
    ],
)
def test_one_name_may_show_all_of_a_text(text: str, figure: str, all_of_it: bool) -> None:
    assert shows_all(text, figure, NAMES) == all_of_it


def test_faces_of_animals_are_no_smileys() -> None:
    assert is_smiley("nerd face", NAMES)
    assert not is_smiley("cat face", NAMES)
    assert not is_smiley("cat", NAMES)


def test_somebody_is_a_person() -> None:
    assert is_person("man biking")
    assert not is_person("mantelpiece clock")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a happy cheese wedge", {"cheese wedge": "", SMILE: "face"}),
        ("a very sad cheese wedge", {"cheese wedge": "", "slightly frowning face": "face"}),
        ("cheese wedge that is crying", {"cheese wedge": "", "crying face": "face"}),
        ("a cheese wedge with a face", {"a cheese wedge": "", SMILE: "face"}),
        ("a cheese wedge with a sad face", {"a cheese wedge": "", "slightly frowning face": "face"}),
        ("开心的奶酪", {"奶酪": "", SMILE: "face"}),
        ("un fromage heureux", {"un fromage": "", SMILE: "face"}),
        ("a happy cheese wedge with glasses", {"cheese wedge": "", SMILE: "face", "glasses": "eyes"}),
        ("a sad cat", {}),  # which has a face
        ("a happy man", {}),
        ("a sad cat with glasses", {"a sad cat": "", "glasses": "eyes"}),
        ("happy", {}),
        ("a happy thing", {}),
        ("a smiling cat and a cheese wedge", {}),
        ("a happy cheese wedge with a man", {}),
        ("a cheese wedge in a top hat on a bicycle", {"a cheese wedge": "", "a top hat": "head", "a bicycle": "under"}),
    ],
)
def test_a_figure_is_read_with_what_it_has_and_what_it_looks_like(text: str, places: dict[str, str]) -> None:
    english = [*ENGLISH, SMILE, "slightly frowning face", "crying face"]
    table = {"en": english, "fr": [*FRENCH, "", "", ""], "zh": ["", "", "", "", "", "", "", "奶酪", "", "", "", "", "", ""]}
    names = Names(table, described={"en": {"cat": ["animal"]}}, styles={"3d": english})
    assert read_figure(text, names) == places


def test_faces_are_of_animals_people_and_what_is_in_ones_own_pictures() -> None:
    english = ["fox", "cook", "man cook", "banana", "blixo"]
    names = Names({"en": english}, described={"en": {"fox": ["animal"]}}, styles={"3d": english[:4]})
    assert [name for name in english if not has_face(name, names)] == ["banana"]
