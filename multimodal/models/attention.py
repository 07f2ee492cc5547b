"""Attention, feed-forward and position encoding that the transformers here are made of."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ROTARY_BASE = 100.0  # of the angles of a grid, whose sides are short (10,000 is usual for texts)


class Attention(nn.Module):
    """Multi-head attention with RMS-normalised queries and keys (QK-norm, Dehghani et al. 2023).

    Without `context_dim` it is self-attention; with it, queries come from x, keys and values from a context.
    """

    def __init__(self, hidden_size: int, num_heads: int, context_dim: int | None = None) -> None:
        super().__init__()
        if hidden_size % num_heads or (hidden_size // num_heads) % 4:
            raise ValueError(f"hidden_size {hidden_size} must be num_heads {num_heads} times a multiple of 4")
        self.num_heads = num_heads
        self.query = nn.Linear(hidden_size, hidden_size)
        self.key_value = nn.Linear(context_dim or hidden_size, 2 * hidden_size)
        self.query_norm = nn.RMSNorm(hidden_size // num_heads, eps=1e-6)
        self.key_norm = nn.RMSNorm(hidden_size // num_heads, eps=1e-6)
        self.out = nn.Linear(hidden_size, hidden_size)

    def forward(
        self, x: Tensor, context: Tensor | None = None, mask: Tensor | None = None, rotation: Tensor | None = None
    ) -> Tensor:
        """Attend.

        Args:
            x: (B, N, D).
            context: (B, L, context_dim); x itself when missing.
            mask: (B, L) bool, True where a key may be attended to; every row needs one True.
            rotation: (N, D / num_heads) angles for rotary position encoding of queries and keys.
        Returns:
            (B, N, D).
        """
        query, key, value = self.project(x, x if context is None else context, rotation)  # (B, heads, N or L, D / heads)
        attention_mask = None if mask is None else mask[:, None, None, :]  # (B, 1, 1, L)
        x = F.scaled_dot_product_attention(query, key, value, attn_mask=attention_mask)  # (B, heads, N, D / heads)
        return self.out(x.transpose(1, 2).flatten(2))  # (B, N, D)

    def project(self, x: Tensor, context: Tensor, rotation: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Normalised queries and keys, and values, each (B, heads, tokens, D / heads)."""
        query = self._split(self.query(x))  # (B, heads, N, D / heads)
        key, value = (self._split(part) for part in self.key_value(context).chunk(2, dim=-1))  # (B, heads, L, D / heads)
        query, key = self.query_norm(query), self.key_norm(key)
        if rotation is not None:
            query, key = rotate(query, rotation), rotate(key, rotation)
        return query, key, value

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)


class SwiGLU(nn.Module):
    """Gated feed-forward layer (Shazeer 2020), 8/3 wide so that it costs what a 4-wide plain one does.

    Args:
        inner: another width inside.
        out: another width of the output.
    """

    def __init__(self, hidden_size: int, inner: int = 0, out: int = 0) -> None:
        super().__init__()
        inner = inner or 8 * -(-hidden_size // 3)
        self.gate_value = nn.Linear(hidden_size, 2 * inner)
        self.out = nn.Linear(inner, out or hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.gate_value(x).chunk(2, dim=-1)  # (B, N, inner) each
        return self.out(F.silu(gate) * value)  # (B, N, D)


def rotate(x: Tensor, angles: Tensor) -> Tensor:
    """Rotate pairs of features by position (RoPE, Su et al. 2021).

    Args:
        x: (B, heads, N, d).
        angles: (N, d), the angle of pair k at both k and k + d / 2.
    """
    first, second = x.chunk(2, dim=-1)
    return x * angles.cos() + torch.cat([-second, first], dim=-1) * angles.sin()


def grid_angles(height: int, width: int, dim: int, num_registers: int = 0) -> Tensor:
    """Rotary angles of a grid, half of the pairs turned by the row, half by the column; registers are not turned.

    Returns:
        (num_registers + height * width, dim) in radians, registers first.
    """
    frequencies = ROTARY_BASE ** -(torch.arange(dim // 4) / (dim // 4))  # (dim / 4,)
    rows = torch.arange(height)[:, None, None] * frequencies  # (height, 1, dim / 4)
    columns = torch.arange(width)[None, :, None] * frequencies  # (1, width, dim / 4)
    pairs = torch.cat([rows.expand(-1, width, -1), columns.expand(height, -1, -1)], dim=-1).flatten(0, 1)  # (HW, dim / 2)
    angles = torch.cat([pairs, pairs], dim=-1)  # (HW, dim)
    return torch.cat([torch.zeros(num_registers, dim), angles])
