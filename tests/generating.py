"""How tests draw with a tiny pipeline, and compare what it draws."""

from __future__ import annotations

import numpy as np
from PIL import Image

from multimodal import TextToImagePipeline
from multimodal.outputs import TextToImageOutput


def generate(pipeline: TextToImagePipeline, prompt: str | list[str] = "a red apple", **settings) -> TextToImageOutput:
    return pipeline(prompt, **{"num_inference_steps": 3, **settings})


def same(a: Image.Image, b: Image.Image) -> bool:
    return np.array_equal(np.asarray(a), np.asarray(b))
