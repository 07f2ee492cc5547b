"""Exported stickers: size, format, byte limit, name, trimmed, and without halos."""

import dataclasses
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageSequence

from multimodal.export import TARGETS, Target, drawn, file_name, plain_png, save_animation, shaped, to_sticker
from multimodal.motion import FRAMES, MOTIONS


def drawing(size: int = 128) -> Image.Image:
    """A red disc, a quarter as wide as the picture, off its centre, with smooth edges; white where it is transparent."""
    large = Image.new("L", (size * 4, size * 4))
    ImageDraw.Draw(large).ellipse((size * 2, size * 2, size * 3, size * 3), fill=255)
    image = Image.new("RGBA", (size, size), (255, 255, 255, 0))
    image.paste((220, 0, 0), (0, 0, size, size))
    image.putalpha(large.resize((size, size), Image.Resampling.BOX))
    return image


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("name", TARGETS)
def test_a_sticker_has_the_size_format_and_bytes_of_its_target(name: str) -> None:
    target = TARGETS[name]
    data = to_sticker(drawing(), target)
    image = opened(data)
    assert image.size == (target.size, target.size)
    assert image.format == target.format
    assert len(data) <= target.max_bytes
    assert image.convert("RGBA").getchannel("A").getextrema() == (0, 255)


def test_a_sticker_is_trimmed_to_the_drawing() -> None:
    alpha = opened(to_sticker(drawing(), TARGETS["slack"])).convert("RGBA").getchannel("A")
    assert alpha.point(lambda a: 255 * (a > 127)).getbbox() == pytest.approx((0, 0, 128, 128), abs=4)


def test_edges_keep_the_colour_of_the_drawing() -> None:
    image = drawing()
    image.paste((255, 255, 255, 0), (0, 0), image.getchannel("A").point(lambda a: 255 * (a == 0)))  # a white nothing around
    pixels = np.asarray(opened(to_sticker(image, TARGETS["telegram"])).convert("RGBA")).astype(int)
    edge = (pixels[..., 3] > 20) & (pixels[..., 3] < 235)
    assert edge.any()
    assert np.abs(pixels[edge][:, 1:3]).max() < 30  # no white has leaked in


def test_a_picture_that_is_too_large_gets_fewer_colours_and_keeps_its_alpha() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (128, 128, 4), dtype=np.uint8)
    noise[:64, :, 3] = 0
    target = Target("small", 128, 12_000)
    data = to_sticker(Image.fromarray(noise, "RGBA"), target)
    assert len(data) <= target.max_bytes
    assert opened(data).convert("RGBA").getchannel("A").getextrema()[0] == 0


def test_what_cannot_fit_is_refused_with_the_limit() -> None:
    with pytest.raises(ValueError, match="100 bytes of a tiny"):
        to_sticker(drawing(), Target("tiny", 128, 100))


def test_an_empty_picture_is_no_sticker() -> None:
    with pytest.raises(ValueError, match="the picture is empty"):
        to_sticker(Image.new("RGBA", (128, 128)), TARGETS["slack"])


@pytest.mark.parametrize("prompt", ["A red fox, 3D style!", "红苹果", "../../etc/passwd", "x" * 300, ""])
def test_names_are_plain(prompt: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9_]{0,31}_slack\.png", file_name(prompt, TARGETS["slack"]))


def test_a_name_says_what_the_sticker_shows() -> None:
    assert file_name("A red fox, 3D style!", TARGETS["slack"]) == "a_red_fox_3d_style_slack.png"
    assert file_name("A red fox", TARGETS["telegram"], seed=7) == "a_red_fox_7_telegram.webp"
    assert file_name("a-red-fox", plain_png(512)) == "a_red_fox_512.png"
    assert file_name("a frog with a crown and sunglasses", TARGETS["ios"]) == "a_frog_with_a_crown_and_ios.png"
    assert file_name("a frog with a crown and a scarf, 3d", TARGETS["ios"]) == "a_frog_with_a_crown_and_a_scarf_ios.png"
    assert len({file_name("a fox", target) for target in TARGETS.values()}) == len(TARGETS)
    assert re.fullmatch(r"sticker_[0-9a-f]{8}_7_slack\.png", file_name("红苹果", TARGETS["slack"], seed=7))
    assert file_name("红苹果-0", TARGETS["slack"]) != file_name("狐狸-0", TARGETS["slack"])


@pytest.mark.parametrize("ending", ["webp", "gif"])
def test_an_animation_runs_there_and_back_and_is_transparent(ending: str, tmp_path: Path) -> None:
    images = [Image.new("RGBA", (16, 16)) for _ in range(3)]
    for image, color in zip(images, ("red", "lime", "blue"), strict=True):
        ImageDraw.Draw(image).ellipse((2, 2, 14, 14), fill=color)
    save_animation(images, tmp_path / f"a.{ending}", seconds=0.5)
    with Image.open(tmp_path / f"a.{ending}") as animation:
        assert animation.info.get("loop") == 0
        frames = [frame.convert("RGBA") for frame in ImageSequence.Iterator(animation)]
    assert [frame.getpixel((8, 8)) for frame in frames] == [
        (255, 0, 0, 255),
        (0, 255, 0, 255),
        (0, 0, 255, 255),
        (0, 255, 0, 255),
    ]
    assert {frame.getpixel((0, 0))[3] for frame in frames} == {0}


def test_what_is_half_transparent_is_there_or_not_in_a_gif(tmp_path: Path) -> None:
    ghost = Image.new("RGBA", (16, 16), (255, 255, 255, 60))
    ImageDraw.Draw(ghost).rectangle((4, 4, 11, 11), fill=(200, 0, 0, 200))
    save_animation([ghost, ghost], tmp_path / "ghost.gif")
    with Image.open(tmp_path / "ghost.gif") as animation:
        frame = np.asarray(animation.convert("RGBA"))
    assert (frame[..., 3] == np.where(np.asarray(ghost)[..., 3] > 127, 255, 0)).all()
    assert (frame[frame[..., 3] > 0, :3] == (200, 0, 0)).all()


def test_an_animation_of_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"written as \.webp or \.gif, not as a\.png"):
        save_animation([Image.new("RGBA", (4, 4))] * 2, tmp_path / "a.png")


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("name", ["slack", "discord-emoji", "discord-sticker", "ios"])
def test_a_sticker_that_moves_is_a_transparent_gif_within_the_limit(name: str, motion: str) -> None:
    target = shaped(TARGETS[name], motion)
    data = to_sticker(drawing(), target)
    animation = opened(data)
    assert (animation.format, animation.size) == ("GIF", (target.size, target.size))
    assert (animation.n_frames, animation.info["loop"], animation.info["duration"]) == (FRAMES, 0, 60)  # type: ignore[attr-defined]
    assert len(data) <= TARGETS[name].max_bytes
    for frame in ImageSequence.Iterator(animation):
        alpha = np.asarray(frame.convert("RGBA").getchannel("A"))
        assert set(np.unique(alpha)) == {0, 255}
        assert alpha[0, 0] == 0  # a disc has no corners, and no frame is drawn over another
    assert file_name("A red disc", target, seed=7) == f"a_red_disc_7_{name.replace('-', '_')}.gif"


@pytest.mark.parametrize("motion", ["", "spin"])
def test_a_whatsapp_sticker_has_its_margin_and_limit_still_or_moving(motion: str) -> None:
    target = shaped(TARGETS["whatsapp"], motion)
    data = to_sticker(drawing(), target)
    sticker = opened(data)
    assert (sticker.format, sticker.size) == ("WEBP", (512, 512))
    assert len(data) <= target.max_bytes == (500_000 if motion else 100_000)
    assert getattr(sticker, "n_frames", 1) == (FRAMES if motion else 1)
    for frame in ImageSequence.Iterator(sticker):
        left, top, right, bottom = frame.convert("RGBA").getchannel("A").getbbox() or (0, 0, 0, 0)
        assert min(left, top, 512 - right, 512 - bottom) >= 16


def test_a_moving_webp_that_would_be_too_large_loses_quality() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 4), dtype=np.uint8)
    noise[..., 3] = 255
    target = shaped(Target("small", 64, 0, moving_format="WEBP", moving_bytes=10**6), "shake")
    large = to_sticker(Image.fromarray(noise, "RGBA"), target)
    less = dataclasses.replace(target, max_bytes=len(large) * 3 // 4)
    assert len(to_sticker(Image.fromarray(noise, "RGBA"), less)) <= less.max_bytes


@pytest.mark.parametrize("name", TARGETS)
def test_an_outlined_sticker_is_white_around_the_drawing_which_has_room_for_it(name: str) -> None:
    target = TARGETS[name]
    image = opened(to_sticker(drawing(), shaped(target, outline=True))).convert("RGBA")
    pixels, middle = np.asarray(image).astype(int), target.size // 2
    drawn = np.flatnonzero(pixels[middle, :, 3] == 255)
    rim = round(0.045 * (target.size - 2 * target.margin))
    assert drawn[0] == pytest.approx(target.margin, abs=2)
    assert (pixels[middle, drawn[0] + 1 : drawn[0] + rim - 2] == 255).all()
    assert pixels[middle, drawn[0] + rim + 4].tolist() == pytest.approx([220, 0, 0, 255], abs=12)


def test_a_rim_stays_white_while_the_drawing_turns_all_colours() -> None:
    frames = drawn(drawing(), 128, outline=True, motion="party")
    assert len({frame.tobytes() for frame in frames}) == len(frames) == FRAMES
    for frame in frames:
        edge = np.asarray(frame)[frame.getchannel("A").getbbox()[1] + 1]  # type: ignore[index]
        assert (edge[edge[:, 3] == 255, :3] == 255).all()


def test_a_gif_that_would_be_too_large_gets_fewer_colours() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 4), dtype=np.uint8)
    noise[..., 3] = 255
    image = Image.fromarray(noise, "RGBA")
    large = to_sticker(image, shaped(plain_png(64), "shake"))
    small = to_sticker(image, shaped(Target("small", 64, len(large) // 2), "shake"))
    assert len(small) <= len(large) // 2
    colors = [len(opened(data).convert("RGBA").getcolors(5000) or ()) for data in (large, small)]
    assert colors[1] < colors[0]


def test_without_a_motion_the_target_stays_and_what_cannot_move_is_said() -> None:
    assert shaped(TARGETS["telegram"], "") == TARGETS["telegram"]
    with pytest.raises(ValueError, match="a moving Telegram sticker is a video"):
        shaped(TARGETS["telegram"], "spin")
    with pytest.raises(ValueError, match="motion"):
        shaped(TARGETS["slack"], "fly")
