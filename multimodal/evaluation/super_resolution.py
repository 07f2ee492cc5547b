"""How near enlarged pictures come to the originals: super-resolution beside the filters of Pillow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.data.images import decode_images, load_captioned_images
from multimodal.evaluation.statistics import mean_interval
from multimodal.metrics import alpha_error, psnr_on_white, ssim_on_white
from multimodal.models.super_resolution import SuperResolution
from multimodal.models.vqvae import VQVAE
from multimodal.subsets import spread

BATCH_SIZE = 16
SCALES = (2, 4)
BASELINE = "Lanczos"  # what the others are compared with
FILTERS = {"bicubic": Image.Resampling.BICUBIC, BASELINE: Image.Resampling.LANCZOS}
OURS = "super-resolution"


def evaluate_super_resolution(model: SuperResolution, vqvae: VQVAE, data: Path, limit: int | None = None) -> dict[str, Any]:
    """Make the pictures of a table smaller, with Lanczos' filter on premultiplied colours, and enlarge them again.

    The VQ-VAE says how large the originals are. What it makes of them is enlarged too, as the app does. As there is no
    larger original, it is reduced again: nearer to the original than it was before is what has been mended.

    Args:
        data: a table of pictures, as `load_captioned_images` reads it.
        limit: use so many pictures only, spread evenly over the table.
    Returns:
        A result as `tables` describes it.
    Raises:
        DataError: the data cannot be read.
    """
    table = load_captioned_images(data)
    size = vqvae.config.image_size
    pixels = decode_images(table.select(spread(range(len(table)), limit)), size)  # (N, 4, S, S) uint8
    sources = {f"{scale}x, {size // scale} → {size}": (rgba.resize(pixels, size // scale), scale) for scale in SCALES}
    sources[f"VQ-VAE's {size}, 2x and back"] = (reconstruct(vqvae, pixels), 2)
    rows = [row for title, (small, scale) in sources.items() for row in _rows(title, model, small, scale, pixels)]
    return {
        "title": "Super-resolution",
        "settings": {"data": data.name, "pictures": len(pixels)},
        "tables": {"Enlarged": rows},
        "notes": [
            "PSNR (dB, mean over pictures) and SSIM on white; 95 % bootstrap intervals in brackets.",
            f"Gain: in PSNR, picture by picture, over {BASELINE}.",
        ],
    }


@torch.inference_mode()
def reconstruct(vqvae: VQVAE, pixels: Tensor) -> Tensor:
    """Send pictures through a VQ-VAE: (N, 4, H, W) uint8 → (N, 4, H, W) uint8."""

    def through(images: Tensor) -> Tensor:
        return vqvae.decode_indices(vqvae.quantize(vqvae.encode(images.to(vqvae.device))))

    return torch.cat([rgba.to_uint8(through(rgba.from_uint8(batch))).cpu() for batch in pixels.split(BATCH_SIZE)])


@torch.inference_mode()
def _rows(title: str, model: SuperResolution, small: Tensor, scale: int, pixels: Tensor) -> list[dict[str, Any]]:
    """One row per method, for pictures that are enlarged and the originals, both uint8."""
    size, device = small.shape[2] * scale, next(model.parameters()).device
    methods: dict[str, Callable[[Tensor], Tensor]] = {
        name: lambda batch, resample=resample: rgba.resize(batch, size, resample)  # type: ignore[misc]
        for name, resample in FILTERS.items()
    }
    methods[OURS] = lambda batch: rgba.to_uint8(model(rgba.from_uint8(batch).to(device), scale)).cpu()
    figures = {name: _figures(enlarge, small, pixels) for name, enlarge in methods.items()}
    baseline = figures[BASELINE]["PSNR"]
    gains = {name: [a - b for a, b in zip(one["PSNR"], baseline, strict=True)] for name, one in figures.items()}
    return [
        {"enlarged": title, "method": name, **{figure: mean_interval(values) for figure, values in one.items()}}
        | {"gain": mean_interval(gains[name]) if name != BASELINE else None}
        for name, one in figures.items()
    ]


def _figures(enlarge: Callable[[Tensor], Tensor], small: Tensor, pixels: Tensor) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {"PSNR": [], "SSIM": [], "alpha error": []}
    for batch, truth in zip(small.split(BATCH_SIZE), pixels.split(BATCH_SIZE), strict=True):
        enlarged, images = (rgba.from_uint8(rgba.resize(each, truth.shape[2])) for each in (enlarge(batch), truth))
        figures["PSNR"] += psnr_on_white(enlarged, images).tolist()
        figures["SSIM"] += ssim_on_white(enlarged, images)
        figures["alpha error"] += alpha_error(enlarged, images).tolist()
    return figures
