"""The search for codes: never worse than the encoder, each picture alone, also where no gradients are kept."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from multimodal import TextToImagePipeline
from multimodal.models.code_search import search_codes


@pytest.fixture
def images(pipeline: TextToImagePipeline) -> Tensor:
    """What four grids of random codes decode to, slightly changed."""
    torch.manual_seed(0)
    with torch.no_grad():
        pictures = pipeline.vqvae.decode_indices(torch.randint(16, (4, 2, 8, 8)))
    return pictures + 0.02 * torch.randn_like(pictures)


def error(pipeline: TextToImagePipeline, codebook_indices: Tensor, images: Tensor) -> Tensor:
    return (pipeline.vqvae.decode_indices(codebook_indices) - images).square().flatten(1).mean(dim=1)


@torch.inference_mode()
def test_the_search_finds_codes_that_come_nearer(pipeline: TextToImagePipeline, images: Tensor) -> None:
    before, after = (search_codes(pipeline.vqvae, images, steps) for steps in (0, 30))
    assert torch.equal(before, pipeline.vqvae.quantize(pipeline.vqvae.encode(images)))
    assert after.shape == before.shape
    assert (error(pipeline, after, images) < 0.9 * error(pipeline, before, images)).all()


def test_each_picture_is_searched_alone(pipeline: TextToImagePipeline, images: Tensor) -> None:
    together = search_codes(pipeline.vqvae, images, 5)
    alone = torch.cat([search_codes(pipeline.vqvae, image[None], 5) for image in images])
    assert torch.equal(together, alone)


def test_the_model_stays_as_it_was(pipeline: TextToImagePipeline, images: Tensor) -> None:
    before = {key: value.clone() for key, value in pipeline.vqvae.state_dict().items()}
    search_codes(pipeline.vqvae, images, 3)
    assert all(torch.equal(value, before[key]) for key, value in pipeline.vqvae.state_dict().items())
    assert all(parameter.grad is None for parameter in pipeline.vqvae.parameters())
