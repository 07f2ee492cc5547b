"""Pieces of the interface that need no browser."""

from __future__ import annotations

import re
import string
from pathlib import Path
from unittest.mock import Mock

import gradio as gr
import pytest
import torch
from PIL import Image

from multimodal import rgba
from multimodal.collage.colors import HUES, RAINBOW, SHADES, SKINS, TINTS
from multimodal.collage.equipment import DRAWN_ON, PLACES
from multimodal.hub import HubError
from multimodal.pipeline import TextToImagePipeline
from multimodal.settings import Settings, read_settings, save_picture
from multimodal.tensor_folder import CheckpointError
from multimodal.ui import download, examples, texts
from multimodal.ui.demo import build_demo, launch_settings
from multimodal.ui.download import BARE, as_file, numbered
from multimodal.ui.errors import friendly_errors
from multimodal.ui.markup import figure, message, rank_plot, tiles
from multimodal.ui.models import Models


def test_pictures_without_settings_are_no_examples(tmp_path: Path) -> None:
    assert examples.load_examples(tmp_path / "missing") == []
    rgba.save_png(Image.new("RGBA", (4, 4)), tmp_path / "other.png")
    rgba.save_png(Image.new("RGBA", (4, 4)), tmp_path / "forged.png", {"multimodal": '{"unknown": 1}'})
    (tmp_path / "text.png").write_text("no picture")
    save_picture(Image.new("RGBA", (4, 4)), Settings("a star", 1), tmp_path)
    assert [settings.prompt for _, settings in examples.load_examples(tmp_path)] == ["a star"]


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")])
def test_want_of_memory_is_told_and_the_next_request_succeeds(
    error: Exception, tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline, words = TextToImagePipeline.from_pretrained(tiny_checkpoint), texts.Texts()
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "sample_latents", Mock(side_effect=error))
        with pytest.raises(gr.Error, match="not enough memory"), friendly_errors(words):
            pipeline("a star", num_inference_steps=1)
    with friendly_errors(words):
        assert len(pipeline("a star", num_inference_steps=1).images) == 1


def test_examples_are_made_in_order_and_can_be_made_again(
    tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "EXAMPLES", (Settings("a star", 2, num_inference_steps=2), Settings("a fox", 1)))
    pipeline = TextToImagePipeline.from_pretrained(tiny_checkpoint)
    first = [path.read_bytes() for path in examples.write_examples(pipeline, tmp_path / "a")]
    second = [path.read_bytes() for path in examples.write_examples(pipeline, tmp_path / "b")]
    assert first == second
    assert [settings.prompt for _, settings in examples.load_examples(tmp_path / "a")] == ["a star", "a fox"]


def test_both_languages_say_the_same_things() -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert texts.ENGLISH.keys() == texts.CHINESE.keys()
    for key, text in texts.ENGLISH.items():
        assert places(text) == places(texts.CHINESE[key]), key


def test_every_place_and_every_colour_has_a_word() -> None:
    said = {f"place_{place}" for place in (*PLACES, *DRAWN_ON)}
    said |= {f"color_{color}{part}" for color in (*HUES, *SHADES, *TINTS, RAINBOW) for part in ("", " hair")}
    said |= {f"color_{tone} skin" for tone in SKINS}
    assert said - texts.ENGLISH.keys() == set()


@pytest.mark.parametrize(("words", "told"), [(texts.Texts(), "&lt;b&gt;"), (None, "<b>")], ids=["page", "program"])
def test_problems_are_told_in_the_words_of_the_page_and_safe_where_they_are_html(
    words: texts.Texts | None, told: str
) -> None:
    with pytest.raises(gr.Error) as raised, friendly_errors(words):
        raise ValueError("num_inference_steps must not be <b>")
    assert raised.value.message == f"Steps must not be {told}"


@pytest.mark.parametrize("error", [CheckpointError, HubError])
def test_what_is_wrong_with_a_checkpoint_is_told(error: type[Exception]) -> None:
    with pytest.raises(gr.Error, match="was made with another VQ-VAE"), friendly_errors():
        raise error("it was made with another VQ-VAE")


def test_html_pieces_escape_what_they_are_given() -> None:
    image = Image.new("RGBA", (2, 2))
    pieces = [figure(image, "<script>", "<script>"), tiles([("<script>", "<script>")])]
    pieces += [rank_plot([[0.5, 0.1, 0.0]], ["<script>"], "<script>", "<script>")]
    assert all("<script>" not in piece for piece in pieces)
    assert 'role="status"' in message("done")


def test_a_page_is_built_without_example_pictures_and_without_statistics(tiny_checkpoint: Path, tmp_path: Path) -> None:
    demo = build_demo(Models(tiny_checkpoint), assets=tmp_path / "missing")
    ids = {component["props"].get("elem_id") for component in demo.get_config_file()["components"]}
    assert {"prompt", "generate", "stop", "pictures", "upload", "codes"} <= ids
    assert "examples" not in ids


def test_a_file_without_its_settings_is_the_same_picture(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    picture = save_picture(Image.radial_gradient("L").convert("RGBA"), Settings("a secret star", 1), tmp_path)
    bare = as_file(picture, BARE, tmp_path / "bare")
    assert bare.name == picture.name
    assert b"secret" not in bare.read_bytes()
    assert b"secret" in as_file(picture, "", tmp_path / "bare").read_bytes()
    with Image.open(picture) as before, Image.open(bare) as after:
        assert after.info == {}
        assert after.tobytes() == before.tobytes()


def test_a_picture_with_an_outline_keeps_its_settings_and_its_size(tmp_path: Path) -> None:
    (tmp_path / "outlined").mkdir()
    settings = Settings("a star", 1)
    picture = save_picture(Image.radial_gradient("L").convert("RGBA"), settings, tmp_path)
    outlined = as_file(picture, "", tmp_path / "outlined", outline=True)
    assert read_settings(outlined) == read_settings(picture)
    assert Image.open(outlined).size == Image.open(picture).size
    assert Image.open(outlined).tobytes() != Image.open(picture).tobytes()
    assert not Image.open(as_file(picture, BARE, tmp_path / "outlined", outline=True)).info


def test_a_sticker_is_encoded_once_until_its_picture_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Image.Image] = []
    monkeypatch.setattr(download, "to_sticker", lambda image, *_: made.append(image) or b"sticker")
    picture = save_picture(Image.radial_gradient("L").convert("RGBA"), Settings("a star", 1), tmp_path)
    files = [as_file(picture, "slack", numbered(tmp_path, k)) for k in range(3)]
    assert [file.read_bytes() for file in files] == [b"sticker"] * 3
    assert len(made) == 1
    as_file(picture, "slack", numbered(tmp_path, 3), motion="spin")
    save_picture(Image.new("RGBA", (9, 9), "red"), Settings("a star", 1), tmp_path / "3").replace(picture)
    as_file(picture, "slack", numbered(tmp_path, 4))
    assert len(made) == 3


def test_nothing_of_the_looks_comes_from_elsewhere() -> None:
    settings = launch_settings()
    style = settings["css_paths"][0].read_text(encoding="utf-8")
    assert "http" not in style
    assert "@import" not in style
    assert not re.search(r"(url\(|@import )['\"]?(https?:)?//", settings["theme"]._get_theme_css())
