"""How much of a picture survives the VQ-VAE, beside JPEG, WebP and AVIF at the same bytes."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from PIL import Image
from torch import Tensor
from tqdm.auto import tqdm

from multimodal import rgba
from multimodal.arguments import SEARCH_STEPS
from multimodal.data.images import DataError, decode_images, load_captioned_images, open_stored
from multimodal.evaluation.codecs import available_codecs, compress
from multimodal.evaluation.statistics import mean_interval
from multimodal.metrics import alpha_error, perplexity, psnr_on_white, ssim_on_white, usage
from multimodal.models.code_search import search_codes
from multimodal.models.vqvae import VQVAE
from multimodal.pipeline import TextToImagePipeline
from multimodal.subsets import spread

CODEC_PICTURES = 100  # AVIF takes a third of a second for each
BATCH_SIZE = 16


def evaluate_reconstruction(
    pipeline: TextToImagePipeline,
    data: Path,
    limit: int | None = None,
    tiled: bool = False,
    search_steps: int = SEARCH_STEPS,
) -> dict[str, Any]:
    """Send the pictures of a table through the VQ-VAE and compare.

    All figures but alpha are of pictures laid on white. The codecs see what lies on white, without alpha; from their files'
    lengths the headers are taken off (`codecs.payload_bytes`), as the VQ-VAE's indices have none.

    Args:
        data: a table of pictures, as `load_captioned_images` reads it.
        limit: use so many pictures only, spread evenly over the table.
        search_steps: of the search for better codes (see `search_codes`), which is a method of its own; 0 leaves it out.
        tiled: cut the pictures, photographs for instance, into squares of the model's size instead of scaling them to it.
    Returns:
        A result as `tables` describes it.
    Raises:
        DataError: the data cannot be read.
    """
    vqvae, device = pipeline.vqvae, pipeline.device
    table = load_captioned_images(data)
    table = table.select(spread(range(len(table)), limit))
    pixels = (tiles if tiled else decode_images)(table, vqvae.config.image_size)  # (N, 4, S, S) uint8
    rows, indices = _reconstruct(vqvae, pixels, device)
    methods = {"VQ-VAE": rows}
    if search_steps:
        methods["VQ-VAE with search"], _ = _reconstruct(vqvae, pixels, device, search_steps)
    sample = spread(range(len(pixels)), CODEC_PICTURES)
    num_bytes = vqvae.config.bytes_per_image
    compared = [_summary(method, [rows[k] for k in sample]) for method, rows in methods.items()]
    for codec in available_codecs():
        compared.append(_summary(codec, _compress_all(codec, pixels[sample], num_bytes)))
    counts = count_codes(indices, vqvae.config.codebook_size)  # (groups, codebook_size)
    return {
        "title": "Reconstruction",
        "settings": {"data": data.name, "tiles" if tiled else "pictures": len(pixels), "bytes per picture": num_bytes},
        "tables": {
            f"VQ-VAE, {len(pixels)} pictures": [_summary(method, rows) for method, rows in methods.items()],
            f"At the same bytes, {len(sample)} pictures": compared,
            "Codebook": [
                {"group": group, "codes": len(row), "usage": usage(row).item(), "perplexity": perplexity(row).item()}
                for group, row in enumerate(counts)
            ],
        },
        "notes": [
            "PSNR (dB, mean over pictures) and SSIM on white; 95 % bootstrap intervals in brackets.",
            "The codecs' headers and tables are not counted; each has its best setting, quality and resolution that fits.",
        ],
    }


def tiles(table: Dataset, size: int) -> Tensor:
    """All squares of `size` pixels that lie edge to edge in the pictures of a table, (N, 4, size, size) uint8 RGBA.

    Raises:
        DataError: a picture is damaged, or none is as large as a tile.
    """
    found = []
    for row, stored in enumerate(table["image"]):
        try:
            picture = open_stored(stored)
        except rgba.ImageError as error:
            raise DataError(f"row {row} ({stored['path']}): {error}") from error
        corners = itertools.product(range(0, picture.height - size + 1, size), range(0, picture.width - size + 1, size))
        found += [rgba.fit_pixels(picture.crop((x, y, x + size, y + size)), size) for y, x in corners]
    if not found:
        raise DataError(f"none of the pictures has room for a tile of {size} x {size} pixels")
    return torch.stack(found)


def count_codes(codebook_indices: Tensor, codebook_size: int) -> Tensor:
    """How often each code is used: (N, groups, h, w) indices → (groups, codebook_size)."""
    flat = codebook_indices.transpose(0, 1).flatten(1)  # (groups, N * h * w)
    return torch.stack([torch.bincount(group, minlength=codebook_size) for group in flat])


@torch.inference_mode()
def _reconstruct(
    vqvae: VQVAE, pixels: Tensor, device: torch.device, search_steps: int = 0
) -> tuple[list[dict[str, float]], Tensor]:
    """Figures of each picture, and all codebook indices, (N, groups, h, w)."""
    rows, indices = [], []
    for batch in tqdm(pixels.split(BATCH_SIZE), desc="searching" if search_steps else "reconstructing", unit="batch"):
        images = rgba.from_uint8(batch)
        indices.append(search_codes(vqvae, images.to(device), search_steps))
        rows += _figures(vqvae.decode_indices(indices[-1]).cpu(), images, vqvae.config.bytes_per_image)
    return rows, torch.cat(indices).cpu()


def _compress_all(codec: str, pixels: Tensor, max_bytes: float) -> list[dict[str, float]]:
    rows = []
    for picture in tqdm(pixels, desc=codec, unit="picture"):
        images = rgba.from_uint8(picture[None])
        on_white = (rgba.composite(images, 1.0)[0] + 1) * 127.5
        compressed = compress(Image.fromarray(on_white.round().byte().permute(1, 2, 0).numpy()), codec, max_bytes)
        color = torch.from_numpy(np.array(compressed.image)).permute(2, 0, 1)
        seen = rgba.from_uint8(torch.cat([color, torch.full_like(color[:1], 255)]))[None]
        solid = torch.cat([rgba.composite(images, 1.0), torch.ones_like(images[:, 3:])], dim=1)
        rows.append({**_figures(seen, solid, compressed.num_bytes)[0], "alpha": None})
    return rows


def _figures(reconstruction: Tensor, images: Tensor, num_bytes: float) -> list[dict[str, Any]]:
    psnr, alpha = psnr_on_white(reconstruction, images).tolist(), alpha_error(reconstruction, images).tolist()
    columns = zip(psnr, ssim_on_white(reconstruction, images), alpha, strict=True)
    return [{"psnr": p, "ssim": s, "alpha": a, "bytes": num_bytes} for p, s, a in columns]


def _summary(method: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    figures = {
        name: mean_interval([row[name] for row in rows]) if rows[0][name] is not None else None
        for name in ("psnr", "ssim", "alpha")
    }
    return {
        "method": method,
        "PSNR": figures["psnr"],
        "SSIM": figures["ssim"],
        "alpha error": figures["alpha"],
        "bytes": sum(row["bytes"] for row in rows) / len(rows),
    }
