"""The Mix fold: its handler with a tiny random model, and the fold in a real browser with the bundled one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from multimodal.reading.names import Names
from multimodal.reading.syntax import MIXED
from multimodal.ui.generation import Generation
from multimodal.ui.mix import Mixing
from multimodal.ui.models import Models

ASKED = ("a fox", "", "3d", 2, 3.0, "euler", 4, 5, True)


def mixed(models: Models, second: str | None, frames: float) -> list[tuple[Any, ...]]:
    return list(Mixing(Generation(models)).mix(None, second, frames, *ASKED))  # type: ignore[arg-type]


def test_an_animation_comes_after_its_steps_in_the_style_of_both_prompts(models: Models) -> None:
    started, *steps, (shown, *_) = mixed(models, "a star", 3)
    assert started[1] == 5
    assert ["progress" in step[0] for step in steps] == [True, True]
    assert 'alt="a fox, 3d style → a star, 3d style · 5"' in shown
    assert "data:image/webp;base64," in shown


def test_both_prompts_get_the_same_of_the_mixed_styles(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.pipeline.names, "styles", {"3d": {"fox"}, "flat": {"fox"}, "noto": {"fox"}})
    asked = ("a fox", "", MIXED, 1, 3.0, "euler", 4, 5, False)
    for _ in range(3):
        *_, (shown, *_) = Mixing(Generation(models)).mix(None, "a star", 2, *asked)  # type: ignore[arg-type]
        styles = re.findall(r", (\w+) style", shown)
        assert len(set(styles[:2])) == 1


def test_words_that_are_drawn_as_a_name_are_told(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Names({"en": ["star", "fox"]}, words={"nouns": {"star": ["pulsar"]}, "others": {}})
    monkeypatch.setattr(models.pipeline, "names", known)
    *_, (shown, *_) = mixed(models, "a pulsar", 2)
    assert "pulsar, 3d style · 5" in shown
    assert "“a pulsar” is drawn as “star”" in shown
    *_, (shown, *_) = mixed(models, "a star", 2)
    assert 'role="status"' not in shown


@pytest.mark.parametrize(
    ("second", "frames", "sentence"),
    [("", 3, "empty"), (None, 3, "empty"), ("a star", 17, "Frames must be"), ("a star", float("nan"), "Frames must be")],
)
def test_what_cannot_be_mixed_gets_a_sentence(second: str | None, frames: float, sentence: str, models: Models) -> None:
    with pytest.raises(gr.Error, match=sentence):
        mixed(models, second, frames)


def test_two_prompts_become_an_animation_to_take_home(page: Page) -> None:
    page.locator("#prompt input").fill("a red apple")
    page.get_by_label("Fast").check()
    page.get_by_role("button", name="Mix with").click()
    page.locator("#second-prompt input").wait_for()
    page.wait_for_timeout(500)  # what is just being drawn forgets what is typed into it
    page.locator("#second-prompt input").fill("a red heart")
    page.locator("#frames input[type=number]").fill("3")
    page.locator("#frames input[type=number]").press("Tab")
    page.locator("#mix").click()
    expect(page.locator("#mixed img")).to_be_visible()
    for button, kind in (("mix-webp", "WEBP"), ("mix-gif", "GIF")):
        with page.expect_download() as download:
            page.locator(f"#{button}").click()
        assert re.match(r"a-red-apple-(\w+)-style-a-red-heart-\1-st", Path(download.value.suggested_filename).stem)
        with Image.open(download.value.path()) as image:
            assert (image.format, image.n_frames) == (kind, 4)  # there and back
            assert image.convert("RGBA").getchannel("A").getextrema()[0] == 0
