"""Searching for codes: analysis by synthesis, as the encoders of image codecs do."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from multimodal.models.vqvae import VQVAE

LEARNING_RATE, LAST_RATE = 0.03, 0.003  # of Adam, at the first and the last step, by a cosine


def search_codes(vqvae: VQVAE, images: Tensor, steps: int = 30) -> Tensor:
    """Codebook indices that decode to something nearer to pictures than those that the encoder gives.

    The encoder's answer is the start, for each picture alone; its latents then follow the gradient of the error of what
    they decode to, past the quantiser straight through, and the best codes met are kept. It is the semi-amortised
    inference of neural image compression (Campos et al. 2019; Yang, Bamler & Mandt 2020).

    Args:
        images: (B, 4, H, W) premultiplied RGBA in [-1, 1].
        steps: each costs a pass forward and back through the decoder.
    Returns:
        (B, groups, H / f, W / f).
    """
    quantizer = vqvae.quantizer
    with torch.inference_mode(False), torch.enable_grad():
        images = images.clone()  # what was made in inference mode takes part in no gradient
        latents = quantizer.normalize(vqvae.encoder(images)).detach().requires_grad_()
        optimizer = torch.optim.Adam([latents])
        best, best_indices = torch.full((len(images),), math.inf, device=images.device), vqvae.quantizer.quantize(latents)
        for step in range(steps + 1):  # the last only looks at what the one before has made
            quantized = quantizer(latents)
            error = _error(vqvae.decoder(quantized.latents), images)  # (B,)
            better = error < best
            best = torch.where(better, error, best).detach()
            best_indices = torch.where(better.view(-1, 1, 1, 1), quantized.codebook_indices, best_indices)
            if step < steps:
                cosine = (1 + math.cos(math.pi * step / steps)) / 2
                optimizer.param_groups[0]["lr"] = LAST_RATE + (LEARNING_RATE - LAST_RATE) * cosine
                (latents.grad,) = torch.autograd.grad(error.sum(), latents)
                optimizer.step()
    return best_indices


def _error(reconstruction: Tensor, images: Tensor) -> Tensor:
    """Squared error per picture, the mean of that on white and that of the premultiplied RGBA itself."""
    difference = reconstruction - images
    on_white = difference[:, :3] - difference[:, 3:]  # white adds 1 - alpha to each colour
    return (difference.square().mean(dim=(1, 2, 3)) + on_white.square().mean(dim=(1, 2, 3))) / 2
