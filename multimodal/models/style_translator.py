"""StyleTranslator: what a thing looks like in a style that it was never seen in, from how it looks in others."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from multimodal.models.vqvae import ChannelNorm

DEPTH, HIDDEN = 4, 64


class Translation(NamedTuple):
    latents: Tensor  # (B, C, H, W) the thing in the style asked for, by the other styles alone
    familiar: Tensor  # (B,) logit: was it seen in this style, so that the view of it is right?
    style: Tensor  # (B, V) logits: which style is asked for; 0 is none


class StyledBlock(nn.Module):
    """A residual block of two convolutions, modulated by the shares of styles (FiLM, Perez et al. 2018)."""

    def __init__(self, width: int, num_styles: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(width)
        self.modulation = nn.Linear(num_styles, 2 * width)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.modulation(style)[:, :, None, None].chunk(2, dim=1)  # (B, width, 1, 1)
        styled = self.norm(x) * (1 + scale) + shift  # (B, width, H, W)
        return x + self.conv2(F.silu(self.conv1(F.silu(styled))))  # (B, width, H, W)


class StyleTranslator(nn.Module):
    """A convolutional network over the views of a thing in all styles but the one that the prompt asks for.

    The MLP that makes the views knows a thing in the styles that it was seen in; in another one it has but a vague idea of
    it. Convolutions cannot learn things by heart: from things that were seen in several styles they learn what is true of
    all things, where an outline goes, what becomes of a colour. Where the two views that the MLP has of the thing in the
    style asked for, view 0 and that of the style, contradict each other, it was never seen in it.
    """

    def __init__(self, pooled_dim: int, num_styles: int, channels: int, width: int) -> None:
        super().__init__()
        num_views = 1 + num_styles
        self.channels = channels
        self.style = nn.Sequential(nn.RMSNorm(pooled_dim, eps=1e-6), nn.Linear(pooled_dim, num_views))
        self.input = nn.Conv2d(num_styles * channels, width, 3, padding=1)
        self.blocks = nn.ModuleList(StyledBlock(width, num_views) for _ in range(DEPTH))
        self.output = nn.Conv2d(width, num_views * channels, 1)  # a translation into each style
        self.pooled_norm = nn.RMSNorm(pooled_dim, eps=1e-6)
        self.familiar = nn.Sequential(
            nn.Linear(pooled_dim + num_views + 2 * channels, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, 1)
        )

    def forward(self, views: Tensor, pooled: Tensor) -> Translation:
        """(B, V, channels, H, W), (B, pooled_dim) → a translation, and whether view 0 is better."""
        logits = self.style(pooled)  # (B, V)
        style = logits.softmax(dim=-1).to(views.dtype)  # on CUDA, autocast makes it single precision
        weights = style[:, :, None, None, None]  # (B, V, 1, 1, 1)
        x = self.input(((1 - weights) * views)[:, 1:].flatten(1, 2))  # (B, width, H, W)
        for block in self.blocks:
            x = block(x, style)  # (B, width, H, W)
        latents = (weights * self.output(x).unflatten(1, (-1, self.channels))).sum(dim=1)  # (B, C, H, W)
        asked = (weights * views).sum(dim=1)  # (B, C, H, W) the view of the style asked for
        distances = [distance(views[:, 0], other) for other in (asked, latents.detach())]  # (B, C) each
        familiar = self.familiar(torch.cat([self.pooled_norm(pooled), style, *distances], dim=1)).squeeze(1)  # (B,)
        return Translation(latents, familiar, logits)

    def mean(self, views: Tensor, pooled: Tensor) -> Tensor:
        """(B, V, channels, H, W), (B, pooled_dim) → (B, channels, H, W): view 0, or what the other views make of it."""
        latents, familiar, _ = self(views, pooled)
        share = torch.sigmoid(familiar).view(-1, 1, 1, 1)
        return torch.lerp(latents.to(views.dtype), views[:, 0], share.to(views.dtype))


def distance(first: Tensor, second: Tensor) -> Tensor:
    """(B, C, H, W) each → (B, C) the logarithm of the mean squared difference in each channel."""
    return (first - second).square().mean(dim=(2, 3)).add(1e-4).log()
