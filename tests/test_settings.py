"""The settings of a picture: written into its PNG, and read again."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest
import torch
from PIL import Image

from multimodal import rgba
from multimodal.settings import Settings, pack_indices, read_settings, save_picture, unpack_indices


def test_settings_travel_inside_the_png(tmp_path: Path) -> None:
    settings = Settings("a red fox, 3d style", 7, "blur", 12, 2.5, "heun")
    image = Image.new("RGBA", (8, 8), (200, 10, 10, 128))
    path = save_picture(image, settings, tmp_path)
    assert read_settings(path) == settings
    with Image.open(path) as saved:
        assert saved.mode == "RGBA"
        assert saved.tobytes() == image.tobytes()
        lines = saved.info["parameters"].splitlines()
        assert json.loads(saved.info["multimodal"])["seed"] == 7
    assert lines[:2] == ["a red fox, 3d style", "Negative prompt: blur"]
    assert lines[2].startswith("Steps: 12, Sampler: Heun, CFG scale: 2.5, Seed: 7, Size: 8x8, Version: multimodal ")


def test_the_picture_that_one_was_made_from_travels_too(tmp_path: Path) -> None:
    indices = torch.randint(0, 1024, (2, 16, 16))
    settings = Settings("a red fox", 7, image=pack_indices(indices), strength=0.5)
    path = save_picture(Image.new("RGBA", (8, 8)), settings, tmp_path)
    arguments = read_settings(path).arguments()
    assert torch.equal(arguments["image"], indices)
    assert arguments["strength"] == 0.5
    with Image.open(path) as saved:
        assert "Denoising strength: 0.5, Version" in saved.info["parameters"]


def test_the_model_that_made_it_travels_too(tmp_path: Path) -> None:
    settings = Settings("a red fox", 7, model_id="my-own-0123456789")
    path = save_picture(Image.new("RGBA", (8, 8)), settings, tmp_path)
    assert read_settings(path) == settings
    assert "model_id" not in settings.arguments()
    with Image.open(path) as saved:
        assert "Model hash: 0123456789, Model: my-own, Version" in saved.info["parameters"]
    assert settings.is_of("renamed-0123456789")
    assert not settings.is_of("my-own-9876543210")
    assert Settings("a red fox", 7).is_of("my-own-0123456789"), "as far as is known"


def test_another_picture_of_the_same_name_stays(tmp_path: Path) -> None:
    image = Image.new("RGBA", (8, 8))
    first = save_picture(image, Settings("a fox", 1), tmp_path)
    other = save_picture(image, Settings("a fox", 1, num_inference_steps=24), tmp_path)
    assert (first.name, other.name) == ("a-fox-1.png", "a-fox-1-2.png")
    assert read_settings(first).num_inference_steps == Settings.num_inference_steps
    assert save_picture(image, Settings("a fox", 1, num_inference_steps=24), tmp_path) == other  # made once more
    assert len([*tmp_path.iterdir()]) == 2


@pytest.mark.parametrize("text", ["2x16x16", "2x2:AAAA", "axb:AAAA", "2x2:*", "-1x:AAAA", "2x2:" + "A" * 999])
def test_what_is_no_picture_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hold no codebook indices"):
        unpack_indices(text)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("a red apple", "a-red-apple-5.png"),
        ("红苹果!", "红苹果-5.png"),
        ("../../etc/passwd", "etc-passwd-5.png"),
        ("🦊", "picture-5.png"),
        ("word " * 50, "word-" * 9 + "wor-5.png"),
    ],
)
def test_file_names_are_words_and_nothing_else(prompt: str, name: str) -> None:
    file_name = Settings(prompt, 5).file_name
    assert file_name == name
    assert "/" not in file_name


def test_settings_of_automatic1111_are_understood(tmp_path: Path) -> None:
    numbers = "Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 5, Size: 512x512"
    text = f"a red fox,\nin snow\nNegative prompt: blur, text\n{numbers}"
    path = tmp_path / "fox.png"
    rgba.save_png(Image.new("RGBA", (4, 4)), path, {"parameters": text})
    assert read_settings(path) == Settings("a red fox,\nin snow", 5, "blur, text", 20, 7.0, "euler")
    rgba.save_png(
        Image.new("RGBA", (4, 4)), path, {"parameters": "a star\nSteps: 9, Sampler: Heun, CFG scale: 2.5, Seed: 1"}
    )
    assert read_settings(path) == Settings("a star", 1, "", 9, 2.5, "heun")


@pytest.mark.parametrize(
    "text",
    [
        {},
        {"parameters": ""},
        {"parameters": "a fox"},
        {"parameters": "Steps: many, Sampler: Euler, CFG scale: 7, Seed: 5"},
        {"multimodal": "no JSON"},
        {"multimodal": "[1]"},
        {"multimodal": '{"prompt": "a fox"}'},
        {"multimodal": '{"prompt": "a fox", "seed": "1"}'},
        {"multimodal": '{"prompt": "a fox", "seed": 1, "unknown": 2}'},
        {"multimodal": '{"prompt": "a fox", "seed": 100000000000000000000}'},
    ],
)
def test_pictures_without_settings_are_named(text: dict[str, str], tmp_path: Path) -> None:
    rgba.save_png(Image.new("RGBA", (4, 4)), tmp_path / "other.png", text)
    with pytest.raises(ValueError, match=r"other\.png holds no settings"):
        read_settings(tmp_path / "other.png")


def test_what_is_no_png_holds_no_settings(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(ValueError, match="holds no settings"):
        read_settings(tmp_path / "text.png")


def test_a_picture_of_absurd_size_holds_no_settings(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8)).save(path := tmp_path / "bomb.png")
    data = bytearray(path.read_bytes())
    data[16:24] = (60000).to_bytes(4) * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4)
    path.write_bytes(data)
    with pytest.raises(ValueError, match="holds no settings"):
        read_settings(path)


def test_what_no_png_can_hold_is_cleaned_from_a_negative_prompt(tmp_path: Path) -> None:
    text = {"multimodal": json.dumps({"prompt": "a fox", "seed": 1, "negative_prompt": "\ud800 a\nhat"})}
    path = tmp_path / "foreign.png"
    path.write_bytes(rgba.png_bytes(Image.new("RGBA", (8, 8)), text))
    assert read_settings(path).negative_prompt == "? a hat"
