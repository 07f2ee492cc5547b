"""The words of a prompt that no known name has."""

from __future__ import annotations

from pathlib import Path

import pytest

from multimodal.data.phrases import STYLES
from multimodal.inspection.spelling import Spelling
from multimodal.word_lists import load_names

SPELLING = Spelling(
    {"en": ["red apple", "hedgehog", "T-Rex", "man’s shoe"], "de": ["Igel"], "zh": ["苹果"], "ko": ["사과"], "hi": ["सेब"]},
    ("3d", "ink"),
)


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("a red apple", []),
        ("a t-re", ["t-re"]),
        ("three Hedgehogs, 3d style", []),
        ("a red apple, ink style", []),
        ("a t-rex to the left of a man’s shoe", []),
        ("a hedgehug and an apple", ["hedgehug"]),
        ("a (gizmo:1.3), a Gizmo; 7 widgets!", ["gizmo", "widgets"]),
        ("ein Igel", ["ein"]),
        ("红苹果和苹果", []),
        ("宇宙", ["宇宙"]),
        ("빨간 사과와 사과", []),
        ("लाल सेब", []),
        ("🦊 7 :-)", []),
        ("", []),
    ],
)
def test_words_that_are_in_no_name_are_found(prompt: str, unknown: list[str]) -> None:
    assert SPELLING.unknown(prompt) == unknown


def test_the_nearest_name_is_the_one_that_is_spelt_alike() -> None:
    assert SPELLING.nearest("hedgehug") == ["hedgehog"]
    assert SPELLING.nearest("IGELN") == ["Igel"]
    assert SPELLING.nearest("quantum") == []


def test_the_bundled_names_are_known_and_a_slip_finds_its_name() -> None:
    names = load_names(Path(__file__).resolve().parents[2] / "checkpoints" / "emoji" / "dit")
    spelling = Spelling(names, STYLES)
    assert [name for known in names.values() for name in known if spelling.unknown(name)] == []
    assert spelling.unknown("an octopos with two apples, 3d style") == ["octopos"]
    assert spelling.nearest("octopos")[0] == "octopus"
