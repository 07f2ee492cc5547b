"""The latent cache: every training picture as codebook indices, with the composites that are added to them."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from tqdm.auto import tqdm

from multimodal.data.captions import Composite, Subject
from multimodal.data.composition import Composer
from multimodal.data.images import fingerprint


class LatentCache(NamedTuple):
    """Codebook indices, (N + M, groups, h, w) int16: N pictures, then M composites, which `composites` describes."""

    codebook_indices: Tensor
    composites: list[Composite]


def load_or_make_latents(
    path: Path,
    key: str,
    pixels: Tensor,
    subjects: list[Subject],
    num_composites: int,
    encode: Callable[[Tensor], Tensor],
    batch_size: int = 32,
) -> LatentCache:
    """Encode the pictures and `num_composites` composites of them, once: the result is kept at `path`.

    Args:
        key: names what the indices depend on, such as the checksum of the autoencoder; with another key they are made anew.
        pixels: (N, 4, S, S) uint8 premultiplied RGBA.
        encode: maps (B, 4, S, S) uint8 pictures to (B, groups, h, w) indices.
    """
    composer = Composer(pixels, subjects)
    draws = [random.Random(f"composite {k}") for k in range(num_composites)]
    key = f"{key} {fingerprint(pixels, subjects)} {num_composites}"
    if path.exists():
        with safe_open(path, "pt") as file:
            if file.metadata().get("key") == key:
                return LatentCache(file.get_tensor("codebook_indices"), [composer.choose(rng)[0] for rng in draws])
    indices = [encode(batch) for batch in tqdm(pixels.split(batch_size), desc="encoding pictures")]
    descriptions: list[Composite] = []
    waiting: list[Tensor] = []
    for picture, description in tqdm(map(composer.compose, draws), desc="encoding composites", total=num_composites):
        descriptions.append(description)
        waiting.append(picture)
        if len(waiting) == batch_size or len(descriptions) == num_composites:
            indices.append(encode(torch.stack(waiting)))
            waiting.clear()
    codebook_indices = torch.cat(indices).to(torch.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".tmp")
    save_file({"codebook_indices": codebook_indices}, temporary, metadata={"key": key})
    temporary.rename(path)
    return LatentCache(codebook_indices, descriptions)
