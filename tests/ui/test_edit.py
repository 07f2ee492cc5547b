"""The Edit fold: its handlers with a tiny random model, and the painter in a real browser with the bundled one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect

from multimodal import rgba
from multimodal.arguments import SEARCH_STEPS
from multimodal.settings import pack_indices, unpack_indices
from multimodal.ui.edit import Editing, parse_painted
from multimodal.ui.generation import Generation
from multimodal.ui.models import Models
from multimodal.ui.session import LastPictures
from tests.ui.creating import downloaded_when, settings_of

ASKED = ("a fox", "", "", 2, 3.0, "euler", 2, 5, True)


@pytest.fixture
def editing(models: Models) -> Editing:
    return Editing(Generation(models))


@pytest.fixture
def indices() -> torch.Tensor:
    return torch.randint(16, (2, 8, 8), generator=torch.Generator().manual_seed(0))


def redrawn(editing: Editing, painted: str, start: str, *asked: Any, strength: float = 1.0) -> LastPictures:
    *_, (*_, last) = editing.redraw(None, painted, start, strength, *(asked or ASKED))  # type: ignore[arg-type]
    assert isinstance(last, LastPictures)
    return last


def test_what_is_not_painted_keeps_its_codes(editing: Editing, indices: torch.Tensor) -> None:
    mask = torch.zeros(8, 8, dtype=torch.bool)
    mask[1:6, 2:7] = True
    last = redrawn(editing, " ".join(map(str, mask.flatten().nonzero()[:, 0].tolist())), pack_indices(indices))
    for codes, settings in zip(torch.from_numpy(last.codebook_indices.astype("int64")), last.settings, strict=True):
        assert codes[:, ~mask].equal(indices[:, ~mask])
        assert not codes[:, mask].equal(indices[:, mask])
        assert unpack_indices(settings.mask).bool().equal(mask)
        assert unpack_indices(settings.image).equal(indices)
    assert [settings.seed for settings in last.settings] == [5, 6]


def test_with_all_painted_the_whole_picture_changes(editing: Editing, indices: torch.Tensor) -> None:
    last = redrawn(editing, " ".join(map(str, range(64))), pack_indices(indices), strength=0.9)
    assert last.settings[0].strength == 0.9
    assert unpack_indices(last.settings[0].mask).all()
    assert (torch.from_numpy(last.codebook_indices[0].astype("int64")) != indices).float().mean() > 0.5


@pytest.mark.parametrize("painted", ["64", "-1", "1.5", "0x1", "٣", "9" * 5000, "NaN"])
def test_forged_paint_is_refused(painted: str, editing: Editing, indices: torch.Tensor) -> None:
    with pytest.raises(gr.Error, match="positions from 0 to 63"):
        redrawn(editing, painted, pack_indices(indices))


@pytest.mark.parametrize(("strength", "start", "sentence"), [(1.5, "codes", "strength must be"), (0.5, "", "Edit below")])
def test_what_cannot_be_drawn_anew_gets_a_sentence(
    strength: float, start: str, sentence: str, editing: Editing, indices: torch.Tensor
) -> None:
    with pytest.raises(gr.Error, match=sentence):
        redrawn(editing, "1", start and pack_indices(indices), strength=strength)


def test_with_nothing_painted_nothing_is_drawn(editing: Editing, indices: torch.Tensor) -> None:
    with pytest.raises(gr.Error, match="Nothing is painted yet"):
        redrawn(editing, "", pack_indices(indices))


def test_what_is_edited_keeps_its_style(models: Models) -> None:
    tab = Generation(models)
    asked = ("a fox", "", "noto", 1, 1.0, "euler", 1, 5, True)
    *_, (*_, last) = tab.generate(None, *asked)  # type: ignore[arg-type]
    *_, style, _ = Editing(tab).take_chosen(last, 0, None)  # type: ignore[arg-type]
    assert style == "noto"


def test_an_own_picture_is_taken_as_its_codes(editing: Editing, tmp_path: Path) -> None:
    rgba.save_png(Image.radial_gradient("L").convert("RGBA"), tmp_path / "own.png")
    start, painter, style = editing.take_upload(str(tmp_path / "own.png"), None)  # type: ignore[arg-type]
    expected = editing.pipeline.reconstruct(rgba.open_image(tmp_path / "own.png"), SEARCH_STEPS).codebook_indices
    assert unpack_indices(start).equal(expected)
    assert painter.count("<button") == 64
    assert style == "", "it is to stay as it is, not to be drawn in a style of another picture"
    assert parse_painted("", 8) is None


def test_a_picture_is_painted_over_and_drawn_anew_there(page: Page) -> None:
    expect(page.locator("#edit")).to_be_disabled()
    page.locator("#prompt input").fill("a red apple")
    page.get_by_label("Fast").check()
    page.locator("#generate").click()
    page.locator("#edit").click()
    cells = page.locator("#painter button")
    expect(cells).to_have_count(256)
    expect(page.locator("#sizes img")).to_have_count(10)  # nothing moves any more
    _, style = (page.locator("#pictures img").first.get_attribute("alt") or "").split(" · ")[0].split(", ")
    expect(page.locator("#style input:checked")).to_have_value(style.removesuffix(" style"))
    cells.nth(4 * 16 + 12).hover()
    page.mouse.down()
    cells.nth(12 * 16 + 12).hover()
    page.mouse.up()
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    painted = page.locator("#painter button[aria-pressed=true]")
    numbers = [int(cell.get_attribute("data-code") or -1) for cell in painted.all()]
    assert numbers[0] == 1
    assert {4 * 16 + 12, 12 * 16 + 12} <= set(numbers)
    assert all(cell % 16 > 8 for cell in numbers[1:])

    seed = page.locator("#seed input").input_value()
    page.locator("#prompt input").fill("a green apple")
    page.locator("#redraw").click()
    expect(page.locator("#seed input")).not_to_have_value(seed)
    expect(page.locator("#status")).to_have_text(re.compile(r"\d+ in .* s on "))
    expect(page.locator("#pictures img").first).to_have_attribute("alt", re.compile("a green apple"))

    redrawn = f"a green apple, {style}"

    settings = settings_of(downloaded_when(lambda path: settings_of(path)["prompt"] == redrawn, page, "download"))
    assert unpack_indices(settings["mask"]).flatten().nonzero()[:, 0].tolist() == numbers
    page.locator("#wipe").click()
    expect(painted).to_have_count(0)
