"""How often a picture's own name is among the first that are found for it (zero-shot, Radford et al. 2021)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from multimodal.data.captions import load_subjects
from multimodal.data.images import load_captioned_images, open_stored
from multimodal.evaluation.statistics import mean_interval
from multimodal.subsets import spread

COUNTS = (1, 5)  # how many of the first names are looked at


def evaluate_zero_shot(
    find_names: Callable[..., Sequence[tuple[str, float]]], data: Path, limit: int | None = None
) -> dict[str, Any]:
    """Let the pictures of a table be named.

    Args:
        find_names: the likeliest English names of a picture with their probabilities, the likeliest first, so many as its
            `count` says (see `NearestNames.to_picture`).
        data: a table with name and, where there is one, style. Rows of the same two, as skin tones are, count once.
        limit: use so many pictures only, spread evenly over the table.
    Returns:
        A result as `tables` describes it.
    Raises:
        DataError: the data cannot be read, or has no names.
    """
    table = load_captioned_images(data)
    cells: dict[tuple[str, str], int] = {}
    for row, subject in enumerate(load_subjects(table)):
        cells.setdefault((subject.name("en"), subject.style), row)
    chosen = spread(list(cells.items()), limit)
    images = table.select([row for _, row in chosen])["image"]
    named: dict[str, list[tuple[str, Sequence[str]]]] = {"all": []}  # per style, own names and the names that were found
    for ((name, style), _), image in zip(chosen, images, strict=True):
        found = [name for name, _ in find_names(open_stored(image), count=max(COUNTS))]
        for group in {"all", style or "all"}:
            named.setdefault(group, []).append((name, found))
    rows = [
        {"style": style, "count": len(pairs)}
        | {f"top-{count}": mean_interval([name in found[:count] for name, found in pairs]) for count in COUNTS}
        for style, pairs in named.items()
    ]
    return {
        "title": "Zero-shot",
        "settings": {"data": data.name, "pictures": len(chosen)},
        "tables": {"Own name found": rows},
        "notes": ["Of all known English names; 95 % bootstrap intervals in brackets."],
    }
