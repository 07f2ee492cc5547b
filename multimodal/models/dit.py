"""DiT: a transformer over patches of latents, told the time by adaLN, the prompt by cross-attention and by its mean."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from multimodal.config import DiTConfig
from multimodal.models.attention import Attention, SwiGLU, grid_angles
from multimodal.models.mean_predictor import MeanPredictor

GUIDANCE_FEATURES = 32
MAX_PERIOD = 10_000  # of the sines of a time, over 2 pi


class Condition(NamedTuple):
    """What the DiT knows of B prompts; made once per prompt and not once per step."""

    context: Tensor  # (B, L, context_dim) refined token states
    context_mask: Tensor  # (B, L) bool, True at tokens
    pooled: Tensor  # (B, pooled_dim) embedding of the whole prompt
    mean: Tensor  # (B, latent_channels, latent_size, latent_size) expected clean latents


class Refiner(nn.Module):
    """A trainable transformer layer on top of the frozen text encoder's token states."""

    def __init__(self, hidden_size: int, num_heads: int) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(hidden_size, eps=1e-6)
        self.attention = Attention(hidden_size, num_heads)
        self.feed_forward_norm = nn.RMSNorm(hidden_size, eps=1e-6)
        self.feed_forward = SwiGLU(hidden_size)

    def forward(self, context: Tensor, context_mask: Tensor) -> Tensor:
        context = context + self.attention(self.attention_norm(context), mask=context_mask)  # (B, L, context_dim)
        return context + self.feed_forward(self.feed_forward_norm(context))  # (B, L, context_dim)


class DiTBlock(nn.Module):
    """Self-attention, cross-attention, feed-forward; shift, scale and gate are shared over the depth (adaLN-single).

    PixArt-alpha, Chen et al. 2023: one projection of the time for all blocks, plus a learnt table per block.
    """

    def __init__(self, hidden_size: int, num_heads: int, context_dim: int) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(hidden_size, eps=1e-6, elementwise_affine=False)
        self.attention = Attention(hidden_size, num_heads)
        self.cross_attention_norm = nn.RMSNorm(hidden_size, eps=1e-6)
        self.cross_attention = Attention(hidden_size, num_heads, context_dim)
        self.feed_forward_norm = nn.RMSNorm(hidden_size, eps=1e-6, elementwise_affine=False)
        self.feed_forward = SwiGLU(hidden_size)
        self.modulation = nn.Parameter(torch.zeros(6, hidden_size))

    def forward(self, x: Tensor, modulation: Tensor, context: Tensor, context_mask: Tensor, rotation: Tensor) -> Tensor:
        shift1, scale1, gate1, shift2, scale2, gate2 = (modulation + self.modulation).unsqueeze(2).unbind(1)  # (B, 1, D)
        normed = self.attention_norm(x) * (1 + scale1) + shift1  # (B, N, D)
        x = x + gate1 * self.attention(normed, rotation=rotation)  # (B, N, D)
        x = x + self.cross_attention(self.cross_attention_norm(x), context, context_mask)  # (B, N, D)
        normed = self.feed_forward_norm(x) * (1 + scale2) + shift2  # (B, N, D)
        return x + gate2 * self.feed_forward(normed)  # (B, N, D)


class DiT(nn.Module):
    """Diffusion Transformer (Peebles & Xie 2023) with text cross-attention, registers, QK-norm, RoPE and SwiGLU."""

    rotation: Tensor
    unconditional_mean: Tensor  # (latent_channels, latent_size, latent_size) the mean of the empty prompt
    gradient_checkpointing = False  # recompute each block in the backward pass: less memory, more time (Chen et al. 2016)
    _no_split_modules = ("DiTBlock",)  # accelerate's word for what FSDP gathers at a time

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.config = config
        if config.latent_size % config.patch_size:
            raise ValueError(f"latent_size {config.latent_size} must be a multiple of patch_size {config.patch_size}")
        hidden_size, patch_dim = config.hidden_size, config.latent_channels * config.patch_size**2
        self.mean_predictor = MeanPredictor(config)
        self.patch_embedding = nn.Linear(2 * patch_dim, hidden_size)
        self.registers = nn.Parameter(torch.randn(config.num_registers, hidden_size) * 0.02)
        self.time_embedding = nn.Sequential(nn.Linear(256, hidden_size), nn.SiLU(), nn.Linear(hidden_size, hidden_size))
        self.pooled_embedding = nn.Sequential(
            nn.RMSNorm(config.pooled_dim, eps=1e-6), nn.Linear(config.pooled_dim, hidden_size)
        )
        self.guidance_embedding = nn.Linear(GUIDANCE_FEATURES, hidden_size) if config.max_guidance_scale else None
        if config.max_guidance_scale:  # what a guided mean leads away from
            size = (config.latent_channels, config.latent_size, config.latent_size)
            self.register_buffer("unconditional_mean", torch.zeros(size))
        self.modulation = nn.Sequential(nn.SiLU(), nn.Linear(hidden_size, 6 * hidden_size))
        self.context_norm = nn.RMSNorm(config.context_dim, eps=1e-6)
        self.refiner = nn.ModuleList(
            Refiner(config.context_dim, max(1, config.context_dim // 64)) for _ in range(config.refiner_depth)
        )
        self.blocks = nn.ModuleList(
            DiTBlock(hidden_size, config.num_heads, config.context_dim) for _ in range(config.depth)
        )
        self.final_norm = nn.RMSNorm(hidden_size, eps=1e-6, elementwise_affine=False)
        self.final_modulation = nn.Parameter(torch.zeros(2, hidden_size))
        self.final = nn.Linear(hidden_size, patch_dim)
        side = config.latent_size // config.patch_size
        rotation = grid_angles(side, side, hidden_size // config.num_heads, config.num_registers)
        self.register_buffer("rotation", rotation, persistent=False)
        self._initialize()

    def condition(self, context: Tensor, context_mask: Tensor, pooled: Tensor) -> Condition:
        """Prepare what the text encoder gives: refine the token states for cross-attention, predict the mean.

        Args:
            context: (B, L, context_dim) token states of the text encoder.
            context_mask: (B, L) bool, True at tokens, False at padding.
            pooled: (B, pooled_dim).
        """
        context = self.context_norm(context)
        for layer in self.refiner:
            context = layer(context, context_mask)  # (B, L, context_dim)
        return Condition(context, context_mask, pooled, self.mean_predictor(pooled))

    def forward(
        self,
        latents: Tensor,
        t: Tensor,
        context: Tensor,
        context_mask: Tensor,
        pooled: Tensor,
        mean: Tensor | None = None,
        guidance_scale: Tensor | None = None,
    ) -> Tensor:
        """Predict the clean latents or the velocity, as `config.prediction` says.

        Args:
            latents: (B, latent_channels, latent_size, latent_size) noised latents.
            t: (B,) times in [0, 1]; 0 is data, 1 is noise.
            context, context_mask, pooled, mean: a `Condition`; without a mean, what the text encoder gives.
                Masked tokens cannot change the output.
            guidance_scale: (B,) in 1 … `config.max_guidance_scale`, where that is not 0: the output is what guidance of
                this scale makes of it (Meng et al. 2023). None is 1, no guidance.
        Returns:
            (B, latent_channels, latent_size, latent_size).
        """
        if mean is None:
            context, context_mask, pooled, mean = self.condition(context, context_mask, pooled)
        embedding = self.time_embedding(sinusoidal_embedding(t)) + self.pooled_embedding(pooled)  # (B, D)
        if self.guidance_embedding is not None:
            guidance = torch.ones_like(t) if guidance_scale is None else guidance_scale
            embedding = embedding + self.guidance_embedding(guidance_features(guidance))  # (B, D)
            start = self.unconditional_mean
            mean = torch.lerp(start, mean.to(start.dtype), guidance.view(-1, 1, 1, 1))  # guided, which costs nothing
        modulation = self.modulation(embedding).unflatten(1, (6, -1))  # (B, 6, D)
        x = self.patch_embedding(self.patchify(torch.cat([latents, mean], dim=1)))  # (B, N, D)
        x = torch.cat([self.registers.expand(len(x), -1, -1), x], dim=1)  # (B, R + N, D)
        recompute = self.gradient_checkpointing and self.training
        for block in self.blocks:
            inputs = (x, modulation, context, context_mask, self.rotation)
            x = checkpoint(block, *inputs, use_reentrant=False) if recompute else block(*inputs)  # (B, R + N, D)
        x = x[:, self.config.num_registers :]  # (B, N, D)
        shift, scale = (embedding.unsqueeze(1) + self.final_modulation).unsqueeze(2).unbind(1)  # (B, 1, D)
        return self.unpatchify(self.final(self.final_norm(x) * (1 + scale) + shift))  # (B, C, H, W)

    def velocity(self, latents: Tensor, t: Tensor, condition: Condition, guidance_scale: Tensor | None = None) -> Tensor:
        """The velocity noise - x_0 at (latents, t), whatever the network predicts; arguments as for `forward`."""
        output = self(latents, t, *condition, guidance_scale)
        if self.config.prediction == "velocity":
            return output
        return (latents - output) / t.view(-1, 1, 1, 1).clamp(min=1e-5)  # x_t = x_0 + t * velocity

    def patchify(self, latents: Tensor) -> Tensor:
        """(B, C, H, W) → (B, H / p * W / p, C * p²)."""
        return F.pixel_unshuffle(latents, self.config.patch_size).flatten(2).transpose(1, 2)

    def unpatchify(self, tokens: Tensor) -> Tensor:
        """The inverse of `patchify`."""
        side = self.config.latent_size // self.config.patch_size
        return F.pixel_shuffle(tokens.transpose(1, 2).unflatten(2, (side, side)), self.config.patch_size)

    def _initialize(self) -> None:
        """Xavier everywhere; every block starts as the identity, the output as zero (DiT, section 3.2)."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)
        for module in self.modules():
            if isinstance(module, DiTBlock):
                nn.init.zeros_(module.cross_attention.out.weight)
        if self.mean_predictor.mlp.detail:
            nn.init.zeros_(self.mean_predictor.mlp.detail[1].out.weight)  # type: ignore[union-attr, arg-type]
        for linear in (self.modulation[-1], self.final, *([self.guidance_embedding] if self.guidance_embedding else [])):
            nn.init.zeros_(linear.weight)  # type: ignore[arg-type]


def guidance_features(scale: Tensor) -> Tensor:
    """(B,) guidance scales as (B, GUIDANCE_FEATURES) sines and cosines, the fastest with a period of 2 pi."""
    return sinusoidal_embedding(scale / 1000, GUIDANCE_FEATURES)


def sinusoidal_embedding(t: Tensor, dim: int = 256) -> Tensor:
    """(B,) times in [0, 1] as (B, dim) sines and cosines (Vaswani et al. 2017), of 1000 t as is usual for diffusion."""
    frequencies = torch.exp(-math.log(MAX_PERIOD) * torch.arange(dim // 2, device=t.device) / (dim // 2))
    angles = 1000 * t[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=-1)
