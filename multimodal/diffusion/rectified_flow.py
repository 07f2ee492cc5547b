"""Rectified flow (Liu et al. 2022): straight paths between data and noise.

Time runs one way everywhere: t = 0 is data, t = 1 is noise,

    x_t = (1 - t) * x_0 + t * noise,    velocity = d x_t / dt = noise - x_0.
"""

from __future__ import annotations

import torch
from torch import Tensor


def interpolate(x0: Tensor, noise: Tensor, t: Tensor | float) -> Tensor:
    """The point of the path at time t in [0, 1], one for each sample, (B,), or for all: x0 and noise are (B, ...)."""
    t = per_sample(t, x0) if isinstance(t, Tensor) else t
    return (1 - t) * x0 + t * noise


def sample_t(count: int, device: torch.device | str = "cpu", mean: float = 0.0) -> Tensor:
    """(count,) logit-normal times in (0, 1), which favour the middle of the path (Esser et al. 2024, eq. 19)."""
    return torch.sigmoid(torch.randn(count, device=device) + mean)


def to_x0(velocity: Tensor, x_t: Tensor, t: Tensor) -> Tensor:
    """The clean data that a velocity at (x_t, t) points to: x_0 = x_t - t * velocity."""
    return x_t - per_sample(t, x_t) * velocity


def as_x0(output: Tensor, noise: Tensor, prediction: str) -> Tensor:
    """The x0 that a model's output stands for: the output itself, or noise - output where it is a velocity."""
    return noise - output if prediction == "velocity" else output


def loss(output: Tensor, x0: Tensor, noise: Tensor, t: Tensor, prediction: str, min_t: float) -> Tensor:
    """Mean squared error of the velocity, per sample, (B,).

    With an x0-prediction the error is that of x0 over t² (Li & He 2025), t bounded from below by `min_t`.
    """
    if prediction == "velocity":
        error = output - (noise - x0)
    else:
        error = (output - x0) / per_sample(t, x0).clamp(min=min_t)
    return error.square().flatten(1).mean(dim=1)


def per_sample(values: Tensor, like: Tensor) -> Tensor:
    """(B,) values as (B, 1, ...), one for each sample of `like`."""
    return values.view(-1, *[1] * (like.ndim - 1))
