"""What texts say that something looks like."""

from __future__ import annotations

import pytest

from multimodal.reading.relations import Relation
from multimodal.reading.smileys import SMILE, SMILEYS, expression_of, split_expression


@pytest.mark.parametrize(
    ("text", "thing", "smiley"),
    [
        ("a sad cloud", "cloud", SMILEYS["sad"]),
        ("a very Sad little cloud", "little cloud", SMILEYS["sad"]),
        ("a blue sad cloud", "blue cloud", SMILEYS["sad"]),
        ("cloud that is crying", "cloud", SMILEYS["crying"]),
        ("a cactus in love", "a cactus", SMILEYS["in love"]),
        ("un nuage triste", "un nuage", SMILEYS["triste"]),
        ("悲しい雲", "雲", SMILEYS["悲しい"]),
        ("a cloud", "a cloud", ""),
        ("sad", "sad", ""),
        ("sad with a cloud", "sad with a cloud", ""),
        ("is sad", "is sad", ""),
        ("happy birthday", "happy birthday", ""),
        ("a sleeping bag", "a sleeping bag", ""),
        ("smilİng cloud", "smilİng cloud", ""),  # which is no ASCII i
    ],
)
def test_a_text_is_split_into_a_thing_and_the_smiley_that_looks_like_it(text: str, thing: str, smiley: str) -> None:
    assert split_expression(text) == (thing, smiley)


@pytest.mark.parametrize(
    ("kind", "thing", "smiley"),
    [
        ("has", "a face", SMILE),
        ("has", "a big smile", SMILE),
        ("has", "a sad face", SMILEYS["sad"]),
        ("has", "heart eyes", SMILEYS["in love"]),
        ("has", "a hat", ""),
        ("on", "a face", ""),
    ],
)
def test_a_face_that_something_has_is_an_expression(kind: str, thing: str, smiley: str) -> None:
    assert expression_of(Relation(kind, thing)) == smiley
