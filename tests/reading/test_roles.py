"""What texts say that somebody is dressed up as, or does."""

from __future__ import annotations

from pathlib import Path

import pytest

from multimodal.reading.relations import Relation
from multimodal.reading.roles import ROLES, role_of, split_role
from multimodal.word_lists import names_in


@pytest.mark.parametrize(
    ("text", "who", "role"),
    [
        ("a pirate cat", "cat", "pirate"),
        ("cute Pirate cat lol!!", "cute cat", "pirate"),
        ("cat dressed up as a pirate", "cat", "pirate"),
        ("my cat who works as a chef", "my cat", "chef"),
        ("cat celebrating its birthday", "cat", "birthday"),
        ("valentine's day cat", "cat", "valentine's day"),
        ("a mad scientist cat", "cat", "mad scientist"),
        ("thumbs up robot", "robot", "thumbs up"),
        ("a cat waving goodbye", "cat", "waving goodbye"),
        ("un gato pirata", "gato", "pirata"),
        ("gato disfrazado de pirata", "gato", "pirata"),
        ("chat de Noël", "chat", "noël"),
        ("un chat en cuisinier", "chat", "cuisinier"),
        ("un chat déguisé en pirate", "chat", "pirate"),
        ("Katze als Pirat", "Katze", "pirat"),
        ("Weihnachtskatze", "katze", "weihnachts-"),
        ("кот-пират", "кот", "пират"),
        ("海盗猫", "猫", "海盗"),
        ("打扮成海盗的猫", "猫", "海盗"),
        ("海賊の格好をした猫", "猫", "海賊"),
        ("해적 고양이", "고양이", "해적"),
        ("FUẞBALLER Katze", "Katze", "fußballer"),
    ],
)
def test_who_and_what_shows_the_role_are_read_in_many_ways(text: str, who: str, role: str) -> None:
    assert (who, Relation("is", ROLES[role])) in split_role(text)


@pytest.mark.parametrize(
    "text",
    [
        "a cat",
        "pirate",
        "the pirate",
        "a king",
        "king penguin",
        "queen bee",
        "海盗",
        "",
        "消防士さん",
        "pİrate cat",
        "emperor penguins",
        "a school of fish",
        "royal blue cat",
        "happy birthday mom",
    ],
)
def test_a_text_may_say_no_role(text: str) -> None:
    assert split_role(text) == []


def test_an_article_goes_with_the_role() -> None:
    assert [who for who, _ in split_role("an elegant swan")] == ["swan"]


@pytest.mark.parametrize(
    ("kind", "thing", "role"),
    [
        ("in", "a pirate costume", "pirate"),
        ("wears", "a chef’s outfit", "chef"),
        ("in", "traje de pirata", "pirata"),
        ("in", "einem Weihnachtskostüm", "weihnachts-"),
    ],
)
def test_a_costume_is_what_shows_the_role(kind: str, thing: str, role: str) -> None:
    assert role_of(Relation(kind, thing)) == Relation("is", ROLES[role])


@pytest.mark.parametrize(
    "relation", [Relation("has", "a pirate costume"), Relation("wears", "a hat"), Relation("in", "a box")]
)
def test_what_is_no_costume_stays_as_it_is(relation: Relation) -> None:
    assert role_of(relation) == relation


def test_all_that_shows_a_role_can_be_drawn(bundled_checkpoint: Path) -> None:
    names = names_in(bundled_checkpoint, None)
    assert [thing for things in ROLES.values() for thing in things.split(", ") if not names.known(thing)] == []
