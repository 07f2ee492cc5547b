"""Expectation: what a prompt alone lets one expect, before there is any noise: the mean that the DiT starts from."""

from __future__ import annotations

from typing import NamedTuple

import torch
from PIL import Image

from multimodal import rgba
from multimodal.arguments import check_prompts
from multimodal.pipeline import TextToImagePipeline
from multimodal.reading.syntax import parse_weights


class Expectation(NamedTuple):
    mean: Image.Image  # what the DiT is given, before guidance
    views: dict[str, Image.Image]  # style → what the MLP expects in it; "" is as the prompt asks for
    familiar: float  # 0 … 1: the share of view "" in the mean, the rest is a translation of those in other styles


@torch.inference_mode()
def expect(pipeline: TextToImagePipeline, prompt: str) -> Expectation:
    """The mean of a prompt's pictures, and the views that it is made of, each decoded as if it were a picture.

    Raises:
        ValueError: the prompt is empty.
    """
    [prompt] = check_prompts([prompt])
    with pipeline.lock:
        condition = pipeline.encode_prompt([parse_weights(prompt).text])
        predictor = pipeline.dit.mean_predictor
        views = predictor.mlp.all_views(condition.pooled)  # (1, V, C, h, w)
        translation = predictor.translator(views, condition.pooled) if predictor.translator else None
        mean, *images = rgba.to_images(pipeline.vqvae.decode(torch.cat([condition.mean, views[0]])))
    familiar = torch.sigmoid(translation.familiar).item() if translation else 1.0
    return Expectation(mean, dict(zip(("", *pipeline.dit.config.styles), images, strict=True)), familiar)
