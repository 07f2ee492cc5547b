"""Codes that were searched for, of some pictures: a decoder that has learnt from them decodes what a search finds."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import Tensor

from multimodal.arguments import SEARCH_STEPS
from multimodal.data.images import fingerprint
from multimodal.data.latents import LatentCache
from multimodal.models.code_search import search_codes
from multimodal.models.vqvae import VQVAE
from multimodal.training.batches import batch_indices, on_device, written_together

SHARD_ROWS = 64  # few, as a picture takes a second


class SearchedCodes:
    """Some pictures with the codes that `search_codes` finds for them, once, by all processes together.

    Args:
        pixels: (N, 4, S, S) uint8 premultiplied RGBA, of which `count` are drawn.
        folder: where the codes are kept.
        key: a checksum of the VQ-VAE.
        deadline: when to stop, as `time.monotonic` says it.
    Raises:
        Stopped: it has passed.
    """

    def __init__(
        self,
        vqvae: VQVAE,
        pixels: Tensor,
        count: int,
        folder: Path,
        key: str,
        seed: int,
        accelerator: Accelerator,
        deadline: float = math.inf,
    ) -> None:
        self.accelerator, self.seed = accelerator, seed
        self.pixels = pixels[torch.randperm(len(pixels), generator=torch.Generator().manual_seed(seed))[:count]]
        cache = LatentCache(folder, fingerprint(self.pixels, key), self.pixels, shard_rows=SHARD_ROWS)

        def search(batch: Tensor) -> Tensor:
            images = on_device(batch, accelerator)
            with accelerator.autocast():
                return search_codes(vqvae, images, SEARCH_STEPS).cpu()

        self.codebook_indices = written_together(  # (count, groups, h, w)
            cache, search, accelerator, deadline, batch_size=SHARD_ROWS, doing="searching"
        )

    def batch(self, step: int, batch_size: int) -> tuple[Tensor, Tensor]:
        """What this process works on in a step: (B, 4, S, S) uint8 pictures and their (B, groups, h, w) codes."""
        rows = batch_indices(len(self.pixels), batch_size, step, self.seed, self.accelerator)
        return self.pixels[rows], self.codebook_indices[rows].to(self.accelerator.device, torch.int64)
