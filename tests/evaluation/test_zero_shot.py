"""Zero-shot naming: known lists of names give known figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from multimodal.data.images import DataError
from multimodal.evaluation.tables import format_table
from multimodal.evaluation.zero_shot import evaluate_zero_shot


def rows_of(result: dict) -> dict[str, tuple[float, float]]:
    [rows] = result["tables"].values()
    return {row["style"]: (row["top-1"]["mean"], row["top-5"]["mean"]) for row in rows}


def named(*names: str) -> list[tuple[str, float]]:
    return [(name, 0.1) for name in names]


def test_a_name_counts_where_it_stands(data: Path) -> None:
    """The five pictures are a square and a disc, and three crosses in three styles."""
    result = evaluate_zero_shot(lambda image, count: named("cross", "a", "b", "c", "square", "disc")[:count], data)
    assert rows_of(result) == {
        "all": (0.6, 0.8),
        "flat": (0.5, 1.0),
        "line": (0.5, 0.5),
        "noto": (1.0, 1.0),
    }
    assert json.loads(json.dumps(result)) == result
    assert "top-5" in format_table(result)


def test_the_pictures_themselves_are_shown(data: Path, draw) -> None:
    names = {draw(concept, "flat").tobytes(): name for concept, name in (("01", "square"), ("04", "cross"))}
    result = evaluate_zero_shot(lambda image, count: named(names.get(image.tobytes(), "?")), data)
    assert rows_of(result) == {"all": (0.4, 0.4), "flat": (1.0, 1.0), "line": (0.0, 0.0), "noto": (0.0, 0.0)}


def test_rows_of_one_name_and_style_count_once_and_a_limit_holds(data: Path, tmp_path: Path) -> None:
    from datasets import Dataset, concatenate_datasets

    table = Dataset.from_parquet(str(data))
    concatenate_datasets([table, table]).to_parquet(tmp_path / "twice.parquet")
    seen: list[Image.Image] = []
    result = evaluate_zero_shot(lambda image, count: seen.append(image) or [], tmp_path / "twice.parquet")
    assert result["settings"]["pictures"] == len(seen) == 5
    assert evaluate_zero_shot(lambda image, count: [], data, limit=2)["settings"]["pictures"] == 2
    with pytest.raises(DataError, match="there is no data"):
        evaluate_zero_shot(lambda image, count: [], tmp_path / "missing.parquet")
