"""What the Create tab makes of a prompt, in a real browser, with the bundled model."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from multimodal.lettering import INK, PAPER, SIZE
from multimodal.settings import read_settings
from tests.ui.creating import ask, downloaded, finished


def test_choices_in_braces_become_pictures_of_their_own(page: Page) -> None:
    ask(page, "a {red|green} apple", steps=2)
    page.locator("#generate").click()
    finished(page)
    alts = [picture.get_attribute("alt") or "" for picture in page.locator("#pictures img").all()]
    assert [alt.split(" · ")[0] for alt in alts] == ["a red apple", "a green apple"]
    assert len({alt.split(" · ")[1] for alt in alts}) == 1, "one seed, to be compared"
    page.locator("#prompt input").fill("a {red apple")
    page.locator("#generate").click()
    expect(page.get_by_test_id("toast-body").first).to_contain_text("braces in the prompt do not match")


def test_a_row_for_each_prompt_and_a_column_for_each_seed(open_page: Callable[..., Page]) -> None:
    for width in (1100, 360):
        page = open_page(viewport={"width": width, "height": 900})
        ask(page, "a {red|green} apple", count=3, steps=1)
        page.locator("#generate").click()
        finished(page)
        pictures = page.locator("#pictures img")
        expect(pictures).to_have_count(6)
        boxes = pictures.evaluate_all("images => images.map(image => image.getBoundingClientRect().toJSON())")
        assert len({box["y"] for box in boxes[:3]}) == len({box["y"] for box in boxes[3:]}) == 1
        assert [box["x"] for box in boxes[:3]] == [box["x"] for box in boxes[3:]]
        assert all(box["right"] <= width for box in boxes)


def test_a_word_that_no_name_has_gets_the_nearest_names(page: Page) -> None:
    ask(page, "an (octopos:1.3) and a qqqqqqq", steps=1)
    page.locator("#generate").click()
    finished(page)
    status = page.locator("#status")
    expect(status).to_contain_text("“octopos” is in no known name; nearest known: octopus")
    expect(status).to_contain_text("“qqqqqqq” is in no known name.")


def test_words_in_quotes_are_written_on_the_pictures_and_on_stickers(page: Page) -> None:
    ask(page, 'a red apple saying "ship it"', steps=2)
    page.locator("#generate").click()
    finished(page)
    expect(page.locator("#status")).not_to_contain_text("known")
    path = downloaded(page, "download")
    with Image.open(path) as picture:
        assert picture.size == (SIZE, SIZE)
        assert {INK, PAPER} <= {color for _, color in picture.getcolors(SIZE * SIZE) or []}
    assert read_settings(path).prompt == 'a red apple saying "ship it"'
    page.locator("#prompt input").fill('a red apple "ฉัน"')
    page.locator("#generate").click()
    expect(page.get_by_test_id("toast-body").first).to_contain_text("“ฉ” in “ฉัน” cannot be written")


def test_tokens_are_counted_while_a_prompt_gets_long(page: Page) -> None:
    used, prompt = page.locator("#tokens-used"), page.locator("#prompt input")
    expect(used).to_have_text("")
    prompt.fill("{red|dark} " + "apple " * 29)
    expect(used).to_have_text("30 of 46 tokens")
    prompt.fill("a {red|dark red")
    expect(used).to_have_text("30 of 46 tokens")  # not complete yet
    prompt.fill("a red apple")
    expect(used).to_have_text("")
    prompt.fill("apple " * 50)
    expect(used).to_contain_text("46 of 46 tokens · The prompt is too long. These words did not fit: apple apple")
    prompt.fill("")
    expect(used).to_have_text("")


def test_an_empty_prompt_gets_a_sentence_and_loses_nothing(page: Page) -> None:
    ask(page, "a star", steps=2)
    page.locator("#generate").click()
    finished(page)
    page.locator("#prompt input").fill("   ")
    page.locator("#generate").click()
    expect(page.get_by_test_id("toast-body").first).to_contain_text("say what the picture should show")
    expect(page.locator("#pictures img")).to_have_count(1)


def test_a_prompt_that_is_too_long_and_full_of_html_is_shown_as_text(page: Page) -> None:
    html = "<img src=x onerror='window.hacked=1'> " * 20
    ask(page, f"(a star:1.2) {html}", steps=2)
    page.locator("#generate").click()
    finished_with_notice = page.locator("#status .warning")
    expect(finished_with_notice).to_contain_text("did not fit")
    expect(finished_with_notice).to_contain_text("<img src=x")
    page.locator("#prompt input").fill(html)
    page.locator("#generate").click()
    expect(page.locator("#status")).to_contain_text(
        "<img src=x onerror='window.hacked=1'> <img src=x onerror='w…”, “window” is drawn"
    )
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


def test_a_page_that_is_loaded_again_keeps_the_prompt_and_a_new_one_has_none(open_page: Callable[..., Page]) -> None:
    page = open_page()
    expect(page.locator("#prompt input")).to_have_value("")
    page.locator("#prompt input").fill("a red fox on the moon")
    page.wait_for_function("() => sessionStorage.getItem('prompt') === 'a red fox on the moon'")
    page.reload()
    expect(page.locator("#prompt input")).to_have_value("a red fox on the moon")
    expect(open_page().locator("#prompt input")).to_have_value("")
