"""What the pipeline returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image
from torch import Tensor

from multimodal.diffusion.samplers import SamplerStep


@dataclass(frozen=True)
class PipelineStep(SamplerStep):
    """What a callback is told after each step of a call of the pipeline, whose latents are of each thing."""

    preview: Callable[[], list[Image.Image]]  # makes what the pictures are expected to become


PipelineCallback = Callable[[PipelineStep], bool | None]


@dataclass(frozen=True)
class TextToImageOutput:
    images: list[Image.Image]  # RGBA with straight alpha
    codebook_indices: Tensor  # (N, groups, h, w)
    prompts: list[str]  # one per picture, as `seeds`
    seeds: list[int]  # the seed that makes each picture alone
    dropped: list[str]  # per prompt, and choice in it, the words that did not fit into the text encoder's context, or ""
    renamed: list[dict[str, str]]  # likewise, what is no known name → the nearest name, which is drawn
    model_id: str = ""  # the pipeline's


@dataclass(frozen=True)
class MixOutput:
    images: list[Image.Image]  # RGBA with straight alpha
    prompts: list[str]  # the two
    dropped: list[str]  # of each, as in TextToImageOutput
    renamed: list[dict[str, str]]  # likewise


@dataclass(frozen=True)
class ReconstructionOutput:
    image: Image.Image  # RGBA with straight alpha
    original: Image.Image  # what was reconstructed: the input, fitted into the model's square
    codebook_indices: Tensor  # (groups, h, w)
    psnr: float  # dB, on white
    num_bytes: float  # what the indices cost
