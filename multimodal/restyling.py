"""Drawing pictures again in another style, with the restyler of a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from PIL import Image

from multimodal import rgba
from multimodal.checkpoint import load_restyler
from multimodal.models.restyler import Restyler
from multimodal.tensor_folder import part


def find_restyler(folder: str | Path) -> Restyler | None:
    """Load `folder`/restyler; None where a checkpoint has none. Raises CheckpointError where it is damaged."""
    restyler = part(folder, "restyler")
    return load_restyler(restyler) if restyler else None


@torch.inference_mode()
def restyle(restyler: Restyler, images: Sequence[Image.Image], styles: Sequence[str]) -> list[Image.Image]:
    """Draw pictures again in other styles.

    Args:
        images: RGBA with straight alpha, square and of one size.
        styles: for each picture one of the restyler's, or "" for what stays as it is.
    """
    restyled = list(images)
    rows = [k for k, style in enumerate(styles) if style]
    if rows:
        device = next(restyler.parameters()).device
        pictures = torch.stack([rgba.to_tensor(images[k], images[k].width) for k in rows]).to(device)
        asked = torch.tensor([restyler.config.styles.index(styles[k]) for k in rows], device=device)
        for k, picture in zip(rows, restyler(pictures, asked), strict=True):
            restyled[k] = rgba.to_image(picture)
    return restyled


def in_every_style(restyler: Restyler, image: Image.Image, size: int) -> dict[str, Image.Image]:
    """A picture of any size and mode, fitted into a square of `size` pixels, and drawn again in each of the styles."""
    fitted, styles = rgba.to_image(rgba.to_tensor(image, size)), restyler.config.styles
    return dict(zip(styles, restyle(restyler, [fitted] * len(styles), styles), strict=True))
