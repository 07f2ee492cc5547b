"""A trained DiT with smaller patches or more layers: most of the training in a small network, the rest in a large one."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from multimodal.models.dit import DiT

GROWING = ("patch_size", "depth", "mean_width", "mean_detail")  # what can change in the config of a trained DiT


@torch.no_grad()
def with_patch_size(dit: DiT, patch_size: int) -> DiT:
    """A DiT with smaller patches that starts from what `dit` has learnt, and needs training to become as good.

    What reads a patch, and what writes it, are averages of what did so for its places in the larger one; the transformer
    stays. FlexiViT (Beyer et al. 2023) resizes patches much like this, and Anagnostidis et al. (2024) save training by it.

    Raises:
        ValueError: patch_size does not divide that of `dit`.
    """
    old = dit.config.patch_size
    if patch_size == old:
        return dit
    if patch_size < 1 or old % patch_size:
        raise ValueError(f"patch_size {patch_size} must divide {old}, that of the checkpoint")
    weights = dit.state_dict()
    divided = DiT(dataclasses.replace(dit.config, patch_size=patch_size))
    reading, parts = weights["patch_embedding.weight"], old // patch_size
    # as many smaller patches as there were in a larger one now add less each: `parts` keeps the deviation of their tokens
    weights["patch_embedding.weight"] = parts * _average(reading.T, old, patch_size).T
    for name in ("final.weight", "final.bias"):
        weights[name] = _average(weights[name], old, patch_size)
    divided.load_state_dict(weights)
    return divided


@torch.no_grad()
def with_depth(dit: DiT, depth: int) -> DiT:
    """A DiT with more blocks, the new ones last, which change nothing until they learn.

    Raises:
        ValueError: it has more blocks already.
    """
    old = dit.config.depth
    if depth < old:
        raise ValueError(f"depth {depth} is less than {old}, that of the checkpoint")
    if depth == old:
        return dit
    deeper = DiT(dataclasses.replace(dit.config, depth=depth))
    deeper.load_state_dict(dit.state_dict(), strict=False)
    for name, parameter in deeper.blocks[old:].named_parameters():
        if ".out." in name:
            parameter.zero_()
    return deeper


def _average(weight: Tensor, old: int, new: int) -> Tensor:
    """(C * old², …) → (C * new², …), over the smaller patches in a larger one."""
    parts = old // new
    return weight.unflatten(0, (-1, parts, new, parts, new)).mean(dim=(1, 3)).flatten(0, 2)
