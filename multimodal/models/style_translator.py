"""StyleTranslator: what a thing looks like in a style that it was never seen in, from how it looks in others."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from multimodal.models.vqvae import ChannelNorm

DEPTH = 4


class TranslatorBlock(nn.Module):
    """A residual block of two convolutions, modulated by the style (FiLM, Perez et al. 2018)."""

    def __init__(self, width: int, num_views: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(width)
        self.modulation = nn.Linear(num_views, 2 * width)
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.modulation(style)[:, :, None, None].chunk(2, dim=1)  # (B, width, 1, 1)
        x_styled = self.norm(x) * (1 + scale) + shift  # (B, width, H, W)
        return x + self.conv2(F.silu(self.conv1(F.silu(x_styled))))  # (B, width, H, W)


class StyleTranslator(nn.Module):
    """A convolutional network over the views of a thing, in all styles at once, told by the prompt which one is asked for.

    The MLP that makes the views knows a thing in the styles that it was seen in; of another one it has but a vague idea.
    Convolutions cannot learn things by heart, so from things that were seen in several styles they learn what is true of
    all things: where an outline goes, what becomes of a colour. View 0 is kept where it looks sharp.
    """

    def __init__(self, pooled_dim: int, num_styles: int, channels: int, width: int) -> None:
        super().__init__()
        num_views = 1 + num_styles
        self.channels = channels
        self.style = nn.Sequential(nn.RMSNorm(pooled_dim, eps=1e-6), nn.Linear(pooled_dim, num_views), nn.Softmax(dim=-1))
        self.input = nn.Conv2d(num_views * channels, width, 3, padding=1)
        self.blocks = nn.ModuleList(TranslatorBlock(width, num_views) for _ in range(DEPTH))
        self.output = nn.Conv2d(width, num_views * channels, 1)  # one translation into each style
        self.trust = nn.Conv2d(width, 1, 1)  # in view 0
        nn.init.constant_(self.trust.bias, 2.0)  # type: ignore[arg-type]

    def forward(self, views: Tensor, pooled: Tensor) -> Tensor:
        """(B, V, channels, H, W), (B, pooled_dim) → (B, channels, H, W)."""
        style = self.style(pooled)  # (B, V)
        x = self.input(views.flatten(1, 2))  # (B, width, H, W)
        for block in self.blocks:
            x = block(x, style)  # (B, width, H, W)
        translations = self.output(x).unflatten(1, (-1, self.channels))  # (B, V, C, H, W)
        translation = torch.einsum("bv,bvchw->bchw", style.to(x.dtype), translations)
        return torch.lerp(translation.float(), views[:, 0].float(), torch.sigmoid(self.trust(x)).float())
