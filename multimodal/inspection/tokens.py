"""Pictures of codes: each code as the patch it decodes to, maps of indices, and where a code stands in a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from multimodal.inspection.codebook import CodebookStatistics
from multimodal.pipeline import TextToImagePipeline

PATCH_CONTEXT = 3  # codes on each side of the square whose middle patch stands for a code
BATCH_SIZE = 128  # of these squares


def codebook_patches(
    pipeline: TextToImagePipeline, statistics: CodebookStatistics | None = None
) -> list[list[Image.Image]]:
    """Every code of each group as a patch, as `code_patches` makes them."""
    config = pipeline.vqvae.config
    return [code_patches(pipeline, group, range(config.codebook_size), statistics) for group in range(config.groups)]


def code_patches(
    pipeline: TextToImagePipeline,
    group: int,
    codes: Sequence[int],
    statistics: CodebookStatistics | None = None,
) -> list[Image.Image]:
    """Codes of one group, each as the patch in the middle of a square of that code alone.

    The other groups hold the code that most often stands beside it, or, without statistics, the one of the same index.

    Returns:
        RGBA patches of `downsample_factor` pixels.
    """
    config = pipeline.vqvae.config
    chosen = torch.tensor(codes)
    partners = chosen[:, None].repeat(1, config.groups) if statistics is None else statistics.partners[group, chosen]
    start = PATCH_CONTEXT // 2 * config.downsample_factor
    box = (start, start, start + config.downsample_factor, start + config.downsample_factor)
    squares = partners[:, :, None, None].expand(-1, -1, PATCH_CONTEXT, PATCH_CONTEXT)  # (N, groups, 3, 3)
    pictures = [picture for batch in squares.split(BATCH_SIZE) for picture in pipeline.decode_codebook_indices(batch)]
    return [picture.crop(box) for picture in pictures]


def code_colors(codebook: Tensor) -> np.ndarray:
    """A colour for each code, so that codes close to each other look alike.

    Args:
        codebook: (K, codebook_dim).
    Returns:
        (K, 3) uint8: the ranks of the codes along the first three axes of the codebook.
    """
    axes = torch.nn.functional.pad(codebook.detach().float().cpu(), (0, 3))[:, :3]
    ranks = axes.argsort(dim=0).argsort(dim=0).float() / max(1, len(codebook) - 1)
    return (40 + 200 * ranks).round().to(torch.uint8).numpy()


def index_maps(codebook_indices: Tensor, codebook: Tensor, cell: int = 16) -> list[Image.Image]:
    """(groups, h, w) indices as one picture per group: a square of `cell` pixels, in the code's colour, per index."""
    maps = []
    for indices, codes in zip(codebook_indices, codebook, strict=True):
        image = Image.fromarray(code_colors(codes)[indices.cpu().numpy()])
        maps.append(image.resize((image.width * cell, image.height * cell), Image.Resampling.NEAREST))
    return maps


def highlight(image: Image.Image, mask: np.ndarray) -> Image.Image:
    """Where a code stands in a picture, twice as large: all else faded, the positions outlined.

    Args:
        image: RGBA.
        mask: (h, w) bool, True at the positions.
    """
    side = 2 * image.width // mask.shape[1]
    size = (mask.shape[1] * side, mask.shape[0] * side)
    large = image.convert("RGBA").resize(size, Image.Resampling.NEAREST)
    faded = np.asarray(large).copy()
    shown = np.kron(mask, np.ones((side, side), dtype=bool))
    faded[..., 3] = np.where(shown, faded[..., 3], faded[..., 3] // 3)
    result = Image.fromarray(faded)
    draw = ImageDraw.Draw(result)
    for row, column in np.argwhere(mask):
        box = (column * side, row * side, (column + 1) * side - 1, (row + 1) * side - 1)
        draw.rectangle(tuple(int(x) for x in box), outline=(255, 64, 129, 255), width=max(1, side // 8))
    return result


def heat_map(values: np.ndarray, cell: int = 16) -> Image.Image:
    """(h, w) numbers of 0 and more as a picture, from dark blue (0) over red to pale yellow (the largest)."""
    share = values / max(float(values.max()), 1e-12)
    image = Image.fromarray(ramp(share))
    return image.resize((image.width * cell, image.height * cell), Image.Resampling.NEAREST)


def ramp(share: np.ndarray) -> np.ndarray:
    """Numbers in [0, 1] as uint8 colours, (..., 3), dark to light, so that it reads in grey too."""
    stops = np.array([[13, 16, 46], [93, 24, 110], [196, 56, 82], [250, 149, 54], [252, 253, 191]], dtype=np.float64)
    place = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(share, place, stops[:, c]) for c in range(3)], axis=-1).round().astype(np.uint8)
