"""What a step works on: rows, which follow from its number and are shared by all processes, and their pictures."""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
import torch.distributed as dist
from accelerate import Accelerator
from torch import Tensor
from torch.distributed.nn.functional import all_gather

from multimodal import rgba
from multimodal.data.latents import LatentCache, Rows


class Stopped(Exception):
    """A run was to stop before its first step, or with its last one."""


def batch_indices(count: int, batch_size: int, step: int, seed: int, accelerator: Accelerator) -> Tensor:
    """The rows of batch `step` that this process works on: epoch after epoch of seeded permutations.

    Returns:
        (batch_size / processes,) int64.
    Raises:
        ValueError: the processes cannot divide a batch.
    """
    if batch_size % accelerator.num_processes:
        raise ValueError(f"a batch of {batch_size} cannot be divided among {accelerator.num_processes} processes")
    share = batch_size // accelerator.num_processes
    first = step * batch_size + accelerator.process_index * share
    positions = range(first, first + share)
    rows = [int(_permutation(count, position // count, seed)[position % count]) for position in positions]
    return torch.tensor(rows, dtype=torch.int64)


def on_device(images: Tensor, accelerator: Accelerator) -> Tensor:
    """(B, 4, H, W) uint8 premultiplied RGBA → the same in [-1, 1], where models are trained, channels last."""
    return rgba.from_uint8(images.to(accelerator.device)).contiguous(memory_format=torch.channels_last)


def of_all_processes(rows: Tensor) -> Tensor:
    """(B / processes, …) of this process → (B, …) of all, with gradients for each, so that all can be compared with all."""
    return torch.cat(all_gather(rows)) if dist.is_initialized() else rows


def any_process(condition: bool, accelerator: Accelerator) -> bool:
    """Whether a condition holds in any of the processes, so that all of them do the same."""
    flag = torch.tensor(float(condition), device=accelerator.device)
    return accelerator.reduce(flag, "sum").item() > 0


def written_together(
    cache: LatentCache,
    encode: Callable[[Tensor], Tensor],
    accelerator: Accelerator,
    deadline: float,
    batch_size: int = 32,
    doing: str = "encoding",
) -> Rows:
    """The rows of a cache, which all processes write together where they are not there yet, see `LatentCache.write`.

    Raises:
        Stopped: the deadline has passed; what is written stays.
    """
    process, processes = accelerator.process_index, accelerator.num_processes
    complete = cache.write(encode, process, processes, batch_size, doing, deadline)
    if any_process(not complete, accelerator):
        raise Stopped("stopped before the first step; the same command goes on from there")
    return cache.read()


def divisible(batch_size: int, accelerator: Accelerator) -> int:
    """The batch size, or the next larger one that the processes can divide."""
    processes = accelerator.num_processes
    return -(-batch_size // processes) * processes


@functools.lru_cache(maxsize=8)
def _permutation(count: int, epoch: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed((seed * 1_000_003 + epoch) % 2**32)  # of which the generator reads 32 bits
    return torch.randperm(count, generator=generator)
