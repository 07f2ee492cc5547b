"""The Create tab in a real browser, with the bundled model."""

from __future__ import annotations

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

DONE = re.compile(r"\d+ in .* s on ")


def set_number(page: Page, control: str, value: str) -> None:
    field = page.locator(f"#{control} input[type=number]")
    field.fill(value)
    field.press("Tab")


def ask(page: Page, prompt: str, count: int = 1, steps: int = 4) -> None:
    """Fill in a small job, without starting it."""
    page.get_by_role("button", name="Advanced").click()
    page.locator("#steps input[type=number]").wait_for()
    page.wait_for_timeout(500)  # a slider that is just being drawn forgets what is typed into it
    set_number(page, "steps", str(steps))
    set_number(page, "count", str(count))
    page.locator("#prompt input").fill(prompt)


def finished(page: Page) -> None:
    expect(page.locator("#status")).to_have_text(DONE)


def vary(page: Page, how: str) -> None:
    """Make more pictures like the chosen one, which get another seed."""
    seed = page.locator("#seed input").input_value()
    page.locator(f"#vary-{how}").click()
    expect(page.locator("#seed input")).not_to_have_value(seed)
    finished(page)


def downloaded(page: Page, button: str) -> Path:
    with page.expect_download() as download:
        page.locator(f"#{button}").click()
    return Path(download.value.path())


def test_a_prompt_becomes_four_stickers_that_can_be_taken_home_and_made_again(page: Page) -> None:
    expect(page.locator("#download")).to_be_disabled()
    page.locator("#prompt input").fill("a red apple")
    page.locator("#generate").click()
    finished(page)
    pictures = page.locator("#pictures img")
    expect(pictures).to_have_count(4)
    assert all("a red apple" in (picture.get_attribute("alt") or "") for picture in pictures.all())

    first = Image.open(downloaded(page, "download"))
    assert (first.format, first.mode) == ("PNG", "RGBA")
    low, high = first.getchannel("A").getextrema()
    assert (low, high) == (0, 255), "the background is transparent and the apple is not"
    settings = json.loads(first.info["multimodal"])
    assert settings["prompt"] == "a red apple"
    assert first.info["parameters"].startswith("a red apple\nSteps: 24, Sampler: Euler, CFG scale: 3, Seed: ")
    assert page.locator("#seed input").input_value() == str(settings["seed"])

    with zipfile.ZipFile(downloaded(page, "download-all")) as archive:
        seeds = [json.loads(Image.open(io.BytesIO(archive.read(n))).info["multimodal"])["seed"] for n in archive.namelist()]
    assert seeds == [settings["seed"] + k for k in range(4)]

    page.locator("#pictures button:has(img)").nth(2).click()  # takes its seed
    expect(page.locator("#seed input")).to_have_value(str(seeds[2]))
    page.get_by_label("Keep this seed").check()
    third = Image.open(downloaded(page, "download"))
    assert json.loads(third.info["multimodal"])["seed"] == seeds[2]
    set_number(page, "count", "1")
    page.locator("#generate").click()
    expect(page.locator("#status")).to_have_text(re.compile(rf"1 in .*seed {seeds[2]}\b"))
    again = Image.open(downloaded(page, "download"))
    difference = max(abs(a - b) for a, b in zip(again.tobytes(), third.tobytes(), strict=True))
    assert difference <= 2, "a seed makes the same picture alone as in a batch"


def test_more_like_a_picture_are_made_from_it_and_say_so(page: Page) -> None:
    expect(page.locator("#vary-subtle")).to_be_disabled()
    ask(page, "a fox", count=2)
    page.locator("#generate").click()
    finished(page)
    seed = page.locator("#seed input").input_value()
    page.locator("#pictures button:has(img)").nth(1).click()
    expect(page.locator("#seed input")).not_to_have_value(seed)  # the choice has arrived
    vary(page, "subtle")
    settings = json.loads(Image.open(downloaded(page, "download")).info["multimodal"])
    assert settings["prompt"] == "a fox"
    assert settings["strength"] == 0.5
    assert settings["image"].startswith("2x16x16:")


def test_a_png_brings_its_settings_back_and_makes_the_same_picture(open_page: Callable[..., Page], tmp_path: Path) -> None:
    first, second = open_page(), open_page()
    ask(first, "a star", steps=3)
    first.locator("#generate").click()
    finished(first)
    vary(first, "strong")
    path = tmp_path / "star.png"
    path.write_bytes(downloaded(first, "download").read_bytes())

    second.get_by_role("button", name="Advanced").click()
    with second.expect_file_chooser() as chooser:
        second.locator("#restore").click()
    chooser.value.set_files(path)
    finished(second)
    expect(second.locator("#prompt input")).to_have_value("a star")
    expect(second.locator("#steps input[type=number]")).to_have_value("3")
    again, original = Image.open(downloaded(second, "download")), Image.open(path)
    assert again.info["multimodal"] == original.info["multimodal"]
    assert again.tobytes() == original.tobytes()


def test_the_chosen_picture_is_shown_small_on_light_and_dark(page: Page) -> None:
    ask(page, "a star", count=2, steps=2)
    page.locator("#generate").click()
    finished(page)
    small = page.locator("#sizes img")
    expect(small).to_have_count(10)
    before = small.nth(4).get_attribute("src")
    assert [image.bounding_box()["width"] for image in small.all()[:5]] == [16, 22, 32, 64, 128]  # type: ignore[index]
    page.locator("#pictures button:has(img)").nth(1).click()
    expect(small.nth(4)).not_to_have_attribute("src", before or "")


def test_a_picture_is_saved_as_a_sticker_for_a_messenger(page: Page) -> None:
    ask(page, "a red heart", count=2)
    page.locator("#generate").click()
    finished(page)
    page.locator("#target input").click()
    page.get_by_role("option", name="Discord sticker").click()
    sizes = set()
    while (320, 320) not in sizes:  # until then the button still gives the picture as it is
        sticker = Image.open(downloaded(page, "download"))
        sizes.add(sticker.size)
    assert sticker.mode == "RGBA"
    with zipfile.ZipFile(downloaded(page, "download-all")) as archive:
        assert len(archive.namelist()) == 2
        assert all(re.fullmatch(r"a_red_heart_\d+\.png", name) for name in archive.namelist())


def test_a_picture_is_copied_and_starred(open_page: Callable[..., Page]) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, "a purple heart")
    page.locator("#generate").click()
    finished(page)
    expect(page.locator("#copy")).to_be_enabled()
    page.locator("#copy").click()
    expect(page.get_by_text("in the clipboard")).to_be_visible()
    types = page.evaluate("async () => (await navigator.clipboard.read()).flatMap(item => item.types)")
    assert types == ["image/png"]
    page.locator("#star-chosen").click()
    expect(page.get_by_text("Starred: the History tab")).to_be_visible()
    page.get_by_role("tab", name="History").click()
    page.locator("#search textarea, #search input").fill("purple heart")
    expect(page.locator("#kept img").first).to_have_attribute("alt", re.compile("^★ a purple heart"))


def test_previews_show_before_the_pictures_are_done(page: Page) -> None:
    ask(page, "a fox", count=2, steps=40)
    page.locator("#generate").click()
    expect(page.locator("#pictures img")).to_have_count(2)
    expect(page.locator("#status")).to_have_text(re.compile(r"Step \d+ of 40"))
    expect(page.locator("#status progress")).to_be_visible()
    expect(page.locator("#generate")).to_be_visible()
    page.keyboard.press("Escape")


def start_long_job(page: Page) -> float:
    """Begin 100 steps of 16 pictures; returns how many seconds they would still take."""
    ask(page, "a rocket", count=16, steps=100)
    page.keyboard.press("Control+Enter")
    seen: dict[int, float] = {}
    while len(seen) < 3:
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


def test_leaving_stops_the_work(open_page: Callable[..., Page]) -> None:
    first, second = open_page(), open_page()
    ask(second, "a star", steps=2)
    remaining = start_long_job(first)
    first.close()
    second.locator("#generate").click()
    assert seconds_taken(second) < remaining / 2, "the job of the closed page was worked on to its end"


@pytest.mark.parametrize(
    ("control", "value", "sentence"),
    [
        ("steps", "1000", "1000"),
        ("guidance", "-1", "-1"),
        ("count", "0", "0"),
        ("seed", "-1", "seed must be a whole number"),
    ],
)
def test_numbers_out_of_range_are_refused_with_a_sentence(page: Page, control: str, value: str, sentence: str) -> None:
    ask(page, "a fox")
    set_number(page, control, value)
    page.locator("#generate").click()
    if page.locator(f"#{control} input[type=number]").input_value() == value:  # else the page itself has mended it
        expect(page.get_by_test_id("toast-body").first).to_contain_text(sentence)
    else:
        finished(page)


def test_speed_sets_the_steps_and_other_steps_are_no_speed(page: Page) -> None:
    expect(page.get_by_label("Best · 24 steps")).to_be_checked()
    ask(page, "a star", steps=7)
    expect(page.locator("#speed input:checked")).to_have_count(0)
    page.get_by_label("Fast").check()
    expect(page.locator("#steps input[type=number]")).to_have_value("4")
    page.locator("#generate").click()
    finished(page)
    assert json.loads(Image.open(downloaded(page, "download")).info["multimodal"])["num_inference_steps"] == 4
    expect(page.get_by_label(re.compile(r"Fast · 4 steps · \d+\.\d s"))).to_be_checked()
    page.reload()
    expect(page.get_by_label(re.compile(r"Best · 24 steps · \d+\.\d s"))).to_be_checked()


def test_typing_draws_the_latest_prompt(page: Page) -> None:
    page.locator("#live input").check()
    for typed in ("a red ap", "a red {apple", "a green star"):
        page.locator("#prompt input").fill(typed)
        page.wait_for_timeout(600)  # a pause, but less than a picture takes
    expect(page.locator("#pictures img")).to_have_attribute("alt", "a green star · 0")
    expect(page.get_by_test_id("toast-body")).to_have_count(0)
    page.locator("#live input").uncheck()
    page.locator("#prompt input").fill("a blue star")
    page.wait_for_timeout(600)
    expect(page.locator("#status")).to_have_text(DONE)
    expect(page.locator("#pictures img")).to_have_attribute("alt", "a green star · 0")


def test_choices_in_braces_become_pictures_of_their_own(page: Page) -> None:
    ask(page, "a {red|green} apple", steps=2)
    page.locator("#generate").click()
    finished(page)
    alts = [picture.get_attribute("alt") or "" for picture in page.locator("#pictures img").all()]
    assert [alt.split(" · ")[0] for alt in alts] == ["a red apple", "a green apple"]
    page.locator("#prompt input").fill("a {red apple")
    page.locator("#generate").click()
    expect(page.get_by_test_id("toast-body").first).to_contain_text("braces in the prompt do not match")


def test_a_word_that_no_name_has_gets_the_nearest_names_and_tokens_are_counted(page: Page) -> None:
    ask(page, "an (octopos:1.3) and a qqqqqqq", steps=1)
    page.locator("#generate").click()
    finished(page)
    status = page.locator("#status")
    expect(status).to_contain_text("No known name has “octopos”; nearest known: octopus")
    expect(status).to_contain_text("No known name has “qqqqqqq”.")
    expect(status).to_contain_text(re.compile(r"· \d+ of 46 tokens"))


def test_an_empty_prompt_gets_a_sentence_and_loses_nothing(page: Page) -> None:
    ask(page, "a star", steps=2)
    page.locator("#generate").click()
    finished(page)
    page.locator("#prompt input").fill("   ")
    page.locator("#generate").click()
    expect(page.get_by_test_id("toast-body").first).to_contain_text("say what the picture should show")
    expect(page.locator("#pictures img")).to_have_count(1)


def test_a_prompt_that_is_too_long_and_full_of_html_is_shown_as_text(page: Page) -> None:
    ask(page, "<img src=x onerror='window.hacked=1'> " * 20, steps=2)
    page.locator("#generate").click()
    finished_with_notice = page.locator("#status .warning")
    expect(finished_with_notice).to_contain_text("did not fit")
    expect(finished_with_notice).to_contain_text("<img src=x")
    assert page.evaluate("window.hacked") is None


def test_an_example_fills_in_its_prompt_and_its_seed(page: Page) -> None:
    examples = page.locator("#examples button:has(img)")
    if not examples.count():
        pytest.fail("assets/examples has no pictures: run python -m multimodal.ui.examples")
    expect(page.locator("#examples img").first).to_be_visible()
    prompt = page.locator("#examples img").first.get_attribute("alt")
    examples.first.click()
    expect(page.locator("#prompt input")).to_have_value(prompt or "")
    expect(page.get_by_label("Keep this seed")).to_be_checked()


def test_known_names_are_suggested_while_typing(open_page: Callable[..., Page]) -> None:
    for locale, typed, suggestion in (("en-US", "a blue octo", "a blue octopus"), ("zh-CN", "红苹", "红苹果")):
        page = open_page(locale=locale)
        page.wait_for_selector("#suggestions", state="attached")
        page.locator("#prompt input").press_sequentially(typed)
        options = page.locator("#suggestions option").evaluate_all("options => options.map(option => option.value)")
        assert suggestion in options
        assert len(options) <= 8
        assert page.locator("#prompt input").get_attribute("list") == "suggestions"
