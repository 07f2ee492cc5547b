"""The losses, where their value is known."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from multimodal import rgba
from multimodal.data.captions import Subject
from multimodal.data.composition import Composer
from multimodal.training.clip import composite_pairs, info_nce, pairwise_equal
from multimodal.training.vqvae import random_crops, reconstruction_losses, ssim


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def test_contrastive_loss_is_low_for_pairs_and_high_for_strangers() -> None:
    vectors, scale, different = F.normalize(torch.randn(6, 64), dim=-1), torch.tensor(50.0), torch.eye(6, dtype=torch.bool)
    assert info_nce(vectors, vectors, scale, different) < 0.01
    assert info_nce(vectors, vectors.roll(1, 0), scale, different) > 10
    uniform = info_nce(torch.ones(6, 4) / 2, torch.ones(6, 4) / 2, scale, different)
    assert uniform.item() == pytest.approx(math.log(6), abs=1e-5)


def test_pictures_of_one_concept_are_no_negatives_of_each_other() -> None:
    vectors = F.normalize(torch.randn(4, 8), dim=-1)
    scale, same = torch.tensor(10.0), pairwise_equal(["fox", "fox", "cat", "dog"])
    different = torch.eye(4, dtype=torch.bool)

    def twins(mask: torch.Tensor, twin: torch.Tensor) -> float:
        texts = torch.cat([vectors[:1], twin[None], vectors[2:]])
        return info_nce(texts, texts, scale, mask).item()

    far, near = -vectors[0], vectors[0]  # the twin of picture 0 looks like it, or like its opposite
    assert twins(different, near) > 0.3
    assert twins(same, near) < 0.3 * twins(different, near)
    assert all(math.isfinite(twins(same, twin)) for twin in (near, far))


def test_equal_values_are_found() -> None:
    expected = [[True, False, True], [False, True, False], [True, False, True]]
    assert pairwise_equal(["a", "b", "a"]).tolist() == expected


def test_composites_are_described_twice_beside_their_contraries() -> None:
    pixels = torch.zeros(3, 4, 16, 16, dtype=torch.uint8)
    composer = Composer(pixels, [Subject(name, {"en": name}, {}) for name in ("apple", "rocket", "star")])
    pairs = composite_pairs(composer, 40, random.Random(0))
    assert len(pairs) == 40
    things = [{name for name in ("apple", "rocket", "star") if name in text} for pair in pairs for text in pair]
    assert things[0::2] == things[1::2]  # both captions are of the same things
    assert sum(before == after for before, after in zip(things[0::2], things[2::2], strict=False)) >= 10


def test_a_perfect_reconstruction_costs_nothing_and_others_do() -> None:
    images = rgba.from_uint8(torch.randint(256, (2, 4, 16, 16), dtype=torch.uint8))
    perfect = reconstruction_losses(images, images)
    assert set(perfect) == {"l1", "squared", "alpha", "gradient", "ssim"}
    assert [value.item() for value in perfect.values()] == pytest.approx([0] * 5, abs=1e-5)
    brighter = images.clone()
    brighter[:, :3] += 0.25
    losses = reconstruction_losses(brighter, images)
    assert losses["l1"].item() == pytest.approx(0.25, abs=1e-4)
    assert losses["squared"].item() == pytest.approx(0.25**2, abs=1e-4)
    assert losses["alpha"] == 0
    assert losses["gradient"].item() == pytest.approx(0, abs=1e-4)  # an even change has no edges


def test_a_wrong_alpha_is_seen_though_the_colour_is_right() -> None:
    black = torch.full((2, 4, 16, 16), -1.0)  # nothing there
    solid = black.clone()
    solid[:, 3] = 1
    losses = reconstruction_losses(solid, black)
    assert losses["alpha"] == 2
    assert losses["l1"] > 0.2  # on a background that is not black


def test_ssim_is_that_of_scikit_image() -> None:
    from skimage.metrics import structural_similarity

    a = torch.rand(1, 1, 15, 15) * 2 - 1
    b = a + 0.3 * torch.randn_like(a)
    _, expected = structural_similarity(
        a[0, 0].numpy(), b[0, 0].numpy(), win_size=7, data_range=2, use_sample_covariance=False, full=True
    )
    assert np.allclose(ssim(a, b)[0, 0].numpy(), expected[3:12:2, 3:12:2], atol=1e-4)
    assert ssim(a, a).min().item() == pytest.approx(1, abs=1e-5)


def test_crops_are_parts_of_their_own_picture_in_random_places() -> None:
    pixels = torch.arange(3 * 8 * 8).view(3, 1, 8, 8)
    crops = torch.stack([random_crops(pixels, 4) for _ in range(40)])  # (40, 3, 1, 4, 4)
    corners = crops[:, :, 0, 0, 0] - 64 * torch.arange(3)
    assert corners.min() == 0
    assert corners.max() == 4 * 8 + 4
    assert (corners[:, 0] != corners[:, 1]).any()
    assert torch.equal(crops[:, :, 0, :, :] - crops[:, :, 0, :1, :1], (pixels[0, 0, :4, :4]).expand(40, 3, 4, 4))
    assert torch.equal(random_crops(pixels, 8), pixels)
