"""What the training of the DiT does beside the loop that all models share."""

from __future__ import annotations

import torch

from multimodal.training.dit import add_noise


def test_noise_is_measured_by_the_size_of_each_embedding() -> None:
    torch.manual_seed(0)
    pooled = torch.randn(64, 512) * torch.logspace(-2, 2, 64)[:, None]
    noise = add_noise(pooled, 0.5) - pooled
    strengths = noise.norm(dim=1) / pooled.norm(dim=1)
    assert strengths.min() > 0
    assert strengths.max() < 0.55
    assert abs(strengths.mean() - 0.25) < 0.05


def test_no_noise_leaves_the_embedding_as_it_is() -> None:
    pooled = torch.randn(3, 8)
    assert torch.equal(add_noise(pooled, 0.0), pooled)
