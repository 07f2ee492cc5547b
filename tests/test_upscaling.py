"""The upscaler: what it loads, how far it enlarges, and what reaches the stickers."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from multimodal.__main__ import main
from multimodal.checkpoint import save_model
from multimodal.commands.doctor import diagnose
from multimodal.config import SuperResolutionConfig
from multimodal.export import TARGETS, plain_png, to_sticker
from multimodal.models.super_resolution import SuperResolution
from multimodal.tensor_folder import CheckpointError
from multimodal.upscaling import Upscaler


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that has nothing but a super-resolution with weights everywhere."""
    torch.manual_seed(0)
    config = SuperResolutionConfig(width=8, depth=1)
    model = SuperResolution(config)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    folder = tmp_path_factory.mktemp("checkpoint")
    save_model(folder / "super_resolution", model, config, {"steps": 3})
    return folder


@pytest.fixture
def upscaler(folder: Path) -> Upscaler:
    upscaler = Upscaler.from_pretrained(folder)
    assert upscaler
    return upscaler


def disc(width: int, height: int) -> Image.Image:
    image = Image.new("RGBA", (width, height))
    ImageDraw.Draw(image).ellipse((1, 1, width - 2, height - 2), fill="red")
    return image


@pytest.mark.parametrize(
    ("size", "enlarged"),
    [(20, (40, 20)), (40, (40, 20)), (41, (80, 40)), (80, (80, 40)), (81, (160, 80)), (160, (160, 80)), (900, (160, 80))],
)
def test_a_picture_grows_until_it_is_large_enough_but_no_more_than_four_times(
    size: int, enlarged: tuple[int, int], upscaler: Upscaler
) -> None:
    image = upscaler(disc(40, 20), size)
    assert (image.size, image.mode) == (enlarged, "RGBA")


def test_a_border_is_no_edge(upscaler: Upscaler) -> None:
    flat = Image.new("RGBA", (20, 12), (10, 200, 30, 255))
    assert upscaler(flat, 80).getcolors() == [(80 * 48, (10, 200, 30, 255))]


def test_nothing_is_drawn_where_there_was_nothing(upscaler: Upscaler) -> None:
    image = Image.new("RGBA", (40, 40))
    image.paste(disc(12, 12), (14, 14))
    left, top, right, bottom = upscaler(image, 160).getchannel("A").getbbox() or (0, 0, 160, 160)
    assert min(left, top, 160 - right, 160 - bottom) >= 4 * (14 - 4)


def test_a_checkpoint_without_it_has_no_upscaler_and_a_damaged_one_is_named(folder: Path, tmp_path: Path) -> None:
    assert Upscaler.from_pretrained(tmp_path) is None
    (tmp_path / "super_resolution").mkdir()
    with pytest.raises(CheckpointError, match="super_resolution"):
        Upscaler.from_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match="there is no checkpoint folder"):
        Upscaler.from_pretrained(tmp_path / "missing")
    assert "checkpoint super_resolution" in {finding.subject: finding for finding in diagnose(folder)}
    assert "checkpoint super_resolution" not in {finding.subject: finding for finding in diagnose(tmp_path / "none")}


@pytest.mark.parametrize("name", TARGETS)
def test_stickers_larger_than_the_drawing_are_enlarged_by_it(name: str, upscaler: Upscaler) -> None:
    target, picture = TARGETS[name], disc(128, 128)
    with Image.open(io.BytesIO(to_sticker(picture, target, upscaler))) as ours:
        assert (ours.size, ours.format) == ((target.size, target.size), target.format)
        pixels = np.asarray(ours.convert("RGBA"))
    assert len(to_sticker(picture, target, upscaler)) <= target.max_bytes
    with Image.open(io.BytesIO(to_sticker(picture, target))) as plain:
        assert not np.array_equal(np.asarray(plain.convert("RGBA")), pixels)  # trimmed, the disc has 126 pixels
    assert to_sticker(disc(900, 900), target, upscaler) == to_sticker(disc(900, 900), target)


def test_export_writes_a_plain_png_of_a_size_and_uses_the_checkpoint(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disc(40, 40).save(tmp_path / "disc.png")
    pictures = []
    for checkpoint in (folder, tmp_path):
        command = ["export", str(tmp_path / "disc.png"), "--size", "256", "--checkpoint", str(checkpoint), "--json"]
        assert main(command) == 0
        report = json.loads(capsys.readouterr().out)
        assert report["size"] == 256
        with Image.open(report["path"]) as image:
            assert (image.size, image.mode, image.format) == ((256, 256), "RGBA", "PNG")
            pictures.append(image.tobytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("size", ["8", "4096", "many"])
def test_other_sizes_are_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "a.png", "--size", size])
    assert "--size" in capsys.readouterr().err
    assert plain_png(512).size == 512
