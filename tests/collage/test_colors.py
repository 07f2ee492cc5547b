"""Colours are called what people call them, and recolouring does what the caption says."""

from __future__ import annotations

import pytest
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from multimodal import rgba
from multimodal.collage.colors import (
    HUES,
    RAINBOW,
    SHADES,
    SKINS,
    Recoloring,
    color_names,
    dominant_hue,
    recolor,
    recolor_image,
)


def disc(*colors: str, size: int = 64) -> Tensor:
    """A disc with a stripe of each colour, as (4, size, size) uint8 premultiplied RGBA."""
    image, mask = Image.new("RGBA", (size, size)), Image.new("L", (size, size))
    for k, color in enumerate(colors):
        image.paste(color, (k * size // len(colors), 0, (k + 1) * size // len(colors), size))
    ImageDraw.Draw(mask).ellipse((4, 4, size - 5, size - 5), fill=255)
    image.putalpha(mask)
    return rgba.to_pixels(image)


@pytest.mark.parametrize(
    ("color", "name"),
    [
        ("#e02020", "red"), ("#ff9020", "orange"), ("#ffdd30", "yellow"), ("#30a040", "green"), ("#3070f0", "blue"),
        ("#9040d0", "purple"), ("#ff70b8", "pink"), ("#7a4520", "brown"), ("#101010", "black"), ("#f8f8f8", "white"),
        ("#808080", "gray"),
    ],
)  # fmt: skip
def test_one_colour(color: str, name: str) -> None:
    assert color_names(disc(color)) == [name]


def test_several_colours_come_largest_first_and_small_ones_not_at_all() -> None:
    assert color_names(picture := disc("#e02020", "#e02020", "#3070f0", "#3070f0", "#3070f0")) == ["blue", "red"]
    assert color_names(picture, min_share=0.4) == ["blue"]
    assert color_names(torch.zeros(4, 16, 16, dtype=torch.uint8)) == []


@pytest.mark.parametrize(("color", "hue"), [("#ff0000", 0), ("#00ff00", 120), ("#0000ff", 240)])
def test_dominant_hue(color: str, hue: float) -> None:
    found = dominant_hue(disc(color))
    assert found is not None
    assert abs((found - hue + 180) % 360 - 180) <= 10


@pytest.mark.parametrize(
    "picture", [disc("#ff0000", "#0000ff"), disc("#808080"), torch.zeros(4, 16, 16, dtype=torch.uint8)]
)
def test_what_is_mixed_grey_or_empty_has_no_dominant_hue(picture: Tensor) -> None:
    assert dominant_hue(picture) is None


@pytest.mark.parametrize("name", [*HUES, *SHADES])
def test_recolouring_gives_the_named_colour_and_keeps_the_shape(name: str) -> None:
    picture = disc("#e02828")
    changed = recolor(picture, name)
    assert color_names(changed) == [name]
    assert torch.equal(changed[3], picture[3])
    assert (changed[:3] <= changed[3:]).all()  # still premultiplied


def test_a_rainbow_goes_from_red_at_the_left_to_purple_at_the_right() -> None:
    changed = recolor(torch.tensor([224, 40, 40, 255], dtype=torch.uint8).view(4, 1, 1).expand(4, 64, 64), RAINBOW)
    assert color_names(changed[:, :, :4]) == ["red"]
    assert {"yellow", "green", "blue"} <= {*color_names(changed, min_share=0.1)}
    assert color_names(changed[:, :, -4:]) == ["purple"]


@pytest.mark.parametrize(("name", "looks"), [("gold", "yellow"), ("silver", "gray"), ("turquoise", "blue")])
def test_tints_look_like_their_neighbours_among_the_named_colours(name: str, looks: str) -> None:
    assert color_names(recolor(disc("#e02828"), name)) == [looks]
    assert color_names(recolor(disc("#808080"), name)) == [looks]


def test_what_has_another_hue_keeps_it() -> None:
    changed = recolor(disc("#e02828", "#e02828", "#e02828", "#30a040"), "blue")
    assert color_names(changed, min_share=0.1) == ["blue", "green"]


@pytest.mark.parametrize("color", ["#f8f8f8", "#808080", "#202020"])
@pytest.mark.parametrize("name", ["green", *SHADES])
def test_what_has_no_hue_is_dyed(color: str, name: str) -> None:
    assert color_names(recolor(disc(color), name)) == [name]


def test_a_dark_thing_becomes_as_bright_as_its_colour_is() -> None:
    assert color_names(recolor(disc("#602090"), "yellow")) == ["yellow"]


def test_nothing_can_be_recoloured_too() -> None:
    assert not recolor(torch.zeros(4, 16, 16, dtype=torch.uint8), "red").any()


def test_of_somebody_only_the_hair_is_recoloured() -> None:
    """Not the face, whose hue is near; nor the mouth, whose hue is that of the hair."""
    picture = Image.new("RGBA", (64, 64))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((8, 4, 55, 60), fill="#f05a28")
    draw.ellipse((16, 20, 47, 60), fill="#ffc83d")
    draw.rectangle((26, 46, 37, 50), fill="#f05a28")
    changed = rgba.from_pixels(recolor(rgba.to_pixels(picture), "blue", "hair")).convert("RGBA")
    for place in ((32, 30), (32, 48), (0, 0)):
        assert changed.getpixel(place) == picture.getpixel(place)
    hair = Image.new("RGBA", (8, 8), changed.getpixel((32, 10)))
    assert color_names(rgba.to_pixels(hair)) == ["blue"]
    assert changed.getpixel((11, 36)) == pytest.approx(changed.getpixel((32, 10)), abs=3)


def test_where_there_is_no_red_hair_nothing_is_recoloured() -> None:
    assert recolor(picture := disc("#101010", "#f8f8f8"), "green", "hair").equal(picture)


def test_skin_is_turned_from_yellow_to_each_tone_and_clothes_stay() -> None:
    picture = Image.new("RGBA", (64, 64), "#ffc83d")
    ImageDraw.Draw(picture).rectangle((0, 40, 63, 63), fill="#3070f0")
    values = []
    for tone in SKINS:
        changed = recolor_image(picture.convert("RGBa"), [Recoloring("black", "hair"), Recoloring(tone, "skin")]).convert(
            "RGBA"
        )
        assert changed.getpixel((5, 50)) == picture.getpixel((5, 50))
        values.append(max(changed.getpixel((5, 5))[:3]))
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 100
    clothes = disc("#3070f0")
    assert recolor(clothes, "dark", "skin").equal(clothes)
