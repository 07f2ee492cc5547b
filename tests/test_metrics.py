"""Metrics, on pictures and counts whose truth is known."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from multimodal.metrics import alpha_error, perplexity, picture_losses, psnr_on_white, ssim_on_white, usage


def flat(red: float, green: float, blue: float, alpha: float, size: int = 16) -> Tensor:
    """A picture of one premultiplied colour, 0 … 1."""
    return (torch.tensor([red, green, blue, alpha]) * 2 - 1).view(1, 4, 1, 1).repeat(1, 1, size, size)


def test_psnr_of_a_known_difference() -> None:
    # On white, 0.9 grey against 1.0 differs by 0.1 of the range: 20 dB.
    assert psnr_on_white(flat(0.9, 0.9, 0.9, 1.0), flat(1.0, 1.0, 1.0, 1.0)).item() == pytest.approx(20, abs=1e-3)


def test_transparent_and_white_are_the_same_on_white() -> None:
    empty, white = flat(0.0, 0.0, 0.0, 0.0), flat(1.0, 1.0, 1.0, 1.0)
    assert psnr_on_white(empty, white).item() >= 99
    assert ssim_on_white(empty, white) == [pytest.approx(1)]
    assert alpha_error(empty, white).item() == pytest.approx(1)


def test_alpha_error_is_a_share_of_the_range() -> None:
    a, b = flat(0.0, 0.0, 0.0, 0.25), flat(0.0, 0.0, 0.0, 0.75)
    assert alpha_error(torch.cat([a, b]), torch.cat([b, b])).tolist() == pytest.approx([0.5, 0.0])


def test_ssim_falls_with_noise() -> None:
    torch.manual_seed(0)
    picture = torch.cat([torch.rand(1, 3, 32, 32) * 2 - 1, torch.ones(1, 1, 32, 32)], dim=1)
    noisy = picture + torch.randn_like(picture) * torch.tensor([0.1, 0.8])[:, None, None, None]
    low, high = ssim_on_white(noisy, picture.expand(2, -1, -1, -1))
    assert 1 > low > high > 0


def test_usage_is_the_share_of_codes_above_zero() -> None:
    assert usage(torch.tensor([[5, 0, 1, 0], [1, 1, 1, 1]])).tolist() == [0.5, 1.0]


def test_perplexity_runs_from_one_to_the_number_of_codes() -> None:
    counts = torch.tensor([[5, 5, 5, 5], [9, 0, 0, 0], [1, 1, 0, 0]])
    assert perplexity(counts).tolist() == pytest.approx([4, 1, 2])
    uneven = torch.tensor([3, 1])
    assert perplexity(uneven).item() == pytest.approx(math.exp(-0.75 * math.log(0.75) - 0.25 * math.log(0.25)))


def test_an_error_that_shows_on_white_alone_counts() -> None:
    images = torch.full((1, 4, 8, 8), -1.0)
    faint = images.clone()
    faint[:, 3] = -0.5  # black, a quarter there
    assert picture_losses(faint, images)["l1"] == pytest.approx(0.5 * 4 / 7)  # alpha and three colours on white
    assert picture_losses(images, images)["l1"] == 0
