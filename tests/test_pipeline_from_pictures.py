"""The pipeline from pictures and codes to pictures: strength, masks, reconstruction; with tiny random models."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from multimodal import TextToImagePipeline, rgba
from multimodal.diffusion.samplers import SAMPLERS
from multimodal.metrics import psnr_on_white
from multimodal.outputs import PipelineStep
from tests.generating import generate, same


def test_strength_leads_from_the_picture_to_what_the_prompt_alone_makes(pipeline: TextToImagePipeline) -> None:
    source = generate(pipeline, "a green star", seed=3)
    image, indices = source.images[0], source.codebook_indices[0]
    untouched = generate(pipeline, image=indices, strength=0)
    assert torch.equal(untouched.codebook_indices[0], indices)
    new = generate(pipeline, seed=5)
    assert same(generate(pipeline, seed=5, image=image, strength=1.0).images[0], new.images[0])
    steps: list[PipelineStep] = []
    between = generate(pipeline, seed=5, image=indices, strength=0.5, num_inference_steps=10, callback=steps.append)
    assert len(steps) == 5
    assert not same(between.images[0], new.images[0])
    assert not same(between.images[0], image)


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("strength", [None, 0.5])
def test_outside_the_mask_a_picture_keeps_its_codes(
    sampler: str, strength: float | None, pipeline: TextToImagePipeline
) -> None:
    picture = generate(pipeline, "a green star", seed=3).images[0]
    original = pipeline.reconstruct(picture).codebook_indices
    mask = Image.new("L", picture.size)
    mask.paste(255, (0, 0, 16, 32))  # the left half
    steps: list[PipelineStep] = []
    settings = {"seed": 5, "num_images_per_prompt": 2, "sampler": sampler, "callback": steps.append}
    output = generate(pipeline, image=picture, mask=mask, strength=strength, **settings)
    for indices in output.codebook_indices:
        assert torch.equal(indices[..., 4:], original[..., 4:])
        assert (indices[..., :4] != original[..., :4]).float().mean() > 0.3
    kept = pipeline.vqvae.lookup(original[None])[..., 4:]
    noise = pipeline.make_noise([5, 6])[..., 4:]
    for step in steps:
        assert torch.allclose(step.latents[..., 4:], (1 - step.t) * kept + step.t * noise, atol=1e-4), step.t
    grid = torch.zeros(8, 8, dtype=torch.bool)
    grid[:, :4] = True
    again = generate(pipeline, image=original, mask=grid, strength=strength, **settings)
    assert torch.equal(again.codebook_indices, output.codebook_indices)


def test_what_is_drawn_anew_sees_what_is_kept(pipeline: TextToImagePipeline) -> None:
    mask = torch.zeros(8, 8, dtype=torch.bool)
    mask[:, :4] = True
    stars, foxes = (generate(pipeline, prompt, seed=3).codebook_indices[0].clone() for prompt in ("a green star", "a fox"))
    foxes[..., :4] = stars[..., :4]  # they differ where nothing is drawn
    star, fox = (generate(pipeline, seed=5, image=image, mask=mask).codebook_indices for image in (stars, foxes))
    assert not torch.equal(star[..., :4], fox[..., :4])


@pytest.mark.parametrize(
    ("image", "mask", "message"),
    [
        (None, Image.new("L", (32, 32), 255), "needs the picture"),
        (Image.new("RGBA", (32, 32)), Image.new("L", (32, 31), 255), "as large as its picture: 32 x 32"),
        (Image.new("RGBA", (32, 32)), Image.new("L", (32, 32)), "the mask is empty"),
        (Image.new("RGBA", (32, 32)), torch.ones(4, 4), "grid of 8 x 8"),
    ],
)
def test_masks_that_do_not_fit_are_refused(
    image: Image.Image | None, mask: Image.Image | torch.Tensor, message: str, pipeline: TextToImagePipeline
) -> None:
    with pytest.raises(ValueError, match=message):
        generate(pipeline, image=image, mask=mask)


def test_a_grid_of_another_size_is_no_picture_to_start_from(pipeline: TextToImagePipeline) -> None:
    with pytest.raises(ValueError, match="grid of 8 x 8"):
        generate(pipeline, image=torch.zeros(2, 4, 4, dtype=torch.int64))


def test_reconstruction(pipeline: TextToImagePipeline) -> None:
    picture = Image.new("RGB", (60, 30), "red")
    output = pipeline.reconstruct(picture)
    assert output.image.mode == output.original.mode == "RGBA"
    assert output.image.size == output.original.size == (32, 32)
    assert output.codebook_indices.shape == (2, 8, 8)
    assert output.num_bytes == pipeline.vqvae.config.bytes_per_image == 8 * 8 * 2 * 4 / 8
    assert [output.original.getpixel((16, y))[3] for y in (2, 16, 29)] == [0, 255, 0]  # fitted, not stretched
    (again,) = pipeline.decode_codebook_indices(output.codebook_indices[None])
    assert same(again, output.image)
    decoded = pipeline.vqvae.decode_indices(output.codebook_indices[None])
    assert output.psnr == pytest.approx(psnr_on_white(decoded, rgba.to_tensor(picture, 32)[None]).item(), abs=1e-3)


def test_generated_indices_decode_to_the_generated_pictures(pipeline: TextToImagePipeline) -> None:
    output = generate(pipeline, num_images_per_prompt=2)
    for image, decoded in zip(output.images, pipeline.decode_codebook_indices(output.codebook_indices), strict=True):
        assert same(image, decoded)


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        (torch.zeros(2, 8, 8, dtype=torch.int64), r"must be \(B, 2, h, w\), not \(2, 8, 8\)"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.int64), r"must be \(B, 2, h, w\)"),
        (torch.full((1, 2, 8, 8), 16), "must lie in 0 … 15"),
        (torch.full((1, 2, 8, 8), -1), "must lie in 0 … 15"),
    ],
)
def test_indices_that_are_in_no_codebook_are_refused(
    indices: torch.Tensor, message: str, pipeline: TextToImagePipeline
) -> None:
    with pytest.raises(ValueError, match=message):
        pipeline.decode_codebook_indices(indices)
