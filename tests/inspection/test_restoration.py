"""Restoration: what is left alone stays as it is, and the rest is what the pipeline makes of it."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from multimodal.diffusion.samplers import SAMPLERS
from multimodal.inspection.restoration import TIMES, restore
from multimodal.pipeline import TextToImagePipeline

STEPS = 4


def noise_picture() -> Image.Image:
    return Image.effect_noise((40, 30), 120).convert("RGBA")


def test_at_time_zero_the_reconstruction_comes_back_exactly(pipeline: TextToImagePipeline) -> None:
    picture = noise_picture()
    reconstruction = pipeline.reconstruct(picture)
    first, *others = restore(pipeline, picture, "a fox", num_inference_steps=STEPS)
    assert [first.t, *(one.t for one in others)] == list(TIMES)
    for row in range(2):
        assert torch.equal(first.codebook_indices[row], reconstruction.codebook_indices)
        assert first.images[row].tobytes() == reconstruction.image.tobytes()
        assert first.psnr[row] == pytest.approx(100)
        for one in others:
            assert not torch.equal(one.codebook_indices[row], reconstruction.codebook_indices)
            assert one.psnr[row] < 60


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_with_the_prompt_it_is_what_the_pipeline_makes_of_the_picture(pipeline: TextToImagePipeline, sampler: str) -> None:
    indices = pipeline.reconstruct(noise_picture()).codebook_indices
    options = {"num_inference_steps": STEPS, "guidance_scale": 2.0, "seed": 5, "sampler": sampler}
    [restored] = restore(pipeline, indices, "a (red:1.5) apple", [0.5], negative_prompt="a star", **options)
    made = pipeline("a (red:1.5) apple", "a star", image=indices, strength=0.5, **options)
    same = (restored.codebook_indices[0] == made.codebook_indices[0]).float().mean()
    assert same > 0.98, "within rounding, for two pictures are restored together"
    assert not torch.equal(restored.codebook_indices[0], restored.codebook_indices[1]), "the prompt makes a difference"


def test_without_guidance_the_second_row_knows_nothing_of_the_prompt(pipeline: TextToImagePipeline) -> None:
    picture = noise_picture()
    fox, star = (restore(pipeline, picture, prompt, [0.75], guidance_scale=1.0)[0] for prompt in ("a fox", "a star"))
    assert not torch.equal(fox.codebook_indices[0], star.codebook_indices[0])
    assert (fox.codebook_indices[1] == star.codebook_indices[1]).float().mean() > 0.98


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"prompt": " "}, "the prompt is empty"),
        ({"times": [1.5]}, "t must be a number from 0 to 1"),
        ({"seed": -1}, "seed must be"),
        ({"sampler": "dpm"}, "sampler must be one of lms, euler, heun"),
    ],
)
def test_what_is_out_of_range_is_refused(pipeline: TextToImagePipeline, changes: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        restore(pipeline, **{"image": noise_picture(), "prompt": "a fox", **changes})
