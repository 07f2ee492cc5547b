"""Codes that are searched for once, for a decoder to learn from."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from torch import Tensor

from multimodal import rgba
from multimodal.config import VQVAEConfig
from multimodal.models.vqvae import VQVAE
from multimodal.training import searched_codes
from multimodal.training.searched_codes import SearchedCodes


@pytest.fixture
def vqvae() -> VQVAE:
    torch.manual_seed(0)
    model = VQVAE(VQVAEConfig(image_size=32, widths=(8, 16), encoder_blocks=1, decoder_blocks=1, codebook_size=16))
    return model.eval()


@pytest.fixture
def pixels() -> Tensor:
    return torch.randint(256, (70, 4, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def open_codes(vqvae: VQVAE, pixels: Tensor, folder: Path, count: int = 66, key: str = "k") -> SearchedCodes:
    return SearchedCodes(vqvae, pixels, count, folder, key, 0, Accelerator())


def test_pictures_come_with_codes_that_decode_to_something_nearer(vqvae: VQVAE, pixels: Tensor, tmp_path: Path) -> None:
    pictures, codes = open_codes(vqvae, pixels, tmp_path).batch(0, 66)
    assert len({picture.numpy().tobytes() for picture in pictures}) == 66
    assert {picture.numpy().tobytes() for picture in pictures} < {picture.numpy().tobytes() for picture in pixels}
    images = rgba.from_uint8(pictures)
    with torch.no_grad():
        encoded = vqvae.quantize(vqvae.encode(images))
        before, after = ((vqvae.decode_indices(each) - images).square().mean(dim=(1, 2, 3)) for each in (encoded, codes))
    assert (after <= before + 1e-6).float().mean() > 0.9
    assert after.mean() < before.mean()


def test_the_search_is_done_once_for_a_vqvae(
    vqvae: VQVAE, pixels: Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_codes(vqvae, pixels, tmp_path)

    def refuse(*_: object) -> None:
        raise InterruptedError

    monkeypatch.setattr(searched_codes, "search_codes", refuse)
    again = open_codes(vqvae, pixels, tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(first.batch(3, 8), again.batch(3, 8), strict=True))
    with pytest.raises(InterruptedError):
        open_codes(vqvae, pixels, tmp_path, key="another")
