"""FSDP, version 2 (Zhao et al. 2023): each process holds a part of every weight, of its average and of its moments.

What is sampled from, exported and saved is whole, so that a run may go on with more processes, with fewer, or without FSDP.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import DistributedType
from torch import Tensor, nn
from torch.distributed.fsdp import MixedPrecisionPolicy
from torch.distributed.tensor import DTensor, distribute_tensor


def configure(accelerator: Accelerator, model: nn.Module) -> None:
    """Say how `accelerator.prepare` is to divide a model, where it is to: block by block, if it names `_no_split_modules`.

    Inputs are not rounded to half precision, as accelerate's own policy does: a DiT could not tell its times apart. What is
    computed in half precision is up to autocast, as it is without FSDP; the weights are gathered in it.

    Raises:
        ValueError: it is FSDP of version 1, whose flattened weights have no names.
    """
    if accelerator.distributed_type != DistributedType.FSDP:
        return
    if not accelerator.is_fsdp2:
        raise ValueError("of FSDP only version 2 works here: set fsdp_version: 2 in the accelerate config")
    plugin = accelerator.state.fsdp_plugin
    plugin.transformer_cls_names_to_wrap = getattr(model, "_no_split_modules", [])
    half = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(accelerator.mixed_precision)
    plugin.mixed_precision_policy = MixedPrecisionPolicy(half, torch.float32, torch.float32, cast_forward_inputs=False)
    if half:
        model.forward = torch.autocast(accelerator.device.type, half)(model.forward)


def divide(module: nn.Module, model: nn.Module) -> None:
    """Keep of each parameter of `module` the part that this process holds of the same one of `model`, if it is in parts."""
    for (name, parameter), like in zip(list(module.named_parameters()), model.parameters(), strict=True):
        if isinstance(like, DTensor):
            parent, _, key = name.rpartition(".")
            part = nn.Parameter(part_of(parameter.detach(), like), requires_grad=False)
            setattr(module.get_submodule(parent), key, part)


def gather(module: nn.Module) -> nn.Module:
    """The module itself if it is whole, else a whole copy, for which all processes must ask together."""
    parts = [parameter for parameter in module.parameters() if isinstance(parameter, DTensor)]
    copies: dict[int, Any] = {id(part): nn.Parameter(whole(part.detach()), requires_grad=False) for part in parts}
    return copy.deepcopy(module, copies) if parts else module


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor, for which all processes must ask together if it is in parts."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def part_of(tensor: Tensor, like: Tensor) -> Tensor:
    """The part of a whole tensor that this process holds of `like`; all of it if that is whole."""
    if not isinstance(like, DTensor):
        return tensor
    return distribute_tensor(tensor.to(like.device), like.device_mesh, like.placements, src_data_rank=None)
