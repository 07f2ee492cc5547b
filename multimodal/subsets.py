"""Some of many rows, evenly apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def spread(rows: Sequence[T], limit: int | None) -> list[T]:
    """At most `limit` of the rows, evenly apart; all of them where it is None.

    Raises:
        ValueError: the limit is below 1.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"the limit must be at least 1, not {limit}")
    if limit is None or limit >= len(rows):
        return list(rows)
    return [rows[k * len(rows) // limit] for k in range(limit)]
