"""Editing a picture by its codes: one by one, by regions of another picture, and back again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from multimodal.models.vqvae import VQVAE
from multimodal.pipeline import TextToImagePipeline

MAX_CHANGES = 200  # that can be undone
CONTEXT = 2  # codes around one that are decoded with it to show what it becomes


@dataclass(frozen=True)
class Edit:
    """The codes of a picture as they were at first and after each change, the last being what they are now."""

    states: tuple[Tensor, ...]  # (groups, h, w) codebook indices each
    model_id: str = ""  # of the model whose codes these are

    @property
    def codebook_indices(self) -> Tensor:
        """(groups, h, w): what the codes are now."""
        return self.states[-1]

    @property
    def changed(self) -> bool:
        return len(self.states) > 1

    def then(self, codebook_indices: Tensor) -> Edit:
        """With one more change; what changes nothing is none. The oldest of more than `MAX_CHANGES` is forgotten."""
        if codebook_indices.equal(self.states[-1]):
            return self
        return replace(self, states=(self.states[0], *self.states[1:][1 - MAX_CHANGES :], codebook_indices))

    def undo(self) -> Edit:
        """Without the last change."""
        return replace(self, states=self.states[:-1]) if self.changed else self

    def reset(self) -> Edit:
        """As at first; this too is a change that can be undone."""
        return self.then(self.states[0])


def rectangle(start: int, end: int, size: int) -> Tensor:
    """(size, size) bool: True in the rectangle that has two cells, counted row by row from 0, as opposite corners."""
    (top, left), (bottom, right) = divmod(start, size), divmod(end, size)
    mask = torch.zeros(size, size, dtype=torch.bool)
    mask[min(top, bottom) : max(top, bottom) + 1, min(left, right) : max(left, right) + 1] = True
    return mask


def region(cells: Sequence[int], size: int) -> Tensor:
    """(size, size) bool: True in the cells, counted row by row from 0."""
    mask = torch.zeros(size * size, dtype=torch.bool)
    mask[list(cells)] = True
    return mask.view(size, size)


def half(side: str, size: int) -> Tensor:
    """(size, size) bool: True in the "left", "right", "top" or "bottom" half."""
    rows, columns = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    middle = size // 2
    return {"left": columns < middle, "right": columns >= middle, "top": rows < middle, "bottom": rows >= middle}[side]


def blend(codebook_indices: Tensor, other: Tensor, mask: Tensor) -> Tensor:
    """The indices with those of another picture where a mask is True, exactly there.

    Args:
        codebook_indices: (groups, h, w).
        other: the same, or (groups, 1, 1) to paint with one code per group.
        mask: (h, w) bool.
    """
    return torch.where(mask, other, codebook_indices)


def nearest_codes(codebook: Tensor, code: int) -> list[int]:
    """All other codes of a (K, codebook_dim) codebook of unit rows, nearest first."""
    order = (codebook @ codebook[code]).argsort(descending=True, stable=True).tolist()
    return [other for other in order if other != code]


def spread_ranks(size: int, count: int) -> list[int]:
    """At most `count` ranks in 1 … size, ever further apart: the first ones, and a few of all that follow."""
    return sorted({round(rank) for rank in np.geomspace(1, size, count).tolist()})


def variants(
    pipeline: TextToImagePipeline, codebook_indices: Tensor, group: int, cell: int, codes: list[int]
) -> list[Image.Image]:
    """What a cell becomes with each of these codes in one group, decoded among `CONTEXT` codes on each side of it.

    Args:
        codebook_indices: (groups, h, w).
        cell: counted row by row from 0.
    Returns:
        RGBA patches of 3 x 3 cells with the cell in the middle; what is beyond the border is transparent.
    """
    row, column = divmod(cell, codebook_indices.shape[2])
    top, left = max(0, row - CONTEXT), max(0, column - CONTEXT)
    window = codebook_indices[:, top : row + CONTEXT + 1, left : column + CONTEXT + 1]
    windows = window.repeat(len(codes), 1, 1, 1)  # (N, groups, ≤ 5, ≤ 5)
    row, column = row - top, column - left
    windows[:, group, row, column] = torch.tensor(codes)
    side = pipeline.vqvae.config.downsample_factor
    box = ((column - 1) * side, (row - 1) * side, (column + 2) * side, (row + 2) * side)
    return [picture.crop(box) for picture in pipeline.decode_codebook_indices(windows)]


def decoder_reach(vqvae: VQVAE) -> int:
    """How many pixels beyond its own patch a code can change: half a kernel per convolution, at that one's resolution."""
    reach, side = 0, vqvae.config.downsample_factor  # pixels per place
    for module in vqvae.decoder.modules():
        if isinstance(module, nn.Conv2d):
            reach += side * (module.kernel_size[0] // 2)
        elif isinstance(module, nn.PixelShuffle):
            side //= module.upscale_factor
    return reach
