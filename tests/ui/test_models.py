"""Several checkpoints in one app: the page switches between them, and a broken one changes nothing."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest
from playwright.sync_api import Page, expect

from multimodal.inspection.words import NearestNames
from multimodal.tensor_folder import CheckpointError
from multimodal.ui.demo import build_demo
from multimodal.ui.models import Models
from tests.ui.conftest import running_app


@pytest.fixture(scope="session")
def folder(bundled_checkpoint: Path, tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the bundled checkpoint, a tiny one that knows one name, a broken one, and what is none."""
    folder = tmp_path_factory.mktemp("checkpoints")
    (folder / "emoji").symlink_to(bundled_checkpoint)
    for name in ("tiny", "broken", ".emoji.tmp1"):
        shutil.copytree(tiny_checkpoint, folder / name)
    (folder / "tiny" / "dit" / "names.json").write_text(json.dumps({"en": ["glimmering zebra"]}))
    weights = folder / "broken" / "vqvae" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    (folder / "unfinished" / "vqvae").mkdir(parents=True)
    return folder


@pytest.fixture(scope="module")
def app_url(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_app(folder / "emoji", tmp_path_factory.mktemp("app")) as url:
        yield url


def choose(page: Page, name: str) -> None:
    page.locator("#model input").click()
    page.get_by_role("option", name=name).click()


def generate(page: Page, size: int) -> None:
    """Make one picture and wait for it; it is of the size of the model's."""
    page.locator("#prompt input").fill("a red apple")
    page.locator("#count input[type=number]").fill("1")
    page.locator("#speed").get_by_label("Fast").check()
    page.locator("#generate").click()
    expect(page.locator("#status")).to_contain_text("1 in")
    page.wait_for_function("size => document.querySelector('#pictures img')?.naturalWidth === size", arg=size)


def test_the_page_switches_and_a_broken_model_leaves_the_old_one(page: Page) -> None:
    page.locator("#model input").click()
    expect(page.get_by_role("option")).to_have_text([re.compile(name) for name in ("emoji", "broken", "tiny")])
    page.get_by_role("option", name="tiny").click()
    expect(page.get_by_test_id("toast-body")).to_contain_text("The model is now tiny.")
    expect(page.locator("#suggestions")).to_have_attribute("data-names", '["glimmering zebra"]')
    generate(page, 32)
    expect(page.locator("#status")).to_contain_text("“apple” is drawn as “glimmering zebra”")

    choose(page, "broken")
    refused = page.get_by_test_id("toast-body").filter(has_text="cannot be used")
    expect(refused).to_contain_text(re.compile("the one before stays: .*model.safetensors is damaged"))
    expect(page.locator("#model input")).to_have_value("tiny")
    expect(refused).not_to_contain_text(re.compile("cannot be used.*cannot be used", re.DOTALL))  # but once
    generate(page, 32)
    page.get_by_role("tab", name="Codebook").click()
    expect(page.locator("#codes button[data-code]")).to_have_count(16)
    expect(page.locator("#usage")).to_contain_text("no codebook statistics")

    page.get_by_role("tab", name="Create").click()
    page.reload()
    expect(page.locator("#model input")).to_have_value("tiny")
    choose(page, "emoji")
    expect(page.get_by_test_id("toast-body")).to_contain_text("The model is now emoji.")
    generate(page, 128)
    expect(page.locator("#status")).not_to_contain_text("apple")
    page.get_by_role("tab", name="Codebook").click()
    expect(page.locator("#codes button[data-code]")).to_have_count(1024)
    expect(page.locator("#usage svg polyline")).to_have_count(2)


def test_whoever_holds_the_pipeline_follows_the_switch(folder: Path, tiny_checkpoint: Path) -> None:
    models = Models(folder / "tiny", folder)
    pipeline, lock = models.pipeline, models.pipeline.lock
    assert [name for name, _ in models.choices()] == ["tiny", "broken", "emoji"]
    before, known = pipeline.dit, models.spelling
    with pytest.raises(CheckpointError, match=r"vqvae/model\.safetensors is damaged"):
        models.use(folder / "broken")
    assert (pipeline.dit, models.spelling, models.folder.name) == (before, known, "tiny")
    models.use(tiny_checkpoint)
    assert models.pipeline is pipeline
    assert pipeline.lock is lock
    assert pipeline.dit is not before
    assert (models.names, models.spelling, models.folder) == ({}, None, tiny_checkpoint)


def test_the_names_are_encoded_in_the_background(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: SimpleQueue[tuple[threading.Thread, ...]] = SimpleQueue()
    monkeypatch.setattr(NearestNames, "warm_up", lambda self, *names: asked.put((threading.current_thread(), *names)))
    models = Models(folder / "tiny", folder)
    models.warm_up()
    thread, *languages = asked.get(timeout=60)
    assert thread is not threading.main_thread()
    assert languages == ["en"]
    models.use(folder / "emoji")
    models.warm_up()
    assert asked.get(timeout=60)[1:] == ("en", "zh")


def test_a_switch_waits_for_the_model_and_one_model_offers_none(folder: Path) -> None:
    demo = build_demo(Models(folder / "tiny"))
    [switch] = [handler for handler in demo.fns.values() if handler.api_name == "switch"]
    assert (switch.concurrency_id, switch.concurrency_limit) == ("model", 1)
    [dropdown] = [block for block in demo.blocks.values() if getattr(block, "elem_id", None) == "model"]
    assert not dropdown.visible


def test_checkpoints_of_one_name_are_told_apart_by_their_folders(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "tiny", tmp_path / "tiny")
    names = [name for name, _ in Models(tmp_path / "tiny", folder).choices()]
    assert names == [str(tmp_path / "tiny"), "broken", "emoji", str(folder / "tiny")]


def test_a_training_is_started_on_the_page_which_says_what_is_wrong(page: Page, folder: Path) -> None:
    page.get_by_role("tab", name="Train").click()
    page.locator("#train-start").click()
    expect(page.get_by_test_id("toast-body")).to_contain_text("Say where the pictures are")
    page.locator("#train-data :is(input, textarea)").fill(str(folder / "nowhere"))
    page.locator("#train-start").click()
    expect(page.get_by_test_id("toast-body").last).to_contain_text(f"There is nothing at {folder / 'nowhere'}")
    assert not (folder / "mine").exists()
    (folder / "nowhere").mkdir()
    page.locator("#train-start").click()
    expect(page.locator("#training pre")).to_contain_text("error: ", timeout=400_000)
    expect(page.locator("#training")).to_contain_text(f"The training into {folder / 'mine'} has ended.")


def test_the_upscaler_is_that_of_the_checkpoint_in_use(bundled_checkpoint: Path, tiny_checkpoint: Path) -> None:
    models = Models(bundled_checkpoint)
    assert models.pipeline.upscaler
    models.use(tiny_checkpoint)
    assert models.pipeline.upscaler is None


def test_the_checkpoint_before_stays_in_use_where_the_names_of_another_are_damaged(
    bundled_checkpoint: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    models = Models(tiny_checkpoint)
    before = models.folder, models.names, models.spelling, models.statistics, models.pipeline.dit
    shutil.copytree(tiny_checkpoint, tmp_path / "other")
    (tmp_path / "other" / "dit" / "names.json").write_text("[]")
    with pytest.raises(CheckpointError, match=r"names\.json"):
        models.use(tmp_path / "other")
    assert (models.folder, models.names, models.spelling, models.statistics, models.pipeline.dit) == before


def test_a_model_for_which_the_page_has_no_room_is_refused(tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models, other = Models(tiny_checkpoint), Models(tiny_checkpoint)
    config = other.pipeline.vqvae.config
    other.pipeline.vqvae.config = dataclasses.replace(config, groups=config.groups + 2)
    before = models.pipeline.dit
    monkeypatch.setattr(models, "_load", lambda folder: (other.pipeline, None))
    with pytest.raises(ValueError, match=f"other has {config.groups + 2} codes at each place"):
        models.use("other")
    assert models.pipeline.dit is before
