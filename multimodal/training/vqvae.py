"""Train the VQ-VAE: pictures → crops → reconstruction loss on random backgrounds → codebook and scale → save."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from PIL import Image
from torch import Tensor, nn

from multimodal import rgba
from multimodal.checkpoint import load_vqvae, save_model
from multimodal.data.images import decode_images, fingerprint, load_captioned_images
from multimodal.encoding import encode_pictures
from multimodal.models.vqvae import VQVAE, with_decoder_blocks
from multimodal.sheets import image_grid
from multimodal.subsets import spread
from multimodal.tensor_folder import weights_sha256
from multimodal.training.batches import batch_indices, divisible, on_device
from multimodal.training.loop import Trainer
from multimodal.training.run_config import Sources, VQVAERunConfig
from multimodal.training.searched_codes import SearchedCodes

BATCH = 64  # pictures that are encoded at once
MEASURED_PICTURES = 1024  # on which the latents' mean and deviation, and how often codes are used, are measured
SSIM_WINDOW = 7  # pixels on each side


def train_vqvae(config: VQVAERunConfig, sources: Sources, out: Path, deadline: float = math.inf) -> None:
    """Train on the pictures of `sources`; the checkpoint is `out`/vqvae, the run's state `out`/training/vqvae.

    Where `sources` has a checkpoint to start from, its VQ-VAE, with its config, is where a new run starts.

    Raises:
        ValueError: `config.decoder_only` or `num_split` without a checkpoint to start from, fewer blocks than its decoder
            has, or `latent_noise` or `num_searched` without `decoder_only`.
    """
    start = sources.start
    _check_modes(config, start)
    accelerator = Accelerator(mixed_precision=config.mixed_precision)
    torch.manual_seed(config.seed)
    vqvae = starting_vqvae(config, start).to(accelerator.device)
    config = replace(config, model=vqvae.config, crop_size=min(config.crop_size, vqvae.config.image_size))
    pixels = decode_images(load_captioned_images(sources.data), config.model.image_size)  # (N, 4, S, S) uint8
    folder, searched = out / "training" / "vqvae", None
    measured = pixels[spread(range(len(pixels)), MEASURED_PICTURES)]
    if config.num_split:
        split_codes(vqvae, measured, config.num_split)
    if start and config.num_searched:
        key = weights_sha256(start / "vqvae") + f" {config.num_split} split" * bool(config.num_split)
        known = folder / "searched"
        searched = SearchedCodes(vqvae, pixels, config.num_searched, known, key, config.seed, accelerator, deadline)
    trainer = Trainer(config, vqvae, folder, accelerator, fingerprint(pixels))
    count = config.gradient_accumulation_steps
    first_quantised = 0 if start else -(-int(config.continuous_fraction * config.steps) // count) * count  # at an update
    first_whole = 0 if searched else int((1 - config.whole_picture_fraction) * config.steps)
    crops_per_picture = (config.model.image_size // config.crop_size) ** 2
    whole_batch_size = config.batch_size // crops_per_picture // (2 if searched else 1)  # as many pixels
    whole_batch_size = divisible(max(1, whole_batch_size), accelerator)
    decoder_noise = config.latent_noise if config.decoder_only else None

    def crops(step: int) -> Tensor:
        rows = batch_indices(len(pixels), config.batch_size, step, config.seed, accelerator)
        return on_device(random_crops(pixels[rows], config.crop_size), accelerator)

    def batch(step: int) -> Tensor:
        if step < first_whole:
            return crops(step)
        return on_device(pixels[batch_indices(len(pixels), whole_batch_size, step, config.seed, accelerator)], accelerator)

    def start_quantising(step: int) -> None:
        if step == first_quantised and not start:
            model = accelerator.unwrap_model(trainer.model)
            with torch.no_grad():
                model.quantizer.initialize(torch.cat([model.encoder(crops(k)) for k in range(64)]))

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        images, codebook_indices = batch(step), None
        if searched:
            others, codebook_indices = searched.batch(step, whole_batch_size)
            images = torch.cat([on_device(others, accelerator), images])
        output = model(images, step >= first_quantised, decoder_noise, codebook_indices)
        losses = reconstruction_losses(output.images, images)
        total = (
            losses["l1"]
            + config.squared_weight * losses["squared"]
            + config.alpha_weight * losses["alpha"]
            + config.gradient_weight * losses["gradient"]
            + config.ssim_weight * losses["ssim"]
            + config.commitment_weight * output.commitment_loss
        )
        return {"loss": total, **losses, "commitment": output.commitment_loss}

    def sample(model: nn.Module) -> Image.Image:
        assert isinstance(model, VQVAE)
        originals = rgba.from_uint8(pixels[spread(range(len(pixels)), 16)]).to(accelerator.device)
        pictures = torch.stack([originals, model.decode(model.encode(originals))], dim=1).flatten(0, 1)
        return image_grid(rgba.to_images(pictures), columns=8)

    def export(model: nn.Module, training: dict[str, Any]) -> None:
        assert isinstance(model, VQVAE)
        if not config.decoder_only:
            model.set_latent_scale(encode_pictures(model, measured).to(accelerator.device))
        save_model(out / "vqvae", model, config.model, training, torch.int8)

    trainer.run(loss, deadline=deadline, on_step=start_quantising, sample=sample, export=export)


def starting_vqvae(config: VQVAERunConfig, start: Path | None) -> VQVAE:
    """The VQ-VAE that a run begins with: a new one, or that of a checkpoint, perhaps deeper, perhaps its decoder alone."""
    if not start:
        return VQVAE(config.model)
    vqvae = load_vqvae(start / "vqvae")
    vqvae = with_decoder_blocks(vqvae, config.model.decoder_blocks)
    vqvae.encoder.requires_grad_(not config.decoder_only)
    return vqvae


def _check_modes(config: VQVAERunConfig, start: Path | None) -> None:
    if config.decoder_only and not start:
        raise ValueError("decoder_only=true needs --from CHECKPOINT, whose encoder and codebook stay as they are")
    if config.num_split and not start:
        raise ValueError("num_split needs --from CHECKPOINT, whose codes are split; those of a new run follow its pictures")
    if config.latent_noise and not config.decoder_only:
        raise ValueError("latent_noise needs decoder_only=true: noise on latents teaches the decoder alone")
    if config.num_searched and not config.decoder_only:
        raise ValueError("num_searched needs decoder_only=true: codes that are searched for teach the decoder alone")


@torch.no_grad()
def split_codes(vqvae: VQVAE, pixels: Tensor, count: int) -> None:
    """Split so many codes of each group, those that (N, 4, S, S) uint8 pictures use most, in place of others."""
    images = (rgba.from_uint8(some.to(vqvae.device)) for some in pixels.split(BATCH))
    vqvae.quantizer.split(torch.cat([vqvae.encoder(some) for some in images]), count)


def reconstruction_losses(reconstruction: Tensor, images: Tensor) -> dict[str, Tensor]:
    """What a viewer would see: the pictures laid on two random backgrounds each, and their alpha.

    Args:
        reconstruction, images: (B, 4, H, W) premultiplied RGBA in [-1, 1].
    Returns:
        l1 and squared (mean errors), alpha (absolute), gradient (of finite differences), ssim (1 - SSIM), each ().
    """
    backgrounds = torch.rand(2, len(images), 3, 1, 1, device=images.device) * 2 - 1
    seen = torch.cat([rgba.composite(reconstruction, background) for background in backgrounds])  # (2B, 3, H, W)
    truth = torch.cat([rgba.composite(images, background) for background in backgrounds])
    error = seen - truth
    return {
        "l1": error.abs().mean(),
        "squared": error.square().mean(),
        "alpha": (reconstruction[:, 3] - images[:, 3]).abs().mean(),
        "gradient": error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean(),
        "ssim": 1 - ssim(seen, truth).mean(),
    }


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Structural similarity (Wang et al. 2004) with a box window, of (B, C, H, W) pictures in [-1, 1]; a map."""
    c1, c2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2
    mean_a, mean_b, aa, bb, ab = (F.avg_pool2d(x, SSIM_WINDOW, stride=2) for x in (a, b, a * a, b * b, a * b))
    variance_a, variance_b, covariance = aa - mean_a**2, bb - mean_b**2, ab - mean_a * mean_b
    return ((2 * mean_a * mean_b + c1) * (2 * covariance + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
    )


def random_crops(pixels: Tensor, size: int) -> Tensor:
    """One random `size` x `size` crop of each of (B, C, H, W) pictures."""
    tops = torch.randint(pixels.shape[2] - size + 1, (len(pixels),)).tolist()
    lefts = torch.randint(pixels.shape[3] - size + 1, (len(pixels),)).tolist()
    crops = [picture[:, y : y + size, x : x + size] for picture, y, x in zip(pixels, tops, lefts, strict=True)]
    return torch.stack(crops)
