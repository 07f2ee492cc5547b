"""Fit the mean predictor: prompts → pooled embeddings with noise → least squares to the pictures' latents."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from multimodal.models.dit import DiT
from multimodal.models.mean_predictor import MeanPredictor
from multimodal.models.text_encoder import CLIPTextEncoder
from multimodal.training.captioned_latents import CaptionedLatents
from multimodal.training.loop import Trainer
from multimodal.training.lora import merged, with_lora


@torch.no_grad()
def with_mean_width(dit: DiT, width: int) -> DiT:
    """A DiT with a new mean predictor of another width, which has learnt nothing yet, and else the weights of `dit`."""
    if width == dit.config.mean_width:
        return dit
    widened = DiT(dataclasses.replace(dit.config, mean_width=width))
    own = {key: value for key, value in dit.state_dict().items() if not key.startswith("mean_predictor.")}
    widened.load_state_dict(widened.state_dict() | own)
    return widened


class PooledPrompts:
    """The pooled embeddings of the prompts of a batch, drawn anew and encoded all together every `steps` steps.

    To encode a prompt costs several times what the mean predictor's step on it does, so each serves a few times.
    """

    def __init__(
        self, pictures: CaptionedLatents, text_encoder: CLIPTextEncoder, batch_size: int, steps: int = 512
    ) -> None:
        self.pictures, self.text_encoder, self.batch_size, self.steps = pictures, text_encoder, batch_size, steps
        self.round = -1
        self.pooled: dict[int, Tensor] = {}

    def __call__(self, rows: Tensor, step: int) -> Tensor:
        """(B,) rows of the batch of this step → (B, pooled_dim)."""
        if step // self.steps != self.round:
            self._encode(step // self.steps)
        return torch.stack([self.pooled[row] for row in rows.tolist()])

    def _encode(self, number: int) -> None:
        batches = (self.pictures.batch(number * self.steps + k, self.batch_size) for k in range(self.steps))
        rows = torch.cat(list(batches)).unique()
        self.pooled = dict(zip(rows.tolist(), self.pictures.embed_prompts(rows, number, self.text_encoder), strict=True))
        self.round = number


def fit_mean(
    mean_predictor: MeanPredictor,
    pictures: CaptionedLatents,
    text_encoder: CLIPTextEncoder,
    folder: Path,
    max_minutes: float,
) -> bool:
    """Fit the mean of every prompt's pictures by least squares, in place, and freeze it; the run's state is in `folder`.

    Returns:
        Whether all of its steps are done.
    """
    config, accelerator = pictures.config, pictures.accelerator
    prompts = PooledPrompts(pictures, text_encoder, config.mean.batch_size)

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = pictures.batch(step, config.mean.batch_size)
        pooled = add_noise(prompts(rows, step), config.pooled_noise)
        x0 = pictures.latents(rows)
        if pictures.rehearsal:
            old = pictures.is_rehearsed(rows)
            x0[old] = pictures.rehearsal.mean(pooled[old])
        return {"loss": F.mse_loss(model(pooled).float(), x0)}

    model = with_lora(copy.deepcopy(mean_predictor), config.lora_rank)  # FSDP would divide the one in the DiT
    trainer = Trainer(config.mean, model, folder, accelerator, pictures.fingerprint)
    trainer.run(loss, max_minutes=max_minutes)
    mean_predictor.load_state_dict(merged(trainer.ema_model).state_dict())
    mean_predictor.requires_grad_(False)
    return trainer.step >= config.mean.steps


def add_noise(pooled: Tensor, maximum: float) -> Tensor:
    """Conditioning augmentation (Ho et al. 2022): (B, D) with noise of 0 … `maximum` times each row's RMS."""
    strength = maximum * torch.rand(len(pooled), 1, device=pooled.device) * pooled.square().mean(dim=1, keepdim=True).sqrt()
    return pooled + strength * torch.randn_like(pooled)
