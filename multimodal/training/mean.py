"""Fit the mean predictor: prompts → pooled embeddings with noise → least squares to the pictures' latents."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from multimodal.models.dit import DiT
from multimodal.models.mean_predictor import MeanMLP, MeanPredictor
from multimodal.models.text_encoder import CLIPTextEncoder
from multimodal.training.captioned_latents import CaptionedLatents
from multimodal.training.loop import Trainer
from multimodal.training.lora import merged, with_lora


@torch.no_grad()
def with_mean(dit: DiT, width: int, detail: int, styles: tuple[str, ...]) -> DiT:
    """A DiT whose mean predictor has this width and detail, for these styles: what has another shape than before is new.

    With the same width, each style keeps its view, that of a new one begins as view 0, and new detail adds nothing until it
    learns.
    """
    config = dataclasses.replace(dit.config, mean_width=width, mean_detail=detail, styles=styles)
    if config == dit.config:
        return dit
    changed = DiT(config)
    old, new = dit.state_dict(), changed.state_dict()
    if width == dit.config.mean_width:
        key = "mean_predictor.mlp.view_embedding.weight"
        before = {style: row for row, style in enumerate(dit.config.styles, start=1)}
        old[key] = old[key][[0, *(before.get(style, 0) for style in styles)]]
    kept = {key: weight for key, weight in old.items() if key in new and new[key].shape == weight.shape}
    changed.load_state_dict(new | kept)
    return changed


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
    deadline: float,
) -> bool:
    """Fit the mean of every prompt's pictures, in place, and freeze it: the MLP, then the translator.

    The translator stays as it is where the MLP has no steps, and where a DiT learns something besides what it knows. The
    runs' states are in `folder` and `folder`/translator.

    Returns:
        Whether all of their steps are done.
    """
    done = _fit_mlp(mean_predictor.mlp, pictures, text_encoder, folder, deadline)
    if done and mean_predictor.translator and pictures.config.learns_styles:
        done = _fit_translator(mean_predictor, pictures, text_encoder, folder / "translator", deadline)
    mean_predictor.requires_grad_(False)
    return done


def _fit_mlp(
    mlp: MeanMLP, pictures: CaptionedLatents, text_encoder: CLIPTextEncoder, folder: Path, deadline: float
) -> bool:
    config, accelerator = pictures.config, pictures.accelerator
    prompts = PooledPrompts(pictures, text_encoder, config.mean.batch_size)

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = pictures.batch(step, config.mean.batch_size)
        pooled = add_noise(prompts(rows, step), config.pooled_noise)
        view, shown = pictures.draw_views(rows)
        view, x0 = view.to(accelerator.device), pictures.latents(shown)
        if pictures.rehearsal:
            old = pictures.is_rehearsed(rows)
            x0[old] = pictures.rehearsal.view(pooled[old], view[old])
        return {"loss": F.mse_loss(model(pooled, view).float(), x0)}

    model = with_lora(copy.deepcopy(mlp), config.lora_rank)  # FSDP would divide the one in the DiT
    run_config = dataclasses.replace(config.mean, seed=config.seed)
    trainer = Trainer(run_config, model, folder, accelerator, pictures.fingerprint)
    trainer.run(loss, deadline=deadline)
    mlp.load_state_dict(merged(trainer.ema_model).state_dict())
    return trainer.step >= config.mean.steps


def _fit_translator(
    mean_predictor: MeanPredictor,
    pictures: CaptionedLatents,
    text_encoder: CLIPTextEncoder,
    folder: Path,
    deadline: float,
) -> bool:
    config, accelerator, mlp = pictures.config, pictures.accelerator, mean_predictor.mlp.to(pictures.accelerator.device)
    translator = mean_predictor.translator
    assert translator

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = pictures.batch(step, config.translator.batch_size)
        prompts = pictures.styled_prompts(rows, step)
        with torch.no_grad(), accelerator.autocast():
            pooled = text_encoder.embed([prompt.text for prompt in prompts]).float()
            views = mlp.all_views(pooled).float()
        style = torch.tensor([prompt.view for prompt in prompts], device=pooled.device)
        seen = torch.tensor([prompt.seen for prompt in prompts], device=pooled.device)
        latents, familiar, logits = model(views, pooled)
        shown = seen & (style > 0)  # in that style there is a picture
        error = (latents.float() - pictures.latents(rows)).square().mean(dim=(1, 2, 3))
        parts = {
            "translation": (error * shown).sum() / shown.sum().clamp(min=1),
            "familiar": F.binary_cross_entropy_with_logits(familiar.float(), seen.float()),
            "style": F.cross_entropy(logits.float(), style),
        }
        return {"loss": sum(parts.values(), torch.zeros((), device=pooled.device)), **parts}

    run_config = dataclasses.replace(config.translator, seed=config.seed)
    trainer = Trainer(run_config, copy.deepcopy(translator), folder, accelerator, pictures.fingerprint)
    trainer.run(loss, deadline=deadline)
    translator.load_state_dict(trainer.ema_model.state_dict())
    return trainer.step >= config.translator.steps


def add_noise(pooled: Tensor, maximum: float) -> Tensor:
    """Conditioning augmentation (Ho et al. 2022): (…, D) with noise of 0 … `maximum` times each row's RMS."""
    rms = pooled.square().mean(dim=-1, keepdim=True).sqrt()
    return pooled + maximum * torch.rand_like(rms) * rms * torch.randn_like(pooled)
