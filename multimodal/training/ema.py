"""The exponential moving average of a model's weights, which is what is sampled from and exported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def moving_average(model: nn.Module, decay: float, device: torch.device) -> AveragedModel:
    """A copy of a model on a device, whose weights move towards those of the model with every `update_parameters`."""
    averaged = AveragedModel(model, device=device, multi_avg_fn=_ema_with_warmup(decay), use_buffers=False)
    return averaged.requires_grad_(False)


def _ema_with_warmup(decay: float) -> Callable[[Any, Any, Any], None]:
    """Average faster at first, so that the first samples show the model and not its initialisation."""

    def update(averaged: list[Tensor], current: list[Tensor], count: Tensor | int) -> None:
        weight = 1 - min(decay, (1 + int(count)) / (10 + int(count)))
        torch._foreach_lerp_(averaged, current, weight)

    return update
