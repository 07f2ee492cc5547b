"""Rectified flow: t = 0 is data, t = 1 is noise, and the loss is zero at the truth."""

from __future__ import annotations

import pytest
import torch

from multimodal.diffusion.rectified_flow import interpolate, loss, sample_t, to_x0

X0, NOISE = torch.randn(3, 2, 4, 4), torch.randn(3, 2, 4, 4)


def test_both_ends_and_the_middle_of_the_path() -> None:
    x_t = interpolate(X0, NOISE, torch.tensor([0.0, 1.0, 0.25]))
    assert torch.equal(x_t[0], X0[0])
    assert torch.equal(x_t[1], NOISE[1])
    assert torch.allclose(x_t[2], 0.75 * X0[2] + 0.25 * NOISE[2])


def test_the_true_velocity_leads_back_to_the_data() -> None:
    t = torch.tensor([0.1, 0.5, 1.0])
    assert torch.allclose(to_x0(NOISE - X0, interpolate(X0, NOISE, t), t), X0, atol=1e-6)


@pytest.mark.parametrize(("prediction", "truth"), [("velocity", NOISE - X0), ("x0", X0)])
def test_the_loss_is_zero_at_the_truth_only_and_per_sample(prediction: str, truth: torch.Tensor) -> None:
    t = torch.tensor([0.2, 0.5, 0.9])
    assert loss(truth, X0, NOISE, t, prediction, min_t=0.05).tolist() == [0, 0, 0]
    wrong = truth.clone()
    wrong[1] += 1
    assert loss(wrong, X0, NOISE, t, prediction, min_t=0.05)[[0, 2]].tolist() == [0, 0]
    assert loss(wrong, X0, NOISE, t, prediction, min_t=0.05)[1] > 0.5


def test_an_x0_error_weighs_what_the_velocity_error_would() -> None:
    t, predicted_x0 = torch.tensor([0.02, 0.2, 1.0]), X0 + 0.1 * torch.randn_like(X0)
    x_t = interpolate(X0, NOISE, t)
    predicted_velocity = (x_t - predicted_x0) / t.view(-1, 1, 1, 1)
    as_x0 = loss(predicted_x0, X0, NOISE, t, "x0", min_t=0.05)
    as_velocity = loss(predicted_velocity, X0, NOISE, t, "velocity", min_t=0.05)
    assert torch.allclose(as_x0[1:], as_velocity[1:], rtol=1e-3)
    assert as_x0[0].item() == pytest.approx(as_velocity[0].item() * (0.02 / 0.05) ** 2, rel=1e-2)  # bounded by min_t


def test_times_are_within_the_path_and_favour_its_middle() -> None:
    torch.manual_seed(0)
    t = sample_t(4000)
    assert t.min() > 0
    assert t.max() < 1
    assert t.mean().item() == pytest.approx(0.5, abs=0.02)
    assert ((t > 0.25) & (t < 0.75)).float().mean() > 0.6  # half of them, were they uniform
    assert sample_t(4000, mean=1.0).mean() > 0.6
