"""Motions: a loop that closes, on which all of the drawing stays."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from multimodal.motion import FRAMES, MOTIONS, loop, posed


def drawing() -> Image.Image:
    """A grey square of 40 pixels that fills a picture of 48 nearly, with a red spot in its upper left corner."""
    image = Image.new("RGBA", (48, 48))
    ImageDraw.Draw(image).rectangle((4, 4, 43, 43), fill=(128, 128, 128, 255))
    ImageDraw.Draw(image).rectangle((4, 4, 13, 13), fill=(255, 0, 0, 255))
    return image


def opaque(image: Image.Image) -> int:
    return int((np.asarray(image.getchannel("A")) > 127).sum())


@pytest.mark.parametrize("motion", MOTIONS)
def test_a_loop_closes_and_moves(motion: str) -> None:
    assert MOTIONS[motion](1)[1:5] == pytest.approx(MOTIONS[motion](0)[1:5], abs=1e-9)
    turn = MOTIONS[motion](1).angle - MOTIONS[motion](0).angle
    assert turn - 360 * round(turn / 360) == pytest.approx(0, abs=1e-9)
    frames = loop(drawing(), motion)
    assert len(frames) == FRAMES
    assert len({frame.tobytes() for frame in frames}) > FRAMES / 2


@pytest.mark.parametrize("motion", MOTIONS)
def test_nothing_leaves_the_picture_and_nothing_is_wasted(motion: str) -> None:
    frames = loop(drawing(), motion)
    assert {frame.size for frame in frames} == {(48, 48)}
    assert {frame.mode for frame in frames} == {"RGBA"}
    areas = [opaque(frame) for frame in frames]
    if motion != "pulse":
        assert max(areas) < 1.1 * min(areas)  # none is cut
    seen = np.max([np.asarray(frame.getchannel("A")) for frame in frames], axis=0) > 10
    assert max(seen.any(axis=0).sum(), seen.any(axis=1).sum()) >= 46  # of 48


def test_a_spin_turns_clockwise() -> None:
    frames = [np.asarray(frame) for frame in loop(drawing(), "spin")]
    red = [np.argwhere((frame[..., 0] > 200) & (frame[..., 1] < 60)) for frame in frames]
    upper_left, upper_right = red[0].mean(axis=0), red[FRAMES // 4].mean(axis=0)
    assert (upper_left < 24).all()
    assert upper_right[0] < 24 < upper_right[1]


def test_a_bounce_leaves_the_ground_and_comes_down_flat() -> None:
    alphas = [frame.getchannel("A").point(lambda alpha: 255 * (alpha > 127)) for frame in loop(drawing(), "bounce")]
    boxes = [alpha.getbbox() for alpha in alphas]
    lowest = [box[3] for box in boxes if box]
    assert lowest[0] == max(lowest)
    assert lowest[FRAMES // 2] < lowest[0] - 6
    (left, top, right, bottom) = boxes[0]  # type: ignore[misc]
    assert right - left > 1.2 * (bottom - top)


def test_a_party_gives_what_is_grey_a_colour_and_all_of_them() -> None:
    hues = []
    for frame in loop(drawing(), "party"):
        hue, saturation, _ = np.asarray(frame.convert("RGB").convert("HSV"))[24, 24].tolist()
        assert saturation > 90
        hues.append(hue)
    assert len({hue // 32 for hue in hues}) == 8


def test_at_rest_a_picture_stays_what_it_is() -> None:
    canvas = Image.new("RGBA", (96, 96))
    canvas.paste(drawing(), (24, 24))
    assert np.array_equal(np.asarray(posed(canvas, MOTIONS["spin"](0))), np.asarray(canvas))


@pytest.mark.parametrize("motion", MOTIONS)
def test_an_empty_picture_stays_empty(motion: str) -> None:
    assert all(frame.getbbox() is None for frame in loop(Image.new("RGBA", (16, 16)), motion))
