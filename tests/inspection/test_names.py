"""The list of names beside a DiT."""

from __future__ import annotations

from pathlib import Path

import pytest

from multimodal.checkpoint import NAMES, CheckpointError
from multimodal.inspection.names import load_names


def test_names_are_read_and_may_be_missing(tmp_path: Path) -> None:
    assert load_names(tmp_path) == {}
    (tmp_path / NAMES).write_text('{"en": ["fox"], "zh": ["狐狸"]}', encoding="utf-8")
    assert load_names(tmp_path) == {"en": ["fox"], "zh": ["狐狸"]}


@pytest.mark.parametrize("text", ["", "[]", '{"en": 1}', "\0"])
def test_a_damaged_list_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / NAMES).write_text(text)
    with pytest.raises(CheckpointError, match=r"names\.json is not a list of names"):
        load_names(tmp_path)
