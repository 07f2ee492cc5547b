"""How far two pictures are apart, and how evenly a codebook is used."""

from __future__ import annotations

import torch
from skimage.metrics import structural_similarity
from torch import Tensor

from multimodal import rgba


def picture_losses(made: Tensor, images: Tensor) -> dict[str, Tensor]:
    """How far (B, 4, H, W) pictures are apart on black, on white and in alpha, and with that on all backgrounds between.

    Returns:
        l1 and gradient (of finite differences), mean absolute errors, each ().
    """
    error = made - images
    error = torch.cat([error, error[:, :3] - error[:, 3:]], dim=1)  # (B, 7, H, W): on black, alpha, on white
    return {"l1": error.abs().mean(), "gradient": error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()}


def psnr_on_white(a: Tensor, b: Tensor) -> Tensor:
    """Peak signal-to-noise ratio, in dB per picture, of (B, 4, H, W) premultiplied RGBA in [-1, 1], laid on white."""
    error = (rgba.composite(a, 1.0).clamp(-1, 1) - rgba.composite(b, 1.0).clamp(-1, 1)).square().mean(dim=(1, 2, 3))
    return -10 * torch.log10((error / 4).clamp(min=1e-10))


def ssim_on_white(a: Tensor, b: Tensor) -> list[float]:
    """Structural similarity (Wang et al. 2004) of (B, 4, H, W) premultiplied RGBA in [-1, 1], laid on white."""
    pairs = zip(rgba.composite(a, 1.0).clamp(-1, 1), rgba.composite(b, 1.0), strict=True)
    return [
        float(
            structural_similarity(
                x.numpy(), y.numpy(), channel_axis=0, data_range=2.0, gaussian_weights=True, use_sample_covariance=False
            )
        )
        for x, y in pairs
    ]


def alpha_error(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference of alpha, 0 … 1 per picture, of (B, 4, H, W) pictures in [-1, 1]."""
    return (a[:, 3].clamp(-1, 1) - b[:, 3]).abs().mean(dim=(1, 2)) / 2


def usage(counts: Tensor) -> Tensor:
    """The share of the codes that are used at all: (..., codebook_size) counts → (...)."""
    return (counts > 0).double().mean(dim=-1)


def perplexity(counts: Tensor) -> Tensor:
    """exp(-Σ p log p) of (..., codebook_size) counts: how many codes would carry as much, evenly used."""
    p = counts.double() / counts.sum(dim=-1, keepdim=True).clamp(min=1)
    return torch.special.entr(p).sum(dim=-1).exp()
