"""What the pipeline returns."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image
from torch import Tensor


@dataclass(frozen=True)
class TextToImageOutput:
    images: list[Image.Image]  # RGBA with straight alpha
    codebook_indices: Tensor  # (N, groups, h, w)
    prompts: list[str]  # one per picture, as `seeds`
    seeds: list[int]  # the seed that makes each picture alone
    dropped: list[str]  # per prompt given, the words that did not fit into the text encoder's context, or ""
    renamed: list[dict[str, str]]  # per prompt given, what is no known name → the nearest name, which is drawn


@dataclass(frozen=True)
class ReconstructionOutput:
    image: Image.Image  # RGBA with straight alpha
    original: Image.Image  # what was reconstructed: the input, fitted into the model's square
    codebook_indices: Tensor  # (groups, h, w)
    psnr: float  # dB, on white
    num_bytes: float  # what the indices cost
