"""Stickers in the form that messengers take: their size, format, byte limit and file name."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from multimodal import rgba
from multimodal.arguments import check_choice, check_number
from multimodal.motion import MOTIONS, SECONDS, loop
from multimodal.outline import WIDTH, outlined

ANIMATIONS = {".webp": "WEBP", ".gif": "GIF"}
COLORS = (256, 128, 64, 32, 16, 8)  # of a palette, tried in turn where a file would be too large
QUALITIES = (90, 75, 50, 25)  # of WebP, likewise
MAX_WORDS = 32  # letters, digits and underscores of a prompt in the name of a file


@dataclass(frozen=True)
class Target:
    """What a messenger asks of a picture."""

    title: str
    size: int  # pixels, width and height
    max_bytes: int
    format: str = "PNG"
    margin: int = 0  # pixels around the drawing
    moving_format: str = "GIF"  # of one that moves; "": it takes none that is made here
    moving_bytes: int = 0  # at most, of one that moves; 0: as many as of one that stands still
    motion: str = ""  # a key of MOTIONS; "": it stands still
    outline: bool = False  # with a white rim around the drawing
    name: str = ""  # in those of files; "": its size


TARGETS = {
    "slack": Target("Slack emoji", 128, 64_000, name="slack"),
    "discord-emoji": Target("Discord emoji", 128, 256_000, name="discord_emoji"),
    "discord-sticker": Target("Discord sticker", 320, 512_000, name="discord_sticker"),
    "telegram": Target("Telegram sticker", 512, 512_000, "WEBP", moving_format="", name="telegram"),
    "whatsapp": Target("WhatsApp sticker", 512, 100_000, "WEBP", 16, "WEBP", moving_bytes=500_000, name="whatsapp"),
    "ios": Target("iOS sticker", 618, 500_000, name="ios"),
}


def plain_png(size: int) -> Target:
    """A PNG of `size` pixels, 16 … 1024, and as many bytes as it takes. Raises ValueError for another size."""
    check_number("size", size, 16, 1024, whole=True)
    return Target("picture", size, sys.maxsize)


def shaped(target: Target, motion: str = "", outline: bool = False) -> Target:
    """The same target for a sticker that moves, or has a white rim.

    Raises:
        ValueError: there is no such motion, or what moves is a video there.
    """
    target = dataclasses.replace(target, outline=outline)
    if not motion:
        return target
    check_choice("motion", motion, MOTIONS)
    if not target.moving_format:
        raise ValueError(f"a moving {target.title} is a video, which is not made here: choose another form or no motion")
    max_bytes = target.moving_bytes or target.max_bytes
    return dataclasses.replace(target, format=target.moving_format, max_bytes=max_bytes, motion=motion)


def to_sticker(image: Image.Image, target: Target, upscale: rgba.Upscale | None = None) -> bytes:
    """The file of a picture for a messenger: trimmed to the drawing, centred in the square, within the byte limit.

    What would be too large has fewer colours, or a lower quality.

    Args:
        image: RGBA with straight alpha.
        upscale: what enlarges a drawing that is smaller than the target; without it Lanczos' filter does.
    Raises:
        ValueError: it cannot be made small enough, or nothing is drawn in it.
    """
    if not image.getchannel("A").getbbox():
        raise ValueError("the picture is empty: all of it is transparent")
    frames = drawn(image, target.size - 2 * target.margin, target.outline, upscale, target.motion)
    frames = [ImageOps.expand(frame, target.margin) for frame in frames]
    for data in _moving(frames, target.format) if target.motion else _still(frames[0], target.format):
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
    options: dict[str, Any] = {"lossless": True} if format == "WEBP" else {"disposal": 2}
    images = images if format == "WEBP" else [_there_or_not(image) for image in images]
    path.write_bytes(_animated([*images, *images[-2:0:-1]], format, seconds / (len(images) - 1), **options))


def check_animation(path: Path, seconds: float) -> str:
    """The format that a path's ending stands for; ValueError where it is none of an animation, or its time is wrong."""
    check_number("seconds", seconds, 0.1, 60)
    if path.suffix.lower() not in ANIMATIONS:
        raise ValueError(f"an animation is written as {' or '.join(ANIMATIONS)}, not as {path.name}")
    return ANIMATIONS[path.suffix.lower()]


def drawn(
    image: Image.Image, size: int, outline: bool = False, upscale: rgba.Upscale | None = None, motion: str = ""
) -> list[Image.Image]:
    """The drawing without its margins, centred in a square of `size` pixels, perhaps with a white rim: one picture, or the
    frames of a motion.

    RGBA, resized in premultiplied alpha.
    """
    rim = max(1, round(WIDTH * size)) if outline else 0
    square = rgba.fit_drawing(image, size - 2 * rim, upscale)
    frames = loop(square, motion) if motion else [square]
    return [outlined(ImageOps.expand(frame, rim), rim) for frame in frames] if rim else frames


def file_name(prompt: str, target: Target, seed: int | None = None) -> str:
    """A name that every messenger takes, of lower-case letters, digits and underscores: the prompt, perhaps the seed, and
    what the file is for.

    Of a long prompt it has the first words; one in another script has a checksum instead of them.
    """
    words = re.sub(r"[^a-z0-9]+", "_", prompt.lower()).strip("_")
    if len(words) > MAX_WORDS:
        words = words[: MAX_WORDS + 1].rpartition("_")[0] or words[:MAX_WORDS]
    if not re.search("[a-z]", words):
        words = f"sticker_{zlib.crc32(prompt.encode()):08x}"
    seed_words = () if seed is None else (str(seed),)
    return "_".join((words, *seed_words, target.name or str(target.size))) + f".{target.format.lower()}"


def _still(square: Image.Image, format: str) -> Iterator[bytes]:
    """A picture as a file, then with fewer and fewer colours."""
    palettes = (square.quantize(colors, Image.Quantize.FASTOCTREE) for colors in COLORS)
    return (_encode(version, format) for version in itertools.chain([square], palettes))


def _moving(frames: Sequence[Image.Image], format: str) -> Iterator[bytes]:
    """A picture in motion as a file, then as smaller ones.

    A WebP loses quality for it. A GIF, whose pixels are there or not, loses colours.
    """
    if format == "WEBP":
        yield from (_animated(frames, "WEBP", SECONDS / len(frames), quality=quality) for quality in QUALITIES)
        return
    for colors in COLORS:
        fewer = [_there_or_not(frame, colors - 1) for frame in frames]  # and one for nothing
        yield _animated(fewer, "GIF", SECONDS / len(frames), disposal=2)


def _there_or_not(picture: Image.Image, colors: int | None = None) -> Image.Image:
    """An RGBA picture whose pixels are there or not, as those of a GIF; perhaps with fewer colours."""
    solid = picture.convert("RGB")
    solid = solid.quantize(colors).convert("RGB") if colors else solid
    solid.putalpha(picture.getchannel("A").point(lambda alpha: 255 * (alpha > 127)))
    return solid


def _animated(images: Sequence[Image.Image], format: str, seconds: float, **options: Any) -> bytes:
    """RGBA pictures as an animation that runs for ever, each shown for so many seconds."""
    buffer, (first, *others) = io.BytesIO(), images
    first.save(buffer, format, save_all=True, append_images=others, duration=round(1000 * seconds), loop=0, **options)
    return buffer.getvalue()


def _encode(image: Image.Image, format: str) -> bytes:
    buffer = io.BytesIO()
    if format == "WEBP":
        image.convert("RGBA").save(buffer, format, lossless=True, exact=False)
    else:
        image.save(buffer, format, optimize=True)
    return buffer.getvalue()
