"""Editing codes: what a change reaches, that it can be undone, and that regions are copied exactly."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from multimodal.inspection.token_editing import (
    MAX_CHANGES,
    Edit,
    blend,
    decoder_reach,
    half,
    nearest_codes,
    rectangle,
    region,
    spread_ranks,
    variants,
)
from multimodal.pipeline import TextToImagePipeline

SIZE = 8  # of the tiny pipeline's grid; its pictures have 32 x 32 pixels


def random_indices(seed: int, size: int = SIZE) -> torch.Tensor:
    return torch.randint(0, 16, (2, size, size), generator=torch.Generator().manual_seed(seed))


def test_a_code_reaches_as_far_as_stated_and_no_further(pipeline: TextToImagePipeline) -> None:
    vqvae = pipeline.vqvae
    reach, side = decoder_reach(vqvae), vqvae.config.downsample_factor
    assert reach == 2 * 2 + 2 * 4 + 2 + 4  # two convolutions per resolution, of 2 and of 4 pixels; the first, the last
    latents = vqvae.quantizer.lookup(random_indices(0, 16)[None]).detach().requires_grad_()
    row = vqvae.decoder(latents)[0, :, 0]  # (4, 64): the pixels of the first row
    for x, reached in ((side + reach - 1, True), (side + reach, False)):
        (gradient,) = torch.autograd.grad(row[:, x].sum(), latents, retain_graph=True)
        assert bool(gradient[0, :, 0, 0].any()) == reached


def test_one_token_changes_its_surroundings_alone(pipeline: TextToImagePipeline) -> None:
    before = random_indices(1, 16)
    after = blend(before, (before[:, :1, :1] + 5) % 16, rectangle(0, 0, 16))
    pictures = [np.asarray(image) for image in pipeline.decode_codebook_indices(torch.stack([before, after]))]
    changed = (pictures[0] != pictures[1]).any(axis=2)
    limit = decoder_reach(pipeline.vqvae) + pipeline.vqvae.config.downsample_factor
    assert changed[:4, :4].any()
    assert not changed[limit:].any()
    assert not changed[:, limit:].any()


def test_undo_and_reset_restore_bit_for_bit(pipeline: TextToImagePipeline) -> None:
    first = random_indices(2)
    edit = Edit((first,))
    assert not edit.changed
    assert edit.undo() is edit
    second = edit.then(blend(first, random_indices(3), half("left", SIZE)))
    third = second.then(blend(second.codebook_indices, torch.tensor([1, 2])[:, None, None], rectangle(9, 27, SIZE)))
    assert torch.equal(third.undo().codebook_indices, second.codebook_indices)
    assert torch.equal(third.undo().undo().codebook_indices, first)
    assert torch.equal(third.reset().codebook_indices, first)
    assert torch.equal(third.reset().undo().codebook_indices, third.codebook_indices)
    original, restored = pipeline.decode_codebook_indices(torch.stack([first, third.reset().codebook_indices]))
    assert original.tobytes() == restored.tobytes()


def test_what_changes_nothing_is_no_change_and_the_first_state_is_never_forgotten() -> None:
    first = random_indices(4)
    edit = Edit((first,))
    assert edit.then(first.clone()) is edit
    for k in range(MAX_CHANGES + 5):
        edit = edit.then(torch.full_like(first, k))
    assert len(edit.states) == MAX_CHANGES + 1
    assert torch.equal(edit.reset().codebook_indices, first)


@pytest.mark.parametrize("corners", [(9, 28), (28, 9), (12, 25), (25, 12)])
def test_a_region_is_copied_exactly(corners: tuple[int, int]) -> None:
    target, source = torch.zeros(2, SIZE, SIZE).long(), torch.arange(2 * SIZE * SIZE).view(2, SIZE, SIZE)
    copied = blend(target, source, rectangle(*corners, SIZE))
    assert torch.equal(copied[:, 1:4, 1:5], source[:, 1:4, 1:5])
    copied[:, 1:4, 1:5] = 0
    assert not copied.any()


def test_a_region_is_made_of_its_cells() -> None:
    mask = region([3, 9, 63], SIZE)
    assert mask.nonzero().tolist() == [[0, 3], [1, 1], [7, 7]]
    assert torch.equal(region(range(9, 13), SIZE), rectangle(9, 12, SIZE))


def test_two_halves_make_a_whole() -> None:
    assert half("left", SIZE)[:, :4].all()
    assert half("top", SIZE)[:4].all()
    for one, other in (("left", "right"), ("top", "bottom")):
        assert torch.equal(half(one, SIZE), ~half(other, SIZE))


def test_the_nearest_codes_come_first() -> None:
    angles = torch.tensor([0.0, 3.0, 0.1, -0.5, 1.0])
    codebook = torch.stack([angles.cos(), angles.sin()], dim=1)
    assert nearest_codes(codebook, 0) == [2, 3, 4, 1]
    assert spread_ranks(4, 10) == [1, 2, 3, 4]
    ranks = spread_ranks(1023, 28)
    assert ranks[:4] == [1, 2, 3, 4]
    assert ranks[-1] == 1023
    assert len(ranks) <= 28


@pytest.mark.parametrize("cell", [0, SIZE**2 - 1, 3 * SIZE + 4])
def test_variants_are_close_to_what_the_picture_becomes(pipeline: TextToImagePipeline, cell: int) -> None:
    indices, side = random_indices(5), pipeline.vqvae.config.downsample_factor
    patches = variants(pipeline, indices, 1, cell, [3, 11])
    assert [patch.size for patch in patches] == [(3 * side, 3 * side)] * 2
    row, column = divmod(cell, SIZE)
    middle = (side, side, 2 * side, 2 * side)
    for patch, code in zip(patches, (3, 11), strict=True):
        changed = indices.clone()
        changed[1, row, column] = code
        whole = pipeline.decode_codebook_indices(changed[None])[0]
        expected = whole.crop((column * side, row * side, (column + 1) * side, (row + 1) * side))
        difference = np.abs(np.asarray(patch.crop(middle), dtype=float) - np.asarray(expected, dtype=float)).mean()
        assert difference < 25
    assert patches[0].tobytes() != patches[1].tobytes()
    if cell == 0:
        assert patches[0].crop((0, 0, 3 * side, side)).getbbox() is None  # beyond the border there is nothing
