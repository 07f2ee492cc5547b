"""A map of a codebook: every code as its patch, at its place along the two axes in which the codes differ most."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor

PATCHES_ACROSS = 64  # how many patches the map is wide
FAINT = 4  # what the opacity of a code that is never used is divided by


def principal_plane(codebook: Tensor) -> tuple[Tensor, float]:
    """Principal component analysis of a codebook.

    Args:
        codebook: (K, codebook_dim).
    Returns:
        (K, 2) places in [0, 1], the first two components, on one scale; and the share of the variance that they hold.
    """
    codes = codebook.detach().cpu().double()  # on the CPU first: not every GPU has float64
    centred = codes - codes.mean(dim=0)
    _, deviations, axes = torch.linalg.svd(centred, full_matrices=False)
    axes = axes[:2] * axes[:2].gather(1, axes[:2].abs().argmax(dim=1, keepdim=True)).sign()  # SVD leaves the signs open
    plane = centred @ axes.T
    middle = (plane.amax(dim=0) + plane.amin(dim=0)) / 2
    span = (plane.amax(dim=0) - plane.amin(dim=0)).max().clamp(min=1e-12)
    variance = deviations**2
    return (plane - middle) / span + 0.5, float(variance[:2].sum() / variance.sum())


def corner(place: Sequence[float]) -> tuple[float, float]:
    """Left and top edge of a patch on the map, as shares of the map, for a place in [0, 1]²."""
    left, top = (p * (1 - 1 / PATCHES_ACROSS) for p in place)
    return left, top


def codebook_map(patches: list[Image.Image], places: Tensor, counts: Tensor | None = None) -> Image.Image:
    """Draw the map.

    Args:
        patches: K square RGBA pictures of one size.
        places: (K, 2) in [0, 1], as `principal_plane` gives them.
        counts: (K,) how often each code is used; those never used are faint, those used most lie on top.
    Returns:
        a square RGBA picture of `PATCHES_ACROSS` patches across.
    """
    side = patches[0].width
    sheet = Image.new("RGBA", (PATCHES_ACROSS * side, PATCHES_ACROSS * side))
    order = range(len(patches)) if counts is None else counts.argsort(stable=True).tolist()
    for code in order:
        patch = patches[code]
        if counts is not None and counts[code] == 0:
            patch = patch.copy()
            patch.putalpha(patch.getchannel("A").point(lambda alpha: alpha // FAINT))
        left, top = (round(share * sheet.width) for share in corner(places[code].tolist()))
        sheet.paste(patch, (left, top))
    return sheet
