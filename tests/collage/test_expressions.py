"""Expressions of smileys on other things: on drawings whose features are known."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from multimodal.collage.expressions import features, roomiest, with_expression, with_front


def smiley(skin: str = "#ffcc00") -> Image.Image:
    """A disc with a skin that gets darker below, two dark eyes and a red mouth."""
    picture = Image.new("RGBA", (128, 128))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((4, 4, 123, 123), fill=skin)
    shade = np.asarray(picture).astype(np.float32)
    shade[..., :3] *= np.linspace(1, 0.8, 128)[:, None, None]
    picture = Image.fromarray(shade.astype(np.uint8), "RGBA")
    draw = ImageDraw.Draw(picture)
    for x in (44, 84):
        draw.ellipse((x - 8, 42, x + 8, 58), fill="#332211")
    draw.rectangle((44, 80, 84, 92), fill="#dd2244")
    return picture.convert("RGBa")


def test_features_are_what_is_not_skin() -> None:
    alpha = np.asarray(features(smiley()))[..., 3]
    assert alpha[50, 44] == alpha[50, 84] == alpha[86, 64] == 255
    assert alpha[30, 64] == alpha[70, 64] == alpha[105, 64] == 0
    assert not alpha[:10].any(), "its outline is no feature"
    assert not alpha[[60, 61], 5:20].any()


def test_the_colour_of_the_skin_does_not_matter() -> None:
    yellow, red = (np.asarray(features(smiley(skin)))[..., 3] for skin in ("#ffcc00", "#ee8899"))
    assert np.mean((yellow > 128) == (red > 128)) > 0.98


def test_an_expression_is_drawn_where_a_thing_has_room_for_it_and_nowhere_else() -> None:
    thing = Image.new("RGBA", (128, 128))
    draw = ImageDraw.Draw(thing)
    draw.rectangle((60, 0, 68, 60), fill="#22aa22")  # a stalk
    draw.ellipse((34, 60, 94, 120), fill="#22aa22")
    whole = with_expression(thing.convert("RGBa"), smiley())
    assert whole.mode == "RGBa"
    changed = (np.asarray(whole.convert("RGBA")) != np.asarray(thing)).any(-1)
    rows, columns = np.nonzero(changed)
    assert abs(columns.mean() - 64) < 3
    assert 75 < rows.mean() < 100
    assert rows.min() > 60
    assert (np.asarray(whole)[..., 3] == np.asarray(thing)[..., 3]).all(), "the outline is the thing's"


@pytest.mark.parametrize(("color", "eyes_are_light"), [("#222222", True), ("#eecc99", False), ("#22aa22", False)])
def test_eyes_can_be_seen_on_dark_things_too(color: str, eyes_are_light: bool) -> None:
    whole = np.asarray(with_expression(Image.new("RGBa", (128, 128), color), smiley()).convert("RGB"))
    left = whole[40:64, 30:60].reshape(-1, 3)
    different = left[np.abs(left.astype(int) - whole[2, 2]).max(-1) > 40]
    assert len(different) > 20
    assert (different.mean() > 150) == eyes_are_light


def ring() -> Image.Image:
    picture = Image.new("RGBA", (128, 128))
    ImageDraw.Draw(picture).ellipse((4, 4, 123, 123), outline="#cc8844", width=40)
    return picture.convert("RGBa")


def test_nothing_is_drawn_in_a_hole_of_a_thing() -> None:
    for front in (with_expression(ring(), smiley()), with_front(ring(), Image.new("RGBA", (64, 64), "blue"))):
        assert front.tobytes() != ring().tobytes()
        assert (np.asarray(front)[..., 3] == np.asarray(ring())[..., 3]).all()


def test_a_drawing_of_lines_has_its_features_too() -> None:
    lines = Image.new("RGBA", (128, 128))
    draw = ImageDraw.Draw(lines)
    draw.ellipse((4, 4, 123, 123), outline="black", width=6)
    for x in (44, 84):
        draw.ellipse((x - 8, 42, x + 8, 58), fill="black")
    alpha = np.asarray(features(lines.convert("RGBa")))[..., 3]
    assert alpha[50, 44] == alpha[50, 84] == 255
    assert alpha[64, 64] == alpha[6, 64] == 0


@pytest.mark.parametrize("size", [1, 2, 16, 32, 256])
def test_pictures_may_have_any_size(size: int) -> None:
    small = smiley().resize((size, size))
    assert with_expression(small, small).size == (size, size)


def test_a_smiley_without_features_changes_nothing() -> None:
    thing = smiley()
    for empty in (Image.new("RGBa", (128, 128)), Image.new("RGBa", (128, 128), (255, 204, 0, 255))):
        assert with_expression(thing, empty).tobytes() == thing.tobytes()


def test_an_empty_thing_stays_empty() -> None:
    empty = Image.new("RGBa", (128, 128))
    assert with_expression(empty, smiley()).getchannel("a").getextrema() == (0, 0)


def test_the_largest_disc_is_found_also_in_what_fills_the_picture() -> None:
    x, y, radius = roomiest(np.ones((64, 64), dtype=bool))
    assert abs(x - 31.5) <= 1
    assert abs(y - 31.5) <= 1
    assert radius >= 31
