"""Train the judge: pictures → changed in shape, colour and background → concept and style → save."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import Tensor, nn

from multimodal import rgba
from multimodal.checkpoint import save_model
from multimodal.data.captions import load_subjects
from multimodal.data.images import decode_images, fingerprint, load_captioned_images
from multimodal.evaluation.judge import CLASSES, Classes, Judge
from multimodal.training.batches import batch_indices
from multimodal.training.loop import Trainer
from multimodal.training.run_config import JudgeRunConfig, Sources

GROWN_AT = 0.7  # of the steps: from here on pictures have their full size
SIZE_STEP = 8


def train_judge(config: JudgeRunConfig, sources: Sources, out: Path, deadline: float = math.inf) -> None:
    """Train on the pictures of `sources`; the checkpoint is `out`/judge, the run's state `out`/training/judge."""
    accelerator = Accelerator(mixed_precision=config.mixed_precision)
    table = load_captioned_images(sources.data)
    subjects = load_subjects(table)
    names = {subject.concept: subject.name("en") for subject in subjects}
    classes = Classes(tuple(names), tuple(names.values()), tuple(sorted({subject.style for subject in subjects})))
    concept_rows = {concept: row for row, concept in enumerate(classes.concepts)}
    concepts = torch.tensor([concept_rows[subject.concept] for subject in subjects])  # (N,)
    styles = torch.tensor([classes.styles.index(subject.style) for subject in subjects])  # (N,)
    pixels = decode_images(table, config.model.image_size)  # (N, 4, S, S) uint8
    torch.manual_seed(config.seed)
    trainer = Trainer(
        config, Judge(config.model, classes), out / "training" / "judge", accelerator, fingerprint(pixels, subjects)
    )

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = batch_indices(len(pixels), config.batch_size, step, config.seed, accelerator)
        images = rgba.from_uint8(pixels[rows].to(accelerator.device))
        seen = augment(images, growing_size(config, step)).contiguous(memory_format=torch.channels_last)
        plain = torch.cat([rgba.composite(images, 1.0), images[:, 3:]], dim=1).contiguous(memory_format=torch.channels_last)
        concept, style = concepts[rows].to(seen.device), styles[rows].to(seen.device)
        output = model(seen, plain)
        judge = accelerator.unwrap_model(model)
        logits = with_margin(output.concept_logits, concept, config.margin * judge.log_scale.exp())
        concept_loss = F.cross_entropy(logits, concept, label_smoothing=config.label_smoothing)
        style_loss = F.cross_entropy(output.style_logits, style)
        return {
            "loss": concept_loss + style_loss,
            "concept": concept_loss,
            "style": style_loss,
            "top1": (output.concept_logits.argmax(dim=1) == concept).float().mean(),
        }

    def export(model: nn.Module, training: dict[str, Any]) -> None:
        assert isinstance(model, Judge)
        save_model(out / "judge", model, config.model, training, torch.int8, {CLASSES: classes.to_json()})

    trainer.run(loss, deadline=deadline, export=export)


def with_margin(logits: Tensor, right: Tensor, margin: Tensor) -> Tensor:
    """(B, C) logits, those of the right classes (B,) smaller by a margin, by which these must win (Wang et al. 2018)."""
    return logits - margin * F.one_hot(right, logits.shape[1])


def growing_size(config: JudgeRunConfig, step: int) -> int:
    """Side of the pictures at a step: they grow from `smallest_size`, because small ones teach more per second at first."""
    small, full = config.smallest_size, config.model.image_size
    grown = small + (full - small) * step / max(1, GROWN_AT * config.steps)
    return int(min(full, SIZE_STEP * (grown // SIZE_STEP)))


def augment(images: Tensor, size: int) -> Tensor:
    """Change pictures in ways that leave the concept what it is.

    Args:
        images: (B, 4, H, W) premultiplied RGBA in [-1, 1].
    Returns:
        (B, 4, size, size) in [-1, 1]: colours on a random background, and alpha, as `Judge.look` gives them.
    """
    images = random_affine(images, size)  # (B, 4, size, size)
    images = random_cutout(random_colors(images))
    background = uniform(images, (3, 1, 1), -1, 1)
    white = uniform(images, (1, 1, 1), 0, 1) < 0.5
    seen = rgba.composite(images, torch.where(white, 1.0, background))
    return random_blur(torch.cat([seen, images[:, 3:]], dim=1))


def random_affine(images: Tensor, size: int) -> Tensor:
    """Turn by up to 8°, scale by 0.9 … 1.1 with another 5 % per axis, shift by up to 4 %; resampled to `size`."""
    count = len(images)
    angle = uniform(images, (), -math.radians(8), math.radians(8))
    scale = uniform(images, (1, 1), 0.9, 1.1) * uniform(images, (2, 1), 0.95, 1.05)
    rotation = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).view(count, 2, 2)
    shift = uniform(images, (2, 1), -0.08, 0.08)  # the grid is 2 wide
    grid = F.affine_grid(torch.cat([rotation / scale, shift], dim=2), [count, 4, size, size], align_corners=False)
    if size < images.shape[2]:  # what the sampling grid would skip is averaged first
        images = F.interpolate(images, (size, size), mode="area")
    return F.grid_sample(images + 1, grid, align_corners=False) - 1  # outside is transparent: 0 before the shift to [-1, 1]


def random_colors(images: Tensor) -> Tensor:
    """Change hue, saturation, brightness and contrast of half of the pictures, now and then to grey or inverted, not alpha.

    All of it is one linear map of the colours and alpha, which is exact on premultiplied colours.
    """

    def chance(probability: float) -> Tensor:
        return (uniform(images, (1, 1), 0, 1) < probability).float()

    identity, changed = torch.eye(3, device=images.device), chance(0.5)
    grey = torch.full((3, 3), 1 / 3, device=images.device)  # projects on the grey axis, about which hues turn
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=images.device) / math.sqrt(3)
    angle = uniform(images, (1, 1), -0.5, 0.5) + chance(0.15) * uniform(images, (1, 1), 0, 2 * math.pi)
    hue = grey + angle.cos() * (identity - grey) + angle.sin() * cross  # Rodrigues' formula
    saturation = uniform(images, (1, 1), 0.5, 1.4) * (1 - chance(0.2))
    contrast = uniform(images, (1, 1), 0.6, 1.2) * (1 - 2 * chance(0.05))
    matrix = identity.lerp(contrast * (saturation * hue + (1 - saturation) * grey), changed)  # (B, 3, 3)
    brightness = changed * (uniform(images, (1, 1), 0.35, 0.65) - contrast * 0.5)  # mid-grey stays about where it is
    color, alpha = (images[:, :3] + 1) / 2, (images[:, 3:] + 1) / 2
    color = torch.einsum("bij,bjhw->bihw", matrix, color) + brightness[..., None] * alpha
    return torch.cat([color.clamp(min=0).minimum(alpha), alpha], dim=1) * 2 - 1


def random_cutout(images: Tensor) -> Tensor:
    """Make a rectangle of up to half the side transparent in a sixth of the pictures (DeVries & Taylor 2017)."""
    half = uniform(images, (2, 1), 0.1, 0.5) * (uniform(images, (1, 1), 0, 1) < 1 / 6)
    center = uniform(images, (2, 1), -1, 1)
    position = torch.linspace(-1, 1, images.shape[2], device=images.device)
    inside = (position - center).abs() < half  # (B, 2, size)
    hole = inside[:, 0, :, None] & inside[:, 1, None, :]  # (B, size, size)
    return images.masked_fill(hole[:, None], -1.0)


def random_blur(images: Tensor) -> Tensor:
    """Blend with a blurred copy, fully or in part, a third of the pictures."""
    blurred = F.avg_pool2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    strength = uniform(images, (1, 1, 1), -3, 1.5).clamp(0, 1)
    return images.lerp(blurred, strength)


def uniform(images: Tensor, shape: tuple[int, ...], low: float, high: float) -> Tensor:
    """Random numbers of a shape for each picture of a batch: (B, *shape)."""
    return torch.empty(len(images), *shape, device=images.device).uniform_(low, high)
