"""The VQ-VAE: its parts agree with each other, decode snaps, and a code reaches only so far."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from multimodal.config import VQVAEConfig
from multimodal.models.vqvae import VQVAE, with_decoder_blocks

CONFIG = VQVAEConfig(
    image_size=32,
    stem_patch=2,
    widths=(8, 16),
    encoder_blocks=1,
    decoder_blocks=1,
    groups=2,
    codebook_size=16,
    codebook_dim=3,
)


@pytest.fixture
def vqvae() -> VQVAE:
    """A tiny VQ-VAE, in evaluation mode, whose zero-initialised layers are filled and whose latents have a scale."""
    torch.manual_seed(0)
    model = VQVAE(CONFIG).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    model.set_latent_scale(torch.randint(16, (8, 2, 8, 8)) // 2)  # half of the codes, so that the mean is not zero
    return model


@pytest.fixture
def images() -> Tensor:
    return torch.rand(2, 4, 32, 32) * 2 - 1


@torch.no_grad()
def test_shapes_and_scale_of_the_parts(vqvae: VQVAE) -> None:
    latents = vqvae.encode(torch.rand(2, 4, 16, 24) * 2 - 1)  # any multiple of the factor
    assert latents.shape == (2, 6, 4, 6)
    indices = vqvae.quantize(latents)
    assert indices.shape == (2, 2, 4, 6)
    assert vqvae.lookup(indices).shape == latents.shape
    assert vqvae.decode(latents).shape == (2, 4, 16, 24)


@torch.no_grad()
def test_the_parts_agree_with_the_whole(vqvae: VQVAE, images: Tensor) -> None:
    output = vqvae(images)
    latents = vqvae.encode(images)
    assert torch.equal(vqvae.quantize(latents), output.codebook_indices)
    assert torch.allclose(vqvae.decode_indices(output.codebook_indices), output.images, atol=1e-5)
    assert torch.equal(vqvae.decode(latents), vqvae.decode_indices(output.codebook_indices))
    assert torch.equal(vqvae.quantize(vqvae.lookup(output.codebook_indices)), output.codebook_indices)
    continuous = vqvae(images, quantize=False)
    assert continuous.commitment_loss == 0
    unsnapped = vqvae.decoder(vqvae.quantizer.normalize(vqvae.encoder(images)))
    assert torch.allclose(unsnapped, continuous.images, atol=1e-5)
    assert not torch.allclose(continuous.images, output.images, atol=1e-3)


@torch.no_grad()
def test_decode_snaps_small_errors_away(vqvae: VQVAE) -> None:
    indices = torch.randint(16, (2, 2, 8, 8))
    latents = vqvae.lookup(indices)
    perturbed = latents + 1e-4 * torch.randn_like(latents)
    assert torch.equal(vqvae.decode(perturbed), vqvae.decode(latents))
    assert not torch.equal(vqvae.decode(latents + torch.randn_like(latents)), vqvae.decode(latents))


@torch.no_grad()
def test_latents_have_mean_zero_and_deviation_one_where_the_scale_was_measured(vqvae: VQVAE) -> None:
    indices = torch.randint(5, (16, 2, 8, 8))
    assert vqvae.lookup(indices).mean(dim=(0, 2, 3)).abs().max() > 0.01
    vqvae.set_latent_scale(indices)
    latents = vqvae.lookup(indices)
    assert torch.allclose(latents.mean(dim=(0, 2, 3)), torch.zeros(6), atol=1e-5)
    assert torch.allclose(latents.std(dim=(0, 2, 3)), torch.ones(6), atol=1e-5)
    assert torch.equal(vqvae.quantize(latents), indices)


@torch.no_grad()
def test_the_scale_of_a_single_code_is_finite(vqvae: VQVAE) -> None:
    indices = torch.zeros(1, 2, 8, 8, dtype=torch.int64)
    vqvae.set_latent_scale(indices)
    assert vqvae.lookup(indices).isfinite().all()


@torch.no_grad()
def test_a_code_reaches_only_its_neighbourhood(vqvae: VQVAE) -> None:
    indices = torch.randint(16, (1, 2, 16, 16))
    changed = indices.clone()
    changed[0, 0, 8, 8] = (changed[0, 0, 8, 8] + 1) % 16
    difference = (vqvae.decode_indices(changed) - vqvae.decode_indices(indices)).abs().amax(dim=(0, 1))  # (64, 64)
    factor = CONFIG.downsample_factor
    reach = 1 + 2 + 2  # positions, at most: the first convolution, then two residual blocks of two
    near = torch.zeros_like(difference, dtype=torch.bool)
    near[(8 - reach) * factor : (9 + reach) * factor, (8 - reach) * factor : (9 + reach) * factor] = True
    assert difference[8 * factor : 9 * factor, 8 * factor : 9 * factor].min() > 0
    assert difference[~near].max() == 0


def test_the_decoder_can_learn_alone_from_noised_codes(vqvae: VQVAE, images: Tensor) -> None:
    vqvae.train()
    before = vqvae.quantizer.codebook.clone()
    plain, noised = vqvae(images, decoder_noise=0.0), vqvae(images, decoder_noise=2.0)
    assert torch.equal(plain.images, vqvae.decode_indices(vqvae.quantize(vqvae.encode(images))))
    assert not torch.equal(noised.codebook_indices, plain.codebook_indices)
    noised.images.sum().backward()
    assert all(parameter.grad is None for parameter in vqvae.encoder.parameters())
    assert all(parameter.grad is not None for parameter in vqvae.decoder.parameters())
    assert torch.equal(vqvae.quantizer.codebook, before)


@torch.no_grad()
def test_searched_codes_are_decoded_for_the_first_pictures(vqvae: VQVAE, images: Tensor) -> None:
    searched = torch.randint(16, (1, *vqvae.quantize(vqvae.encode(images)).shape[1:]))
    output = vqvae(images, decoder_noise=0.0, searched_indices=searched)
    expected = torch.cat([searched, vqvae.quantize(vqvae.encode(images[1:]))])
    assert torch.equal(output.codebook_indices, expected)
    assert torch.equal(output.images, vqvae.decode_indices(expected))


@torch.no_grad()
def test_a_deeper_decoder_starts_from_what_was_learnt(vqvae: VQVAE, images: Tensor) -> None:
    deeper = with_decoder_blocks(vqvae, vqvae.config.decoder_blocks + 2)
    assert sum(p.numel() for p in deeper.parameters()) > sum(p.numel() for p in vqvae.parameters())
    assert torch.equal(deeper.encode(images), vqvae.encode(images))
    assert torch.equal(deeper.decode(vqvae.encode(images)), vqvae.decode(vqvae.encode(images)))


def test_a_decoder_is_not_made_shallower(vqvae: VQVAE) -> None:
    with pytest.raises(ValueError, match="decoder_blocks 0 is less than 1"):
        with_decoder_blocks(vqvae, 0)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 3, 32, 32), r"images must be \(B, 4, H, W\), not \(1, 3, 32, 32\)"),
        ((4, 32, 32), r"images must be \(B, 4, H, W\)"),
        ((1, 4, 32, 30), r"multiples of 4, not \(32, 30\)"),
    ],
)
def test_pictures_that_do_not_fit_are_refused(shape: tuple[int, ...], message: str, vqvae: VQVAE) -> None:
    with pytest.raises(ValueError, match=message):
        vqvae.encode(torch.zeros(shape))


def test_one_batch_can_be_learnt_by_heart() -> None:
    torch.manual_seed(0)
    model = VQVAE(CONFIG)
    images = torch.rand(2, 4, 8, 8).mul(2).sub(1).repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)  # coarse blocks
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    errors = []
    for _ in range(80):
        output = model(images)
        error = (output.images - images).abs().mean()
        optimizer.zero_grad()
        (error + 0.25 * output.commitment_loss).backward()
        optimizer.step()
        errors.append(error.item())
    assert errors[-1] < 0.6 * errors[0]
