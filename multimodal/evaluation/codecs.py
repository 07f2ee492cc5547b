"""JPEG, WebP and AVIF with as many bytes as the VQ-VAE has, headers not counted."""

from __future__ import annotations

import functools
import io
import itertools
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, features

SETTINGS: dict[str, list[dict[str, Any]]] = {  # all are tried; JPEG's chroma at full resolution and at half
    "JPEG": [{"optimize": True, "subsampling": 0}, {"optimize": True, "subsampling": 2}],
    "WEBP": [{"method": 6}],
    "AVIF": [{"max_threads": 1}],
}
BEST_QUALITY = {"JPEG": 95, "WEBP": 100, "AVIF": 100}  # of 0 … 100; above 95 JPEG only grows
SCALES = (1.0, 0.75, 0.5, 0.375, 0.25)


class Compressed(NamedTuple):
    image: Image.Image  # RGB, of the size of the original
    num_bytes: int  # as `payload_bytes` counts
    quality: int
    size: tuple[int, int]  # that it was stored at


def available_codecs() -> list[str]:
    """The names among JPEG, WEBP and AVIF that this build of Pillow can write."""
    return [name for name, feature in (("JPEG", "jpg"), ("WEBP", "webp"), ("AVIF", "avif")) if features.check(feature)]


def payload_bytes(data: bytes, codec: str) -> int:
    """The length of a file without its headers, always in the codec's favour.

    Of a JPEG only the entropy-coded data count, not the tables made for this very picture. Of WebP and AVIF a constant is
    taken off: the length of a file with a single grey pixel, that is the container and the few bytes of the pixel.
    """
    if codec == "JPEG":
        scan = data.index(b"\xff\xda")  # start of scan; its own length follows
        return len(data) - 2 - (scan + 2 + int.from_bytes(data[scan + 2 : scan + 4], "big"))  # 2: the end marker
    return len(data) - constant_header_bytes(codec)


@functools.cache
def constant_header_bytes(codec: str) -> int:
    """The length of a file with a single grey pixel."""
    return len(_encode(Image.new("RGB", (1, 1), "grey"), codec, 1, SETTINGS[codec][0]))


def compress(picture: Image.Image, codec: str, max_bytes: float) -> Compressed:
    """The best that a codec makes of a picture in `max_bytes`, as `payload_bytes` counts them.

    With each setting, at each of several resolutions, the highest quality that fits is looked for by bisection; the one
    that is closest to the original after it is enlarged again is the result.

    Args:
        picture: RGB.
    Raises:
        ValueError: nothing fits.
    """
    original = np.asarray(picture, dtype=np.float64)
    best, best_error = None, np.inf
    for scale, settings in itertools.product(SCALES, SETTINGS[codec]):
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        small = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
        fitted = _highest_quality(small, codec, max_bytes, settings)
        if fitted is None:
            continue
        data, quality = fitted
        decoded = Image.open(io.BytesIO(data)).convert("RGB")
        if size != picture.size:
            decoded = decoded.resize(picture.size, Image.Resampling.LANCZOS)
        error = np.square(np.asarray(decoded, dtype=np.float64) - original).mean()
        if error < best_error:
            best, best_error = Compressed(decoded, payload_bytes(data, codec), quality, size), error
    if best is None:
        raise ValueError(f"{codec} cannot store {picture.width} x {picture.height} pixels in {max_bytes:g} bytes")
    return best


def _highest_quality(
    picture: Image.Image, codec: str, max_bytes: float, settings: dict[str, Any]
) -> tuple[bytes, int] | None:
    """The file of the highest quality that fits, and that quality; None where not even the lowest does."""
    fitted, low, high = None, 1, BEST_QUALITY[codec]
    while low <= high:
        quality = (low + high) // 2
        data = _encode(picture, codec, quality, settings)
        if payload_bytes(data, codec) <= max_bytes:
            fitted, low = (data, quality), quality + 1
        else:
            high = quality - 1
    return fitted


def _encode(picture: Image.Image, codec: str, quality: int, settings: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format=codec, quality=quality, **settings)
    return buffer.getvalue()
