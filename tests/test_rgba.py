"""Pictures: safe opening of whatever people drop in, premultiplied RGBA, and what is written."""

from __future__ import annotations

import io
import random
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from multimodal import rgba


def encoded(image: Image.Image, image_format: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def palette_image() -> Image.Image:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)
    return image


def grey_16_bit() -> Image.Image:
    return Image.fromarray(np.full((1, 2), 0x8080, dtype=np.uint16))


RED = (255, 0, 0, 255)


@pytest.mark.parametrize(
    ("data", "pixel"),
    [
        pytest.param(encoded(Image.new("1", (2, 1), 1)), (255, 255, 255, 255), id="1"),
        pytest.param(encoded(Image.new("L", (2, 1), 77)), (77, 77, 77, 255), id="L"),
        pytest.param(encoded(Image.new("LA", (2, 1), (77, 64))), (77, 77, 77, 64), id="LA"),
        pytest.param(encoded(palette_image(), transparency=1), RED, id="P, opaque"),
        pytest.param(encoded(palette_image(), transparency=0), (255, 0, 0, 0), id="P, transparent"),
        pytest.param(encoded(grey_16_bit()), (128, 128, 128, 255), id="I;16"),
        pytest.param(encoded(Image.new("RGB", (2, 1), (1, 2, 3))), (1, 2, 3, 255), id="RGB"),
        pytest.param(encoded(Image.new("RGB", (2, 1), (1, 2, 3)), transparency=(1, 2, 3)), (1, 2, 3, 0), id="RGB, key"),
        pytest.param(encoded(Image.new("RGBA", (2, 1), (1, 2, 3, 4))), (1, 2, 3, 4), id="RGBA"),
        pytest.param(encoded(Image.new("CMYK", (2, 1), (0, 255, 255, 0)), "JPEG"), RED, id="CMYK"),
        pytest.param(encoded(Image.new("RGB", (2, 1), (255, 0, 0)), "WEBP", lossless=True), RED, id="WebP"),
    ],
)
def test_every_mode_becomes_straight_rgba(data: bytes, pixel: tuple[int, ...]) -> None:
    image = rgba.open_image(data)
    assert (image.mode, image.size) == ("RGBA", (2, 1))
    assert np.abs(np.subtract(image.getpixel((0, 0)), pixel)).max() <= 2  # JPEG is not exact


def test_exif_rotation_is_applied() -> None:
    image = Image.new("RGB", (64, 32), "blue")
    image.paste("red", (0, 0, 32, 32))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: what is stored at the left is to be shown at the top
    opened = rgba.open_image(encoded(image, "JPEG", exif=exif, quality=95))
    assert opened.size == (32, 64)
    assert opened.getpixel((16, 8))[0] > 200
    assert opened.getpixel((16, 56))[2] > 200


def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGBA", (4, 4), color) for color in ("red", "blue")]
    for image_format in ("PNG", "WEBP"):
        data = encoded(frames[0], image_format, save_all=True, append_images=frames[1:], lossless=True)
        assert rgba.open_image(data).getpixel((0, 0)) == RED


PNG = encoded(Image.effect_noise((64, 64), 80))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"hello", "is not a PNG, JPEG, WebP or GIF", id="text"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "is not a PNG, JPEG, WebP or GIF", id="SVG"),
        pytest.param(b"%PDF-1.4\n%%EOF", "is not a PNG, JPEG, WebP or GIF", id="PDF"),
        pytest.param(encoded(Image.new("L", (2, 2)), "BMP"), "is not a PNG, JPEG, WebP or GIF", id="BMP"),
        pytest.param(b"", "is not a PNG, JPEG, WebP or GIF", id="empty"),
        pytest.param(PNG[: len(PNG) // 2], "is damaged", id="truncated PNG"),
        pytest.param(encoded(Image.effect_noise((64, 64), 80), "JPEG")[:900], "is damaged", id="truncated JPEG"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "holiday.png"
    path.write_bytes(data)
    with pytest.raises(rgba.ImageError, match=f"holiday.png {message}"):
        rgba.open_image(path)
    with pytest.raises(rgba.ImageError, match=f"the picture {message}"):
        rgba.open_image(data)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(rgba.ImageError, match="there is no file"):
        rgba.open_image(tmp_path / "none.png")
    with pytest.raises(rgba.ImageError):
        rgba.open_image(tmp_path)


@pytest.mark.parametrize("side", [12_000, 20_000])
def test_huge_pictures_are_refused_from_the_header(side: int) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    without_pixels = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"")  # decoding it would say "damaged"
    with pytest.raises(rgba.ImageError, match="at most 40 megapixels"):
        rgba.open_image(without_pixels)


def test_the_limit_on_pixels_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rgba, "MAX_PIXELS", 64 * 64)
    assert rgba.open_image(PNG).size == (64, 64)
    monkeypatch.setattr(rgba, "MAX_PIXELS", 64 * 64 - 1)
    with pytest.raises(rgba.ImageError, match="64 x 64 pixels"):
        rgba.open_image(PNG)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_damage_anywhere_gives_a_picture_or_an_image_error(image_format: str) -> None:
    rng, exif = random.Random(0), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    whole = encoded(Image.effect_noise((8, 8), 80), image_format, exif=exif)
    damaged = [b"".join((whole[:k], bytes([rng.randrange(256)]), whole[k + 1 :])) for k in range(len(whole))]
    for data in damaged:
        with suppress(rgba.ImageError):
            assert rgba.open_image(data).mode == "RGBA"


def test_senseless_exif_gives_a_picture_or_an_image_error() -> None:
    bits_per_sample = struct.pack("<HHII", 0x0102, 5, 1, 38)  # a fraction, where a whole number belongs
    orientation = struct.pack("<HHII", 0x0112, 3, 1, 6)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + bits_per_sample + orientation + struct.pack("<III", 0, 1, 2)
    with suppress(rgba.ImageError):
        assert rgba.open_image(encoded(Image.new("RGB", (2, 1)), "JPEG", exif=exif)).size == (1, 2)


@pytest.mark.parametrize("error", [TypeError, KeyError, ZeroDivisionError, EOFError, struct.error])
def test_whatever_a_damaged_header_makes_pillow_raise_is_an_image_error(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multimodal.rgba.ImageOps.exif_transpose", Mock(side_effect=error("odd")))
    with pytest.raises(rgba.ImageError, match="damaged"):
        rgba.open_image(PNG)


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (20, 10), (8, 8), (3, 7)])
def test_any_shape_is_fitted_into_the_square(size: tuple[int, int]) -> None:
    tensor = rgba.to_tensor(Image.new("RGBA", size, RED), 8)
    assert tensor.shape == (4, 8, 8)
    solid = (tensor[3] > 0.9).nonzero()  # rows and columns of what is opaque
    height, width = (max(1, round(side * 8 / max(size))) for side in (size[1], size[0]))
    assert len(solid) == height * width
    top, left = solid.amin(dim=0).tolist()
    assert (top, left) == ((8 - height) // 2, (8 - width) // 2)
    assert tensor[:, top, left].tolist() == [1, -1, -1, 1]


def test_opaque_and_transparent_pixels_survive_the_round_trip_exactly() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 4), dtype=np.uint8)
    pixels[..., 3] = np.where(pixels[..., 3] > 127, 255, 0)
    image = Image.fromarray(pixels)
    expected = np.where(pixels[..., 3:] == 0, 0, pixels)
    assert np.array_equal(np.asarray(rgba.to_image(rgba.to_tensor(image, 32))), expected)


def test_bytes_are_those_that_the_floats_came_from_and_what_is_out_of_range_is_cut() -> None:
    pixels = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(rgba.to_uint8(rgba.from_uint8(pixels)), pixels)
    assert rgba.to_uint8(torch.tensor([-1.5, 1.5])).tolist() == [0, 255]


def test_premultiplied_pixels_become_the_same_picture() -> None:
    pixels = rgba.to_pixels(Image.new("RGBA", (3, 2), (200, 100, 50, 128)))
    image = rgba.from_pixels(pixels)
    assert (image.mode, image.size) == ("RGBa", (3, 2))
    assert torch.equal(rgba.to_pixels(image), pixels)


def test_many_pictures_are_resized_as_one_is_fitted() -> None:
    images = [Image.fromarray(np.random.default_rng(k).integers(0, 256, (32, 32, 4), dtype=np.uint8)) for k in range(3)]
    pixels = torch.stack([rgba.to_pixels(image) for image in images])
    assert torch.equal(rgba.resize(pixels, 12), torch.stack([rgba.fit_pixels(image, 12) for image in images]))
    assert torch.equal(rgba.resize(pixels, 64, Image.Resampling.NEAREST)[:, :, ::2, ::2], pixels)


def test_half_transparent_pixels_keep_their_colour() -> None:
    image = rgba.to_image(rgba.to_tensor(Image.new("RGBA", (4, 4), (200, 100, 50, 128)), 4))
    assert np.abs(np.subtract(image.getpixel((0, 0)), (200, 100, 50, 128))).max() <= 2


def test_colour_under_transparent_pixels_does_not_bleed() -> None:
    image = Image.new("RGBA", (64, 64), (0, 255, 0, 0))  # green that nobody may see
    ImageDraw.Draw(image).ellipse((9, 9, 54, 54), fill=RED)
    small = np.asarray(rgba.to_image(rgba.to_tensor(image, 24)))
    edge = (small[..., 3] > 0) & (small[..., 3] < 255)
    assert edge.any()
    assert small[small[..., 3] > 0, 1].max() <= 2
    assert small[edge, 0].min() >= 240  # and no darker fringe either


def test_near_transparent_and_near_solid_become_exactly_that() -> None:
    tensor = torch.full((4, 1, 2), -1.0)
    tensor[3] = torch.tensor([0.015, 0.985]) * 2 - 1
    assert [rgba.to_image(tensor).getpixel((x, 0))[3] for x in (0, 1)] == [0, 255]


def test_composite_is_premultiplied_over() -> None:
    half_red = torch.tensor([0.5, 0, 0, 0.5]).view(1, 4, 1, 1) * 2 - 1
    assert rgba.composite(half_red, 1.0).flatten().tolist() == [1, 0, 0]  # on white: (1, 0.5, 0.5)
    assert rgba.composite(half_red, -1.0).flatten().tolist() == [0, -1, -1]  # on black: (0.5, 0, 0)


def test_png_keeps_alpha_and_text(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    image = Image.new("RGBA", (2, 2), (9, 8, 7, 6))
    rgba.save_png(image, path, {"parameters": "红苹果, <b>\nSteps: 24", "seed": "3"})
    with Image.open(path) as saved:
        assert saved.text == {"parameters": "红苹果, <b>\nSteps: 24", "seed": "3"}
        assert saved.getpixel((0, 0)) == (9, 8, 7, 6)


def test_a_mask_is_true_in_every_cell_that_has_white() -> None:
    mask = Image.new("L", (32, 32))
    mask.putpixel((5, 14), 255)
    grid = rgba.to_mask(mask, 32, 8)
    assert grid.nonzero().tolist() == [[3, 1]]  # row, column
    assert rgba.to_mask(Image.new("RGBA", (32, 32), (255, 255, 255, 0)), 32, 8).sum() == 0, "transparent white is nothing"
    wide = rgba.to_mask(Image.new("1", (32, 16), 1), 32, 8)
    assert wide.any(dim=1).tolist() == [False] * 2 + [True] * 4 + [False] * 2, "fitted like its picture"
