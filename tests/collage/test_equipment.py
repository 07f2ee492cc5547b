"""Things on a figure: a hat on its head, a book in its hand, a bike under it."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy.ndimage import binary_fill_holes, label

from multimodal.collage.equipment import PLACES, equip


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
     ("under", 0, 1), ("back", 1, 0),
     ("around", 0, 1), ("beside head", 1, -1), ("behind", 0, 0), ("background", 1, 0), ("foreground", 0, 1)],
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


def test_between_black_lines_and_what_lies_on_them_there_is_a_rim() -> None:
    drawing = Image.new("RGBa", (128, 128))
    ImageDraw.Draw(drawing).ellipse((10, 10, 117, 117), outline=(20, 20, 20, 255), width=8)
    solid = Image.new("RGBa", (128, 128))
    ImageDraw.Draw(solid).ellipse((10, 10, 117, 117), fill=(200, 60, 60, 255))
    thing = Image.new("RGBa", (128, 128))
    ImageDraw.Draw(thing).rectangle((30, 30, 97, 97), outline=(20, 20, 20, 255), width=8)
    clear, full = (np.asarray(equip(one, [thing], ["hand"]))[..., 3] < 20 for one in (drawing, solid))
    inside = binary_fill_holes(~clear)
    assert label(~clear)[1] == 2, "the drawing and what it holds, apart"
    assert (inside & clear).any()
    assert label(~full)[1] == 1


def test_what_a_mere_head_holds_hides_none_of_its_eyes() -> None:
    thing = Image.new("RGBa", (64, 64), (0, 0, 255, 255))
    pixels = np.asarray(equip(figure(), [thing], ["hand"])).astype(int)
    dark = (pixels[..., :3].max(2) < 80) & (pixels[..., 3] > 200)
    columns = np.nonzero(dark)[1]
    assert np.diff(np.unique(columns)).max() > 5, "there are two"


def test_a_thing_may_be_behind_the_figure() -> None:
    thing = Image.new("RGBa", (64, 64), (0, 0, 255, 255))
    behind, before = (np.asarray(equip(figure(), [thing], [place])) for place in ("under", "around"))
    reds = [np.mean((pixels[..., 0] > 200) & (pixels[..., 3] > 200)) for pixels in (behind, before)]
    assert reds[0] > 1.3 * reds[1]


def test_flames_rise_above_the_figure_and_hide_none_of_it() -> None:
    flames = Image.new("RGBa", (64, 64))
    flames.paste((0, 0, 255, 255), (12, 0, 52, 64))
    whole = np.asarray(equip(figure(), [flames], ["behind"])).astype(int)
    blue, red = (np.nonzero((whole[..., k] > 200) & (whole[..., 3] > 200)) for k in (2, 0))
    assert blue[0].min() < red[0].min() - 6
    assert len(red[0]) > 0.7 * np.pi / 4 * np.ptp(red[0]) * np.ptp(red[1])  # a disc but for its eyes


def test_a_figure_may_have_several_things_also_empty_ones() -> None:
    empty, thing = Image.new("RGBa", (64, 64)), Image.new("RGBa", (64, 64), (0, 0, 255, 255))
    alone = equip(figure(), [thing], ["head"])
    assert equip(figure(), [thing, empty], ["head", "hand"]).tobytes() == alone.tobytes()
    assert equip(empty, [empty], ["head"]).getchannel("a").getextrema() == (0, 0)


def test_a_figure_stands_where_what_is_under_it_begins_below_it() -> None:
    bed = Image.new("RGBa", (64, 64))
    bed.paste((0, 0, 255, 255), (0, 40, 64, 64))
    bed.paste((0, 0, 255, 255), (60, 0, 64, 64))  # a high post at its edge
    whole = np.asarray(equip(figure(), [bed], ["under"])).astype(int)
    blue, red = (np.nonzero((whole[..., k] > 200) & (whole[..., 3] > 200)) for k in (2, 0))
    lying = blue[0][blue[1] < 0.8 * whole.shape[1]].min()
    assert red[0].max() > lying


def test_in_profile_what_is_held_is_before_the_mouth_at_the_left() -> None:
    animal = Image.new("RGBa", (64, 64))
    animal.paste((255, 0, 0, 255), (4, 8, 26, 32))  # a head
    animal.paste((255, 0, 0, 255), (16, 24, 60, 60))
    thing = Image.new("RGBa", (64, 64), (0, 0, 255, 255))
    whole = equip(animal, [thing], ["hand"])
    assert middle_of(whole, "blue")[0] < middle_of(whole, "red")[0] - 0.2
    other = equip(animal, [thing], ["other hand"])
    assert middle_of(other, "blue")[0] > middle_of(other, "red")[0] + 0.2


@pytest.mark.parametrize("size", [(1, 64), (64, 1), (1, 1)])
def test_narrow_things_do_not_make_the_figure_small(size: tuple[int, int]) -> None:
    thing = Image.new("RGBa", (64, 64))
    thing.paste((0, 0, 255, 255), (0, 0, *size))
    for place in PLACES:
        whole = np.asarray(equip(figure(), [thing], [place])).astype(int)
        assert ((whole[..., 0] > 200) & (whole[..., 3] > 200)).any(axis=0).sum() > 12, place


@pytest.mark.parametrize("width", [8, 10, 14, 30])
def test_what_is_on_a_head_stands_on_it_however_narrow_it_is(width: int) -> None:
    thing = Image.new("RGBa", (64, 64))
    thing.paste((0, 0, 255, 255), (0, 0, width, 64))
    whole = np.asarray(equip(figure(), [thing], ["head"])).astype(int)
    red, blue = (np.flatnonzero((whole[..., color] * (whole[..., 3] > 200) > 200).any(axis=1)) for color in (0, 2))
    assert blue[0] == pytest.approx(0, abs=2)
    assert 0 < blue[-1] - red[0] < 0.25 * (blue[-1] - blue[0])
