"""From one prompt to another: pictures of the same noise, under a velocity that changes from the one's to the other's."""

from __future__ import annotations

import torch

from multimodal import rgba
from multimodal.arguments import (
    DEFAULT_GUIDANCE,
    DEFAULT_STEPS,
    MAX_IMAGES,
    check_number,
    check_prompts,
    check_sampling,
    clean_prompt,
)
from multimodal.diffusion.samplers import Callback, between
from multimodal.outputs import MixOutput
from multimodal.pipeline import TextToImagePipeline
from multimodal.reading.prompts import read_prompt
from multimodal.reading.syntax import expand


@torch.inference_mode()
def mix(
    pipeline: TextToImagePipeline,
    first: str,
    second: str,
    num_frames: int = 9,
    negative_prompt: str = "",
    num_inference_steps: int = DEFAULT_STEPS,
    guidance_scale: float = DEFAULT_GUIDANCE,
    seed: int = 0,
    callback: Callback | None = None,
) -> MixOutput:
    """Pictures that lead from one prompt to another; of {red|green} the first choice is drawn.

    The first is what `first`, drawn as one thing, makes of the seed, the last what `second` makes of it. Between them the
    velocities of the two are interpolated, as composable diffusion (Liu et al. 2022) adds those of several prompts.

    Args:
        num_frames: 2 … 16.
        num_inference_steps, guidance_scale, seed, callback: as for the pipeline; the sampler is its default.
    Raises:
        ValueError: a prompt is empty, or has words to be written in it, or an argument is out of its range.
        SamplingCancelled: the callback returned False.
    """
    prompts = check_prompts([expand(one)[0] for one in check_prompts([first, second])])
    negative_prompt = clean_prompt(negative_prompt)
    check_number("num_frames", num_frames, 2, MAX_IMAGES, whole=True)
    check_sampling(num_inference_steps, guidance_scale, seed)
    with pipeline.lock:
        readings = [read_prompt(one, pipeline.names, apart=False) for one in prompts]
        if written := next((reading.written for reading in readings if reading.written), ""):
            raise ValueError(f"“{written}” cannot be written on an animation: leave these words out")
        start, end = (pipeline.prompt_velocity(one.prompts, negative_prompt, guidance_scale) for one in readings)
        noise = pipeline.make_noise([int(seed)] * int(num_frames))
        velocity = between(start, end, torch.linspace(0, 1, int(num_frames), device=noise.device))
        latents = pipeline.sample_latents(velocity, noise, int(num_inference_steps), callback=callback)
        images = rgba.to_images(pipeline.vqvae.decode(latents))
    dropped = [pipeline.dropped_words(reading.prompts) for reading in readings]
    return MixOutput(images, prompts, dropped, [dict(reading.renamed) for reading in readings])
