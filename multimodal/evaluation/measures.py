"""What can be measured of a checkpoint: which measures there are, and what each needs of the checkpoint and the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from multimodal.arguments import SEARCH_STEPS
from multimodal.checkpoint import load_super_resolution
from multimodal.data.captions import load_subjects
from multimodal.data.images import load_captioned_images
from multimodal.evaluation.composition import evaluate_composition
from multimodal.evaluation.judge import Judge, load_judge
from multimodal.evaluation.memorization import evaluate_memorization
from multimodal.evaluation.prompts import evaluate_prompts, load_cells
from multimodal.evaluation.reconstruction import evaluate_reconstruction
from multimodal.evaluation.sampling import DEFAULT_SAMPLING, Sampling
from multimodal.evaluation.super_resolution import evaluate_super_resolution
from multimodal.evaluation.zero_shot import evaluate_zero_shot
from multimodal.pipeline import TextToImagePipeline

MEASURES = ("reconstruction", "prompts", "composition", "zero-shot", "super-resolution", "memorization")
PARTS = {"prompts": "judge", "composition": "judge", "super-resolution": "super_resolution"}  # of a checkpoint


@dataclass(frozen=True)
class Evaluation:
    """A checkpoint, and the pictures on which it is measured."""

    pipeline: TextToImagePipeline
    checkpoint: Path  # the pipeline's folder, with what else belongs to it
    data: Path  # pictures that were not trained on
    find_names: Callable[..., Sequence[tuple[str, float]]] | None = None  # as for `evaluate_zero_shot`; None: it cannot
    names: Path | None = None  # a table of names in other languages
    train: Path | None = None  # the table that the models were trained on
    limit: int | None = None  # use so many pictures, or prompts of each kind, only
    sampling: Sampling = DEFAULT_SAMPLING
    tiled: bool = False  # this and the next as for `evaluate_reconstruction`
    search_steps: int = SEARCH_STEPS

    def choose(self, what: str) -> tuple[list[str], list[str]]:
        """The measures to be taken, and sentences on those that are left out; no model runs for it.

        Args:
            what: one of MEASURES, or "all", for which those are left out that lack something.
        Raises:
            ValueError: the one that is asked for lacks something, the data cannot be read, or a setting is none.
        """
        self.sampling.check(self.pipeline.names)
        for path in filter(None, (self.data, self.train)):
            load_captioned_images(path)
        if what != "all":
            self.check(what)
            return [what], []
        chosen, left_out = [], []
        for measure in MEASURES:
            try:
                self.check(measure)
            except ValueError as error:
                left_out.append(f"{measure} is left out: {error}")
            else:
                chosen.append(measure)
        return chosen, left_out

    def check(self, measure: str) -> None:
        """Raise ValueError, which says what the checkpoint or the data lacks, where a measure cannot be taken."""
        part = PARTS.get(measure)
        if part and not (self.checkpoint / part).is_dir():
            raise ValueError(f"{self.checkpoint} has no {part}; train one: python -m multimodal train {part}")
        if measure == "memorization" and not self.train:
            raise ValueError("it needs --train, the table that the models were trained on")
        if measure == "zero-shot" and not self.find_names:
            raise ValueError("it needs a checkpoint with a CLIP of its own, clip/, and the list dit/names.json")
        if measure == "prompts":
            load_cells(self.data, self.names)
            if self.train:
                load_cells(self.train)
        if measure in ("composition", "zero-shot"):
            load_subjects(load_captioned_images(self.data))

    def run(self, measure: str) -> dict[str, Any]:
        """Take a measure for which nothing is missing, see `check`; returns a result as `tables` describes it."""
        pipeline, data, limit, sampling = self.pipeline, self.data, self.limit, self.sampling
        if measure == "reconstruction":
            return evaluate_reconstruction(pipeline, data, limit, tiled=self.tiled, search_steps=self.search_steps)
        if measure == "prompts":
            return evaluate_prompts(pipeline, self.judge, data, self.names, limit, train=self.train, sampling=sampling)
        if measure == "composition":
            return evaluate_composition(pipeline, self.judge, data, limit, sampling)
        if measure == "super-resolution":
            model = load_super_resolution(self.checkpoint / "super_resolution")
            return evaluate_super_resolution(model, pipeline.vqvae, data, limit)
        if measure == "memorization":
            assert self.train
            return evaluate_memorization(pipeline, data, self.train, limit, sampling)
        assert measure == "zero-shot"
        assert self.find_names
        return evaluate_zero_shot(self.find_names, data, limit)

    @cached_property
    def judge(self) -> Judge:
        return load_judge(self.checkpoint / "judge")
