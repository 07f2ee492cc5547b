"""Where drawn figures have their heads, eyes and chins: on drawings whose places are known."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from multimodal.collage.anatomy import anatomy


def drawing() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGBa", (128, 128))
    return picture, ImageDraw.Draw(picture)


def face() -> Image.Image:
    """A yellow disc with ears and two dark eyes at a height of 60, 20 from the middle at 64."""
    picture, draw = drawing()
    draw.ellipse((14, 24, 114, 124), fill=(255, 200, 0, 255))
    draw.polygon([(18, 60), (24, 10), (50, 34)], fill=(255, 200, 0, 255))
    draw.polygon([(110, 60), (104, 10), (78, 34)], fill=(255, 200, 0, 255))
    for x in (44, 84):
        draw.ellipse((x - 5, 55, x + 5, 65), fill=(20, 20, 20, 255))
    return picture


def test_a_face_has_its_top_between_the_ears_and_its_eyes_where_it_is_dark_on_both_sides() -> None:
    head = anatomy(face())
    assert head.front
    assert (head.left, head.upper, head.right, head.lower) == (14, 10, 115, 125)
    assert head.x == pytest.approx(64, abs=1)
    assert head.top == pytest.approx(24, abs=2)  # not 10, where the ears end
    assert head.eyes == pytest.approx(60, abs=3)
    assert head.apart == pytest.approx(20, abs=3)
    assert not head.has_body
    assert head.chin == head.lower


def test_a_line_drawing_has_its_head_where_the_same_figure_has_it_when_it_is_filled() -> None:
    hollow, draw = drawing()
    draw.ellipse((14, 24, 114, 124), outline=(20, 20, 20, 255), width=5)
    for x in (44, 84):
        draw.ellipse((x - 5, 55, x + 5, 65), fill=(20, 20, 20, 255))
    filled, draw = drawing()
    draw.ellipse((14, 24, 114, 124), fill=(255, 200, 0, 255))
    for x in (44, 84):
        draw.ellipse((x - 5, 55, x + 5, 65), fill=(20, 20, 20, 255))
    assert anatomy(hollow)[:6] == pytest.approx(anatomy(filled)[:6], abs=3)


def test_a_figure_with_a_body_has_its_chin_above_it() -> None:
    picture, draw = drawing()
    draw.ellipse((44, 4, 84, 44), fill=(200, 200, 200, 255))
    draw.ellipse((34, 40, 94, 124), fill=(200, 200, 200, 255))
    for x in (56, 72):
        draw.ellipse((x - 3, 19, x + 3, 25), fill=(0, 0, 0, 255))
    head = anatomy(picture)
    assert head.eyes == pytest.approx(22, abs=3)
    assert head.has_body
    assert 35 < head.chin < 60
    assert head.width < 60


def test_a_figure_in_profile_has_its_head_at_the_left_above_its_back_and_below_its_horn() -> None:
    picture, draw = drawing()
    draw.rectangle((30, 60, 124, 100), fill=(90, 90, 90, 255))  # the body
    draw.rectangle((8, 30, 50, 70), fill=(90, 90, 90, 255))  # the head
    draw.rectangle((20, 4, 24, 30), fill=(90, 90, 90, 255))  # the horn
    head = anatomy(picture)
    assert not head.front
    assert 8 < head.x < 50
    assert 30 <= head.top < 40
    assert head.top < head.eyes < head.chin < 75


@pytest.mark.parametrize("alpha", [0, 255])
def test_a_picture_without_an_outline_is_a_figure_as_large_as_its_frame(alpha: int) -> None:
    head = anatomy(Image.new("RGBa", (64, 64), (0, 0, 0, alpha)))
    assert (head.left, head.upper, head.right, head.lower) == (0, 0, 64, 64)
    assert (head.middle, head.height, head.size) == (32, 64, 64)


@pytest.mark.parametrize("box", [(0, 0, 0, 0), (5, 5, 6, 5), (0, 63, 63, 63), (63, 0, 63, 63), (10, 0, 11, 63)])
def test_the_smallest_figures_have_an_anatomy_too(box: tuple[int, int, int, int]) -> None:
    picture, _ = drawing()
    ImageDraw.Draw(picture).rectangle(box, fill=(0, 0, 0, 255))
    assert anatomy(picture).size == max(box[2] - box[0], box[3] - box[1]) + 1


@pytest.mark.parametrize("width", range(10, 44, 4))
def test_narrow_figures_have_their_eyes_where_they_are_dark(width: int) -> None:
    picture, draw = drawing()
    draw.rectangle((64 - width // 2, 4, 64 + width // 2, 124), fill=(240, 240, 240, 255))
    apart = max(1, width // 4)
    for x in (64 - apart, 64 + apart):
        draw.rectangle((x - width // 16, 36, x + width // 16, 42), fill=(0, 0, 0, 255))
    found = anatomy(picture)
    assert found.eyes == pytest.approx(39, abs=3)
    assert found.apart == pytest.approx(apart, abs=3)
