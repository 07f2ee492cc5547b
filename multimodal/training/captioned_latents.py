"""What the DiT and its mean predictor learn from: pictures as clean latents, each with prompts drawn anew in every step."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from accelerate import Accelerator
from torch import Tensor

from multimodal.checkpoint import load_vqvae
from multimodal.collage.colors import color_names
from multimodal.data.captions import (
    Composite,
    Subject,
    caption,
    composite_caption,
    drawn_styles,
    load_subjects,
    short_caption,
    with_style,
)
from multimodal.data.images import Pictures, fingerprint, load_captioned_images
from multimodal.data.latents import LatentCache, Rows
from multimodal.encoding import encode_pictures
from multimodal.models.text_encoder import CLIPTextEncoder, TextEncoding
from multimodal.tensor_folder import weights_sha256
from multimodal.training.batches import batch_indices, written_together
from multimodal.training.rehearsal import Rehearsal
from multimodal.training.run_config import DiTRunConfig


class StyledPrompt(NamedTuple):
    text: str
    view: int  # 1 + the style that it asks for, or 0; see `MeanMLP`
    seen: bool  # whether there is a picture for it


class CaptionedLatents:
    """The pictures to learn from and composites of them, as clean latents, each with prompts in many wordings.

    They are encoded once with `out`/vqvae, by all processes together, and kept under `out`/training/dit/latents.

    Raises:
        Stopped: the deadline, as `time.monotonic` says it, has passed before.
    """

    def __init__(
        self,
        config: DiTRunConfig,
        data: Path,
        names: Path | None,
        out: Path,
        accelerator: Accelerator,
        deadline: float = math.inf,
    ) -> None:
        self.config, self.accelerator = config, accelerator
        self.vqvae = vqvae = load_vqvae(out / "vqvae").to(accelerator.device)
        table = load_captioned_images(data)
        pixels = Pictures(table, vqvae.config.image_size)
        subjects = [
            dataclasses.replace(subject, colors=tuple(color_names(picture)[:2]))
            for subject, picture in zip(load_subjects(table, names), pixels, strict=True)
        ]
        vqvae_sha256 = weights_sha256(out / "vqvae")
        self.fingerprint = fingerprint(pixels, subjects, vqvae_sha256)
        root = out / "training" / "dit" / "latents"
        cache = LatentCache(root, self.fingerprint, pixels, subjects, config.num_composites)
        encode = partial(encode_pictures, vqvae)
        self.codebook_indices = written_together(cache, encode, accelerator, deadline)  # (N, groups, h, w)
        self.subjects, self.counts = subjects, [len(subjects), len(cache.composites)]
        self.shown: list[Subject | Composite] = [*subjects, *cache.composites]
        self.rehearsal: Rehearsal | None = None
        drawn = drawn_styles(subjects) if config.learns_styles else ()
        self.styles = tuple(dict.fromkeys((*config.model.styles, *drawn)))
        self.rows = {(subject.concept, subject.style): row for row, subject in enumerate(subjects)}

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """Add what is to be repeated, as the last rows."""
        self.rehearsal = rehearsal
        self.counts.append(len(rehearsal.subjects))
        self.codebook_indices = Rows([*self.codebook_indices.parts, *rehearsal.codebook_indices.parts])
        self.shown += rehearsal.subjects

    @property
    def first_rehearsed(self) -> int:
        """The row at which what is rehearsed begins, after the pictures and their composites."""
        return sum(self.counts[:2])

    def is_rehearsed(self, rows: Tensor) -> Tensor:
        """(B,) bool, True at what is repeated."""
        return (rows >= self.first_rehearsed).to(self.accelerator.device)

    def batch(self, step: int, batch_size: int) -> Tensor:
        """Which pictures this process works on in a step, (batch_size / processes,): new, composites, rehearsed.

        Raises:
            ValueError: the batch is too small for all processes to have new pictures in it.
        """
        processes = self.accelerator.num_processes
        fractions = (self.config.composite_fraction, self.config.rehearsal_fraction)
        parts = [part if count else 0.0 for part, count in zip(fractions, self.counts[1:], strict=False)]
        shares = [processes * round(part * batch_size / processes) for part in parts]
        new = batch_size - sum(shares)
        if new < (processes if sum(parts) < 1 else 0):
            raise ValueError(f"a batch of {batch_size} has no place for new pictures in each of {processes} processes")
        groups = zip(itertools.accumulate(self.counts, initial=0), self.counts, [new, *shares], strict=False)
        return torch.cat(
            [
                first + batch_indices(max(1, count), share, step, self.config.seed, self.accelerator)
                for first, count, share in groups
            ]
        )

    def styled_prompts(self, rows: Tensor, step: int) -> list[StyledPrompt]:
        """Prompts for the translator, one for each row.

        Half of them ask for a style in which there is no picture of the thing, where there is such a style: these are not
        `seen`. The others ask for the style of the picture, or, one in ten, for none. The view of a composite is 0,
        whatever style its words say.
        """
        rng = random.Random(f"{self.config.seed} {step} {self.accelerator.process_index} styles")
        return [self._styled_prompt(self.shown[row], rng) for row in rows.tolist()]

    def _styled_prompt(self, shown: Subject | Composite, rng: random.Random) -> StyledPrompt:
        if isinstance(shown, Composite):
            return StyledPrompt(composite_caption(shown, rng), 0, True)
        seen, style = True, shown.style
        missing = [other for other in self.styles if (shown.concept, other) not in self.rows]
        if missing and rng.random() < 0.5:
            seen, style = False, rng.choice(missing)
        name = short_caption(dataclasses.replace(shown, style=""), rng, english=0.5)
        if style not in self.styles or (seen and rng.random() < 0.1):
            return StyledPrompt(name, 0, True)
        text = with_style(name, dataclasses.replace(shown, style=style), rng, 1.0)
        return StyledPrompt(text, 1 + self.styles.index(style), seen)

    def draw_views(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """A view for each row, and the row of the picture in it: half of them in another style, where there is such a one.

        What is rehearsed stands for itself in all styles.
        """
        if not self.styles:
            return torch.zeros_like(rows), rows
        views, shown = torch.zeros_like(rows), rows.clone()
        for k, (draw, drawn) in enumerate(zip(torch.rand(len(rows)).tolist(), rows.tolist(), strict=True)):
            subject, style = self.shown[drawn], int(2 * draw * len(self.styles))
            if draw < 0.5 and isinstance(subject, Subject):
                rehearsed = drawn >= self.first_rehearsed
                other = drawn if rehearsed else self.rows.get((subject.concept, self.styles[style]))
                if other is not None:
                    views[k], shown[k] = 1 + style, other
        return views, shown

    def latents(self, rows: Tensor) -> Tensor:
        """(B,) rows → (B, latent_channels, h, w)."""
        return self.vqvae.lookup(self.codebook_indices[rows].to(self.accelerator.device, torch.int64))

    def encode_prompts(self, rows: Tensor, step: int, text_encoder: CLIPTextEncoder) -> TextEncoding:
        """Prompts for the pictures that this process works on in a step, drawn anew in each, and encoded."""
        with self.accelerator.autocast():
            return text_encoder(self.prompts(rows, step))

    def embed_prompts(self, rows: Tensor, step: int, text_encoder: CLIPTextEncoder) -> Tensor:
        """The pooled embeddings alone, (B, pooled_dim), of prompts drawn as in `encode_prompts`, for any rows."""
        with self.accelerator.autocast():
            return text_encoder.embed(self.prompts(rows, step)).float()

    def prompts(self, rows: Tensor, step: int) -> list[str]:
        rng = random.Random(f"{self.config.seed} {step} {self.accelerator.process_index}")
        return [self._prompt(row, rng) for row in rows.tolist()]

    def _prompt(self, row: int, rng: random.Random) -> str:
        """One of the many prompts for a picture; now and then none at all, for classifier-free guidance.

        When there is rehearsal, none at all is part of it: it goes on meaning what it meant, not the new pictures.
        """
        rehearsed = row >= self.first_rehearsed
        if rng.random() < self.config.prompt_dropout and (not self.rehearsal or rehearsed):
            return ""
        shown = self.shown[row]
        if self.rehearsal and rehearsed:
            assert isinstance(shown, Subject)
            return self.rehearsal.prompt(shown, rng)
        return caption(shown, rng) if isinstance(shown, Subject) else composite_caption(shown, rng)
