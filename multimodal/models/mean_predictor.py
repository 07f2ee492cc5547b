"""MeanPredictor: the clean latents that a prompt alone lets one expect, in its style and by the same thing in others."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from multimodal.models.attention import SwiGLU
from multimodal.models.style_translator import StyleTranslator


class MeanMLP(nn.Module):
    """E[x_0 | prompt, view], from the pooled text embedding, by a residual MLP.

    View 0 is what the prompt asks for, in its own style; view 1 + k is the same thing in style k, whatever the prompt's is.

    Args:
        detail: inner width of a layer that adds to what the last one says, whose outputs differ in `width` ways alone; at
            first it adds nothing. 0 is none.
    """

    def __init__(
        self, pooled_dim: int, width: int, depth: int, channels: int, size: int, num_styles: int, detail: int = 0
    ) -> None:
        super().__init__()
        self.shape = (channels, size, size)
        self.num_views = 1 + num_styles
        self.embedding = nn.Sequential(nn.RMSNorm(pooled_dim, eps=1e-6), nn.Linear(pooled_dim, width))
        self.view_embedding = nn.Embedding(self.num_views, width)
        nn.init.zeros_(self.view_embedding.weight)
        self.blocks = nn.ModuleList(nn.Sequential(nn.RMSNorm(width, eps=1e-6), SwiGLU(width)) for _ in range(depth))
        self.final = nn.Sequential(nn.RMSNorm(width, eps=1e-6), nn.Linear(width, channels * size * size))
        added = SwiGLU(width, detail, channels * size * size) if detail else None
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

    Args:
        num_styles: how many styles things are drawn in; without styles the MLP's view 0 is the mean.
        translator_width: channels of the `StyleTranslator`.
    """

    def __init__(
        self,
        pooled_dim: int,
        width: int,
        depth: int,
        channels: int,
        size: int,
        num_styles: int = 0,
        translator_width: int = 96,
        detail: int = 0,
    ) -> None:
        super().__init__()
        self.mlp = MeanMLP(pooled_dim, width, depth, channels, size, num_styles, detail)
        self.translator = StyleTranslator(pooled_dim, num_styles, channels, translator_width) if num_styles else None

    def forward(self, pooled: Tensor) -> Tensor:
        """(B, pooled_dim) → (B, channels, size, size)."""
        views = self.mlp.all_views(pooled)  # (B, V, C, H, W)
        return self.translator.mean(views, pooled) if self.translator else views[:, 0]
