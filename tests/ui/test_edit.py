"""The Edit fold: its handlers with a tiny random model, and the painter in a real browser with the bundled one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
import torch
from PIL import Image
from playwright.sync_api import Page, expect

from multimodal import rgba
from multimodal.arguments import SEARCH_STEPS
from multimodal.settings import unpack_indices
from multimodal.ui.edit import Editing, parse_painted
from multimodal.ui.generation import Generation
from multimodal.ui.models import Models
from multimodal.ui.session import Picture, Pictures
from tests.ui.creating import downloaded_when, settings_of

ASKED = ("a fox", "", "", 2, 3.0, "euler", 2, 5, True)


@pytest.fixture
def editing(models: Models) -> Editing:
    return Editing(Generation(models))


@pytest.fixture
def indices() -> torch.Tensor:
    return torch.randint(16, (2, 8, 8), generator=torch.Generator().manual_seed(0))


@pytest.fixture
def start(editing: Editing, indices: torch.Tensor) -> Picture:
    return Picture("a fox", indices, editing.pipeline.model_id)


def redrawn(editing: Editing, painted: str, start: Picture | None, *asked: Any, strength: float = 1.0) -> Pictures:
    *_, (*_, last) = editing.redraw(None, painted, start, strength, *(asked or ASKED))  # type: ignore[arg-type]
    assert all(isinstance(picture, Picture) for picture in last)
    return last  # type: ignore[no-any-return]


def test_what_is_not_painted_keeps_its_codes(editing: Editing, start: Picture, indices: torch.Tensor) -> None:
    mask = torch.zeros(8, 8, dtype=torch.bool)
    mask[1:6, 2:7] = True
    last = redrawn(editing, " ".join(map(str, mask.flatten().nonzero()[:, 0].tolist())), start)
    for picture in last:
        codes, settings = picture.codebook_indices, picture.settings
        assert settings is not None
        assert codes[:, ~mask].equal(indices[:, ~mask])
        assert not codes[:, mask].equal(indices[:, mask])
        assert unpack_indices(settings.mask).bool().equal(mask)
        assert unpack_indices(settings.image).equal(indices)
    assert [picture.settings and picture.settings.seed for picture in last] == [5, 6]


def test_with_all_painted_the_whole_picture_changes(editing: Editing, start: Picture, indices: torch.Tensor) -> None:
    first, _ = redrawn(editing, " ".join(map(str, range(64))), start, strength=0.9)
    assert first.settings is not None
    assert first.settings.strength == 0.9
    assert unpack_indices(first.settings.mask).all()
    assert (first.codebook_indices != indices).float().mean() > 0.5


@pytest.mark.parametrize("painted", ["64", "-1", "1.5", "0x1", "٣", "9" * 5000, "NaN"])
def test_forged_paint_is_refused(painted: str, editing: Editing, start: Picture) -> None:
    with pytest.raises(gr.Error, match="positions from 0 to 63"):
        redrawn(editing, painted, start)


def test_what_cannot_be_drawn_anew_gets_a_sentence(editing: Editing, start: Picture) -> None:
    with pytest.raises(gr.Error, match="strength must be"):
        redrawn(editing, "1", start, strength=1.5)
    for other in (None, replace(start, model_id="another")):  # to which somebody has switched
        with pytest.raises(gr.Error, match="Edit below"):
            redrawn(editing, "1", other)


def test_with_nothing_painted_nothing_is_drawn(editing: Editing, start: Picture) -> None:
    with pytest.raises(gr.Error, match="Nothing is painted yet"):
        redrawn(editing, "", start)


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
    assert start.codebook_indices.equal(expected)
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
