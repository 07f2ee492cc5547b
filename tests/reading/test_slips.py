"""Slips of the pen."""

from __future__ import annotations

import pytest

from multimodal.reading.slips import Slips

SLIPS = Slips(["skyscraper", "hedgehog", "headphone", "cat", "mole"], ["cat", "tiger", "rabbit"])


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("skyscrapper", "skyscraper"),
        ("hedgehgo", "hedgehog"),
        ("hedphones", "headphone"),
        ("catt", "cat"),
        ("tigr", "tiger"),
        ("rabit", "rabbit"),
        ("mele", None),  # a short word is no slip of any in all languages
        ("mold", None),
        ("ct", None),
        ("something else", None),
        ("s" * 30, None),
    ],
)
def test_a_word_is_meant_where_it_is_nearly_spelt(text: str, word: str | None) -> None:
    assert SLIPS.meant(text) == word
