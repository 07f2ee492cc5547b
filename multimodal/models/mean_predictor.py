"""MeanPredictor: the clean latents that a prompt alone lets one expect."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from multimodal.models.attention import Attention, Refiner, SwiGLU


class MeanPredictor(nn.Module):
    """E[x_0 | prompt]: a few slots read the prompt, each imagines its own thing, and what they imagine is added up.

    At t = 1, pure noise, this is the best prediction that a denoiser can make, and it is where a picture's subject is
    decided. It does not depend on the noise, so it needs no step of sampling: it is learnt at a multiple of the speed
    and given to the DiT as part of its input (as Grad-TTS, Popov et al. 2021, and CARD, Han et al. 2022, do).

    Two things side by side fill different latents, so their means add. That is why there are slots (a name from Locatello
    et al. 2020): each can draw one of the two without knowing the other, and pairs that were never seen together work.
    """

    def __init__(
        self, context_dim: int, pooled_dim: int, width: int, depth: int, num_slots: int, channels: int, size: int
    ) -> None:
        super().__init__()
        self.shape = (channels, size, size)
        self.context_norm = nn.RMSNorm(context_dim, eps=1e-6)
        self.refiner = Refiner(context_dim)
        self.pooled_embedding = nn.Sequential(nn.RMSNorm(pooled_dim, eps=1e-6), nn.Linear(pooled_dim, width))
        self.slots = nn.Parameter(torch.randn(num_slots, width))
        self.blocks = nn.ModuleList(MeanBlock(width, context_dim) for _ in range(depth))
        self.final = nn.Sequential(nn.RMSNorm(width, eps=1e-6), nn.Linear(width, channels * size * size))

    def forward(self, context: Tensor, context_mask: Tensor, pooled: Tensor) -> Tensor:
        """(B, L, context_dim) token states, (B, L) their mask and (B, pooled_dim) → (B, channels, size, size)."""
        context = self.refiner(self.context_norm(context), context_mask)  # (B, L, context_dim)
        x = self.slots + self.pooled_embedding(pooled).unsqueeze(1)  # (B, S, width)
        for block in self.blocks:
            x = block(x, context, context_mask)  # (B, S, width)
        return self.final(x).sum(dim=1).unflatten(1, self.shape)  # (B, C, H, W)


class MeanBlock(nn.Module):
    """Every slot by itself: it reads the prompt, then thinks."""

    def __init__(self, width: int, context_dim: int) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(width, eps=1e-6)
        self.attention = Attention(width, max(1, width // 32), context_dim)
        self.feed_forward_norm = nn.RMSNorm(width, eps=1e-6)
        self.feed_forward = SwiGLU(width)

    def forward(self, x: Tensor, context: Tensor, context_mask: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), context, context_mask)  # (B, S, width)
        return x + self.feed_forward(self.feed_forward_norm(x))  # (B, S, width)
