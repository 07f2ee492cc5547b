"""The handlers of the Create tab, with a tiny random model."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
import torch
from PIL import Image

from multimodal import TextToImagePipeline
from multimodal.data.phrases import STYLES
from multimodal.reading.names import Names
from multimodal.reading.syntax import MIXED, MIXED_STYLES
from multimodal.settings import Settings, save_picture
from multimodal.ui.download import deliver
from multimodal.ui.edit import Editing
from multimodal.ui.generation import Generation, columns_of
from multimodal.ui.history_store import Histories, History
from multimodal.ui.markup import message
from multimodal.ui.messages import Messages
from multimodal.ui.models import Models
from multimodal.ui.session import Picture, Pictures, Runs, bring_back
from multimodal.ui.texts import Texts

ASKED = {"prompt": "a fox", "negative_prompt": "", "style": "", "steps": 20, "guidance_scale": 1.0, "sampler": "euler"}
ASKED |= {"number": 1, "seed": 5, "keep_seed": True}


def visitor(session: str) -> Any:
    return SimpleNamespace(session_hash=session, headers={})


def generated(tab: Generation, session: str = "me", **changes: Any) -> Iterator[tuple[Any, ...]]:
    return tab.generate(visitor(session), *{**ASKED, **changes}.values())


class SlowDiT:
    """Lets a pipeline's DiT make so many steps, and counts them."""

    def __init__(self, pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps, self.allowed, velocity = 0, threading.Semaphore(0), pipeline.dit.velocity
        self.entered = threading.Semaphore(0)

        def slowly(*arguments: Any) -> torch.Tensor:
            self.steps += 1
            self.entered.release()
            assert self.allowed.acquire(timeout=30)
            return velocity(*arguments)

        monkeypatch.setattr(pipeline.dit, "velocity", slowly)


@pytest.mark.parametrize("others", [0, 1])
def test_stop_ends_a_run_with_the_step_it_is_in(others: int, models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    tab, dit = Generation(models), SlowDiT(models.pipeline, monkeypatch)
    run = generated(tab)
    next(run)  # "Reading the prompt …"
    ended: list[BaseException] = []

    def follow() -> None:
        try:
            list(run)
        except gr.Error as error:
            ended.append(error)

    thread = threading.Thread(target=follow)
    thread.start()
    dit.allowed.release(2)
    for _ in range(3):
        assert dit.entered.acquire(timeout=30)  # the third step has begun
    if others:
        tab.runs.stop(visitor("somebody else"))
        dit.allowed.release()
        assert dit.entered.acquire(timeout=30)
    tab.runs.stop(visitor("me"))
    dit.allowed.release(100)
    thread.join(30)
    assert dit.steps == 3 + others
    assert not getattr(ended[0], "visible", True), "a stop needs no message"
    assert models.pipeline("a star", num_inference_steps=1).images, "the next call does not wait for ever"


def settings_of(last: Pictures) -> list[Settings]:
    return [picture.settings for picture in last if picture.settings]


def test_a_run_that_has_ended_leaves_nothing_behind(models: Models) -> None:
    runs = Runs()
    tab = Generation(models, runs=runs)
    *_, (*_, last) = generated(tab, steps=1)
    assert all(isinstance(picture, Picture) for picture in last)
    assert last
    left = generated(tab)
    next(left)
    next(left)
    left.close()
    assert not vars(runs)["_stops"]
    runs.stop(visitor("me"))


def test_visitors_at_once_get_their_own_pictures(models: Models) -> None:
    tab = Generation(models)
    asked: dict[str, dict[str, Any]] = {"one": {"prompt": "a fox", "seed": 1}, "two": {"prompt": "a star", "number": 2}}

    def codes(session: str) -> torch.Tensor:
        *_, (*_, last) = generated(tab, session, **asked[session], steps=3)
        return torch.stack([picture.codebook_indices for picture in last])

    alone = [codes(session) for session in asked]
    with ThreadPoolExecutor(2) as visitors:
        together = list(visitors.map(codes, asked))
    assert all(one.equal(other) for one, other in zip(alone, together, strict=True))
    assert len(together[1]) == 2


def test_mixed_styles_follow_the_seed(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.pipeline.names, "styles", dict.fromkeys(STYLES, ()))
    *_, (gallery, *_, last) = generated(Generation(models), style=MIXED, steps=1, number=4)
    asked = [(f"a fox, {style} style", seed) for seed, style in zip((5, 6, 7, 8), MIXED_STYLES, strict=False)]
    assert [(settings.prompt, settings.seed) for settings in settings_of(last)] == asked
    assert [caption for _, caption in gallery["value"]] == [f"{prompt} · {seed}" for prompt, seed in asked]
    *_, (*_, alone) = generated(Generation(models), style=MIXED, steps=1, seed=7)
    assert alone[0].settings == last[2].settings
    assert alone[0].codebook_indices.equal(last[2].codebook_indices)
    *_, (*_, choices) = generated(Generation(models), prompt="a {red|green} fox", style=MIXED, steps=1, number=2)
    assert [one.prompt.split(", ")[1] for one in settings_of(choices)] == ["3d style", "noto style"] * 2


@pytest.mark.parametrize(
    ("styles", "prompt"),
    [((), "a fox"), (("pixel",), "a fox, pixel style"), (("line",), "a fox"), (("noto", "line"), "a fox, noto style")],
)
def test_only_styles_that_the_model_learnt_are_mixed(
    styles: tuple[str, ...], prompt: str, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models.pipeline.names, "styles", dict.fromkeys(styles, ()))
    monkeypatch.setattr(models.pipeline.names, "style_names", styles or STYLES)
    *_, (*_, last) = generated(Generation(models), style=MIXED, steps=1, number=2)
    assert {settings.prompt for settings in settings_of(last)} == {prompt}


def test_a_style_in_the_prompt_goes_before_the_one_that_is_chosen(models: Models) -> None:
    *_, (*_, own) = generated(Generation(models), prompt="{a fox, flat style|a star}", style="noto", steps=1, number=1)
    assert [settings.prompt for settings in settings_of(own)] == ["a fox, flat style", "a star, noto style"]


def test_the_page_says_what_other_words_are_drawn_as(models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names({"en": ["fox", "star"], "de": ["Fuchs", "Stern"]}, lambda texts: torch.ones(len(texts), 2))
    monkeypatch.setattr(models.pipeline, "names", names)
    for prompt, said in (("a <vixen>", "“a &lt;vixen&gt;” is drawn as “fox”"), ("ein Stern", "")):
        *_, (_, status, *_) = generated(Generation(models), prompt=prompt, steps=1)
        assert ("drawn" in status) == bool(said)
        assert said in status
    part = Messages(models).not_drawn(["a fox of mine"], [""], [{"a fox of mine": "fox"}], Texts())
    assert "Of “a fox of mine”, “fox” is drawn." in part


def test_the_seconds_of_a_step_are_learnt_from_the_runs(models: Models) -> None:
    tab = Generation(models)
    start = time.perf_counter()
    list(generated(tab, steps=1))
    list(generated(tab, steps=3, sampler="heun"))
    assert tab.seconds is None, "nothing can be learnt from these"
    list(generated(tab, steps=3, number=2))
    assert tab.seconds is not None
    assert 0 < tab.seconds < time.perf_counter() - start


def test_a_draft_is_one_quick_picture_that_is_not_kept(models: Models, tmp_path: Path) -> None:
    tab, history = Generation(models, Histories(tmp_path)), History(tmp_path)
    draft = tab.draft(visitor("me"), *{**ASKED, "prompt": "a {red|green} fox", "keep_seed": False}.values())
    *_, (*_, last) = draft
    [settings] = settings_of(last)
    assert (settings.prompt, settings.seed, settings.num_inference_steps) == ("a red fox", 5, 4)
    assert history.find() == []
    list(generated(tab, steps=1))
    assert len(history.find()) == 1


@pytest.mark.parametrize("prompt", ["", " ", "a {red", "(red:1", "(red:9)"])
def test_of_a_prompt_that_is_not_complete_nothing_is_drawn_nor_said(prompt: str, models: Models) -> None:
    [(gallery, status, *rest)] = Generation(models).draft(visitor("me"), *{**ASKED, "prompt": prompt}.values())
    assert [gallery, *rest] == [gr.skip()] * 6
    assert status == message(""), "nor is left what an earlier draft was about"


def test_a_new_draft_ends_the_old_one_but_no_run() -> None:
    runs, me = Runs(), visitor("me")
    with runs.begin(me) as run, runs.begin(me, draft=True) as draft:
        runs.replace_draft(me)
        assert (run.is_set(), draft.is_set()) == (False, True)
    with runs.begin(me) as run, runs.begin(me, draft=True) as draft:
        runs.stop(me)
        assert (run.is_set(), draft.is_set()) == (True, True)


@pytest.mark.parametrize("change", [{"settings": None}, {"model_id": "another"}])  # a reconstruction; a switch of models
def test_of_what_was_not_generated_here_there_is_no_more(change: dict[str, Any], models: Models) -> None:
    tab = Generation(models)
    *_, (*_, last) = generated(tab, steps=1)
    last = tuple(dataclasses.replace(picture, **change) for picture in last)
    with pytest.raises(gr.Error, match="Generate a picture first"):
        list(tab.vary(last, 0, 1, visitor("me")))
    with pytest.raises(gr.Error, match="Generate a picture first"):
        list(tab.in_other_styles(last, 0, visitor("me")))
    with pytest.raises(gr.Error, match="Generate a picture first"):
        Editing(tab).take_chosen(last, 0, visitor("me"))


@pytest.mark.parametrize("by", ["replace_draft", "stop"])
def test_a_draft_that_is_replaced_says_nothing(by: str, models: Models, monkeypatch: pytest.MonkeyPatch) -> None:
    tab, dit = Generation(models), SlowDiT(models.pipeline, monkeypatch)
    draft = tab.draft(visitor("me"), *ASKED.values())
    dit.allowed.release(1)
    next(draft)  # "Reading the prompt …"
    next(draft)  # the first step
    assert all(dit.entered.acquire(timeout=30) for _ in range(2))  # the second has begun
    getattr(tab.runs, by)(visitor("me"))
    dit.allowed.release(100)
    if by == "stop":
        with pytest.raises(gr.Error, match="Stopped"):  # on which the status says so
            list(draft)
    else:
        *_, said = draft
        assert said == (gr.skip(),) * 7
    assert dit.steps == 2


def test_several_pictures_of_several_prompts_are_a_grid_of_prompts_and_seeds(models: Models) -> None:
    (before, *_, kept), *_, (shown, *_, last) = generated(Generation(models), prompt="a {red|green} fox", steps=1, number=3)
    assert before == kept == gr.skip()  # the pictures of before are there until others form
    assert shown["columns"] == 3
    assert [(one.prompt, one.seed) for one in settings_of(last)] == [
        (f"a {color} fox", seed) for color in ("red", "green") for seed in (5, 6, 7)
    ]
    assert columns_of([1, 2, 3]) == columns_of([1, 1]) == columns_of([1]) == 4
    assert columns_of([1, 2, 1, 2, 1, 2]) == 2


def test_of_choices_in_the_settings_of_a_strangers_png_the_first_is_drawn(models: Models, tmp_path: Path) -> None:
    path = save_picture(Image.new("RGBA", (8, 8)), Settings("a {red|green} fox", 5, num_inference_steps=1), tmp_path)
    *_, (*_, last) = Generation(models).again(str(path), visitor("me"))
    assert [one.prompt for one in settings_of(last)] == ["a red fox"]


@pytest.mark.parametrize("of_another", [False, True])
def test_of_a_picture_of_another_model_it_is_said(
    of_another: bool, models: Models, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(gr, "Warning", warned.append)
    model_id = "another-0123456789" if of_another else models.pipeline.model_id
    settings = Settings("a red fox", 5, num_inference_steps=1, model_id=model_id)
    path = save_picture(Image.new("RGBA", (8, 8)), settings, tmp_path)
    *_, (*_, [made]) = Generation(models).again(str(path), visitor("me"))
    assert made.settings.model_id == models.pipeline.model_id
    assert ["another-0123456789" in said for said in warned] == [True] * of_another


def test_pictures_of_before_come_back_where_others_are_half_formed_if_they_are_still_there(tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.touch()
    before = (Picture("a fox", torch.zeros(2, 8, 8), "emoji", Settings("a fox", 1)),)
    finished = [(str(path), "a fox")], before
    assert bring_back(finished, ())[1:] == (before, 0)
    unchanged = (gr.skip(),) * 3
    assert bring_back(finished, before) == unchanged
    assert bring_back(None, ()) == unchanged
    path.unlink()  # as Gradio does after an hour
    assert bring_back(finished, ()) == unchanged


def test_long_prompts_that_begin_alike_are_files_of_their_own(models: Models, tmp_path: Path) -> None:
    pictures: list[bytes] = []
    tab = Generation(models, Histories(tmp_path))
    for gallery, *_ in generated(tab, prompt=f"a fox {'and a very long tail ' * 3} {{red|green}}", steps=1):
        if isinstance(gallery, dict) and (files := gallery.get("value")):
            pictures = [Path(path).read_bytes() for path, _ in files]
            names = [Path(path).name for path, _ in files]
    assert len(set(pictures)) == 2
    assert len(set(names)) == 1, "else this test says nothing"
    assert len(History(tmp_path).find()) == 2


def test_the_chosen_picture_is_starred_in_the_history(models: Models, tmp_path: Path) -> None:
    history, tab = History(tmp_path), Generation(models, Histories(tmp_path))
    *_, (*_, last) = generated(tab, steps=1, number=2)
    for starred in (True, False):
        tab.star(last, 1, visitor("me"))
        assert [history.is_starred(history.path(name)) for name in (picture.kept for picture in last)] == [False, starred]
    with pytest.raises(gr.Error):
        tab.star(last, 2, visitor("me"))
    with pytest.raises(gr.Error):
        Generation(models).star(last, 0, visitor("me"))


def test_a_stop_that_came_too_late_is_not_told_of_the_next_run() -> None:
    runs, me = Runs(), visitor("me")
    with runs.begin(me):
        runs.stop(me)
    with runs.begin(me):
        pass
    assert not runs.was_stopped(me)
    with runs.begin(me) as run:
        runs.leave(me)  # who closes the page is told nothing
    assert run.is_set()
    assert not runs.was_stopped(me)


def test_pictures_that_are_gone_from_the_cache_are_said_to_be(models: Models, tmp_path: Path) -> None:
    for target in ("", "slack"):
        with pytest.raises(gr.Error, match="gone from the cache"):
            next(deliver([(str(tmp_path / "gone.png"), "a fox")], 0, target, "", False, None, visitor("me")))
