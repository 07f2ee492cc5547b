"""Searching for codes: analysis by synthesis, as the encoders of image codecs do."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from multimodal.models.vqvae import VQVAE

LEARNING_RATE, LAST_RATE = 0.05, 0.005  # of Adam, at the first and the last step, by a cosine
TEMPERATURE, LAST_TEMPERATURE = 0.5, 0.025  # at the first and after the last step, of the spacing of the codes


def search_codes(vqvae: VQVAE, images: Tensor, steps: int) -> Tensor:
    """Codebook indices that decode to something nearer to pictures than those that the encoder gives.

    For each picture alone the encoder's latents are the start, and follow the gradient of the error of what they decode to.
    Instead of one code each place has the mean of all, weighted by a softmax of how near they are, which gets colder until
    one code is left (Agustsson et al. 2017). It is the semi-amortised inference of neural image compression (Campos et al.
    2019; Yang, Bamler & Mandt 2020). A picture for which the encoder's codes are better after all keeps them.

    Args:
        images: (B, 4, H, W) premultiplied RGBA in [-1, 1].
        steps: each costs a pass forward and back through the decoder; with none the codes are the encoder's.
    Returns:
        (B, groups, H / f, W / f).
    """
    quantizer = vqvae.quantizer
    with torch.inference_mode(False), torch.enable_grad():
        images = images.clone()  # what was made in inference mode takes part in no gradient
        latents = quantizer.normalize(vqvae.encoder(images)).detach().requires_grad_()
        encoded = quantizer.quantize(latents)
        optimizer, spacing = torch.optim.Adam([latents]), quantizer.spacing()
        for step in range(steps):
            temperature = spacing * TEMPERATURE * (LAST_TEMPERATURE / TEMPERATURE) ** (step / steps)
            error = _error(vqvae.decoder(quantizer.soft_lookup(latents, temperature)), images)
            (latents.grad,) = torch.autograd.grad(error.sum(), latents)
            cosine = (1 + math.cos(math.pi * step / steps)) / 2
            optimizer.param_groups[0]["lr"] = LAST_RATE + (LEARNING_RATE - LAST_RATE) * cosine
            optimizer.step()
    if not steps:
        return encoded
    with torch.no_grad():
        found = quantizer.quantize(latents)
        better = _error(vqvae.decode_indices(found), images) < _error(vqvae.decode_indices(encoded), images)
        return torch.where(better.view(-1, 1, 1, 1), found, encoded)


def _error(reconstruction: Tensor, images: Tensor) -> Tensor:
    """(B,) squared error per picture, the mean of that on white and that of the premultiplied RGBA itself."""
    difference = reconstruction - images
    on_white = difference[:, :3] - difference[:, 3:]  # white adds 1 - alpha to each colour
    return (difference.square().mean(dim=(1, 2, 3)) + on_white.square().mean(dim=(1, 2, 3))) / 2
