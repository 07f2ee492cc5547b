"""The restyler: what its shape depends on, and that it heeds the style."""

from __future__ import annotations

import pytest
import torch

from multimodal.config import RestylerConfig
from multimodal.models.restyler import Restyler

CONFIG = RestylerConfig(widths=(8, 16, 16))


@pytest.fixture
def model() -> Restyler:
    """A network with weights everywhere, so that all of it counts."""
    torch.manual_seed(0)
    model = Restyler(CONFIG).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model


@torch.no_grad()
@pytest.mark.parametrize(("height", "width"), [(32, 32), (16, 40)])
def test_a_picture_keeps_its_size(height: int, width: int, model: Restyler) -> None:
    assert model(torch.zeros(2, 4, height, width), torch.tensor([0, 3])).shape == (2, 4, height, width)


@torch.no_grad()
def test_each_picture_of_a_batch_is_drawn_in_its_own_style(model: Restyler) -> None:
    images = torch.randn(2, 4, 32, 32)
    both = model(images, torch.tensor([1, 3]))
    assert torch.allclose(both[0], model(images[:1], torch.tensor([1]))[0], atol=1e-5)
    assert not torch.allclose(both[1], model(images[1:], torch.tensor([2]))[0], atol=1e-2)


@torch.no_grad()
def test_fine_detail_and_what_is_far_away_both_count(model: Restyler) -> None:
    image, styles = torch.zeros(1, 4, 64, 64), torch.tensor([0])
    plain, changed = model(image, styles), image.clone()
    changed[:, :, 33, 33] = 1  # one pixel
    difference = (model(changed, styles) - plain).abs().amax(dim=(0, 1))  # (64, 64)
    assert difference[30:37, 30:37].max() > 10 * difference[:, 33 + 20 :].max()
    assert difference[33, 33 - 20] > 0


@pytest.mark.parametrize("shape", [(4, 32, 32), (1, 3, 32, 32), (1, 4, 33, 32), (1, 4, 32, 12)])
def test_what_does_not_fit_is_refused(shape: tuple[int, ...], model: Restyler) -> None:
    with pytest.raises(ValueError, match="H and W multiples of 8"):
        model(torch.zeros(shape), torch.tensor([0]))
