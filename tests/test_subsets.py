"""Some of many rows."""

from __future__ import annotations

from multimodal.subsets import spread


def test_rows_are_spread_evenly() -> None:
    assert spread(range(10), 4) == [0, 2, 5, 7]
    assert spread("abc", 5) == spread("abc", None) == ["a", "b", "c"]
