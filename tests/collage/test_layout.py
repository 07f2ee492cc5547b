"""Pictures that are put together of single things: everything is where the layout says."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from skimage.measure import label, regionprops

from multimodal import rgba
from multimodal.collage.anatomy import box_of
from multimodal.collage.colors import Recoloring, color_names
from multimodal.collage.layout import Layout, Thing, put_together


def different(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ much."""
    return float((np.abs(np.asarray(one).astype(int) - np.asarray(other)).max(-1) > 32).mean())


A, B = Thing("a"), Thing("b")


def solid(color: str) -> Image.Image:
    return Image.new("RGBA", (64, 64), color)


@pytest.mark.parametrize(
    ("kind", "red", "blue"),
    [("and", (16, 32), (48, 32)), ("left", (16, 32), (48, 32)), ("right", (48, 32), (16, 32)),
     ("above", (32, 16), (32, 48)), ("below", (32, 48), (32, 16)), ("big_small", (20, 32), (52, 40))],
)  # fmt: skip
def test_things_are_where_the_kind_says(kind: str, red: tuple[int, int], blue: tuple[int, int]) -> None:
    (picture,) = put_together([solid("red"), solid("blue")], [Layout((A, B), kind)])
    assert picture.getpixel(red) == (255, 0, 0, 255)
    assert picture.getpixel(blue) == (0, 0, 255, 255)


@pytest.mark.parametrize(("number", "size"), [(2, 28), (3, 28), (4, 28), (5, 18)])
def test_there_are_as_many_as_the_number_and_none_touches_another(number: int, size: int) -> None:
    (picture,) = put_together([solid("red")], [Layout((A,), "count", number)])
    opaque = np.asarray(picture)[..., 3] > 127
    sides = [np.sqrt(one.area) for one in regionprops(label(opaque))]
    assert sides == pytest.approx([size] * number, abs=3)  # with soft edges and a little around them


def test_what_is_put_beside_another_is_as_large_as_there_is_room_whatever_its_margins() -> None:
    ball, tower = Image.new("RGBA", (64, 64)), Image.new("RGBA", (64, 64))
    ball.paste("red", (24, 24, 40, 40))
    tower.paste("blue", (28, 8, 36, 24))
    (picture,) = put_together([ball, tower], [Layout((A, B), "and")])
    opaque = np.asarray(picture)[..., 3] > 127
    left, right = (box_of(half) for half in (opaque[:, :32], opaque[:, 32:]))
    assert left == pytest.approx((1, 17, 31, 47), abs=2)
    assert right == pytest.approx((2, 2, 30, 62), abs=2)  # twice as high as wide


def test_several_things_have_a_place_each() -> None:
    things = [solid("red"), solid("lime"), solid("blue")]
    (picture,) = put_together(things, [Layout((A, B, Thing("c")), "count", 3)])
    assert [picture.getpixel(place) for place in ((16, 16), (48, 16), (32, 48))] == [
        (255, 0, 0, 255),
        (0, 255, 0, 255),
        (0, 0, 255, 255),
    ]


def test_each_part_may_be_a_figure_with_things_about_it() -> None:
    images = [solid("lime"), solid("red"), solid("blue")]
    (pair,) = put_together(images, [Layout((A, Thing("b", "under"), Thing("c")), "and")])
    (figure,) = put_together(images[:2], [Layout((A, Thing("b", "under")))])
    (expected,) = put_together([figure, images[2]], [Layout((A, B), "and")])
    assert different(pair, expected) < 0.01  # which went through straight alpha
    (twice,) = put_together(images[:2], [Layout((A, Thing("b", "under")), "count", 2)])
    (expected,) = put_together([figure], [Layout((A,), "count", 2)])
    assert different(twice, expected) < 0.01


def test_pictures_of_one_thing_stay_what_they_are() -> None:
    images = [solid("lime"), solid("red"), solid("blue"), solid("white")]
    pictures = put_together(images, [Layout((A,)), Layout((A, B), "and"), Layout((A,))])
    assert pictures[0] is images[0]
    assert pictures[2] is images[3]
    assert len(pictures) == 3


def test_things_are_turned_to_their_colours() -> None:
    layouts = [
        Layout((Thing("a", recolorings=(Recoloring("blue"),)),)),
        Layout((A, Thing("b", recolorings=(Recoloring("green"),))), "left"),
    ]
    blue, pair = put_together([solid("red")] * 3, layouts)
    halves = (blue, pair.crop((0, 0, 32, 64)), pair.crop((32, 0, 64, 64)))
    assert [color_names(rgba.to_pixels(half)) for half in halves] == [["blue"], ["red"], ["green"]]


def test_a_layout_of_a_figure_is_put_together_with_its_colours() -> None:
    layout = Layout((A, Thing("b", "under", (Recoloring("blue"),))))
    (whole,) = put_together([solid("lime"), solid("red")], [layout])
    assert whole.getpixel((32, 8)) == (0, 255, 0, 255)
    red, green, blue, _ = np.asarray(whole)[60, 32].tolist()
    assert blue > max(red, green)
