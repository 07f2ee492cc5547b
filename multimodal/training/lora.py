"""LoRA (Hu et al. 2021): a few pictures move a model by low-rank steps, which its checkpoint holds added to its weights."""

from __future__ import annotations

import copy
import re
from typing import Any

from torch import nn


def with_lora(model: nn.Module, rank: int) -> nn.Module:
    """A copy of a model in which only LoRA layers learn: beside each linear layer that may learn in `model`.

    At first it computes what `model` computes. Their sum is scaled by 2, whatever the rank is.

    Args:
        rank: 0 gives `model` itself, all of whose weights learn.
    """
    if not rank:
        return model
    from peft import LoraConfig, get_peft_model

    linears = [name for name, layer in model.named_modules() if isinstance(layer, nn.Linear) and layer.weight.requires_grad]
    names = "|".join(map(re.escape, linears))  # as a pattern, for of a list the ends of names are compared
    return get_peft_model(copy.deepcopy(model), LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=names))


def merged(model: nn.Module) -> nn.Module:
    """The model that `with_lora` was given, with what its LoRA layers have learnt added to its weights; `model` stays."""
    if not hasattr(model, "merge_and_unload"):
        return model
    merge: Any = copy.deepcopy(model).merge_and_unload
    return merge()
