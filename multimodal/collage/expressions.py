"""Faces for things that have none: the eyes and the mouth of a smiley, without its skin, drawn on a thing.

A smiley is eyes and a mouth on skin, whose colour changes only a little, from above to below. So the colour of the skin is
measured in the rows above the eyes and below the mouth, and a straight line through it says what it is in all others;
what differs from that is the expression.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFilter
from scipy.ndimage import binary_fill_holes, distance_transform_edt, minimum_filter

VISIBLE = 60  # alpha above which what is drawn on a thing has its bounds
OPAQUE = 0.5  # alpha above which a pixel belongs to a thing
FOREHEAD, CHIN = (0.06, 0.22), (0.85, 0.94)  # rows that show nothing but skin, as shares of a smiley's height
SKIN, FEATURE = 0.2, 0.36  # differences from the skin in the channel that differs most: none of it shows, and all of it
RIM = 0.06  # of the width: what is nearer to the edge of a smiley is its outline
DARK = 0.45  # of the brightest channel of what eyes are drawn on, and of eyes
SIZE = 1.5  # of an expression, where the radius of the largest disc in the thing is 1
ROOMY = 0.92  # of that radius: middles of discs that are as good


def with_expression(thing: Image.Image, smiley: Image.Image) -> Image.Image:
    """A thing with the expression of a smiley, where it has the most room for it; both mode "RGBa" (premultiplied).

    What is dark of it is light on a dark thing.
    """
    pixels = np.asarray(thing, dtype=np.float32) / 255
    x, y, radius = roomiest(pixels[..., 3] > OPAQUE)
    rows, columns = (slice(max(0, round(middle - radius / 2)), round(middle + radius / 2) + 1) for middle in (y, x))
    is_dark = pixels[rows, columns, :3].max(-1).mean() < DARK
    return with_front(thing, _lightened(features(smiley)) if is_dark else features(smiley))


def _lightened(features: Image.Image) -> Image.Image:
    """Features, mode "RGBA", of which what is dark is light."""
    pixels = np.array(features)
    dark = pixels[..., :3].max(-1) < 255 * DARK
    pixels[dark, :3] = 255 - pixels[dark, :3]
    return Image.fromarray(pixels, "RGBA")


def with_front(thing: Image.Image, picture: Image.Image) -> Image.Image:
    """A thing, mode "RGBa", with a picture where it has the most room for it, and nowhere beside it."""
    picture = picture.convert("RGBA")
    box = picture.getchannel("A").point(lambda alpha: 255 * (alpha > VISIBLE)).getbbox()
    x, y, radius = roomiest(np.asarray(thing)[..., 3] > 255 * OPAQUE)
    if box is None or radius == 0:
        return thing
    picture = picture.crop(box)
    scale = SIZE * radius / max(picture.size)
    width, height = (max(1, round(scale * side)) for side in picture.size)
    layer = Image.new("RGBA", thing.size)
    layer.paste(picture.resize((width, height), Image.Resampling.LANCZOS), (round(x - width / 2), round(y - height / 2)))
    whole = thing.convert("RGBA")
    layer.putalpha(ImageChops.multiply(layer.getchannel("A"), whole.getchannel("A")))
    return Image.alpha_composite(whole, layer).convert("RGBa")


def features(smiley: Image.Image) -> Image.Image:
    """What on a smiley is not its skin, mode "RGBA"."""
    pixels = np.asarray(smiley.convert("RGBA"), dtype=np.float32) / 255
    colors = pixels[..., :3] * pixels[..., 3:] + 1 - pixels[..., 3:]  # on white, for drawings of lines
    opaque = binary_fill_holes(pixels[..., 3] > OPAQUE)
    rows = np.flatnonzero(opaque.any(1))
    if not len(rows):
        return Image.new("RGBA", smiley.size)
    shares = (rows - rows[0]) / len(rows)
    bare = [row for row, share in zip(rows, shares, strict=True) if any(a <= share < b for a, b in (FOREHEAD, CHIN))]
    usual = np.array([np.median(colors[row][opaque[row]], axis=0) for row in bare or rows])
    slope, start = np.polyfit(bare or rows, usual, 1) if len(usual) > 1 else (np.zeros(3), usual[0])
    skin = start + slope * np.arange(len(colors))[:, None]
    differing = np.abs(colors - skin[:, None]).max(-1)
    inner = minimum_filter(opaque, 2 * round(RIM * smiley.width) + 1)
    shown = np.clip((differing - SKIN) / (FEATURE - SKIN), 0, 1) * inner
    alpha = Image.fromarray((255 * shown).astype(np.uint8)).filter(ImageFilter.MedianFilter(3))  # without single pixels
    return Image.fromarray(np.dstack([255 * colors, np.asarray(alpha)]).astype(np.uint8), "RGBA")


def roomiest(inside: NDArray[np.bool_]) -> tuple[float, float, float]:
    """The middle, x and y, and the radius of the largest disc in a shape, or, of those that are about as large, the one in
    the middle of them all; 0 where nothing is inside.
    """
    distances = distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    places = np.argwhere(distances >= ROOMY * distances.max())
    y, x = places[np.square(places - places.mean(0)).sum(1).argmin()]
    return float(x), float(y), float(distances[y, x])
