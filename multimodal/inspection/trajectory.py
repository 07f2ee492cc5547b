"""The denoising trajectory: what the picture was expected to become at each step, as codes, film strip and animation."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from multimodal.outputs import PipelineStep
from multimodal.pipeline import TextToImagePipeline

FRAME_MS, LAST_FRAME_MS = 120, 1500


class Trajectory:
    """A callback that keeps the codes of each step's expected pictures: `pipeline(prompt, callback=trajectory)`.

    One trajectory holds one sampling.
    """

    def __init__(self, pipeline: TextToImagePipeline) -> None:
        self.pipeline = pipeline
        self.times: list[float] = []  # the time that each step reached, falling to 0
        self.steps: list[Tensor] = []  # per step (B, groups, h, w) codebook indices, on the CPU

    @torch.inference_mode()
    def __call__(self, step: PipelineStep) -> None:
        if step.step == 1:
            self.times.clear()
            self.steps.clear()
        self.times.append(step.t)
        self.steps.append(self.pipeline.vqvae.quantize(step.denoised).cpu())

    def codebook_indices(self, picture: int = 0) -> Tensor:
        """(steps, groups, h, w) of one picture of the batch; the last are those of the picture itself.

        Raises:
            ValueError: nothing was sampled, or there is no such picture.
        """
        if not self.steps or not 0 <= picture < len(self.steps[0]):
            raise ValueError(f"there is no trajectory of picture {picture}: sample with this as the callback")
        return torch.stack([step[picture] for step in self.steps])

    def frames(self, picture: int = 0) -> list[Image.Image]:
        """The expected picture at each step, RGBA; the last is the picture itself."""
        return self.pipeline.decode_codebook_indices(self.codebook_indices(picture))


def changed_codes(codebook_indices: Tensor) -> list[int]:
    """How many codes each step changed: of (steps, groups, h, w) indices steps - 1 numbers in 0 … groups * h * w."""
    return (codebook_indices[1:] != codebook_indices[:-1]).flatten(1).sum(dim=1).tolist()


def settled(codebook_indices: Tensor) -> Tensor:
    """From which step on, from 1, the codes at each place are what they are in the end: (steps, groups, h, w) → (h, w)."""
    differs = (codebook_indices != codebook_indices[-1]).any(dim=1)  # (steps, h, w)
    steps = torch.arange(1, len(differs) + 1)[:, None, None]
    return (steps * differs).amax(dim=0) + 1


def save_film(frames: list[Image.Image], path: str | Path) -> None:
    """Write the frames as a GIF on white that runs for ever and rests on the last."""
    white = Image.new("RGBA", frames[0].size, "white")
    flat = [Image.alpha_composite(white, frame.convert("RGBA")).convert("RGB") for frame in frames]
    durations = [FRAME_MS] * (len(flat) - 1) + [LAST_FRAME_MS]
    flat[0].save(path, format="GIF", save_all=True, append_images=flat[1:], duration=durations, loop=0)
