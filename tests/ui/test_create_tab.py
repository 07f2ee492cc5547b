"""The Create tab in a real browser, with the bundled model: pictures, and what becomes of them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.ui.creating import ask, downloaded, downloaded_when, finished, set_number, settings_of


def vary(page: Page) -> None:
    """Make more pictures like the chosen one, which get another seed."""
    seed = page.locator("#seed input").input_value()
    page.locator("#more-like-this").click()
    expect(page.locator("#seed input")).not_to_have_value(seed)
    finished(page)


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
    assert re.fullmatch("a red apple, (3d|noto|flat|twemoji|color) style", settings["prompt"])
    told = f"{settings['prompt']}\nSteps: 4, Sampler: LMS, CFG scale: 3, Seed: "
    assert first.info["parameters"].startswith(told)
    assert page.locator("#seed input").input_value() == str(settings["seed"])

    with zipfile.ZipFile(downloaded(page, "download-all")) as archive:
        inside = [json.loads(Image.open(io.BytesIO(archive.read(n))).info["multimodal"]) for n in archive.namelist()]
    seeds = [one["seed"] for one in inside]
    assert seeds == [settings["seed"] + k for k in range(4)]
    assert len({one["prompt"] for one in inside}) == 4, "each in a style of its own"

    page.locator("#pictures button:has(img)").nth(2).click()  # takes its seed
    expect(page.locator("#seed input")).to_have_value(str(seeds[2]))
    page.get_by_label("Keep this seed").check()
    third = Image.open(downloaded_when(lambda path: settings_of(path)["seed"] == seeds[2], page, "download"))
    set_number(page, "count", "1")
    page.locator("#generate").click()
    expect(page.locator("#status")).to_have_text(re.compile(rf"1 in .*seed {seeds[2]}\b"))
    again = Image.open(downloaded(page, "download"))
    difference = max(abs(a - b) for a, b in zip(again.tobytes(), third.tobytes(), strict=True))
    assert difference <= 2, "a seed makes the same picture alone as in a batch"


def test_more_like_a_picture_are_made_from_it_and_say_so(page: Page) -> None:
    expect(page.locator("#more-like-this")).to_be_disabled()
    ask(page, "a fox", count=2)
    page.locator("#generate").click()
    finished(page)
    seed = page.locator("#seed input").input_value()
    page.locator("#pictures button:has(img)").nth(1).click()
    expect(page.locator("#seed input")).not_to_have_value(seed)  # the choice has arrived
    vary(page)
    settings = json.loads(Image.open(downloaded(page, "download")).info["multimodal"])
    assert settings["prompt"] == "a fox"
    assert settings["strength"] == 0.5
    assert settings["image"].startswith("2x16x16:")


def test_a_thing_is_drawn_in_the_other_styles(page: Page) -> None:
    ask(page, "a fox, flat style")
    page.locator("#generate").click()
    finished(page)
    seed = page.locator("#seed input").input_value()
    page.locator("#other-styles").click()
    others = page.locator("#pictures img")
    expect(others).to_have_count(3)  # 3d is held out
    expect(others.first).to_have_attribute("alt", f"a fox, noto style · {seed}")
    finished(page)
    alts = {picture.get_attribute("alt") for picture in others.all()}
    assert alts == {f"a fox, {style} style · {seed}" for style in ("color", "noto", "twemoji")}


def test_a_png_brings_its_settings_back_and_makes_the_same_picture(open_page: Callable[..., Page], tmp_path: Path) -> None:
    first, second = open_page(), open_page()
    ask(first, "a star", steps=3)
    first.locator("#generate").click()
    finished(first)
    vary(first)
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
    choose(page, "target", "Discord sticker")
    sticker = Image.open(downloaded_when(lambda path: Image.open(path).size != (128, 128), page, "download"))
    assert (sticker.size, sticker.mode) == ((320, 320), "RGBA")
    with zipfile.ZipFile(downloaded(page, "download-all")) as archive:
        assert len(archive.namelist()) == 2
        assert all(re.fullmatch(r"a_red_heart_\d+_discord_sticker\.png", name) for name in archive.namelist())


def choose(page: Page, dropdown: str, option: str) -> None:
    page.locator(f"#{dropdown} input").click()
    page.get_by_role("option", name=option).click()


def test_a_sticker_moves_as_it_is_told_to_and_is_seen_to_do_so(page: Page) -> None:
    ask(page, "a red heart", count=2)
    page.locator("#generate").click()
    finished(page)
    choose(page, "motion", "Party")
    plain = Image.open(downloaded_when(lambda path: Image.open(path).format == "GIF", page, "download"))
    assert (plain.size, plain.n_frames) == ((128, 128), 12)  # type: ignore[attr-defined]
    expect(page.locator("#sizes img").first).to_have_attribute("src", re.compile("^data:image/gif"))
    choose(page, "target", "Discord sticker")
    sticker = Image.open(downloaded_when(lambda path: Image.open(path).size != (128, 128), page, "download"))
    assert (sticker.format, sticker.size) == ("GIF", (320, 320))
    with zipfile.ZipFile(downloaded(page, "download-all")) as archive:
        assert all(re.fullmatch(r"a_red_heart_\d+_discord_sticker\.gif", name) for name in archive.namelist())
    choose(page, "target", "Telegram sticker")
    expect(page.locator("#sizes")).to_contain_text("a moving Telegram sticker is a video")  # for as long as it is so
    expect(page.locator("#download")).to_be_disabled()
    choose(page, "motion", "None")
    still = Image.open(downloaded_when(lambda path: Image.open(path).format == "WEBP", page, "download"))
    assert still.size == (512, 512)


def test_a_sticker_has_a_white_outline_where_one_is_asked_for(page: Page) -> None:
    ask(page, "a red heart")
    page.locator("#generate").click()
    finished(page)
    last = page.locator("#sizes .on-dark img").last
    plain = last.get_attribute("src") or ""
    page.locator("#outline input").check()
    expect(last).not_to_have_attribute("src", plain)
    white = (255, 255, 255, 255)
    path = downloaded_when(lambda path: white in Image.open(path).convert("RGBA").getdata(), page, "download")
    assert Image.open(path).size == (128, 128)
    assert settings_of(path)["prompt"] == "a red heart"


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
