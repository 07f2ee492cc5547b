"""Train super-resolution: pictures → halved, quartered, or through the VQ-VAE → enlarged → save."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from PIL import Image
from torch import Tensor, nn

from multimodal import rgba
from multimodal.checkpoint import load_vqvae, save_model
from multimodal.data.images import decode_images, fingerprint, load_captioned_images
from multimodal.metrics import picture_losses
from multimodal.models.super_resolution import SuperResolution
from multimodal.sheets import image_grid
from multimodal.subsets import spread
from multimodal.training.batches import batch_indices, on_device
from multimodal.training.loop import Trainer
from multimodal.training.run_config import Sources, SuperResolutionRunConfig
from multimodal.training.vqvae import random_crops


def train_super_resolution(
    config: SuperResolutionRunConfig, sources: Sources, out: Path, deadline: float = math.inf
) -> None:
    """Train on the pictures of `sources`; the checkpoint is `out`/super_resolution, the run's state `out`/training/….

    Pictures are halved and quartered, with the filter that the app uses, and enlarged again. What the app enlarges comes
    out of a VQ-VAE, whose edges are not as clean as drawn ones, and of such pictures there are no larger versions. So,
    where `out` has a VQ-VAE, half of the steps mend what it decodes: from that the network is to make what its own average
    makes of the original.
    """
    accelerator = Accelerator(mixed_precision=config.mixed_precision)
    vqvae = load_vqvae(out / "vqvae").to(accelerator.device) if (out / "vqvae").is_dir() else None
    accelerator.print("learning to enlarge" + (f" and to mend what {out / 'vqvae'} decodes" if vqvae else ""))
    pixels = decode_images(load_captioned_images(sources.data), config.image_size)  # (N, 4, S, S) uint8
    smaller = {scale: rgba.resize(pixels, config.image_size // scale) for scale in (2, 4)}
    torch.manual_seed(config.seed)
    trainer = Trainer(
        config, SuperResolution(config.model), out / "training" / "super_resolution", accelerator, fingerprint(pixels)
    )
    first_mending = int(config.drawn_fraction * config.steps)

    @torch.no_grad()
    def mending(rows: Tensor) -> tuple[Tensor, Tensor]:
        """Crops as the VQ-VAE decodes them, with errors as a DiT makes them, and the originals, four times as large."""
        assert vqvae
        crops = on_device(random_crops(pixels[rows], config.crop_size), accelerator)
        decoded, edge = vqvae.decode_noised(crops, config.latent_noise).images.clamp(-1, 1), config.crop_size // 4
        decoded, crops = (each[..., edge:-edge, edge:-edge] for each in (decoded, crops))  # where codes see a border
        return decoded, trainer.ema_model(crops, 4)

    def enlarging(rows: Tensor, scale: int) -> tuple[Tensor, Tensor]:
        small, large = paired_crops(smaller[scale][rows], pixels[rows], config.crop_size)
        return on_device(small, accelerator), on_device(large, accelerator)

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = batch_indices(len(pixels), config.batch_size, step, config.seed, accelerator)
        if vqvae and step >= first_mending and step % 4 >= 2:
            images, target = mending(rows[::4])  # of four times as many pixels
        else:
            images, target = enlarging(rows, scale=4 if step % 2 else 2)
        losses = picture_losses(model(images, target.shape[2] // images.shape[2]), target)
        return {"loss": losses["l1"] + config.gradient_weight * losses["gradient"], **losses}

    def sample(model: nn.Module) -> Image.Image:
        few = spread(range(len(pixels)), 6)
        columns = [
            on_device(rgba.resize(each[few], config.image_size), accelerator) for each in (*smaller.values(), pixels)
        ]
        columns[2:2] = [model(on_device(small[few], accelerator), scale) for scale, small in smaller.items()]
        pictures = torch.stack(columns, dim=1).flatten(0, 1)
        return image_grid(rgba.to_images(pictures), columns=len(columns))

    def export(model: nn.Module, training: dict[str, Any]) -> None:
        assert isinstance(model, SuperResolution)
        save_model(out / "super_resolution", model, config.model, training)

    trainer.run(loss, deadline=deadline, sample=sample, export=export)


def paired_crops(small: Tensor, large: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """One random `size` x `size` crop of each of (B, C, H, W) large pictures, and the same part of their small versions."""
    scale = large.shape[2] // small.shape[2]
    edge = size // scale
    corners = torch.randint(small.shape[2] - edge + 1, (len(small), 2)).tolist()
    crops = [
        (inside[:, y : y + edge, x : x + edge], whole[:, y * scale : y * scale + size, x * scale : x * scale + size])
        for inside, whole, (y, x) in zip(small, large, corners, strict=True)
    ]
    first, second = zip(*crops, strict=True)
    return torch.stack(first), torch.stack(second)
