"""Results of an evaluation as text.

A result is plain JSON data: "title", "settings" (name → value), "tables" (title → rows, each row a dict of the same keys)
and "notes" (sentences). A figure with an interval is {"mean", "low", "high", "count"}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def format_table(result: Mapping[str, Any]) -> str:
    """Everything in a result, for a terminal."""
    parts = [result["title"], "  ".join(f"{name}: {_cell(value)}" for name, value in result["settings"].items())]
    for title, rows in result["tables"].items():
        parts += ["", title, *_lines(rows)]
    if result["notes"]:
        parts += ["", *result["notes"]]
    return "\n".join(parts)


def _lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return ["  (none)"]
    columns = list(rows[0])
    cells = [columns] + [[_cell(row[column]) for column in columns] for row in rows]
    widths = [max(len(line[k]) for line in cells) for k in range(len(columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return ["  " + line for line in (lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:])]


def _cell(value: Any) -> str:
    """At most four significant digits; a figure with its interval, 27.31 [26.9, 27.72]."""
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return f"{_cell(value['mean'])} [{_cell(value['low'])}, {_cell(value['high'])}]"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
