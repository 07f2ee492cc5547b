"""What a visitor of the Create tab does over and over."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, TimeoutError, expect

PATIENCE = 120  # seconds, for a machine that is busy with something else
DONE = re.compile(r"\d+ in .* s on ")


def set_number(page: Page, control: str, value: str) -> None:
    field = page.locator(f"#{control} input[type=number]")
    field.fill(value)
    field.press("Tab")


def ask(page: Page, prompt: str, count: int = 1, steps: int = 4) -> None:
    """Fill in a small job, without starting it; its prompt is left as it is."""
    page.locator("#style").get_by_label("none").check()
    page.get_by_role("button", name="Advanced").click()
    page.locator("#steps input[type=number]").wait_for()
    page.wait_for_timeout(500)  # a slider that is just being drawn forgets what is typed into it
    set_number(page, "steps", str(steps))
    set_number(page, "count", str(count))
    page.locator("#prompt input").fill(prompt)


def finished(page: Page) -> None:
    expect(page.locator("#status")).to_have_text(DONE)


def downloaded_when(wanted: Callable[[Path], bool], page: Page, button: str) -> Path:
    """What a button gives once it is what is wanted: the first clicks may come before the page knows of a change."""
    end = time.monotonic() + PATIENCE
    while not wanted(path := downloaded(page, button)):
        assert time.monotonic() < end, f"{button} goes on giving something else"
    return path


def downloaded(page: Page, button: str) -> Path:
    """What a button gives; a click while it gets another file may give none, and is made again."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with page.expect_download(timeout=10_000) as download:
                page.locator(f"#{button}").click()
            return Path(download.value.path())
        except TimeoutError:
            assert time.monotonic() < end, f"{button} gives nothing"


def settings_of(path: Path) -> dict[str, Any]:
    """The settings that a downloaded picture carries."""
    return json.loads(Image.open(path).info["multimodal"])
