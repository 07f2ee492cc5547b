"""Rehearsal: while a DiT learns new pictures, it repeats what it made of the names that it knows."""

from __future__ import annotations

import math
import random
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import Tensor

from multimodal.checkpoint import load_dit
from multimodal.data.captions import Subject, with_article, with_style
from multimodal.data.images import fingerprint
from multimodal.data.latents import LatentCache
from multimodal.diffusion import rectified_flow
from multimodal.models.text_encoder import CLIPTextEncoder
from multimodal.models.vqvae import VQVAE
from multimodal.pipeline import TextToImagePipeline
from multimodal.tensor_folder import CheckpointError, weights_sha256
from multimodal.training.batches import written_together
from multimodal.word_lists import NAMES_FILE, STYLES_FILE, load_lists, load_name_table, load_names

SAMPLING_STEPS = 4  # enough for pictures that are noised again
SHARD_ROWS = 32  # few, as a picture takes a second


class Rehearsal:
    """A frozen DiT, names that it knows, and one picture of each that it has made itself.

    The pictures that it learnt from are not needed: its own stand in for them (generative replay, Shin et al. 2017), and
    what is to be learnt is not the picture but what this DiT predicts at the same point of the path (learning without
    forgetting, Li & Hoiem 2016). So there is nothing to learn for a model that has forgotten nothing.

    Args:
        start: the checkpoint folder of the DiT.
        count: how many names are repeated, drawn from its names.json; every other one is English. Half have a style.
        folder: where their pictures are kept, which all processes draw together, once.
    Raises:
        CheckpointError: the checkpoint has no list of names.
        Stopped: the deadline, as `time.monotonic` says it, has passed.
    """

    def __init__(
        self,
        start: Path,
        count: int,
        seed: int,
        folder: Path,
        text_encoder: CLIPTextEncoder,
        vqvae: VQVAE,
        accelerator: Accelerator,
        deadline: float = math.inf,
    ) -> None:
        self.accelerator = accelerator
        self.names, self.table = load_names(start / "dit"), load_name_table(start / "dit")
        self.styles = load_lists(start / "dit" / STYLES_FILE)
        if not self.names:
            raise CheckpointError(f"{start / 'dit'} has no {NAMES_FILE} to rehearse; rehearsal_fraction=0 does without")
        rng = random.Random(seed)
        self.subjects = [self._subject(rng) for _ in range(count)]
        self.dit = load_dit(start / "dit").requires_grad_(False)
        pipeline = TextToImagePipeline(text_encoder, self.dit, vqvae)
        prompts = [with_style(subject.concept, subject, rng, 1.0) for subject in self.subjects]
        weights = [weights_sha256(start / part) for part in ("dit", "vqvae")]
        rows = torch.arange(count)
        cache = LatentCache(folder, fingerprint(rows, prompts, *weights), rows, shard_rows=SHARD_ROWS)

        def draw(rows: Tensor) -> Tensor:
            return self._draw(pipeline, [prompts[row] for row in rows], rows.tolist())

        self.codebook_indices = written_together(  # (count, groups, h, w)
            cache, draw, accelerator, deadline, batch_size=SHARD_ROWS, doing="drawing known names"
        )

    def view(self, pooled: Tensor, view: Tensor) -> Tensor:
        """(B, pooled_dim), (B,) views → the frozen DiT's view of each, (B, latent_channels, h, w)."""
        with torch.no_grad():
            return self.dit.mean_predictor.mlp(pooled, view)

    def x0(self, noise: Tensor, **inputs: Tensor) -> Tensor:
        """The clean latents for which the loss is the distance to the frozen DiT's output for `inputs`."""
        with torch.no_grad(), self.accelerator.autocast():
            output = self.dit(**inputs).float()
        return rectified_flow.as_x0(output, noise, self.dit.config.prediction)

    def prompt(self, subject: Subject, rng: random.Random) -> str:
        """A random prompt for one of the subjects: its name, perhaps with an article, perhaps with the style."""
        name = with_article(subject.concept, rng) if "en" in subject.names else subject.concept
        return with_style(name, subject, rng, 0.7)

    def _subject(self, rng: random.Random) -> Subject:
        language = rng.choice(["en", rng.choice(list(self.names))])
        name, style = rng.choice(self.names[language]), rng.choice(["", rng.choice(list(self.styles) or [""])])
        return Subject(concept=name, names={language: name}, keywords={}, style=style)

    @torch.no_grad()
    def _draw(self, pipeline: TextToImagePipeline, prompts: list[str], seeds: list[int]) -> Tensor:
        with self.accelerator.autocast():
            condition = pipeline.encode_prompt(prompts)
            noise = pipeline.make_noise(seeds)
            latents = pipeline.sample_latents(pipeline.dit_velocity(condition), noise, SAMPLING_STEPS)
        return pipeline.vqvae.quantize(latents.float()).to("cpu", torch.int16)
