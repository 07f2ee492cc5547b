"""Super-resolution: what it starts from, and what it cannot do to a picture whatever it has learnt."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from multimodal.config import SuperResolutionConfig
from multimodal.models.super_resolution import SuperResolution

CONFIG = SuperResolutionConfig(width=8, depth=2)


@pytest.fixture
def model() -> SuperResolution:
    """A network with weights everywhere, so that it changes all that it may."""
    torch.manual_seed(0)
    model = SuperResolution(CONFIG).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


@pytest.fixture
def images() -> Tensor:
    """Noise in the left half, flat on the right, transparent at the bottom; premultiplied."""
    torch.manual_seed(1)
    alpha, color = torch.rand(2, 1, 24, 24), torch.rand(2, 3, 24, 24)
    alpha[..., 12:], color[..., 12:] = 1.0, 0.4
    alpha[:, :, 16:] = 0
    return torch.cat([color * alpha, alpha], dim=1) * 2 - 1


@torch.no_grad()
@pytest.mark.parametrize("scale", [2, 4])
def test_it_starts_as_the_bicubic_enlargement(images: Tensor, scale: int) -> None:
    enlarged = SuperResolution(CONFIG)(images, scale)
    assert enlarged.shape == (2, 4, 24 * scale, 24 * scale)
    plain = images
    for _ in range(scale // 2):
        plain = F.interpolate(plain, scale_factor=2, mode="bicubic").clamp(-1, 1)
        plain[:, :3] = plain[:, :3].minimum(plain[:, 3:])
    assert torch.allclose(enlarged, plain, atol=1e-6)


@torch.no_grad()
def test_four_times_is_twice_two_times(model: SuperResolution, images: Tensor) -> None:
    assert torch.equal(model(images, 4), model(model(images)))


@torch.no_grad()
def test_what_comes_out_is_premultiplied(model: SuperResolution, images: Tensor) -> None:
    enlarged = model(images, 4)
    assert enlarged.min() >= -1
    assert enlarged.max() <= 1
    assert (enlarged[:, :3] <= enlarged[:, 3:]).all()


@torch.no_grad()
def test_flat_areas_stay_flat_and_transparent_ones_transparent(model: SuperResolution, images: Tensor) -> None:
    enlarged = model(images)
    assert (enlarged[:, :, 2 * 19 :] == -1).all()
    assert torch.allclose(enlarged[:, :3, : 2 * 13, 2 * 15 :], torch.tensor(2 * 0.4 - 1), atol=1e-6)
    assert torch.allclose(enlarged[:, 3, : 2 * 13, 2 * 15 :], torch.tensor(1.0), atol=1e-6)
    plain = SuperResolution(CONFIG)(images)
    assert (enlarged - plain)[..., : 2 * 13, : 2 * 9].abs().mean() > 0.1  # where there is contrast it does change something


@pytest.mark.parametrize(
    ("shape", "scale", "message"),
    [
        ((1, 3, 8, 8), 2, r"images must be \(B, 4, H, W\)"),
        ((1, 4, 8, 8), 3, "power of two"),
        ((1, 4, 8, 8), 1, "power of two"),
    ],
)
def test_what_does_not_fit_is_refused(shape: tuple[int, ...], scale: int, message: str, model: SuperResolution) -> None:
    with pytest.raises(ValueError, match=message):
        model(torch.zeros(shape), scale)


def test_one_batch_can_be_learnt_by_heart() -> None:
    torch.manual_seed(0)
    model, large = SuperResolution(SuperResolutionConfig(width=16, depth=2)), torch.ones(2, 4, 32, 32)
    large[:, :3] = (torch.rand(2, 3, 8, 8) * 2 - 1).repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)  # sharp blocks
    small = F.avg_pool2d(large, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=0)
    errors = []
    for _ in range(100):
        error = (model(small) - large).abs().mean()
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        errors.append(error.item())
    assert errors[-1] < 0.3 * errors[0]
