"""Restoration: a picture's latents are noised up to a time t, and the DiT restores them, with the prompt and without.

This is SDEdit (Meng et al. 2022). What comes back without the prompt could still be seen at time t; what comes back with it
only, the prompt told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.arguments import (
    DEFAULT_GUIDANCE,
    DEFAULT_SAMPLER,
    DEFAULT_STEPS,
    MAX_SEED,
    check_choice,
    check_number,
    check_prompts,
    check_sampling,
)
from multimodal.diffusion import rectified_flow
from multimodal.diffusion.samplers import SAMPLERS
from multimodal.metrics import psnr_on_white
from multimodal.pipeline import TextToImagePipeline

TIMES = (0.0, 0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Restoration:
    """What became of a picture: each list holds what it became with the prompt, then without."""

    t: float  # the time up to which it was noised: 0 is data, 1 is noise
    images: list[Image.Image]  # RGBA
    psnr: list[float]  # dB, on white, against the picture as its codes decode to it; 100 where it is the same
    codebook_indices: Tensor  # (2, groups, h, w)


def other_noise(seed: int) -> int:
    """The seed of other noise than a picture was drawn from: from its own it would come back by itself."""
    return (seed + 1) % (MAX_SEED + 1)


@torch.inference_mode()
def restore(
    pipeline: TextToImagePipeline,
    image: Image.Image | Tensor,
    prompt: str,
    times: Sequence[float] = TIMES,
    negative_prompt: str = "",
    num_inference_steps: int = DEFAULT_STEPS,
    guidance_scale: float = DEFAULT_GUIDANCE,
    seed: int = 0,
    sampler: str = DEFAULT_SAMPLER,
) -> list[Restoration]:
    """Noise a picture up to each of the times and restore it, as `pipeline(prompt, image=image, strength=t)` does.

    Args:
        image: RGBA, or the (groups, h, w) codebook indices of a picture.
        times: 0 … 1 each; at 0 the VQ-VAE's reconstruction comes back as it is.
        seed: of the noise (see `other_noise`).
    Raises:
        ValueError: the prompt is empty or an argument out of its range.
    """
    prompts = [*check_prompts([prompt]), ""]
    check_sampling(num_inference_steps, guidance_scale, seed)
    check_choice("sampler", sampler, SAMPLERS)
    for t in times:
        check_number("t", t, 0, 1)
    with pipeline.lock:
        indices = pipeline.indices_of(image)
        original = pipeline.vqvae.decode_indices(indices)  # (1, 4, H, W)
        noise = pipeline.make_noise([seed, seed])
        x0 = pipeline.vqvae.lookup(indices).expand_as(noise)
        velocity = pipeline.prompt_velocity(prompts, negative_prompt, guidance_scale)
        restorations = []
        for t in times:
            latents = rectified_flow.interpolate(x0, noise, float(t))
            latents = pipeline.sample_latents(velocity, latents, num_inference_steps, sampler, start=float(t))
            restored = pipeline.vqvae.quantize(latents)
            pictures = pipeline.vqvae.decode_indices(restored)
            psnr = psnr_on_white(pictures, original.expand_as(pictures)).tolist()
            restorations.append(Restoration(float(t), rgba.to_images(pictures), psnr, restored.cpu()))
    return restorations
