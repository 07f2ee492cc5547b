"""Super-resolution against filters: the figures are those of Pillow's filters and of the model, picture by picture."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from multimodal import rgba
from multimodal.config import SuperResolutionConfig, VQVAEConfig
from multimodal.data.images import decode_images, load_captioned_images
from multimodal.evaluation import super_resolution
from multimodal.evaluation.super_resolution import evaluate_super_resolution
from multimodal.evaluation.tables import format_table
from multimodal.metrics import psnr_on_white
from multimodal.models.super_resolution import SuperResolution
from multimodal.models.vqvae import VQVAE


@pytest.fixture
def vqvae() -> VQVAE:
    torch.manual_seed(0)
    config = VQVAEConfig(image_size=32, widths=(8, 8), encoder_blocks=1, decoder_blocks=1, codebook_size=64, codebook_dim=2)
    return VQVAE(config).eval()


def rows_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    return result["tables"]["Enlarged"]


def test_the_whole_evaluation(vqvae: VQVAE, data: Path) -> None:
    result = evaluate_super_resolution(SuperResolution(SuperResolutionConfig(width=8, depth=1)), vqvae, data, limit=3)
    rows = rows_of(result)
    assert [row["enlarged"] for row in rows[::3]] == ["2x, 16 → 32", "4x, 8 → 32", "VQ-VAE's 32, 2x and back"]
    assert [row["method"] for row in rows[:3]] == ["bicubic", "Lanczos", "super-resolution"]
    assert all(row["PSNR"]["count"] == 3 for row in rows)
    for row in rows:
        difference = row["PSNR"]["mean"] - rows[rows.index(row) // 3 * 3 + 1]["PSNR"]["mean"]
        assert row["gain"] is None if row["method"] == "Lanczos" else row["gain"]["mean"] == pytest.approx(difference)
    assert json.loads(json.dumps(result)) == result
    assert "PSNR" in format_table(result)


def test_a_perfect_model_has_no_error(vqvae: VQVAE, data: Path) -> None:
    pixels = decode_images(load_captioned_images(data), 32)

    class Oracle(nn.Linear):
        def forward(self, images: Tensor, scale: int) -> Tensor:
            assert images.shape[2] in (8, 16, 32)
            assert len(images) == len(pixels)
            return F.interpolate(rgba.from_uint8(pixels), scale_factor=images.shape[2] * scale / 32)

    ours: Any = Oracle(1, 1)
    *enlarged, mended = rows_of(evaluate_super_resolution(ours, vqvae, data))[2::3]
    for row in enlarged:
        assert row["PSNR"]["mean"] == pytest.approx(100)
        assert row["SSIM"]["mean"] == pytest.approx(1)
        assert row["alpha error"]["mean"] == 0
    assert mended["PSNR"]["mean"] > 20
    assert mended["gain"]["low"] > 5


def test_filters_are_those_of_pillow(vqvae: VQVAE, data: Path) -> None:
    images = [rgba.open_image(image["bytes"]) for image in load_captioned_images(data)["image"]]
    for k, resample in enumerate((Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)):
        enlarged = [
            image.convert("RGBa").resize((16, 16), Image.Resampling.LANCZOS).resize((32, 32), resample) for image in images
        ]
        a, b = (rgba.from_uint8(torch.stack([rgba.to_pixels(image) for image in each])) for each in (enlarged, images))
        row = rows_of(evaluate_super_resolution(SuperResolution(SuperResolutionConfig(8, 1)), vqvae, data))[k]
        assert row["PSNR"]["mean"] == pytest.approx(psnr_on_white(a, b).mean().item())


def test_what_a_vqvae_makes_of_pictures_are_pictures(vqvae: VQVAE, data: Path) -> None:
    pixels = decode_images(load_captioned_images(data), 32)
    reconstructed = super_resolution.reconstruct(vqvae, pixels)
    assert reconstructed.shape == pixels.shape
    assert reconstructed.dtype == torch.uint8
    keeping: Any = SimpleNamespace(
        encode=lambda images: images, quantize=lambda images: images, decode_indices=lambda images: images,
        device="cpu",
    )  # fmt: skip
    assert torch.equal(super_resolution.reconstruct(keeping, pixels), pixels)
