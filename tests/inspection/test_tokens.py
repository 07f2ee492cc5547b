"""Pictures of codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from multimodal.inspection.codebook import codebook_statistics
from multimodal.inspection.reconstruction import difference, difference_map
from multimodal.inspection.tokens import code_colors, codebook_patches, heat_map, highlight, index_maps
from multimodal.pipeline import TextToImagePipeline


@pytest.fixture(scope="module")
def pipeline(tiny_checkpoint: Path) -> TextToImagePipeline:
    return TextToImagePipeline.from_pretrained(tiny_checkpoint)


def test_every_code_has_a_patch_and_its_partner_changes_it(pipeline: TextToImagePipeline) -> None:
    plain = codebook_patches(pipeline)
    config = pipeline.vqvae.config
    assert [len(group) for group in plain] == [config.codebook_size] * config.groups
    assert plain[0][0].size == (config.downsample_factor, config.downsample_factor)
    indices = torch.zeros(1, 2, 8, 8, dtype=torch.long)
    indices[0, 1] = 5  # code 0 of the first group now stands beside code 5 of the second
    beside = codebook_patches(pipeline, codebook_statistics(indices, config.codebook_size, ["x"], ["y"]))
    assert beside[0][0].tobytes() == beside[1][5].tobytes() != plain[0][0].tobytes()


def test_each_index_has_its_colour_in_the_map() -> None:
    codebook = torch.randn(2, 16, 4, generator=torch.Generator().manual_seed(0))
    indices = torch.tensor([[[0, 1], [2, 15]], [[3, 3], [3, 3]]])
    first, second = index_maps(indices, codebook, cell=4)
    assert first.size == (8, 8)
    assert first.getpixel((7, 7)) == tuple(code_colors(codebook[0])[15])
    assert len(second.getcolors()) == 1
    assert len({tuple(color) for color in code_colors(codebook[0])}) == 16


def test_a_highlight_fades_what_is_not_meant() -> None:
    mask = np.zeros((4, 4), dtype=bool)
    mask[1, 2] = True
    shown = highlight(Image.new("RGBA", (32, 32), (10, 20, 30, 200)), mask)
    assert shown.size == (64, 64)
    assert shown.getpixel((40, 24)) == (10, 20, 30, 200)
    assert shown.getpixel((8, 8)) == (10, 20, 30, 66)
    assert shown.getpixel((32, 16)) == (255, 64, 129, 255)  # the outline


def test_a_heat_map_is_brightest_at_the_largest_number() -> None:
    image = heat_map(np.array([[0, 1], [2, 4]]), cell=3).convert("L")
    brightness = [image.getpixel(place) for place in ((1, 1), (4, 1), (1, 4), (4, 4))]
    assert brightness == sorted(brightness)
    assert brightness[0] < brightness[3]
    heat_map(np.zeros((2, 2)))  # a code that is never used


def test_difference() -> None:
    image = Image.effect_noise((32, 32), 60).convert("RGBA")
    assert difference(image, image).max() == 0
    other = image.copy()
    other.putpixel((3, 5), (255, 0, 0, 0))  # a hole, which counts though it is white on white
    assert difference(image, other)[5, 3] == 1
    assert difference_map(image, other).getpixel((3, 5)) == (252, 253, 191)
    assert difference_map(image, other).getpixel((0, 0)) == (13, 16, 46)
