"""Runs of the Create tab, started, watched and stopped in a real browser, with the bundled model."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Page, expect

from tests.ui.creating import DONE, ask, downloaded, finished, set_number, settings_of


def test_previews_show_before_the_pictures_are_done(page: Page) -> None:
    ask(page, "a fox", count=2, steps=40)
    page.locator("#generate").click()
    expect(page.locator("#pictures img")).to_have_count(2)
    expect(page.locator("#status")).to_have_text(re.compile(r"Step \d+ of 40"))
    expect(page.locator("#status progress")).to_be_visible()
    expect(page.locator("#generate")).to_be_visible()
    page.keyboard.press("Escape")


def start_long_job(page: Page) -> float:
    """Begin 100 steps of 8 pictures; returns how many seconds they would still take."""
    ask(page, "a rocket", count=8, steps=100)
    page.keyboard.press("Control+Enter")
    seen: dict[int, float] = {}
    while len(seen) < 3:  # or the job is over, and says no step any more
        expect(page.locator("#status")).to_have_text(re.compile(r"Step \d+ of 100"))
        step = re.search(r"Step (\d+)", page.locator("#status").inner_text())
        if step:
            seen.setdefault(int(step[1]), time.monotonic())
    (first, begin), *_, (last, end) = seen.items()
    return (100 - last) * (end - begin) / (last - first)


def seconds_taken(page: Page) -> float:
    """How long the app says the job took; a job waits while the model still works on another."""
    finished(page)
    return float(page.locator("#status").inner_text().split(" in ")[1].split(" s ")[0])


def test_hotkeys_start_and_stop_and_the_next_job_runs(page: Page) -> None:
    remaining = start_long_job(page)
    page.keyboard.press("Escape")
    expect(page.locator("#status")).to_have_text("Stopped.")
    set_number(page, "count", "1")
    set_number(page, "steps", "2")
    page.locator("#prompt input").press("Enter")
    assert seconds_taken(page) < remaining / 2, "the stopped job was worked on to its end"
    expect(page.locator("#pictures img")).to_have_count(1)


def test_pictures_that_form_cannot_be_taken_and_after_a_stop_those_of_before_come_back(page: Page) -> None:
    ask(page, "a fox", count=2)
    page.locator("#generate").click()
    finished(page)
    expect(page.locator("#more-like-this")).to_be_enabled()
    set_number(page, "steps", "100")
    page.locator("#prompt input").fill("a rocket")
    page.locator("#generate").click()
    expect(page.locator("#pictures img").first).to_have_attribute("alt", "a rocket")
    for button in ("more-like-this", "other-styles", "edit", "copy", "download", "download-all"):
        expect(page.locator(f"#{button}")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.locator("#status")).to_have_text("Stopped.")
    expect(page.locator("#pictures img").first).to_have_attribute("alt", re.compile(r"^a fox · \d+$"))
    expect(page.locator("#pictures img")).to_have_count(2)
    expect(page.locator("#more-like-this")).to_be_enabled()
    assert settings_of(downloaded(page, "download"))["prompt"] == "a fox"


def test_leaving_stops_the_work(open_page: Callable[..., Page]) -> None:
    first, second = open_page(), open_page()
    ask(second, "a star", steps=2)
    remaining = start_long_job(first)
    first.close()
    second.locator("#generate").click()
    assert seconds_taken(second) < remaining / 2, "the job of the closed page was worked on to its end"


def test_numbers_out_of_range_are_mended_or_refused_with_a_sentence(page: Page) -> None:
    ask(page, "a fox")
    for control, value in (("steps", "1000"), ("guidance", "-1"), ("count", "0")):
        field = page.locator(f"#{control} input[type=number]")
        before = field.input_value()
        set_number(page, control, value)
        expect(field).not_to_have_value(value)
        set_number(page, control, before)
    set_number(page, "seed", "-1")
    page.locator("#generate").click()
    expect(page.get_by_test_id("toast-body").first).to_contain_text("seed must be a whole number")


def test_speed_sets_the_steps_and_other_steps_are_no_speed(page: Page) -> None:
    expect(page.get_by_label("Fast · 4 steps")).to_be_checked()
    ask(page, "a star", steps=7)
    expect(page.locator("#speed input:checked")).to_have_count(0)
    page.get_by_label("Balanced").check()
    expect(page.locator("#steps input[type=number]")).to_have_value("8")
    page.locator("#generate").click()
    finished(page)
    assert json.loads(Image.open(downloaded(page, "download")).info["multimodal"])["num_inference_steps"] == 8
    expect(page.get_by_label(re.compile(r"Balanced · 8 steps · \d+\.\d+ s"))).to_be_checked()
    page.reload()
    expect(page.get_by_label(re.compile(r"Fast · 4 steps · \d+\.\d+ s"))).to_be_checked()


WATCH = """() => {
    window.said = [];
    const status = document.querySelector('#status');
    const options = {subtree: true, childList: true, characterData: true};
    new MutationObserver(() => window.said.push(status.innerText)).observe(status, options);
}"""


def test_typing_draws_the_latest_prompt(page: Page) -> None:
    page.evaluate(WATCH)
    page.locator("#live input").check()
    for typed in ("a red ap", "a red {apple", "a green star"):
        page.locator("#prompt input").fill(typed)
        page.wait_for_timeout(600)  # a pause, in which a draft begins
    expect(page.locator("#pictures img")).to_have_attribute("alt", "a green star, 3d style · 0")
    expect(page.get_by_test_id("toast-body")).to_have_count(0)
    expect(page.locator("#status")).to_have_text(DONE)
    assert any("Step" in text for text in page.evaluate("window.said"))
    page.locator("#live input").uncheck()
    page.locator("#prompt input").fill("a blue star")
    page.wait_for_timeout(600)
    expect(page.locator("#status")).to_have_text(DONE)
    expect(page.locator("#pictures img")).to_have_attribute("alt", "a green star, 3d style · 0")
