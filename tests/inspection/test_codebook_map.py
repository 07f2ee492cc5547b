"""The map of a codebook."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from multimodal.inspection.codebook_map import PATCHES_ACROSS, codebook_map, corner, principal_plane
from multimodal.pipeline import TextToImagePipeline


def test_a_flat_codebook_is_mapped_without_loss() -> None:
    plane = torch.randn(50, 2, generator=torch.Generator().manual_seed(0)) * torch.tensor([3.0, 1.0])
    basis = torch.linalg.qr(torch.randn(5, 2, generator=torch.Generator().manual_seed(1))).Q
    places, share = principal_plane(plane @ basis.T)
    assert share == pytest.approx(1)
    assert places.min() >= 0
    assert places.max() <= 1
    assert torch.cdist(places, places).flatten().numpy() == pytest.approx(
        (torch.cdist(plane, plane) / (plane[:, 0].max() - plane[:, 0].min())).flatten().numpy(), rel=0.2, abs=0.05
    )


def test_neighbours_on_the_map_are_neighbours_in_the_codebook(bundled_checkpoint: Path) -> None:
    codebook = TextToImagePipeline.from_pretrained(bundled_checkpoint).vqvae.quantizer.codebook
    for codes in codebook:
        places, share = principal_plane(codes)
        near = torch.cdist(places, places).fill_diagonal_(torch.inf).topk(5, largest=False).indices  # (K, 5)
        apart = torch.cdist(codes, codes)
        assert apart.gather(1, near).mean() < 0.7 * apart.mean()
        assert 0.5 < share < 1


def test_codes_lie_at_their_places_and_unused_ones_are_faint() -> None:
    patches = [Image.new("RGBA", (2, 2), color) for color in ((255, 0, 0, 255), (0, 255, 0, 255))]
    places = torch.tensor([[0.0, 0.5], [1.0, 0.5]])
    drawn = codebook_map(patches, places, torch.tensor([7, 0]))
    assert drawn.size == (2 * PATCHES_ACROSS, 2 * PATCHES_ACROSS)
    left, top = (round(share * drawn.width) for share in corner([1.0, 0.5]))
    assert drawn.getpixel((0, top)) == (255, 0, 0, 255)
    assert drawn.getpixel((left + 1, top + 1)) == (0, 255, 0, 63)
    assert np.asarray(drawn)[..., 3].astype(bool).sum() == 8


def test_the_most_used_lie_on_top() -> None:
    patches = [Image.new("RGBA", (2, 2), (k, 0, 0, 255)) for k in range(3)]
    drawn = codebook_map(patches, torch.full((3, 2), 0.0), torch.tensor([5, 9, 1]))
    assert drawn.getpixel((0, 0)) == (1, 0, 0, 255)
