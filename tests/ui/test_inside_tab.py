"""The Inside tab, and the names of a picture in the Reconstruct tab, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

PICTURES = Path(__file__).resolve().parents[2] / "assets" / "training_examples"


def look(page: Page, prompt: str, seed: int) -> None:
    page.locator("#inside-prompt input").fill(prompt)
    page.locator("#inside-seed input").fill(str(seed))
    page.locator("#look").click()
    expect(page.locator("#restoration figure")).to_have_count(8)


def test_one_click_shows_the_inside_of_the_last_prompt_and_of_any_other(page: Page, tmp_path: Path) -> None:
    page.locator("#prompt input").fill("a green heart")
    page.get_by_label("Fast").check()
    page.get_by_label("Keep this seed").check()
    page.locator("#seed input").fill("7")
    page.locator("#generate").click()
    expect(page.locator("#download")).to_be_enabled()
    page.get_by_role("tab", name="Inside").click()
    expect(page.locator("#inside-prompt input")).to_have_value("a green heart, flat style")  # that of the seed
    expect(page.locator("#inside-seed input")).to_have_value("7")

    page.locator("#other-prompt input").fill("红苹果")
    look(page, "a (red:1.2) apple", 3)
    reading = page.locator("#reading")
    expect(reading).to_contain_text(re.compile(r"Similarity to “红苹果”: 0\.[5-9]\d\."))
    expect(reading.locator(".chips li")).to_have_text(["a", "red", "apple"])
    expect(reading.locator(".bars li")).to_have_count(5)
    expect(reading.locator(".bars span").first).to_have_text("red apple")
    assert 0.9 < float(reading.locator(".bars b").first.inner_text()) <= 1
    expected = page.locator("#expectation figcaption")
    styles = ["3D", "color", "flat", "line", "Noto", "Twemoji"]
    expect(expected).to_have_text([re.compile("^the mean, (9[5-9]|100)% as asked$"), "as asked", *styles])
    captions = page.locator("#attention figcaption")
    expect(captions).to_have_text(
        ["the picture", *(re.compile(rf"^{word} · \d+\.\d\d%$") for word in ("a", "red", "apple"))]
    )
    expect(page.locator("#film figure")).to_have_count(10)
    expect(page.locator("#film figcaption").nth(7)).to_have_text("step 8, t = 0.00")
    expect(page.locator("#film rect")).to_have_count(7)
    restored = page.locator("#restoration figcaption")
    expect(restored.nth(0)).to_have_text("t = 0 · exact")
    expect(restored.nth(4)).to_have_text("t = 0 · exact")
    expect(restored.nth(7)).to_have_text(re.compile(r"^t = 0\.75 · \d+\.\d dB$"))
    with page.expect_download() as download:
        page.locator("#animation").click()
    download.value.save_as(tmp_path / "animation.gif")
    with Image.open(tmp_path / "animation.gif") as animation:
        assert (animation.format, animation.n_frames) == ("GIF", 8)
    assert "apple" in download.value.suggested_filename

    before = page.locator("#attention img").nth(2).get_attribute("src")
    page.locator("#layer").get_by_label("2").check()
    expect(page.locator("#attention img").nth(2)).not_to_have_attribute("src", before or "")
    page.get_by_role("tab", name="Create").click()
    page.get_by_role("tab", name="Inside").click()
    expect(page.locator("#inside-prompt input")).to_have_value("a (red:1.2) apple")


def test_no_prompt_and_a_seed_out_of_range_get_a_sentence(page: Page) -> None:
    page.get_by_role("tab", name="Inside").click()
    for prompt, seed, sentence in (
        (" ", "0", "The prompt is empty"),
        ("a fox", "-1", "Seed must be"),
        ("{a|b", "0", "The braces in the prompt do not match"),
    ):
        page.locator("#inside-prompt input").fill(prompt)
        page.locator("#inside-seed input").fill(seed)
        page.locator("#look").click()
        expect(page.get_by_test_id("toast-body").filter(has_text=re.compile(sentence, re.IGNORECASE))).to_be_visible()


def test_a_picture_is_put_into_words_of_the_visitor(open_page: Callable[..., Page]) -> None:
    for locale, tab, name in (("en-US", "Reconstruct", "rainbow"), ("zh-CN", "重建", "彩虹")):
        page = open_page(locale=locale)
        page.get_by_role("tab", name=tab).click()
        page.locator("#upload input[type=file]").set_input_files(PICTURES / "rainbow-noto.png")
        expect(page.locator("#words .bars li")).to_have_count(5)
        assert name in page.locator("#words .bars span").all_inner_texts()
        shares = [int(text.removesuffix("%")) for text in page.locator("#words .bars b").all_inner_texts()]
        assert 100 > shares[0] >= shares[-1] >= 0


def test_narrow_and_in_chinese_everything_fits_and_every_control_has_a_name(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, color_scheme="dark", locale="zh-CN")
    page.get_by_role("tab", name="内部").click()
    look(page, "红苹果", 1)
    expect(page.locator("#reading .bars span").first).to_have_text("红苹果")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    for control, label in (("#inside-prompt input", "提示词"), ("#inside-seed input", "种子")):
        expect(page.locator(control)).to_have_accessible_name(label)
    expect(page.locator("#layer").get_by_role("radio")).to_have_count(8)
    assert page.locator(".inside img").count() > 20
    assert page.locator(".inside img:not([alt])").count() == 0


def test_of_a_figure_the_things_are_named_that_are_drawn_for_it(page: Page) -> None:
    page.get_by_role("tab", name="Inside").click()
    look(page, "a blue cat in a top hat", 6)
    drawn = page.locator("#reading .chips").first.locator("li")
    expect(drawn).to_have_text(["cat face · blue", "a top hat · on the head"])
