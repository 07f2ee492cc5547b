"""What the tests of the views share, beside the `pipeline` of all tests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def checkpoint(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """A copy of the tiny checkpoint, to write into or to damage; a test's outputs lie beside it."""
    return Path(shutil.copytree(tiny_checkpoint, tmp_path / "checkpoint"))
