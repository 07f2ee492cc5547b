"""Samplers: plain functions that follow a velocity field from noise (t = 1), or from any time before, to data (t = 0).

A sampler takes any `velocity(latents, t)`: latents (B, ...), t (B,) in [0, 1], and returns (B, ...).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from multimodal.diffusion.rectified_flow import per_sample, to_x0

Velocity = Callable[[Tensor, Tensor], Tensor]


class SamplingCancelled(Exception):
    """The callback asked to stop."""


@dataclass(frozen=True)
class SamplerStep:
    step: int  # 1 … num_inference_steps
    num_inference_steps: int
    t: float  # the time reached
    latents: Tensor  # (B, ...) at that time
    denoised: Tensor  # (B, ...) what the latents are expected to become


Callback = Callable[[SamplerStep], bool | None]


def euler(
    velocity: Velocity, latents: Tensor, num_inference_steps: int, callback: Callback | None = None, start: float = 1.0
) -> Tensor:
    """First-order sampler: x ← x + (t' - t) v(x, t).

    Args:
        latents: (B, ...) at time `start`: standard normal noise, or data noised by `rectified_flow.interpolate`.
        callback: called after each step; where it returns False, sampling stops.
        start: the time to begin at, in [0, 1].
    Raises:
        SamplingCancelled: the callback returned False.
    """
    x, times = latents, timesteps(num_inference_steps, start)
    for step, (t, t_next) in enumerate(pairwise(times), start=1):
        v = velocity(x, _batch(t, x))
        denoised = to_x0(v, x, _batch(t, x))
        x = x + (t_next - t) * v
        _report(callback, SamplerStep(step, num_inference_steps, t_next, x, denoised))
    return x


def heun(
    velocity: Velocity, latents: Tensor, num_inference_steps: int, callback: Callback | None = None, start: float = 1.0
) -> Tensor:
    """Second-order sampler (Karras et al. 2022, algorithm 1): the mean of the slopes at both ends of each step.

    The last step, which ends at t = 0, is an Euler step. Arguments and errors as for `euler`.
    """
    x, times = latents, timesteps(num_inference_steps, start)
    for step, (t, t_next) in enumerate(pairwise(times), start=1):
        v = velocity(x, _batch(t, x))
        denoised = to_x0(v, x, _batch(t, x))
        if t_next > 0:
            predicted = x + (t_next - t) * v
            v = (v + velocity(predicted, _batch(t_next, x))) / 2
        x = x + (t_next - t) * v
        _report(callback, SamplerStep(step, num_inference_steps, t_next, x, denoised))
    return x


def lms(
    velocity: Velocity, latents: Tensor, num_inference_steps: int, callback: Callback | None = None, start: float = 1.0
) -> Tensor:
    """Linear multistep sampler (Adams & Bashforth 1883) of second order: Euler's, with the slope led on from the last step.

    With evenly spaced times x ← x + (t' - t) (3 v(x, t) - v of the step before) / 2, one velocity a step as for `euler`,
    which the first step is. Arguments and errors as there.
    """
    x, times, before = latents, timesteps(num_inference_steps, start), None
    for step, (t, t_next) in enumerate(pairwise(times), start=1):
        v = velocity(x, _batch(t, x))
        denoised = to_x0(v, x, _batch(t, x))
        x = x + (t_next - t) * (v if before is None else 1.5 * v - 0.5 * before)
        before = v
        _report(callback, SamplerStep(step, num_inference_steps, t_next, x, denoised if t_next > 0 else x))
    return x


SAMPLERS = {"lms": lms, "euler": euler, "heun": heun}


def timesteps(num_inference_steps: int, start: float = 1.0) -> list[float]:
    """num_inference_steps + 1 evenly spaced times from `start` to 0."""
    if num_inference_steps < 1:
        raise ValueError(f"num_inference_steps must be at least 1, not {num_inference_steps}")
    return [start * (1 - k / num_inference_steps) for k in range(num_inference_steps + 1)]


def guided(velocity: Velocity, unconditional: Velocity, guidance_scale: float, interval: tuple[float, ...]) -> Velocity:
    """Classifier-free guidance (Ho & Salimans 2022) for times within `interval` (Kynkäänniemi et al. 2024).

    v = v_uncond + guidance_scale * (v_cond - v_uncond); outside the interval, and at scale 1, v_cond alone.
    """

    def combined(latents: Tensor, t: Tensor) -> Tensor:
        conditional = velocity(latents, t)
        if guidance_scale == 1 or not interval[0] <= float(t[0]) <= interval[1]:
            return conditional
        return torch.lerp(unconditional(latents, t), conditional, guidance_scale)

    return combined


def between(first: Velocity, second: Velocity, weight: Tensor) -> Velocity:
    """The velocity on the line through two, for each sample: `first` at weight 0, `second` at 1, both exactly.

    Weights outside 0 … 1 lead on beyond, as guidance does.

    Args:
        weight: (B,).
    """

    def mixed(latents: Tensor, t: Tensor) -> Tensor:
        return torch.lerp(first(latents, t), second(latents, t), per_sample(weight, latents))

    return mixed


def weighted(velocity: Velocity, parts: Sequence[tuple[Velocity, Tensor]]) -> Velocity:
    """Give parts of a prompt a weight: v + sum over the parts of (weight - 1) * (v - v_without).

    This is composable diffusion (Liu et al. 2022): what a part changes in the velocity is what it says. At weight 0 a part
    is as if left out; at 1 the velocity is `velocity` exactly.

    Args:
        velocity: that of the whole prompts.
        parts: for each part the velocity of the prompts without it, and its (B,) weights.
    """

    def combined(latents: Tensor, t: Tensor) -> Tensor:
        whole = result = velocity(latents, t)
        for without, weight in parts:
            result = result + per_sample(weight - 1, latents) * (whole - without(latents, t))
        return result

    return combined


def inpainting(velocity: Velocity, x0: Tensor, noise: Tensor, mask: Tensor) -> Velocity:
    """Inpainting: `velocity` where the mask is True; elsewhere the straight path from `noise` to the data `x0`.

    At every time the kept latents stand at that time's noise level, as in RePaint (Lugmayr et al. 2022) and blended
    diffusion (Avrahami et al. 2022); as their path is straight, a sampler follows it without error, in any number of steps.

    Args:
        x0, noise: (B, ...) that the latents were made of by `rectified_flow.interpolate`.
        mask: bool, to be broadcast to (B, ...).
    """
    return lambda latents, t: torch.where(mask, velocity(latents, t), noise - x0)


def _batch(t: float, x: Tensor) -> Tensor:
    return torch.full((len(x),), t, device=x.device, dtype=x.dtype)


def _report(callback: Callback | None, step: SamplerStep) -> None:
    if callback and callback(step) is False:
        raise SamplingCancelled(f"stopped after step {step.step} of {step.num_inference_steps}")
