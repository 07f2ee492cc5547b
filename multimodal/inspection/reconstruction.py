"""How a reconstruction differs from its original."""

from __future__ import annotations

import numpy as np
from PIL import Image

from multimodal.inspection.tokens import ramp

GAIN = 4  # by which differences are made visible


def difference(image: Image.Image, original: Image.Image) -> np.ndarray:
    """(H, W) in [0, 1]: the largest difference of any channel, of premultiplied RGBA."""
    a, b = (np.asarray(picture.convert("RGBA").convert("RGBa"), dtype=np.float64) / 255 for picture in (image, original))
    return np.abs(a - b).max(axis=2)


def difference_map(image: Image.Image, original: Image.Image) -> Image.Image:
    """The difference as a picture, dark where the two agree; `GAIN` times enlarged and clipped."""
    return Image.fromarray(ramp((difference(image, original) * GAIN).clip(0, 1)))
