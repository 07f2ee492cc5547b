"""Enlarging pictures with the super-resolution of a checkpoint, where it has one."""

from __future__ import annotations

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image

from multimodal import rgba
from multimodal.checkpoint import load_super_resolution
from multimodal.models.super_resolution import SuperResolution
from multimodal.tensor_folder import CheckpointError, part

MAX_SCALE = 4  # what is measured; beyond that an ordinary filter enlarges the rest
MARGIN = 8  # pixels that repeat the border while the network looks, so that it sees no edge there


class Upscaler:
    """Enlarges pictures on the CPU, for which the network is small enough; it keeps nothing between calls."""

    def __init__(self, model: SuperResolution) -> None:
        self.model = model

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> Upscaler | None:
        """Load `folder`/super_resolution; None where a checkpoint has none.

        Raises:
            CheckpointError: it is damaged, or there is no such folder.
        """
        if not Path(folder).is_dir():
            raise CheckpointError(f"there is no checkpoint folder {folder}")
        network = part(folder, "super_resolution")
        return cls(load_super_resolution(network)) if network else None

    @torch.inference_mode()
    def __call__(self, image: Image.Image, size: int) -> Image.Image:
        """Make a picture two or four times as large, so that its longer side has `size` pixels or more if four are enough.

        Args:
            image: RGBA with straight alpha, of any shape.
        Returns:
            RGBA with straight alpha; the picture itself where it is large enough already.
        """
        scale = min(MAX_SCALE, 2 ** math.ceil(math.log2(size / max(image.size))))
        if scale < 2:
            return image
        picture = rgba.from_uint8(rgba.to_pixels(image))[None]  # (1, 4, H, W)
        enlarged = self.model(F.pad(picture, (MARGIN,) * 4, mode="replicate"), scale)
        edge = MARGIN * scale
        return rgba.to_image(enlarged[0, :, edge:-edge, edge:-edge])
