"""The style that the pipeline draws a prompt in which says none; with tiny random models."""

from __future__ import annotations

import pytest

from multimodal import TextToImagePipeline
from multimodal.reading.names import Names
from tests.generating import generate, same


@pytest.fixture(autouse=True)
def styled(pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The star was seen in two styles."""
    styles = {"flat": ["star"], "noto": ["star"], "line": ["fox"]}
    monkeypatch.setattr(pipeline, "names", Names({"en": ["star", "fox"]}, styles=styles))


def test_each_seed_has_another_style_in_which_the_thing_was_seen(pipeline: TextToImagePipeline) -> None:
    output = generate(pipeline, "a star", seed=0, num_images_per_prompt=3)
    assert output.prompts == ["a star, noto style", "a star, flat style", "a star, noto style"]
    assert same(output.images[1], generate(pipeline, "a star, flat style", seed=1).images[0])


def test_a_style_that_was_chosen_or_said_stays_and_no_style_is_one(pipeline: TextToImagePipeline) -> None:
    assert generate(pipeline, ["a star", "a star, line style"], style="flat").prompts == [
        "a star, flat style",
        "a star, line style",
    ]
    assert generate(pipeline, "a star", style="").prompts == ["a star"]
    assert generate(pipeline, "a star", interpret=False).prompts == ["a star"]
