"""What the tabs share: one queue for the model, and each visitor's last pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from multimodal.settings import Settings

MODEL: dict[str, Any] = {"concurrency_id": "model", "concurrency_limit": 1, "api_visibility": "private"}
DRAW: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}  # handlers that leave the model alone


@dataclass(frozen=True)
class LastPictures:
    """What one visitor last generated or reconstructed, for the Codebook tab."""

    captions: list[str]
    codebook_indices: np.ndarray  # (N, groups, h, w)
    settings: tuple[Settings, ...] = ()  # of generated pictures
