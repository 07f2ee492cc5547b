"""The History tab in a real browser."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.ui.creating import ask, downloaded, downloaded_when


def test_among_strangers_a_browser_finds_its_own_pictures_again_and_no_others(
    browser: Browser, run_app: Callable[..., AbstractContextManager[str]]
) -> None:
    def history_of(page: Page, prompt: str = "") -> Any:
        page.goto(url)
        page.locator("#suggestions").wait_for(state="attached")
        if prompt:
            page.locator("#prompt input").fill(prompt)
            page.get_by_label("Fast").check()
            page.locator("#generate").click()
            expect(page.locator("#status")).to_have_text(re.compile(r"4 in .* s on "))
        page.get_by_role("tab", name="History").click()
        expect(page.get_by_text("Only this browser sees these pictures")).to_be_visible()
        return page.locator("#kept button:has(img)")

    with run_app("--public") as url, ExitStack() as contexts:
        first, second = (contexts.enter_context(browser.new_context(locale="en-US")).new_page() for _ in range(2))
        expect(history_of(first, "a secret fox")).to_have_count(4)
        expect(history_of(second, "a star")).to_have_count(4)
        assert "a star" in (second.locator("#kept img").first.get_attribute("alt") or "")
        pictures = history_of(first)
        expect(pictures).to_have_count(4)
        choose(pictures)
        first.once("dialog", lambda dialog: dialog.accept())
        first.locator("#delete").click()
        expect(pictures).to_have_count(3)
        assert "a secret fox" in (first.locator("#kept img").first.get_attribute("alt") or "")
        expect(history_of(second)).to_have_count(4)


def packed(path: Path) -> list[Image.Image]:
    with zipfile.ZipFile(path) as archive:
        return [Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()]


def choose(pictures: Locator) -> None:
    """Click the first picture, and wait until the buttons below know it."""
    pictures.first.click()
    expect(pictures.page.locator("#delete")).to_be_enabled()


def test_a_picture_is_found_again_after_a_refresh(open_page: Callable[..., Page]) -> None:
    page = open_page()
    ask(page, "{a blue|a green} heart of glass", steps=2)
    page.locator("#generate").click()
    expect(page.locator("#status")).to_have_text(re.compile(r"2 in .* s on "))

    page.reload()
    page.get_by_role("tab", name="History").click()
    page.locator("#search input, #search textarea").fill("glass heart")
    kept = page.locator("#kept button:has(img)")
    expect(kept).to_have_count(2)
    pictures = packed(downloaded(page, "download-shown"))
    assert len(pictures) == 2
    assert all("multimodal" in picture.info for picture in pictures)

    page.locator("#bare input").check()
    pack = downloaded_when(lambda path: not any(picture.info for picture in packed(path)), page, "download-shown")
    assert len(packed(pack)) == 2

    choose(kept)
    page.locator("#star").click()
    expect(page.locator("#kept img").first).to_have_attribute("alt", re.compile("^★ "))
    expect(page.locator("#star")).to_be_enabled()  # as the picture stays chosen
    page.get_by_label("Starred only").check()
    expect(kept).to_have_count(1)
    alt = page.locator("#kept img").first.get_attribute("alt") or ""

    choose(kept)
    with Image.open(downloaded(page, "download-kept")) as kept_file:
        assert f"{kept_file.info.get('multimodal')}" == "None"  # as is chosen above
    page.locator("#reopen").click()
    expect(page.locator("#prompt input")).to_have_value(alt.removeprefix("★ ").split(" · ")[0])
    expect(page.locator("#pictures img")).to_have_attribute("alt", alt.removeprefix("★ "))
    expect(page.locator("#star-chosen")).to_be_enabled()
    page.get_by_role("button", name="Advanced").click()
    expect(page.locator("#steps input[type=number]")).to_have_value("2")

    page.get_by_role("tab", name="History").click()
    expect(page.locator("#delete")).to_be_enabled()
    choose(kept)
    page.locator("#delete").click()  # a dialog asks, and is dismissed unless it is answered
    expect(kept).to_have_count(1)
    choose(kept)
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#delete").click()
    expect(kept).to_have_count(0)
