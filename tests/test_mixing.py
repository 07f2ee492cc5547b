"""From one prompt to another, with tiny random models."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from multimodal import TextToImagePipeline
from multimodal.diffusion.samplers import SamplerStep, SamplingCancelled
from multimodal.mixing import mix

SETTINGS = {"seed": 7, "num_inference_steps": 3, "negative_prompt": "a star", "guidance_scale": 2.5}


def last_latents(run, *arguments, **settings) -> torch.Tensor:
    steps: list[SamplerStep] = []
    run(*arguments, **SETTINGS, **settings, callback=steps.append)
    return steps[-1].latents


def test_the_ends_are_what_either_prompt_makes_alone(pipeline: TextToImagePipeline) -> None:
    frames = last_latents(mix, pipeline, "a red apple", "a fox", num_frames=5)
    apple, fox = (last_latents(pipeline, prompt)[0] for prompt in ("a red apple", "a fox"))
    assert torch.allclose(frames[0], apple, atol=1e-4)
    assert torch.allclose(frames[-1], fox, atol=1e-4)
    assert (apple - fox).abs().max() > 0.1
    from_apple = [(frame - apple).norm().item() for frame in frames]
    assert from_apple == sorted(from_apple), "every frame goes further"


def test_two_frames_are_the_pictures_of_the_prompts(pipeline: TextToImagePipeline) -> None:
    images = mix(pipeline, "a red apple", "a fox", num_frames=2, **SETTINGS).images
    for image, prompt in zip(images, ("a red apple", "a fox"), strict=True):
        alone = pipeline(prompt, **SETTINGS).images[0]
        assert np.abs(np.asarray(image).astype(int) - np.asarray(alone)).max() <= 2


@pytest.mark.parametrize(
    ("prompts", "settings", "message"),
    [
        (("a fox", " "), {}, "the prompt is empty"),
        (("a fox", 'a star "hi"'), {}, "“hi” cannot be written on an animation"),
        (("a fox", "a star"), {"num_frames": 1}, "num_frames must be a whole number from 2 to 16, not 1"),
        (("a fox", "a star"), {"num_frames": 17}, "num_frames must be"),
        (("a fox", "a star"), {"seed": -1}, "seed must be"),
        (("a fox", "a star"), {"num_inference_steps": 0}, "num_inference_steps must be"),
        (("a fox", "a star"), {"guidance_scale": 21}, "guidance_scale must be"),
    ],
)
def test_bad_input_is_refused_by_name(
    prompts: tuple[str, str], settings: dict, message: str, pipeline: TextToImagePipeline
) -> None:
    with pytest.raises(ValueError, match=message):
        mix(pipeline, *prompts, **settings)


def test_a_mix_can_be_stopped_and_leaves_the_pipeline_usable(pipeline: TextToImagePipeline) -> None:
    with pytest.raises(SamplingCancelled):
        mix(pipeline, "a fox", "a star", callback=lambda _: False)
    assert len(mix(pipeline, "a fox", "a star", num_frames=2, num_inference_steps=1).images) == 2


def test_of_choices_the_first_is_drawn(pipeline: TextToImagePipeline) -> None:
    output = mix(pipeline, "a {red|green} apple", "a fox", num_frames=2, num_inference_steps=1)
    assert output.prompts == ["a red apple", "a fox"]
    assert output.dropped == ["", ""]
    alone = mix(pipeline, "a red apple", "a fox", num_frames=2, num_inference_steps=1)
    assert output.images[0].tobytes() == alone.images[0].tobytes()
