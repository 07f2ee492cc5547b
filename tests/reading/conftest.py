"""The names of the bundled checkpoint, by lists alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from multimodal.reading.names import Names
from multimodal.word_lists import names_in


@pytest.fixture(scope="session")
def bundled_names(bundled_checkpoint: Path) -> Names:
    return names_in(bundled_checkpoint, None)
