"""How a reconstruction differs from its original."""

from __future__ import annotations

import numpy as np
from PIL import Image
from skimage.metrics import structural_similarity

from multimodal.inspection.tokens import ramp


def on_white(image: Image.Image) -> np.ndarray:
    """A picture laid on white: (H, W, 3) in [0, 1]."""
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image.convert("RGBA")).convert("RGB"), dtype=np.float64) / 255


def ssim_on_white(image: Image.Image, original: Image.Image) -> float:
    """Structural similarity (Wang et al. 2004) of two pictures of one size, laid on white; 1 is identical."""
    return float(structural_similarity(on_white(image), on_white(original), channel_axis=2, data_range=1.0))


def difference(image: Image.Image, original: Image.Image) -> np.ndarray:
    """(H, W) in [0, 1]: the largest difference of any channel, of premultiplied RGBA."""
    a, b = (np.asarray(picture.convert("RGBA").convert("RGBa"), dtype=np.float64) / 255 for picture in (image, original))
    return np.abs(a - b).max(axis=2)


def difference_map(image: Image.Image, original: Image.Image, gain: float = 4.0) -> Image.Image:
    """The difference as a picture, dark where the two agree; `gain` times enlarged and clipped."""
    return Image.fromarray(ramp((difference(image, original) * gain).clip(0, 1)))
