"""The History tab: the folder behind it, and its use in a real browser."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from multimodal.settings import Settings, save_picture
from multimodal.ui.history import History


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Three pictures, the oldest first."""
    history = History(tmp_path / "kept")
    for seed, prompt in enumerate(("a red fox", "a star", "A fox in snow")):
        history.add(save_picture(Image.new("RGBA", (4, 4)), Settings(prompt, seed), tmp_path))
    return history


def prompts(history: History, *arguments: object) -> list[str]:
    return [settings.prompt for _, settings in history.find(*arguments)]  # type: ignore[arg-type]


def test_the_newest_come_first_and_words_narrow_them_down(history: History) -> None:
    assert prompts(history) == ["A fox in snow", "a star", "a red fox"]
    assert prompts(history, "FOX") == ["A fox in snow", "a red fox"]
    assert prompts(history, "fox red") == ["a red fox"]
    assert prompts(History(history.folder / "missing")) == []


def test_stars_are_kept_and_taken_away(history: History) -> None:
    path = history.find("star")[0][0]
    history.star(path)
    assert prompts(History(history.folder), "", True) == ["a star"]
    history.star(path)
    assert prompts(history, "", True) == []


def test_what_is_deleted_is_gone_with_its_star(history: History) -> None:
    path = history.find("star")[0][0]
    history.star(path)
    history.delete(path)
    history.delete(path)
    assert prompts(history) == ["A fox in snow", "a red fox"]
    assert len(list(history.folder.iterdir())) == 2


def test_other_files_are_passed_over(history: History) -> None:
    (history.folder / "text.png").write_text("no picture")
    Image.new("RGB", (4, 4)).save(history.folder / "holiday.png")
    assert len(prompts(history)) == 3


@pytest.mark.parametrize("name", ["", "..", "../kept/x.png", "/etc/passwd", "missing.png", "a\0.png"])
def test_names_that_lead_elsewhere_are_refused(name: str, history: History) -> None:
    with pytest.raises(ValueError, match="there is no picture"):
        history.path(name)


def test_a_picture_is_found_again_after_a_refresh(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.get_by_role("button", name="Advanced").click()
    page.locator("#steps input[type=number]").fill("2")
    page.locator("#prompt input").fill("{a blue|a green} heart of glass")
    page.locator("#count input[type=number]").fill("1")
    page.locator("#generate").click()
    expect(page.locator("#status")).to_have_text(re.compile(r"2 in .* s on "))

    page.reload()
    page.get_by_role("tab", name="History").click()
    page.locator("#search input, #search textarea").fill("glass heart")
    kept = page.locator("#kept button:has(img)")
    expect(kept).to_have_count(2)
    with page.expect_download() as download:
        page.locator("#download-shown").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        pictures = [Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()]
    assert len(pictures) == 2
    assert all("multimodal" in picture.info for picture in pictures)

    page.locator("#bare input").check()
    while any("multimodal" in picture.info for picture in pictures):  # until then the button gives the zip of before
        with page.expect_download() as download:
            page.locator("#download-shown").click()
        with zipfile.ZipFile(download.value.path()) as archive:
            pictures = [Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()]
    assert [picture.info for picture in pictures] == [{}, {}]

    kept.first.click()
    page.locator("#star").click()
    page.get_by_label("Starred only").check()
    expect(kept).to_have_count(1)
    alt = page.locator("#kept img").first.get_attribute("alt") or ""
    assert alt.startswith("★ ")

    kept.first.click()
    page.locator("#use-settings").click()
    expect(page.locator("#prompt input")).to_have_value(alt.removeprefix("★ ").split(" · ")[0])
    page.get_by_role("button", name="Advanced").click()
    expect(page.locator("#steps input[type=number]")).to_have_value("2")

    page.get_by_role("tab", name="History").click()
    kept.first.click()
    page.locator("#delete").click()
    expect(kept).to_have_count(0)
