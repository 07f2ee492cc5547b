"""Train the restyler: a thing in one style, as drawn or through the VQ-VAE → the same thing in another → save."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from PIL import Image
from torch import Tensor, nn

from multimodal import rgba
from multimodal.checkpoint import load_vqvae, save_model
from multimodal.config import RestylerConfig
from multimodal.data.captions import Subject, load_subjects
from multimodal.data.images import DataError, decode_images, fingerprint, load_captioned_images
from multimodal.metrics import picture_losses
from multimodal.models.restyler import Restyler
from multimodal.models.vqvae import VQVAE
from multimodal.sheets import image_grid
from multimodal.subsets import spread
from multimodal.training.batches import batch_indices, on_device
from multimodal.training.loop import Trainer
from multimodal.training.run_config import RestylerRunConfig, Sources

BATCH = 32  # pictures that are sent through the VQ-VAE at once


def train_restyler(config: RestylerRunConfig, sources: Sources, out: Path, deadline: float = math.inf) -> None:
    """Train on the pictures of `sources`; the checkpoint is `out`/restyler, the run's state `out`/training/restyler.

    It learns from the things that were drawn in two of its styles or more. What it is given in the app comes out of a
    VQ-VAE, with a DiT's errors. So, where `out` has a VQ-VAE, part of the pictures are what it decodes from noised codes.

    Raises:
        DataError: nothing was drawn in two of the styles.
    """
    accelerator = Accelerator(mixed_precision=config.mixed_precision)
    table = load_captioned_images(sources.data)
    subjects = load_subjects(table)
    pairs = style_pairs(subjects, config.model)
    accelerator.print(f"learning from {len(pairs):,} pairs of pictures")
    vqvae = load_vqvae(out / "vqvae").to(accelerator.device) if (out / "vqvae").is_dir() else None
    if vqvae:
        config = replace(config, image_size=vqvae.config.image_size)
    pixels = decode_images(table, config.image_size)  # (N, 4, S, S) uint8
    torch.manual_seed(config.seed)
    decoded = reconstructions(vqvae, pixels, pairs[:, 0].unique(), config.latent_noise) if vqvae else pixels
    trainer = Trainer(
        config, Restyler(config.model), out / "training" / "restyler", accelerator, fingerprint(pixels, subjects)
    )

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = batch_indices(len(pairs), config.batch_size, step, config.seed, accelerator)
        first, second, styles = pairs[rows].unbind(dim=1)
        as_decoded = torch.rand(len(rows), 1, 1, 1) < config.reconstructed_fraction
        images = on_device(torch.where(as_decoded, decoded[first], pixels[first]), accelerator)
        target = on_device(pixels[second], accelerator)
        mirrored = (torch.rand(len(rows), 1, 1, 1) < 0.5).to(accelerator.device)
        images, target = (torch.where(mirrored, each.flip(3), each) for each in (images, target))
        restyled = model(images, styles.to(accelerator.device))
        losses = picture_losses(restyled, target)
        return {"loss": losses["l1"] + config.gradient_weight * losses["gradient"], **losses}

    def sample(model: nn.Module) -> Image.Image:
        few = spread(pairs[:, 0].unique().tolist(), 8)
        images = on_device(decoded[few], accelerator)
        styles = torch.arange(len(config.model.styles), device=accelerator.device)
        rows = [images, *(model(images, style.expand(len(few))) for style in styles)]
        return image_grid(rgba.to_images(torch.cat(rows)), columns=len(few))

    def export(model: nn.Module, training: dict[str, Any]) -> None:
        assert isinstance(model, Restyler)
        save_model(out / "restyler", model, config.model, training, torch.int8)

    trainer.run(loss, deadline=deadline, sample=sample, export=export)


def style_pairs(subjects: Sequence[Subject], config: RestylerConfig) -> Tensor:
    """(P, 3) int64: the row of a thing in one of the sources, its row in another style, and the row of that style.

    Of pictures of a thing in a style, as of skin tones, the first counts.

    Raises:
        DataError: there are none.
    """
    rows: dict[tuple[str, str], int] = {}
    for row, subject in enumerate(subjects):
        rows.setdefault((subject.concept, subject.style), row)
    pairs = [
        (rows[concept, source], row, config.styles.index(style))
        for (concept, style), row in rows.items()
        if style in config.styles
        for source in config.sources
        if source != style and (concept, source) in rows
    ]
    if not pairs:
        raise DataError(f"nothing was drawn in two of the styles {', '.join(config.styles)}, of which one is a source")
    return torch.tensor(pairs, dtype=torch.int64)


@torch.no_grad()
def reconstructions(vqvae: VQVAE, pixels: Tensor, rows: Tensor, noise: float) -> Tensor:
    """(N, 4, S, S) uint8 pictures, of which some rows are as the VQ-VAE decodes them from noised codes."""
    device, decoded = vqvae.device, pixels.clone()
    for some in rows.split(BATCH):
        decoded[some] = rgba.to_uint8(vqvae.decode_noised(rgba.from_uint8(pixels[some].to(device)), noise).images).cpu()
    return decoded
