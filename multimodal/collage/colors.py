"""Names for the colours of a picture, and the same picture in another colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageOps
from torch import Tensor

from multimodal import rgba

HUES = {"red": 0, "orange": 30, "yellow": 52, "green": 115, "blue": 215, "purple": 275, "pink": 325}  # degrees
SHADES = {  # degrees, and the saturation and value of most of a thing that is to be of this colour
    "brown": (25, 0.6, 0.5), "black": (0, 0.0, 0.2), "white": (0, 0.0, 0.94), "gray": (0, 0.0, 0.55),
}  # fmt: skip
TINTS = {  # the same of colours that have no names here
    "gold": (45, 0.75, 0.85), "silver": (215, 0.07, 0.75), "turquoise": (176, 0.7, 0.75),
}  # fmt: skip
RAINBOW = "rainbow"  # all hues from the left to the right
NEAR_HUE = 60  # degrees: what belongs to the dominant hue when it is turned
DYED_SATURATION, BRIGHT = 0.55, 0.75  # of what is recoloured, at least
SKINS = {  # the same of skin
    "light": (27, 0.28, 0.97), "medium-light": (27, 0.4, 0.88), "medium": (26, 0.52, 0.78), "medium-dark": (24, 0.54, 0.62),
    "dark": (22, 0.52, 0.48),
}  # fmt: skip
RED_HAIR, YELLOW, NEAR_SKIN = 12, 42, 10  # degrees: their usual hues, and how far from these they may be
ABOVE_CHIN = 0.75  # of the height of a picture of somebody


class Recoloring(NamedTuple):
    """What of a picture is turned to which colour."""

    color: str  # a key of HUES, SHADES or TINTS, or RAINBOW; of skin a key of SKINS
    part: Literal["", "hair", "skin"] = ""  # of somebody with red hair, with yellow skin; or "", all of a thing

    def __str__(self) -> str:
        return f"{self.color} {self.part}".strip()


def color_names(pixels: Tensor, min_share: float = 0.25) -> list[str]:
    """The colours that cover at least `min_share` of what is opaque, the largest first.

    Args:
        pixels: (4, H, W) uint8 premultiplied RGBA.
    """
    hue, saturation, value, solid = _hsv(pixels)
    if not solid.any():
        return []
    names = np.full(hue.shape, "gray", dtype="<U6")
    centres = np.array(list(HUES.values()))
    distance = np.abs((hue[..., None] - centres + 180) % 360 - 180)
    names[:] = np.array(list(HUES))[distance.argmin(axis=-1)]
    names[(value < 0.62) & (saturation > 0.25) & ((hue < 45) | (hue > 345))] = "brown"
    names[saturation < 0.15] = "gray"
    names[(saturation < 0.15) & (value > 0.85)] = "white"
    names[value < 0.22] = "black"
    found, counts = np.unique(names[solid], return_counts=True)
    order = np.argsort(-counts)
    return [str(found[k]) for k in order if counts[k] >= min_share * solid.sum()]


def dominant_hue(pixels: Tensor) -> float | None:
    """The hue in degrees that most of the picture's coloured part has within 30°, or None if it is mixed or grey."""
    hue, saturation, _, solid = _hsv(pixels)
    colored = solid & (saturation > 0.25)
    if colored.sum() < 0.5 * solid.sum() or not solid.any():
        return None
    histogram, edges = np.histogram(hue[colored], bins=36, range=(0, 360))
    peak = edges[histogram.argmax()] + 5
    near = np.abs((hue[colored] - peak + 180) % 360 - 180) < 30
    return float(peak) if near.mean() > 0.7 else None


def recolor(pixels: Tensor, color: str, part: str = "") -> Tensor:
    """Turn the dominant hue of a picture, or that of a part, to that of a colour; what has other hues stays, a leaf.

    A picture without a dominant hue is dyed as a whole, so that a white ghost can be green.

    Args:
        pixels: (4, H, W) uint8 premultiplied RGBA.
        color, part: see `Recoloring`.
    """
    if part == "skin":
        return _in_skin(pixels, *SKINS[color])
    of_hair = part == "hair"
    image = rgba.from_pixels(pixels).convert("RGBA")
    bands = np.asarray(image.convert("RGB").convert("HSV"), dtype=np.float64)
    hue, saturation, value = bands[..., 0] / 255 * 360, bands[..., 1], bands[..., 2]
    own = RED_HAIR if of_hair else dominant_hue(pixels)
    gray, shade = None, None
    if color in HUES:
        target: float | np.ndarray = HUES[color]
    elif color == RAINBOW:
        target = _from_side_to_side(image)
    else:
        target, gray, shade = (SHADES | TINTS)[color]
    if own is None:
        share = turned = np.ones_like(hue, dtype=bool)
        hue = np.broadcast_to(target, hue.shape)
        saturation = np.maximum(saturation, DYED_SATURATION * 255)
    else:
        distance = (hue - own + 180) % 360 - 180
        share = _hair(image) if of_hair else (np.abs(distance) < NEAR_HUE) & (saturation > 0.15 * 255)
        turned = share > 0
        hue = np.where(turned, target + distance / 3, hue)  # nuances stay, but none becomes another colour
    if gray is not None:
        saturation = np.where(turned, gray * 255, saturation)
    solid = turned & (np.asarray(image.getchannel("A")) > 127)
    median = np.median(value[solid]) / 255 if solid.any() else 0.0
    wanted = max(median, BRIGHT) if shade is None else shade  # dark red is red, but dark yellow is brown
    if 0 < median < wanted:
        value = np.where(turned, 255 * (value / 255) ** (math.log(wanted) / math.log(median)), value)
    elif median > wanted:
        value = np.where(turned, value * wanted / median, value)
    bands = np.stack([hue % 360 / 360 * 255, saturation, value], axis=-1)
    result = Image.fromarray(bands.round().astype(np.uint8), "HSV").convert("RGB")
    result = Image.composite(result, image.convert("RGB"), Image.fromarray((255 * share).astype(np.uint8)))
    result.putalpha(image.getchannel("A"))
    return rgba.to_pixels(result)


def recolor_image(picture: Image.Image, recolorings: Sequence[Recoloring]) -> Image.Image:
    """`recolor` for a PIL picture of mode "RGBa" (premultiplied), once for each, one after the other."""
    for recoloring in recolorings:
        picture = rgba.from_pixels(recolor(rgba.to_pixels(picture), *recoloring))
    return picture


def _in_skin(pixels: Tensor, hue: float, saturation: float, value: float) -> Tensor:
    """A picture with skin of this hue in degrees, and this saturation and value in most of it, where it was yellow."""
    image = rgba.from_pixels(pixels).convert("RGBA")
    h, s, v = np.moveaxis(np.asarray(image.convert("RGB").convert("HSV"), dtype=np.float64) / 255, -1, 0)
    share = np.interp(360 * h, (14, 22, 56, 64), (0, 1, 1, 0)) * np.interp(s, (0.2, 0.3), (0, 1))
    solid = (share > 0.5) & (np.asarray(image.getchannel("A")) > 127)
    if not solid.any():
        return pixels
    turned = (hue + (360 * h - YELLOW) / 3) / 360
    bands = [turned % 1, s * saturation / np.median(s[solid]), v * value / np.median(v[solid])]
    tinted = Image.fromarray((255 * np.stack(bands, axis=-1).clip(0, 1)).round().astype(np.uint8), "HSV").convert("RGB")
    result = Image.composite(tinted, image.convert("RGB"), Image.fromarray((255 * share).astype(np.uint8)))
    result.putalpha(image.getchannel("A"))
    return rgba.to_pixels(result)


def _hair(image: Image.Image) -> np.ndarray:
    """How much of each pixel of an RGBA picture of somebody with red hair is hair, (H, W) in [0, 1]: what is nearer to it
    in hue than to skin, and reaches to what is transparent at the sides, as a mouth does not, nor the shade of a chin.
    """
    hue, saturation, _ = np.moveaxis(np.asarray(image.convert("RGB").convert("HSV"), dtype=np.float64) / 255, -1, 0)
    hue, alpha = (360 * hue + 60) % 360 - 60, np.asarray(image.getchannel("A"))
    near = [hue[(np.abs(hue - usual) < NEAR_SKIN) & (alpha > 127)] for usual in (RED_HAIR, YELLOW)]
    hair, skin = (np.median([usual, *hues]) for usual, hues in zip((RED_HAIR, YELLOW), near, strict=True))
    share = np.interp((hue - hair) / (skin - hair), (0.3, 0.5), (1, 0)) * np.interp(saturation, (0.25, 0.35), (0, 1))
    share = share * (alpha > 0)
    clear = (alpha < 128) & (np.arange(image.height)[:, None] < ABOVE_CHIN * image.height)
    within_reach = ImageOps.expand(Image.fromarray((clear | (share > 0.3)).astype(np.uint8)), (1, 1, 1, 0), 1)
    ImageDraw.floodfill(within_reach, (0, 0), 2)
    return share * (np.asarray(within_reach)[1:, 1:-1] == 2)


def _from_side_to_side(image: Image.Image) -> np.ndarray:
    """The hues of a rainbow in degrees, from red to purple, for each column of what is in an RGBA picture."""
    left, _, right, _ = image.getchannel("A").getbbox() or (0, 0, 1, 1)
    return np.interp(np.arange(image.width), [left, right - 1], [HUES["red"], HUES["purple"]])


def _hsv(pixels: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Hue in degrees, saturation and value in [0, 1], and where the picture is opaque, at a quarter of its size."""
    image = rgba.from_pixels(pixels)
    small = image.resize((image.width // 4, image.height // 4), Image.Resampling.BOX).convert("RGBA")
    hsv = np.asarray(small.convert("RGB").convert("HSV"), dtype=np.float32)
    solid = np.asarray(small.getchannel("A")) > 127
    return hsv[..., 0] / 255 * 360, hsv[..., 1] / 255, hsv[..., 2] / 255, solid
