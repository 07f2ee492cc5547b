"""Several pictures in one."""

from __future__ import annotations

from PIL import Image

from multimodal.sheets import image_grid, tiled

FRAMES = [Image.new("RGBA", (4, 2), (60 * k, 0, 0, 255)) for k in range(4)] + [Image.new("RGBA", (4, 2))]


def test_tiles_read_like_text_and_keep_what_is_transparent() -> None:
    sheet = tiled(FRAMES, columns=3)
    assert sheet.size == (12, 4)
    assert [sheet.getpixel(place) for place in ((0, 0), (5, 1), (1, 3), (5, 3))] == [
        (0, 0, 0, 255), (60, 0, 0, 255), (180, 0, 0, 255), (0, 0, 0, 0),
    ]  # fmt: skip
    assert tiled(FRAMES[:2]).size == (8, 2)  # no wider than what is there


def test_a_grid_has_gaps_and_what_is_transparent_is_white() -> None:
    grid = image_grid(FRAMES, columns=3)
    assert (grid.mode, grid.size) == ("RGB", (28, 16))
    red, white = (60, 0, 0), (255, 255, 255)
    assert [grid.getpixel(place) for place in ((0, 0), (12, 4), (11, 4), (12, 11))] == [white, red, white, white]
    assert image_grid([Image.new("RGB", (2, 2), "red")], columns=1).getpixel((4, 4)) == (255, 0, 0)
