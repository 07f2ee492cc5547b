"""MeanPredictor: the clean latents that a prompt alone lets one expect."""

from __future__ import annotations

from torch import Tensor, nn

from multimodal.models.attention import SwiGLU


class MeanPredictor(nn.Module):
    """E[x_0 | prompt], from the pooled text embedding, by a residual MLP.

    At t = 1, pure noise, this is the best prediction that a denoiser can make, and it is where a picture's subject is
    decided. It does not depend on the noise, so it needs no transformer and no step: it is learnt at fifty times the speed
    and given to the DiT as part of its input (as Grad-TTS, Popov et al. 2021, and CARD, Han et al. 2022, do).
    """

    def __init__(self, pooled_dim: int, width: int, depth: int, channels: int, size: int) -> None:
        super().__init__()
        self.shape = (channels, size, size)
        self.embedding = nn.Sequential(nn.RMSNorm(pooled_dim, eps=1e-6), nn.Linear(pooled_dim, width))
        self.blocks = nn.ModuleList(nn.Sequential(nn.RMSNorm(width, eps=1e-6), SwiGLU(width)) for _ in range(depth))
        self.final = nn.Sequential(nn.RMSNorm(width, eps=1e-6), nn.Linear(width, channels * size * size))

    def forward(self, pooled: Tensor) -> Tensor:
        """(B, pooled_dim) → (B, channels, size, size)."""
        x = self.embedding(pooled)  # (B, width)
        for block in self.blocks:
            x = x + block(x)  # (B, width)
        return self.final(x).unflatten(1, self.shape)  # (B, C, H, W)
