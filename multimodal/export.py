"""Stickers in the form that messengers take: their size, format, byte limit and file name."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from multimodal import motion, rgba
from multimodal.arguments import check_choice, check_number

ANIMATIONS = {".webp": "WEBP", ".gif": "GIF"}
Upscale = Callable[[Image.Image, int], Image.Image]  # a picture and the size that it is to reach, as `Upscaler` has it
COLORS = (256, 128, 64, 32, 16, 8)  # of a palette, tried in turn where a file would be too large


@dataclass(frozen=True)
class Target:
    """What a messenger asks of a picture."""

    title: str
    size: int  # pixels, width and height
    max_bytes: int
    format: str = "PNG"
    motion: str = ""  # a key of `motion.MOTIONS`; "": it stands still


TARGETS = {
    "slack": Target("Slack emoji", 128, 64_000),
    "discord-emoji": Target("Discord emoji", 128, 256_000),
    "discord-sticker": Target("Discord sticker", 320, 512_000),
    "telegram": Target("Telegram sticker", 512, 512_000, "WEBP"),
    "ios": Target("iOS sticker", 618, 500_000),
}


def plain_png(size: int) -> Target:
    """A PNG of `size` pixels, 16 … 1024, and as many bytes as it takes. Raises ValueError for another size."""
    check_number("size", size, 16, 1024, whole=True)
    return Target("PNG", size, sys.maxsize)


def in_motion(target: Target, name: str) -> Target:
    """The same target for a sticker that moves, a GIF; for "" the target itself.

    Raises:
        ValueError: there is no such motion, or the messenger takes no GIF as a sticker.
    """
    if not name:
        return target
    check_choice("motion", name, motion.MOTIONS)
    if target.format == "WEBP":
        raise ValueError(f"a moving {target.title} is a video, which is not made here: choose another form or no motion")
    return dataclasses.replace(target, format="GIF", motion=name)


def to_sticker(image: Image.Image, target: Target, upscale: Upscale | None = None) -> bytes:
    """The file of a picture for a messenger: trimmed to the drawing, centred in the square, within the byte limit.

    A PNG that would be too large gets a palette, and a GIF a smaller one.

    Args:
        image: RGBA with straight alpha.
        upscale: what enlarges a drawing that is smaller than the target; without it Lanczos' filter does.
    Raises:
        ValueError: it cannot be made small enough.
    """
    square = trimmed(image, target.size, upscale)
    for data in _moving(square, target.motion) if target.motion else _still(square, target.format):
        if len(data) <= target.max_bytes:
            return data
    raise ValueError(f"the picture does not fit into the {target.max_bytes:,} bytes of a {target.title}")


def save_animation(images: Sequence[Image.Image], path: Path, seconds: float = 1.0) -> None:
    """Write pictures as a transparent animation that runs there and back, for ever.

    Args:
        images: RGBA of one size, at least two.
        path: a .webp, which keeps all colours and alpha, or a .gif, whose pixels are there or not.
        seconds: 0.1 … 60, from the first picture to the last.
    Raises:
        ValueError: another ending, or `seconds` out of its range.
    """
    format = check_animation(path, seconds)
    path.write_bytes(_animated([*images, *images[-2:0:-1]], format, seconds / (len(images) - 1)))


def check_animation(path: Path, seconds: float) -> str:
    """The format that a path's ending stands for; ValueError where it is none of an animation, or its time is wrong."""
    check_number("seconds", seconds, 0.1, 60)
    if path.suffix.lower() not in ANIMATIONS:
        raise ValueError(f"an animation is written as {' or '.join(ANIMATIONS)}, not as {path.name}")
    return ANIMATIONS[path.suffix.lower()]


def trimmed(image: Image.Image, size: int, upscale: Upscale | None = None) -> Image.Image:
    """The drawing without its margins, centred in a square of `size` pixels: RGBA, resized in premultiplied alpha."""
    drawing = image.crop(image.getchannel("A").getbbox())
    return rgba.fit_square(upscale(drawing, size) if upscale else drawing, size).convert("RGBA")


def file_name(prompt: str, target: Target, seed: int | None = None) -> str:
    """A name that every messenger takes: lower-case letters, digits and underscores of the prompt, perhaps the seed.

    A prompt in another script has a checksum instead of its words.
    """
    words = re.sub(r"[^a-z0-9]+", "_", prompt.lower()).strip("_")[:32].strip("_")
    if not re.search("[a-z]", words):
        words = f"sticker_{zlib.crc32(prompt.encode()):08x}"
    return f"{words}{'' if seed is None else f'_{seed}'}.{target.format.lower()}"


def _still(square: Image.Image, format: str) -> Iterator[bytes]:
    """A picture as a file, then with fewer and fewer colours."""
    palettes = (square.quantize(colors, Image.Quantize.FASTOCTREE) for colors in COLORS)
    return (_encode(version, format) for version in itertools.chain([square], palettes))


def _moving(square: Image.Image, name: str) -> Iterator[bytes]:
    """A picture in motion as a GIF, whose pixels are there or not, then with fewer and fewer colours."""
    frames = motion.loop(square, name)
    solid = [frame.getchannel("A").point(lambda alpha: 255 * (alpha > 127)) for frame in frames]
    for colors in COLORS:
        fewer = [frame.convert("RGB").quantize(colors - 1).convert("RGB") for frame in frames]  # and one for nothing
        for frame, alpha in zip(fewer, solid, strict=True):
            frame.putalpha(alpha)
        yield _animated(fewer, "GIF", motion.SECONDS / len(frames))


def _animated(images: Sequence[Image.Image], format: str, seconds: float) -> bytes:
    """RGBA pictures as an animation that runs for ever, each shown for so many seconds."""
    buffer, (first, *others) = io.BytesIO(), images
    options: dict[str, Any] = {"lossless": True} if format == "WEBP" else {"disposal": 2}
    first.save(buffer, format, save_all=True, append_images=others, duration=round(1000 * seconds), loop=0, **options)
    return buffer.getvalue()


def _encode(image: Image.Image, format: str) -> bytes:
    buffer = io.BytesIO()
    if format == "WEBP":
        image.convert("RGBA").save(buffer, format, lossless=True, exact=False)
    else:
        image.save(buffer, format, optimize=True)
    return buffer.getvalue()
