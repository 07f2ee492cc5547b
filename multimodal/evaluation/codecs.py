"""JPEG, WebP and AVIF with as many bytes as the VQ-VAE has, headers not counted."""

from __future__ import annotations

import functools
import io
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, features

SETTINGS: dict[str, dict[str, Any]] = {"JPEG": {}, "WEBP": {"method": 6}, "AVIF": {"max_threads": 1}}
BEST_QUALITY = {"JPEG": 95, "WEBP": 100, "AVIF": 100}  # of 0 … 100; above 95 JPEG only grows
SCALES = (1.0, 0.75, 0.5, 0.375, 0.25)


class Compressed(NamedTuple):
    image: Image.Image  # RGB, of the size of the original
    num_bytes: int  # without the header
    quality: int
    size: tuple[int, int]  # that it was stored at


def available_codecs() -> list[str]:
    """The names among JPEG, WEBP and AVIF that this build of Pillow can write."""
    return [name for name, feature in (("JPEG", "jpg"), ("WEBP", "webp"), ("AVIF", "avif")) if features.check(feature)]


@functools.cache
def header_bytes(codec: str) -> int:
    """What a file costs before it holds a picture: the length of a file with a single grey pixel.

    That is the container, the tables and the few bytes of the pixel itself, so it takes slightly too much off, in the
    codec's favour. The quality does not change it: it is measured at the lowest.
    """
    return len(_encode(Image.new("RGB", (1, 1), "grey"), codec, 1))


def compress(picture: Image.Image, codec: str, max_bytes: float) -> Compressed:
    """The best that a codec makes of a picture when its file, without `header_bytes`, may have `max_bytes`.

    At each of several resolutions the highest quality that fits is looked for by bisection; the one that is closest to the
    original after it is enlarged again is the result.

    Args:
        picture: RGB.
    Raises:
        ValueError: nothing fits.
    """
    original = np.asarray(picture, dtype=np.float64)
    best, best_error = None, np.inf
    for scale in SCALES:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        small = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
        fitted = _highest_quality(small, codec, max_bytes)
        if fitted is None:
            continue
        data, quality = fitted
        decoded = Image.open(io.BytesIO(data)).convert("RGB")
        if size != picture.size:
            decoded = decoded.resize(picture.size, Image.Resampling.LANCZOS)
        error = np.square(np.asarray(decoded, dtype=np.float64) - original).mean()
        if error < best_error:
            best, best_error = Compressed(decoded, len(data) - header_bytes(codec), quality, size), error
    if best is None:
        raise ValueError(f"{codec} cannot store {picture.width} x {picture.height} pixels in {max_bytes:g} bytes")
    return best


def _highest_quality(picture: Image.Image, codec: str, max_bytes: float) -> tuple[bytes, int] | None:
    """The file of the highest quality that fits, and that quality; None where not even the lowest does."""
    fitted, low, high = None, 1, BEST_QUALITY[codec]
    while low <= high:
        quality = (low + high) // 2
        data = _encode(picture, codec, quality)
        if len(data) - header_bytes(codec) <= max_bytes:
            fitted, low = (data, quality), quality + 1
        else:
            high = quality - 1
    return fitted


def _encode(picture: Image.Image, codec: str, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format=codec, quality=quality, **SETTINGS[codec])
    return buffer.getvalue()
