"""Samplers on velocity fields whose solution is known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from multimodal.diffusion import rectified_flow
from multimodal.diffusion.samplers import (
    SAMPLERS,
    SamplerStep,
    SamplingCancelled,
    between,
    guided,
    inpainting,
    timesteps,
    weighted,
)

NOISE = torch.randn(2, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
both = pytest.mark.parametrize("sampler", SAMPLERS.values(), ids=SAMPLERS)


def curved(x: Tensor, t: Tensor) -> Tensor:
    """dx / dt = x (1 + cos(3 t)), so that x(0) = x(1) exp(-1 - sin(3) / 3)."""
    return x * (1 + torch.cos(3 * t))[:, None]


def error(name: str, steps: int) -> float:
    exact = NOISE * math.exp(-1 - math.sin(3) / 3)
    return (SAMPLERS[name](curved, NOISE, steps) - exact).abs().max().item()


@both
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_straight_path_is_followed_exactly(sampler, steps: int) -> None:
    target = torch.tensor([[1.0, 2, 3], [-4, 5, 6]], dtype=torch.float64)
    assert torch.allclose(sampler(lambda x, t: NOISE - target, NOISE, steps), target)


@pytest.mark.parametrize(("name", "order"), [("lms", 2), ("euler", 1), ("heun", 2)])
def test_order_of_convergence(name: str, order: int) -> None:
    measured = math.log2(error(name, 64) / error(name, 128))
    assert measured == pytest.approx(order, abs=0.25)


@pytest.mark.parametrize("name", ["lms", "heun"])
def test_the_second_order_is_closer_than_euler_on_a_curved_path(name: str) -> None:
    assert error(name, 16) < 0.5 * error("euler", 16)


def test_a_multistep_sampler_takes_one_velocity_a_step() -> None:
    seen: list[float] = []
    SAMPLERS["lms"](lambda x, t: seen.append(t[0].item()) or x, NOISE, 7)  # type: ignore[func-returns-value]
    assert len(seen) == 7


@both
def test_times_run_from_noise_to_data_and_never_reach_zero(sampler) -> None:
    seen: list[float] = []

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        assert t.shape == (2,)
        seen.append(t[0].item())
        return torch.zeros_like(x)

    sampler(velocity, NOISE, 4)
    assert sorted(set(seen), reverse=True) == [1, 0.75, 0.5, 0.25]
    assert timesteps(4) == [1, 0.75, 0.5, 0.25, 0]


@both
def test_a_path_is_followed_from_any_time_on(sampler) -> None:
    half = rectified_flow.interpolate(torch.ones_like(NOISE), NOISE, torch.full((2,), 0.5, dtype=torch.float64))
    seen: list[float] = []

    def velocity(x: Tensor, t: Tensor) -> Tensor:
        seen.append(t[0].item())
        return NOISE - 1

    assert torch.allclose(sampler(velocity, half, 2, start=0.5), torch.ones_like(NOISE))
    assert max(seen) == 0.5
    assert timesteps(2, start=0.5) == [0.5, 0.25, 0]


@both
def test_the_callback_sees_every_step(sampler) -> None:
    target = torch.zeros_like(NOISE)
    steps: list[SamplerStep] = []
    result = sampler(lambda x, t: NOISE - target, NOISE, 4, steps.append)
    assert [(step.step, step.num_inference_steps, step.t) for step in steps] == [
        (1, 4, 0.75),
        (2, 4, 0.5),
        (3, 4, 0.25),
        (4, 4, 0),
    ]
    for step in steps:
        assert torch.allclose(step.latents, step.t * NOISE)
        assert torch.allclose(step.denoised, target, atol=1e-12)
    assert torch.equal(steps[-1].latents, result)


@both
def test_a_callback_that_returns_false_stops_within_its_step(sampler) -> None:
    calls: list[int] = []

    def callback(step: SamplerStep) -> bool:
        calls.append(step.step)
        return step.step < 2

    with pytest.raises(SamplingCancelled, match="stopped after step 2 of 9"):
        sampler(curved, NOISE, 9, callback)
    assert calls == [1, 2]


@both
@pytest.mark.parametrize("steps", [0, -1])
def test_no_steps_are_refused(sampler, steps: int) -> None:
    with pytest.raises(ValueError, match=f"at least 1, not {steps}"):
        sampler(curved, NOISE, steps)


def constant(value: float, calls: list[float] | None = None):
    def velocity(x: Tensor, t: Tensor) -> Tensor:
        if calls is not None:
            calls.append(t[0].item())
        return torch.full_like(x, value)

    return velocity


@pytest.mark.parametrize(("scale", "expected"), [(0.0, 2.0), (1.0, 5.0), (3.0, 2 + 3 * (5 - 2)), (0.5, 3.5)])
def test_guidance_is_the_formula(scale: float, expected: float) -> None:
    velocity = guided(constant(5), constant(2), scale, (0.1, 0.9))
    assert velocity(NOISE, torch.full((2,), 0.5)).unique().item() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("scale", "t", "called"),
    [(3, 0.05, False), (3, 0.1, True), (3, 0.5, True), (3, 0.9, True), (3, 0.95, False), (1, 0.5, False)],
)
def test_the_unconditional_call_is_made_within_the_interval_only(scale: float, t: float, called: bool) -> None:
    calls: list[float] = []
    velocity = guided(constant(5), constant(2, calls), scale, (0.1, 0.9))
    result = velocity(NOISE, torch.full((2,), t, dtype=torch.float64))
    assert bool(calls) == called
    assert (result == 5).all() == (not called)


def test_between_two_velocities_each_sample_has_its_weight() -> None:
    first, second = (lambda x, t, k=k: x * k for k in (0.1, 0.7))
    t = torch.ones(2, dtype=torch.float64)
    ends = between(first, second, torch.tensor([0.0, 1.0], dtype=torch.float64))(NOISE, t)
    assert torch.equal(ends[0], first(NOISE, t)[0])
    assert torch.equal(ends[1], second(NOISE, t)[1])
    beyond = between(first, second, torch.tensor([0.5, 1.5], dtype=torch.float64))(NOISE, t)
    assert torch.allclose(beyond, NOISE * torch.tensor([[0.4], [1.0]], dtype=torch.float64))


@both
@pytest.mark.parametrize("start", [1.0, 0.5])
def test_what_is_kept_arrives_where_it_came_from_whatever_the_rest_does(sampler, start: float) -> None:
    x0 = torch.arange(6, dtype=torch.float64).view(2, 3)
    mask = torch.tensor([True, False, False])
    latents = rectified_flow.interpolate(x0, NOISE, torch.full((2,), start, dtype=torch.float64))
    free = sampler(curved, latents, 5, start=start)
    kept = sampler(inpainting(curved, x0, NOISE, mask), latents, 5, start=start)
    assert torch.allclose(kept[:, 1:], x0[:, 1:])
    assert torch.allclose(kept[:, 0], free[:, 0])


def test_a_part_of_weight_one_counts_as_it_is_and_others_by_what_they_change() -> None:
    whole, without = (lambda x, t: x * 3), (lambda x, t: x)
    t = torch.ones(2, dtype=torch.float64)
    velocity = weighted(whole, [(without, torch.tensor([1.0, 1.5], dtype=torch.float64))])(NOISE, t)
    assert torch.equal(velocity[0], whole(NOISE, t)[0])
    assert torch.allclose(velocity[1], NOISE[1] * 4)  # 3 + 0.5 * (3 - 1)
