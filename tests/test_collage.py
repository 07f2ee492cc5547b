"""Pictures that are put together of single things: everything is where the layout says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from skimage.measure import label

from multimodal.collage import PLACES, equip
from multimodal.data.colors import color_names
from multimodal.layout import Layout, put_together


def solid(color: str) -> Image.Image:
    return Image.new("RGBA", (64, 64), color)


@pytest.mark.parametrize(
    ("kind", "red", "blue"),
    [("and", (16, 32), (48, 32)), ("left", (16, 32), (48, 32)), ("right", (48, 32), (16, 32)),
     ("above", (32, 16), (32, 48)), ("below", (32, 48), (32, 16)), ("big_small", (20, 32), (52, 40))],
)  # fmt: skip
def test_things_are_where_the_kind_says(kind: str, red: tuple[int, int], blue: tuple[int, int]) -> None:
    (picture,) = put_together([solid("red"), solid("blue")], [Layout(kind, ("a", "b"))])
    assert picture.getpixel(red) == (255, 0, 0, 255)
    assert picture.getpixel(blue) == (0, 0, 255, 255)


@pytest.mark.parametrize(("number", "size"), [(2, 28), (3, 28), (4, 28), (5, 18)])
def test_there_are_as_many_as_the_number_and_none_touches_another(number: int, size: int) -> None:
    (picture,) = put_together([solid("red")], [Layout("count", ("a",), number)])
    opaque = np.asarray(picture)[..., 3] == 255
    assert opaque.sum() == number * size**2
    assert label(opaque).max() == number


def test_several_things_have_a_place_each() -> None:
    things = [solid("red"), solid("lime"), solid("blue")]
    (picture,) = put_together(things, [Layout("count", ("a", "b", "c"), 3)])
    assert [picture.getpixel(place) for place in ((16, 16), (48, 16), (32, 48))] == [
        (255, 0, 0, 255),
        (0, 255, 0, 255),
        (0, 0, 255, 255),
    ]


def test_pictures_without_a_layout_stay_what_they_are() -> None:
    images = [solid("lime"), solid("red"), solid("blue"), solid("white")]
    pictures = put_together(images, [None, Layout("and", ("a", "b")), None])
    assert pictures[0] is images[0]
    assert pictures[2] is images[3]
    assert len(pictures) == 3


def test_things_are_turned_to_their_colours() -> None:
    layouts = [Layout("colored", ("a",), 1, ("blue",)), Layout("left", ("a", "b"), 1, ("", "green"))]
    blue, pair = put_together([solid("red")] * 3, layouts)
    pixels = [torch.from_numpy(np.array(half.convert("RGBa"))).permute(2, 0, 1) for half in
              (blue, pair.crop((0, 0, 32, 64)), pair.crop((32, 0, 64, 64)))]  # fmt: skip
    assert [color_names(one) for one in pixels] == [["blue"], ["red"], ["green"]]


def figure() -> Image.Image:
    """A red head with dark eyes."""
    picture = Image.new("RGBa", (64, 64))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((6, 6, 57, 57), fill=(255, 0, 0, 255))
    for x in (20, 40):
        draw.ellipse((x, 26, x + 4, 30), fill=(0, 0, 0, 255))
    return picture


def middle_of(picture: Image.Image, color: str) -> tuple[float, float]:
    """The middle of what is of a colour, red or blue, as shares of the picture."""
    pixels = np.asarray(picture).astype(int)
    red, _, blue, alpha = np.moveaxis(pixels, -1, 0)
    is_it = ((red > blue + 99) if color == "red" else (blue > red + 99)) & (alpha > 200)
    rows, columns = np.nonzero(is_it)
    return columns.mean() / picture.width, rows.mean() / picture.height


@pytest.mark.parametrize(
    ("place", "right", "down"),
    [("head", 0, -1), ("eyes", 0, 0), ("neck", 0, 1), ("chest", 0, 1), ("body", 0, 1), ("feet", 0, 1), ("hand", 1, 1),
     ("under", 0, 1), ("around", 0, 1)],
)  # fmt: skip
def test_things_are_where_on_a_figure_their_place_says(place: str, right: int, down: int) -> None:
    thing = Image.new("RGBa", (64, 64))
    thing.paste((0, 0, 255, 255), (10, 20, 54, 44))
    whole = equip(figure(), [thing], [place])
    assert whole.size == (64, 64)
    apart = [blue - red for blue, red in zip(middle_of(whole, "blue"), middle_of(whole, "red"), strict=True)]
    assert [round(difference / 0.3) and np.sign(difference) for difference in apart] == [right, down]


def test_a_figure_and_its_things_fill_the_picture() -> None:
    thing = Image.new("RGBa", (64, 64), (0, 0, 255, 255))
    for place in PLACES:
        left, upper, right, lower = equip(figure(), [thing], [place]).getchannel("a").getbbox() or (0, 0, 0, 0)
        assert max(right - left, lower - upper) >= 60, place


def test_a_thing_may_be_behind_the_figure() -> None:
    thing = Image.new("RGBa", (64, 64), (0, 0, 255, 255))
    behind, before = (np.asarray(equip(figure(), [thing], [place])) for place in ("under", "around"))
    reds = [np.mean((pixels[..., 0] > 200) & (pixels[..., 3] > 200)) for pixels in (behind, before)]
    assert reds[0] > 1.3 * reds[1]


def test_a_figure_may_have_several_things_also_empty_ones() -> None:
    empty, thing = Image.new("RGBa", (64, 64)), Image.new("RGBa", (64, 64), (0, 0, 255, 255))
    alone = equip(figure(), [thing], ["head"])
    assert equip(figure(), [thing, empty], ["head", "hand"]).tobytes() == alone.tobytes()
    assert equip(empty, [empty], ["head"]).getchannel("a").getextrema() == (0, 0)


def test_a_layout_of_a_figure_is_put_together_with_its_colours() -> None:
    layout = Layout("figure", ("a", "b"), colors=("", "blue"), places=("head",))
    (whole,) = put_together([figure().convert("RGBA"), solid("red")], [layout])
    assert middle_of(whole, "blue")[1] < middle_of(whole, "red")[1]


@pytest.mark.parametrize("size", [(1, 64), (64, 1), (1, 1)])
def test_narrow_things_do_not_make_the_figure_small(size: tuple[int, int]) -> None:
    thing = Image.new("RGBa", (64, 64))
    thing.paste((0, 0, 255, 255), (0, 0, *size))
    for place in PLACES:
        whole = np.asarray(equip(figure(), [thing], [place])).astype(int)
        assert ((whole[..., 0] > 200) & (whole[..., 3] > 200)).any(axis=0).sum() > 12, place
