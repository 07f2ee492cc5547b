"""Whole sets of pictures as codes, batch by batch."""

from __future__ import annotations

import torch
from torch import Tensor

from multimodal import rgba
from multimodal.models.vqvae import VQVAE

BATCH_SIZE = 64


@torch.inference_mode()
def encode_pictures(vqvae: VQVAE, pixels: Tensor) -> Tensor:
    """(N, 4, H, W) uint8 premultiplied RGBA → (N, groups, h, w) codebook indices on the CPU."""
    batches = (rgba.from_uint8(batch.to(vqvae.device)) for batch in pixels.split(BATCH_SIZE))
    return torch.cat([vqvae.quantize(vqvae.encode(batch)).cpu() for batch in batches])
