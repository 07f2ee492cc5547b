"""Which models a command trains, from what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multimodal.training import clip, dit, judge, vqvae


@dataclass(frozen=True)
class Sources:
    """What models are trained from."""

    data: Path  # captioned pictures
    names: Path | None = None  # a table of names in other languages
    text: Path | None = None  # a table of words, for the tokenizer and the text tower
    start: Path | None = None  # a checkpoint folder whose weights a new run starts from


def train_stage(stage: str, config: Any, sources: Sources, out: Path, max_minutes: float) -> None:
    """Train one model, "vqvae", "clip", "dit" or "judge", or go on with its run under `out`."""
    data, names, text, start = sources.data, sources.names, sources.text, sources.start
    if stage == "vqvae":
        vqvae.train_vqvae(config, data, out, max_minutes, start)
    elif stage == "clip":
        clip.train_clip(config, data, out, max_minutes, names, text, start)
    elif stage == "dit":
        dit.train_dit(config, data, out, max_minutes, names, start)
    else:
        judge.train_judge(config, data, out, max_minutes)
