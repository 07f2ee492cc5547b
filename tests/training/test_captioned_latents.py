"""What the mean is fitted to: the pictures themselves, and those of the same thing in other styles."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from accelerate import Accelerator

from multimodal.config import with_overrides
from multimodal.training.captioned_latents import CaptionedLatents
from multimodal.training.plan import train_one
from multimodal.training.presets import PRESETS
from multimodal.training.run_config import Sources


@pytest.fixture(scope="module")
def drawn(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> CaptionedLatents:
    out = tmp_path_factory.mktemp("run")
    train_one("vqvae", "tiny", ["steps=0"], Sources(pictures), out)
    return CaptionedLatents(PRESETS["dit"]["tiny"], pictures, None, out, Accelerator())


def test_views_are_of_the_same_thing_in_the_style_that_they_say(drawn: CaptionedLatents) -> None:
    torch.manual_seed(0)
    assert drawn.styles == ("flat", "line")
    rows = torch.arange(20).repeat(50)  # twelve pictures, eight composites
    views, shown = drawn.draw_views(rows)
    for row, view, other in zip(rows.tolist(), views.tolist(), shown.tolist(), strict=True):
        if view:
            assert drawn.subjects[other].concept == drawn.subjects[row].concept
            assert drawn.subjects[other].style == drawn.styles[view - 1]
        else:
            assert other == row
    assert set(views[rows >= 12].tolist()) == {0}
    assert abs((views[rows < 12] > 0).float().mean() - 0.5) < 0.06
    assert abs((views[rows < 12] == 1).float().mean() - 0.25) < 0.06


def test_prompts_ask_for_the_picture_or_for_its_thing_in_a_style_that_there_is_none_of(drawn: CaptionedLatents) -> None:
    rows = torch.arange(20).repeat(30)
    del drawn.rows["disc", "line"]
    prompts = drawn.styled_prompts(rows, step=3)
    drawn.rows["disc", "line"] = 2
    assert prompts != drawn.styled_prompts(rows, step=4)
    unseen = 0
    for row, prompt in zip(rows.tolist(), prompts, strict=True):
        if row >= 12:
            assert prompt.seen
            assert prompt.view == 0
            continue
        subject = drawn.subjects[row]
        assert subject.name("en") in prompt.text
        said = drawn.styles[prompt.view - 1] if prompt.view else None
        assert all((f"{style} style" in prompt.text) == (style == said) for style in drawn.styles)
        if prompt.view and prompt.seen:
            assert said == subject.style
        if not prompt.seen:
            assert (subject.concept, said) == ("disc", "line")
            unseen += 1
    assert abs(unseen / 180 - 0.5) < 0.1


def test_without_styles_there_is_one_view(drawn: CaptionedLatents, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "styles", ())
    rows = torch.arange(20)
    views, shown = drawn.draw_views(rows)
    assert not views.any()
    assert torch.equal(shown, rows)


@pytest.mark.parametrize("word", ["rehearsal_fraction=0.5", "lora_rank=2", "mean.steps=0"])
def test_a_run_that_does_not_learn_styles_has_those_of_its_start(word: str, pictures: Path, tmp_path: Path) -> None:
    train_one("vqvae", "tiny", ["steps=0"], Sources(pictures), tmp_path)
    config = with_overrides(PRESETS["dit"]["tiny"], [word])
    assert CaptionedLatents(config, pictures, None, tmp_path, Accelerator()).styles == ()
    config = dataclasses.replace(config, model=dataclasses.replace(config.model, styles=("line",)))
    assert CaptionedLatents(config, pictures, None, tmp_path, Accelerator()).styles == ("line",)


def test_new_pictures_are_in_the_batch_of_every_process(drawn: CaptionedLatents, monkeypatch: pytest.MonkeyPatch) -> None:
    new = len(drawn.subjects)
    for process in range(4):
        monkeypatch.setattr(drawn, "accelerator", SimpleNamespace(num_processes=4, process_index=process))
        assert (drawn.batch(0, 16) < new).tolist() == [True, True, True, False]  # of 0.16 composites the nearest
    monkeypatch.setattr(drawn, "config", dataclasses.replace(drawn.config, composite_fraction=0.9))
    with pytest.raises(ValueError, match="a batch of 4 has no place for new pictures in each of 4 processes"):
        drawn.batch(0, 4)
