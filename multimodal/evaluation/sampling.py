"""How the pictures of an evaluation are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image
from tqdm.auto import tqdm

from multimodal.arguments import DEFAULT_GUIDANCE, DEFAULT_STEPS, check_choice, check_sampling, check_seeds
from multimodal.pipeline import TextToImagePipeline
from multimodal.reading.names import Names
from multimodal.reading.prompts import in_styles, style_choices
from multimodal.reading.syntax import MIXED


@dataclass(frozen=True)
class Sampling:
    num_inference_steps: int = DEFAULT_STEPS
    guidance_scale: float = DEFAULT_GUIDANCE
    seed: int = 0  # prompt k uses seed + k
    style: str = MIXED  # of prompts that say none, as on the page; "" for none
    interpret: bool = True  # the pipeline's argument; without it the DiT gets the prompts as they are
    batch_size: int = 8  # prompts per call of the pipeline

    def generate(self, pipeline: TextToImagePipeline, prompts: Sequence[str], label: str) -> list[Image.Image]:
        """One picture per prompt, with a progress bar."""
        images: list[Image.Image] = []
        seeds = check_seeds(self.seed, len(prompts))
        prompts = in_styles(prompts, self.style, seeds, pipeline.names)
        for start in tqdm(range(0, len(prompts), self.batch_size), desc=label, unit="batch"):
            output = pipeline(
                prompts[start : start + self.batch_size],
                num_inference_steps=self.num_inference_steps,
                guidance_scale=self.guidance_scale,
                seed=seeds[start : start + self.batch_size],
                interpret=self.interpret,
                style="",  # but what the prompts say by now
            )
            images += output.images
        return images

    def check(self, names: Names) -> None:
        """Raise ValueError, naming the setting, where one is out of its range, or `names` have no such style."""
        check_sampling(self.num_inference_steps, self.guidance_scale, self.seed)
        check_choice("style", self.style, style_choices(names))

    def settings(self) -> dict[str, Any]:
        """How the pictures were made, for the settings of a result; without the batch size, which changes no picture."""
        return {name: value for name, value in asdict(self).items() if name != "batch_size"}


DEFAULT_SAMPLING = Sampling()
