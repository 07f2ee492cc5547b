"""Train the DiT: first the mean of every prompt's pictures, then rectified flow at a random time → velocity loss → save."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import json
import random
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from PIL import Image
from torch import Tensor, nn

from multimodal import checkpoint, rgba
from multimodal.checkpoint import NAMES, copy_checkpoint, load_clip, load_dit, load_vqvae, save_model
from multimodal.config import DiTRunConfig
from multimodal.data.captions import Composite, Subject, caption, composite_caption, load_subjects, name_table
from multimodal.data.colors import color_names
from multimodal.data.images import Pictures, fingerprint, load_captioned_images
from multimodal.data.latents import LatentCache, Rows
from multimodal.diffusion import rectified_flow
from multimodal.evaluation.contact_sheets import image_grid
from multimodal.models.dit import DiT
from multimodal.models.mean_predictor import MeanPredictor
from multimodal.models.text_encoder import CLIPTextEncoder, TextEncoding
from multimodal.pipeline import TextToImagePipeline
from multimodal.training.distillation import GuidanceTeacher, sample_scales, undistilled
from multimodal.training.loop import Trainer, batch_indices
from multimodal.training.lora import merged, with_lora
from multimodal.training.patches import with_patch_size
from multimodal.training.rehearsal import Rehearsal

SAMPLE_PROMPTS = (
    "a red apple", "a fox, 3d style", "红苹果", "a rocket and a star", "a cat, flat style", "pizza, noto style",
    "a blue heart", "smiling face with sunglasses, twemoji style", "house, line style", "three bananas", "ein Fisch",
    "an airplane, color style", "a dog to the left of a tree", "a frog, 3d style", "a rose, color style", "guitar",
)  # fmt: skip


def train_dit(
    config: DiTRunConfig, data: Path, out: Path, max_minutes: float, names: Path | None = None, start: Path | None = None
) -> None:
    """Train on the captioned pictures at `data` with `out`/vqvae and the text encoder that the config names.

    The checkpoint is `out`/dit; the run's state, the mean's and the latent cache are under `out`/training/dit.

    Args:
        names: a table of names in other languages, see `load_subjects`.
        start: a checkpoint folder whose DiT, with its config, is where a new run starts from, and what it rehearses. Its
            other parts are copied, where `out` has none of its own.
    Raises:
        ValueError: LoRA, rehearsal, distillation or divided patches, and nothing to start from; or two that do not go
            together.
    """
    on_start = ("lora_rank", "rehearsal_fraction", "guidance_distillation", "patch_size")
    if not start and any(getattr(config, name) for name in on_start):
        raise ValueError(f"{', '.join(on_start)} need a checkpoint to start from: give it with --from")
    if config.guidance_distillation and (config.patch_size or config.rehearsal_fraction):
        raise ValueError("guidance_distillation is a run of its own, after those with patch_size or rehearsal_fraction")
    accelerator = Accelerator(mixed_precision=config.mixed_precision)
    folder, device = out / "training" / "dit", accelerator.device
    if start:
        with accelerator.main_process_first():
            for part in ("vqvae", "clip", "codebook", "super_resolution"):
                if (start / part).is_dir() and not (out / part).exists():
                    copy_checkpoint(start / part, out / part)
    torch.manual_seed(config.seed)
    if start:
        dit = load_dit(start / "dit")
        config = dataclasses.replace(config, model=config.model_from(dit.config))
        dit = with_patch_size(dit, config.model.patch_size)
        if config.guidance_distillation or not config.model.max_guidance_scale:
            dit = undistilled(dit)
    else:
        dit = DiT(config.model)
    pictures = CaptionedLatents(config, data, names, out, accelerator)
    text_encoder = CLIPTextEncoder.from_config(config.model.text_encoder, lambda: load_clip(out / "clip")).to(device)
    teacher = None
    if config.guidance_distillation:
        teacher = GuidanceTeacher(dit, config.guidance_distillation, text_encoder, accelerator)
        dit = teacher.student()
        if config.compile:
            teacher.dit.compile()
    dit.gradient_checkpointing = config.gradient_checkpointing
    if start and config.rehearsal_fraction:
        pictures.rehearse(Rehearsal(start, config.num_rehearsals, config.seed, text_encoder, pictures.vqvae, accelerator))
    began = time.monotonic()
    if not fit_mean(dit.mean_predictor, pictures, text_encoder, folder / "mean", max_minutes):
        return  # stopped, and what follows would rest on half a mean
    max_minutes -= (time.monotonic() - began) / 60
    trainer = Trainer(config, with_lora(dit, config.lora_rank), folder, accelerator, pictures.fingerprint)

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = pictures.batch(step, config.batch_size)
        x0 = pictures.latents(rows)  # (B, C, h, w)
        context, context_mask, pooled, _ = pictures.encode_prompts(rows, step, text_encoder)
        pooled = add_noise(pooled, config.pooled_noise)
        noise = torch.randn_like(x0)
        t = rectified_flow.sample_t(len(x0), device, config.t_mean)
        x_t = rectified_flow.interpolate(x0, noise, t)
        scale = sample_scales(t, config.model.max_guidance_scale)
        if teacher:
            x0 = teacher.x0(x_t, t, noise, context, context_mask, pooled, scale)
        elif pictures.rehearsal:
            old = pictures.is_rehearsed(rows)
            x0[old] = pictures.rehearsal.x0(*(each[old] for each in (x_t, t, noise, context, context_mask, pooled, scale)))
        output = model(x_t, t, context, context_mask, pooled, guidance_scale=scale)
        losses = rectified_flow.loss(output, x0, noise, t, config.model.prediction, config.min_t)
        return {"loss": losses.mean()}

    def sample(model: nn.Module) -> Image.Image:
        model = merged(model)
        assert isinstance(model, DiT)
        pipeline = TextToImagePipeline(text_encoder, model, pictures.vqvae)
        return image_grid(pipeline(SAMPLE_PROMPTS, seed=1).images, columns=8)

    def export(model: nn.Module, training: dict[str, Any]) -> None:
        before = pictures.rehearsal.table if pictures.rehearsal else None
        known = json.dumps(name_table(pictures.subjects, before), ensure_ascii=False)
        save_model(out / "dit", merged(model), config.model, training, files={NAMES: known})

    trainer.run(loss, max_minutes=max_minutes, sample=sample, export=export)


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


class PooledPrompts:
    """The pooled embeddings of the prompts of a batch, drawn anew and encoded all together every `steps` steps.

    To encode a prompt costs several times what the mean predictor's step on it does, so each serves a few times.
    """

    def __init__(
        self, pictures: CaptionedLatents, text_encoder: CLIPTextEncoder, batch_size: int, steps: int = 512
    ) -> None:
        self.pictures, self.text_encoder, self.batch_size, self.steps = pictures, text_encoder, batch_size, steps
        self.round = -1
        self.pooled: dict[int, Tensor] = {}

    def __call__(self, rows: Tensor, step: int) -> Tensor:
        """(B,) rows of the batch of this step → (B, pooled_dim)."""
        if step // self.steps != self.round:
            self._encode(step // self.steps)
        return torch.stack([self.pooled[row] for row in rows.tolist()])

    def _encode(self, number: int) -> None:
        batches = (self.pictures.batch(number * self.steps + k, self.batch_size) for k in range(self.steps))
        rows = torch.cat(list(batches)).unique()
        self.pooled = dict(zip(rows.tolist(), self.pictures.embed_prompts(rows, number, self.text_encoder), strict=True))
        self.round = number


def fit_mean(
    mean_predictor: MeanPredictor,
    pictures: CaptionedLatents,
    text_encoder: CLIPTextEncoder,
    folder: Path,
    max_minutes: float,
) -> bool:
    """Fit the mean of every prompt's pictures by least squares, in place, and freeze it; the run's state is in `folder`.

    Returns:
        Whether all of its steps are done.
    """
    config, accelerator = pictures.config, pictures.accelerator
    prompts = PooledPrompts(pictures, text_encoder, config.mean.batch_size)

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = pictures.batch(step, config.mean.batch_size)
        pooled = add_noise(prompts(rows, step), config.pooled_noise)
        x0 = pictures.latents(rows)
        if pictures.rehearsal:
            old = pictures.is_rehearsed(rows)
            x0[old] = pictures.rehearsal.mean(pooled[old])
        return {"loss": F.mse_loss(model(pooled).float(), x0)}

    model = with_lora(copy.deepcopy(mean_predictor), config.lora_rank)  # FSDP would divide the one in the DiT
    trainer = Trainer(config.mean, model, folder, accelerator, pictures.fingerprint)
    trainer.run(loss, max_minutes=max_minutes)
    mean_predictor.load_state_dict(merged(trainer.ema_model).state_dict())
    mean_predictor.requires_grad_(False)
    return trainer.step >= config.mean.steps


def add_noise(pooled: Tensor, maximum: float) -> Tensor:
    """Conditioning augmentation (Ho et al. 2022): (B, D) with noise of 0 … `maximum` times each row's RMS."""
    strength = maximum * torch.rand(len(pooled), 1, device=pooled.device) * pooled.square().mean(dim=1, keepdim=True).sqrt()
    return pooled + strength * torch.randn_like(pooled)
