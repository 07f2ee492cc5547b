"""MeanPredictor: the clean latents that a prompt alone lets one expect, in its style and by the same thing in others.

Its words: a *view* is what its MLP expects of a thing in one style; the *translator* makes of all views the *mean* for a
style in which the thing was never seen; what the page and `inspect` show of these, decoded, is the *expectation*. (The
*restyler* is another network, over pixels; a *restoration* is what the DiT makes of a noised picture.)
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from multimodal.config import DiTConfig
from multimodal.models.attention import SwiGLU
from multimodal.models.style_translator import StyleTranslator


class MeanMLP(nn.Module):
    """E[x_0 | prompt, view], from the pooled text embedding, by a residual MLP.

    View 0 is what the prompt asks for, in its own style; view 1 + k is the same thing in style k, whatever the prompt's is.

    With `mean_detail` there is a layer of that inner width, which adds to what the last one says, whose outputs differ in
    `mean_width` ways alone; at first it adds nothing.
    """

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        width = config.mean_width
        self.shape = (config.latent_channels, config.latent_size, config.latent_size)
        self.num_views = 1 + len(config.styles)
        self.embedding = nn.Sequential(nn.RMSNorm(config.pooled_dim, eps=1e-6), nn.Linear(config.pooled_dim, width))
        self.view_embedding = nn.Embedding(self.num_views, width)
        nn.init.zeros_(self.view_embedding.weight)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.RMSNorm(width, eps=1e-6), SwiGLU(width)) for _ in range(config.mean_depth)
        )
        self.final = nn.Sequential(nn.RMSNorm(width, eps=1e-6), nn.Linear(width, math.prod(self.shape)))
        added = SwiGLU(width, config.mean_detail, math.prod(self.shape)) if config.mean_detail else None
        self.detail = nn.Sequential(nn.RMSNorm(width, eps=1e-6), added) if added else None

    def forward(self, pooled: Tensor, view: Tensor) -> Tensor:
        """(B, pooled_dim), (B,) int64 views → (B, channels, size, size)."""
        x = self.embedding(pooled) + self.view_embedding(view)  # (B, width)
        for block in self.blocks:
            x = x + block(x)  # (B, width)
        mean = self.final(x) + (self.detail(x) if self.detail else 0)  # (B, C * H * W)
        return mean.unflatten(1, self.shape)  # (B, C, H, W)

    def all_views(self, pooled: Tensor) -> Tensor:
        """(B, pooled_dim) or, one for each view, (B, V, pooled_dim) → (B, V, channels, size, size)."""
        if pooled.ndim == 2:
            pooled = pooled.unsqueeze(1).expand(-1, self.num_views, -1)  # (B, V, pooled_dim)
        view = torch.arange(self.num_views, device=pooled.device).expand(len(pooled), -1)  # (B, V)
        return self(pooled.flatten(0, 1), view.flatten()).unflatten(0, view.shape)


class MeanPredictor(nn.Module):
    """E[x_0 | prompt], from the pooled text embedding: by an MLP, then, of several styles, by what it makes of all of them.

    At t = 1, pure noise, this is the best prediction that a denoiser can make, and it is where a picture's subject is
    decided. It does not depend on the noise, so it needs no transformer and no step: it is learnt at fifty times the speed
    and given to the DiT as part of its input (as Grad-TTS, Popov et al. 2021, and CARD, Han et al. 2022, do).
    Without styles the MLP's view 0 is the mean.
    """

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        num_styles, channels = len(config.styles), config.latent_channels
        self.mlp = MeanMLP(config)
        self.translator = (
            StyleTranslator(config.pooled_dim, num_styles, channels, config.translator_width) if num_styles else None
        )

    def forward(self, pooled: Tensor) -> Tensor:
        """(B, pooled_dim) → (B, channels, size, size)."""
        views = self.mlp.all_views(pooled)  # (B, V, C, H, W)
        return self.translator.mean(views, pooled) if self.translator else views[:, 0]
