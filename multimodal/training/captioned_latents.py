"""What the DiT and its mean predictor learn from: pictures as clean latents, each with prompts drawn anew in every step."""

from __future__ import annotations

import dataclasses
import itertools
import random
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import Tensor

from multimodal import checkpoint, rgba
from multimodal.checkpoint import load_vqvae
from multimodal.config import DiTRunConfig
from multimodal.data.captions import Composite, Subject, caption, composite_caption, drawn_styles, load_subjects
from multimodal.data.colors import color_names
from multimodal.data.images import Pictures, fingerprint, load_captioned_images
from multimodal.data.latents import LatentCache, Rows
from multimodal.models.text_encoder import CLIPTextEncoder, TextEncoding
from multimodal.training.loop import batch_indices
from multimodal.training.rehearsal import Rehearsal


class CaptionedLatents:
    """The pictures to learn from and composites of them, as clean latents, each with prompts in many wordings.

    They are encoded once with `out`/vqvae, by all processes together, and kept under `out`/training/dit/latents.
    """

    def __init__(self, config: DiTRunConfig, data: Path, names: Path | None, out: Path, accelerator: Accelerator) -> None:
        self.config, self.accelerator = config, accelerator
        self.vqvae = vqvae = load_vqvae(out / "vqvae").to(accelerator.device)
        table = load_captioned_images(data)
        pixels = Pictures(table, vqvae.config.image_size)
        subjects = [
            dataclasses.replace(subject, colors=tuple(color_names(picture)[:2]))
            for subject, picture in zip(load_subjects(table, names), pixels, strict=True)
        ]
        vqvae_sha256 = checkpoint.load_description(out / "vqvae")["sha256"][checkpoint.WEIGHTS]
        self.fingerprint = fingerprint(pixels, subjects, vqvae_sha256)
        root = out / "training" / "dit" / "latents"
        cache = LatentCache(root, self.fingerprint, pixels, subjects, config.num_composites)
        with torch.no_grad():
            cache.write(
                lambda batch: vqvae.quantize(vqvae.encode(rgba.from_uint8(batch.to(accelerator.device)))).cpu(),
                accelerator.process_index,
                accelerator.num_processes,
            )
        accelerator.wait_for_everyone()
        self.codebook_indices = cache.read()  # (N, groups, h, w)
        self.subjects, self.counts = subjects, [len(subjects), len(cache.composites)]
        self.shown: list[Subject | Composite] = [*subjects, *cache.composites]
        self.rehearsal: Rehearsal | None = None
        # what is added to a DiT that goes on knowing what it knew has its styles
        self.styles = config.model.styles or (() if config.rehearsal_fraction else drawn_styles(subjects))
        self.rows = {(subject.concept, subject.style): row for row, subject in enumerate(subjects)}

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """Add what is to be repeated, as the last rows."""
        self.rehearsal = rehearsal
        self.counts.append(len(rehearsal.subjects))
        self.codebook_indices = Rows([*self.codebook_indices.parts, rehearsal.codebook_indices])
        self.shown += rehearsal.subjects

    def is_rehearsed(self, rows: Tensor) -> Tensor:
        """(B,) bool, True at what is repeated."""
        return (rows >= sum(self.counts[:2])).to(self.accelerator.device)

    def batch(self, step: int, batch_size: int) -> Tensor:
        """Which pictures this process works on in a step, (batch_size / processes,): new, composites, rehearsed."""
        fractions = (self.config.composite_fraction, self.config.rehearsal_fraction)
        processes = self.accelerator.num_processes  # a share that they cannot divide is rounded up
        shares = [
            -(-int(part * batch_size) // processes) * processes if count else 0
            for part, count in zip(fractions, self.counts[1:], strict=False)
        ]
        groups = zip(
            itertools.accumulate(self.counts, initial=0), self.counts, [batch_size - sum(shares), *shares], strict=False
        )
        return torch.cat(
            [
                first + batch_indices(max(1, count), share, step, self.config.seed, self.accelerator)
                for first, count, share in groups
            ]
        )

    def views(self, rows: Tensor) -> Tensor:
        """(B,) rows → (B,) 1 + the style of each picture, or 0 where it has none; see `MeanMLP`."""
        number = {style: 1 + k for k, style in enumerate(self.styles)}
        shown = (self.shown[row] for row in rows.tolist())
        return torch.tensor([number.get(each.style, 0) if isinstance(each, Subject) else 0 for each in shown])

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
                rehearsed = drawn >= sum(self.counts[:2])
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
        """The pooled embeddings of such prompts alone, (B, pooled_dim), for any number of pictures."""
        with self.accelerator.autocast():
            return text_encoder.embed(self.prompts(rows, step)).float()

    def prompts(self, rows: Tensor, step: int) -> list[str]:
        rng = random.Random(f"{self.config.seed} {step} {self.accelerator.process_index}")
        return [self._prompt(row, rng) for row in rows.tolist()]

    def _prompt(self, row: int, rng: random.Random) -> str:
        """One of the many prompts for a picture; now and then none at all, for classifier-free guidance.

        When there is rehearsal, none at all is part of it: it goes on meaning what it meant, not the new pictures.
        """
        rehearsed = row >= sum(self.counts[:2])
        if rng.random() < self.config.prompt_dropout and (not self.rehearsal or rehearsed):
            return ""
        shown = self.shown[row]
        if self.rehearsal and rehearsed:
            assert isinstance(shown, Subject)
            return self.rehearsal.prompt(shown, rng)
        return caption(shown, rng) if isinstance(shown, Subject) else composite_caption(shown, rng)
