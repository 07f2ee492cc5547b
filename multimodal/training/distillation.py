"""Guidance distillation (Meng et al. 2023, stage one): a DiT that is told the scale does in one pass what took two."""

from __future__ import annotations

import dataclasses

import torch
from accelerate import Accelerator
from torch import Tensor

from multimodal.config import DiTConfig
from multimodal.diffusion import rectified_flow
from multimodal.models.dit import Condition, DiT, guidance_features
from multimodal.models.text_encoder import CLIPTextEncoder


def sample_scales(t: Tensor, config: DiTConfig) -> Tensor:
    """(B,) times → (B,) random guidance scales for a DiT, small ones more often; 1 at times without guidance, and where it
    takes no scale.
    """
    low, high = config.guidance_interval
    return torch.where(
        (low <= t) & (t <= high), 1 + (max(1.0, config.max_guidance_scale) - 1) * torch.rand_like(t).square(), 1.0
    )


class GuidanceTeacher:
    """A frozen DiT under classifier-free guidance: what a student that starts as its copy is to say at once.

    Args:
        max_scale: the largest guidance scale that the student will take.
    """

    def __init__(self, dit: DiT, max_scale: float, text_encoder: CLIPTextEncoder, accelerator: Accelerator) -> None:
        self.accelerator, self.max_scale = accelerator, max_scale
        self.dit = dit.to(accelerator.device).requires_grad_(False)
        with torch.no_grad():
            self.unconditional = self.dit.condition(*text_encoder([""]))

    def student(self) -> DiT:
        """A copy of the DiT that takes a guidance scale too; at first it makes a difference to the mean alone."""
        student = DiT(dataclasses.replace(self.dit.config, max_guidance_scale=self.max_scale))
        own = {"unconditional_mean": self.unconditional.mean[0]}
        missing, unexpected = student.load_state_dict(self.dit.state_dict() | own, strict=False)
        assert not unexpected
        assert all(key.startswith("guidance_embedding.") for key in missing)
        return student

    def x0(
        self,
        noise: Tensor,
        latents: Tensor,
        t: Tensor,
        context: Tensor,
        context_mask: Tensor,
        pooled: Tensor,
        guidance_scale: Tensor,
    ) -> Tensor:
        """The clean latents for which the loss is the distance to the guided output; arguments as for the DiT."""
        with torch.no_grad(), self.accelerator.autocast():
            condition = self.dit.condition(context, context_mask, pooled)
            unconditional = Condition(*(x.expand(len(latents), *x.shape[1:]) for x in self.unconditional))
            with_prompt, without = (self.dit(latents, t, *one).float() for one in (condition, unconditional))
        output = torch.lerp(without, with_prompt, guidance_scale.view(-1, 1, 1, 1))
        return rectified_flow.as_x0(output, noise, self.dit.config.prediction)


@torch.no_grad()
def undistilled(dit: DiT) -> DiT:
    """A DiT without the guidance scale as an input that computes what `dit` computes at scale 1, and can go on learning."""
    if dit.guidance_embedding is None:
        return dit
    plain = DiT(dataclasses.replace(dit.config, max_guidance_scale=0.0))
    weights = {key: weight for key, weight in dit.state_dict().items() if key in plain.state_dict()}
    bias = "pooled_embedding.1.bias"  # where the time, the prompt and the scale are added up
    plain.load_state_dict(weights | {bias: weights[bias] + dit.guidance_embedding(guidance_features(torch.ones(1)))[0]})
    return plain
