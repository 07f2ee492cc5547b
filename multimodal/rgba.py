"""Pictures: safe opening, premultiplied RGBA tensors, and PIL images with straight alpha.

Inside the project a picture is a tensor of premultiplied RGBA: resizing, blending and losses are only right there. It is
un-premultiplied once, in `to_image`.
"""

from __future__ import annotations

import io
import os
import struct
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

Upscale = Callable[[Image.Image, int], Image.Image]  # a picture and the size that it is to reach, as `Upscaler` has it
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MAX_PIXELS = 40_000_000


class ImageError(ValueError):
    """A picture that cannot be used; the message says why, for people."""


def open_image(source: str | Path | bytes) -> Image.Image:
    """Open a PNG, JPEG, WebP or GIF as straight RGBA, the right way up; of an animation, the first frame.

    Args:
        source: a path, or the file's bytes; more than MAX_PIXELS are refused by the header, before any is decoded.
    Raises:
        ImageError: missing, empty, damaged, too large or another format.
    """
    name = "the picture" if isinstance(source, bytes) else Path(source).name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise ImageError(
                        f"{name} has {width} x {height} pixels; at most {MAX_PIXELS // 1_000_000} megapixels can be used"
                    )
                image.load()
                return to_rgba(ImageOps.exif_transpose(image))
    except FileNotFoundError:
        raise ImageError(f"there is no file {source!s}") from None
    except IsADirectoryError:
        raise ImageError(f"{source!s} is a folder, not a picture") from None
    except Image.DecompressionBombError:
        raise ImageError(f"{name} is too large; at most {MAX_PIXELS // 1_000_000} megapixels can be used") from None
    except UnidentifiedImageError:
        raise ImageError(f"{name} is not a PNG, JPEG, WebP or GIF picture") from None
    except ImageError:
        raise
    except (ArithmeticError, EOFError, LookupError, OSError, SyntaxError, TypeError, ValueError, struct.error) as error:
        raise ImageError(f"{name} is damaged and cannot be read ({error})") from None


def to_rgba(image: Image.Image) -> Image.Image:
    """Any PIL mode as RGBA with straight alpha; 16-bit greys are scaled, not clipped."""
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image, dtype=np.float64) / 257).round().clip(0, 255).astype(np.uint8))
    return image.convert("RGBA")


def fit_square(image: Image.Image, size: int) -> Image.Image:
    """Fit a picture of any shape into a `size` x `size` transparent square, resized premultiplied; mode "RGBa"."""
    premultiplied = to_rgba(image).convert("RGBa")
    if premultiplied.size == (size, size):
        return premultiplied
    scale = size / max(premultiplied.size)
    width, height = (max(1, round(side * scale)) for side in premultiplied.size)
    resized = premultiplied.resize((width, height), Image.Resampling.LANCZOS)
    square = Image.new("RGBa", (size, size))
    square.paste(resized, ((size - width) // 2, (size - height) // 2))
    return square


def fit_drawing(image: Image.Image, size: int, upscale: Upscale | None = None) -> Image.Image:
    """Fit what is drawn in a picture, without its margins, into a `size` x `size` square: RGBA, resized premultiplied.

    Args:
        image: RGBA with straight alpha.
        upscale: what enlarges the drawing; without it Lanczos' filter does.
    """
    drawing = image.crop(image.getchannel("A").getbbox())
    return fit_square(upscale(drawing, size) if upscale else drawing, size).convert("RGBA")


def fit_pixels(image: Image.Image, size: int) -> Tensor:
    """A PIL image of any size and mode as a (4, size, size) uint8 tensor of premultiplied RGBA."""
    return to_pixels(fit_square(image, size))


def to_pixels(image: Image.Image) -> Tensor:
    """A PIL image with alpha, straight (RGBA) or not (RGBa), as a (4, H, W) uint8 tensor of premultiplied RGBA."""
    return torch.from_numpy(np.array(image.convert("RGBa"))).permute(2, 0, 1)


def from_pixels(pixels: Tensor) -> Image.Image:
    """A (4, H, W) uint8 tensor of premultiplied RGBA as a PIL image of mode "RGBa"; the inverse of `to_pixels`."""
    return Image.fromarray(pixels.permute(1, 2, 0).numpy(), "RGBa")


def resize(pixels: Tensor, size: int, resample: Image.Resampling = Image.Resampling.LANCZOS) -> Tensor:
    """Resize (N, 4, H, W) uint8 pictures of premultiplied RGBA to (N, 4, size, size), with one of Pillow's filters."""
    resized = [np.array(from_pixels(picture).resize((size, size), resample)) for picture in pixels]
    return torch.from_numpy(np.stack(resized)).permute(0, 3, 1, 2)


def to_tensor(image: Image.Image, size: int) -> Tensor:
    """A PIL image of any size and mode as a (4, size, size) tensor of premultiplied RGBA in [-1, 1]."""
    return from_uint8(fit_pixels(image, size))


def to_images(pictures: Tensor) -> list[Image.Image]:
    """(B, 4, H, W) premultiplied RGBA in [-1, 1] → PIL pictures with straight alpha."""
    return [to_image(picture) for picture in pictures]


def to_mask(image: Image.Image, size: int, grid: int) -> Tensor:
    """A mask in the shape of its picture as (grid, grid) bool: True where a cell has a pixel that is more white than black.

    What is transparent counts as black. The mask is fitted into a square of `size` pixels as `to_tensor` fits its picture.
    """
    white = (fit_pixels(image, size)[:3].amax(dim=0) >= 128).view(grid, size // grid, grid, size // grid)
    return white.any(dim=3).any(dim=1)


def from_uint8(pixels: Tensor) -> Tensor:
    """uint8 pixels in 0 … 255 as floats in [-1, 1]."""
    return pixels.float() / 127.5 - 1


def to_uint8(images: Tensor) -> Tensor:
    """Floats in [-1, 1] as uint8 pixels in 0 … 255; `from_uint8` is the inverse."""
    return ((images.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def to_image(tensor: Tensor) -> Image.Image:
    """A (4, H, W) tensor of premultiplied RGBA in [-1, 1] as a PIL image with straight alpha.

    Alpha within 2 % of empty or full snaps there, so that what is meant to be transparent or solid is exactly that; between
    them it is stretched by as much. The premultiplied colours stay, so on black nothing changes.
    """
    premultiplied = (tensor.detach().float().cpu().clamp(-1, 1) + 1) / 2  # (4, H, W) in [0, 1]
    alpha = ((premultiplied[3:] - 0.02) / 0.96).clamp(0, 1)
    color = torch.where(alpha > 0, premultiplied[:3] / alpha.clamp(min=1e-3), 0.0).clamp(0, 1)
    pixels = (torch.cat([color, alpha]) * 255).round().to(torch.uint8)
    return Image.fromarray(pixels.permute(1, 2, 0).numpy(), "RGBA")


def composite(images: Tensor, background: Tensor | float) -> Tensor:
    """Lay (B, 4, H, W) premultiplied RGBA in [-1, 1] over a background in [-1, 1]; returns (B, 3, H, W) in [-1, 1]."""
    color, alpha = (images[:, :3] + 1) / 2, (images[:, 3:] + 1) / 2
    return 2 * (color + (1 - alpha) * (background + 1) / 2) - 1


def png_bytes(image: Image.Image, text: dict[str, str] | None = None) -> bytes:
    """A picture as the bytes of a PNG, with its alpha channel and, where given, text chunks (name → value)."""
    from PIL.PngImagePlugin import PngInfo

    info, file = PngInfo(), io.BytesIO()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    image.save(file, format="PNG", pnginfo=info)
    return file.getvalue()


def save_png(image: Image.Image, path: str | os.PathLike[str], text: dict[str, str] | None = None) -> None:
    """Write a PNG, as `png_bytes`."""
    Path(path).write_bytes(png_bytes(image, text))


def mask_grid(mask: Image.Image | Tensor | None, image: Image.Image | Tensor, image_size: int, size: int) -> Tensor:
    """A mask of a picture, or a (size, size) grid as it is, as a (size, size) bool grid with something in it; without one
    all is True.

    Raises:
        ValueError: it is not as large as its picture, of another size than the grid, or empty.
    """
    if mask is None:
        return torch.ones(size, size, dtype=torch.bool)
    if isinstance(mask, Image.Image):
        if isinstance(image, Image.Image) and mask.size != image.size:
            raise ValueError("the mask must be as large as its picture: {} x {} pixels".format(*image.size))
        mask = to_mask(mask, image_size, size)
    if mask.shape != (size, size):
        raise ValueError(f"a mask must be a grid of {size} x {size}")
    if not mask.any():
        raise ValueError("the mask is empty: make it white where the picture is to be drawn anew")
    return mask.bool()
