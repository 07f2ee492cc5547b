"""The Reconstruct and Codebook tabs, and the page as a whole, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A blue disc on nothing, of an odd size."""
    image = Image.new("RGBA", (300, 200))
    disc = Image.effect_noise((100, 100), 1).point(lambda _: 255)
    image.paste((30, 90, 220, 255), (100, 50, 200, 150), disc)
    image.save(tmp_path / "disc.png")
    return tmp_path / "disc.png"


def upload(page: Page, path: Path) -> None:
    page.get_by_role("tab", name="Reconstruct").click()
    page.locator("#upload input[type=file]").set_input_files(path)


def test_a_picture_is_reconstructed_and_its_codes_are_found_in_the_codebook(page: Page, picture: Path) -> None:
    upload(page, picture)
    measured = page.locator("#measurements")
    expect(measured.locator("dt")).to_have_text(
        ["PSNR, on white", "SSIM, on white", "as codes", "the file", re.compile("codes")]
    )
    psnr, ssim, codes, file, _ = measured.locator("dd").all_inner_texts()
    assert float(psnr.removesuffix(" dB")) > 20
    assert 0.5 < float(ssim) <= 1
    assert codes == "640 bytes"
    assert file == f"{picture.stat().st_size:,} bytes"
    expect(measured.locator("figure")).to_have_count(3)
    expect(page.locator("#compare img")).to_have_count(2)
    numbers = measured.locator("details").first
    numbers.locator("summary").click()
    expect(numbers.locator("td")).to_have_count(256)

    index = numbers.locator("td").first.inner_text()
    page.get_by_role("tab", name="Codebook").click()
    page.locator(f"#codes button[data-code='{index}']").click()
    detail = page.locator("#code")
    expect(detail).to_contain_text(f"Code {index}")
    expect(detail).to_contain_text("In the last picture")
    expect(detail.locator("figcaption", has_text="disc")).to_have_text(re.compile(r"disc × \d+"))


def test_a_picture_is_drawn_again_in_other_styles(page: Page, picture: Path) -> None:
    styles = page.locator("#in-styles")
    expect(styles).to_be_hidden()
    upload(page, picture)
    expect(styles.locator("img")).to_have_count(4)
    expect(styles.locator(".caption-label")).to_have_text(["3D", "color", "flat", "line"])
    page.locator("#upload").get_by_label("Clear").or_(page.locator("#upload [aria-label='Remove Image']")).first.click()
    expect(styles).to_be_hidden()


def test_the_search_for_codes_comes_nearer_and_can_be_left_out(page: Page, picture: Path) -> None:
    upload(page, picture)
    psnr = page.locator("#measurements dd").first
    expect(psnr).to_contain_text("dB")
    searched = psnr.inner_text()
    page.get_by_label("Search for better codes").uncheck()
    expect(psnr).not_to_have_text(searched)
    assert float(psnr.inner_text().removesuffix(" dB")) + 0.5 < float(searched.removesuffix(" dB"))


def test_a_broken_picture_gets_a_sentence(page: Page, picture: Path) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    for number, content in enumerate((b"", b"no picture at all", svg, b"GIF89a", picture.read_bytes()[:90])):
        broken = picture.with_name(f"broken{number}.png")
        broken.write_bytes(content)
        upload(page, broken)
        told = re.compile(f"{broken.name} is (not a PNG, JPEG, WebP or GIF picture|damaged)")
        expect(page.locator("#refused")).to_have_text(told)  # and stays
        expect(page.get_by_test_id("toast-body")).to_have_count(0)
    upload(page, picture)
    expect(page.locator("#measurements dd").first).to_be_visible()
    expect(page.locator("#refused")).to_have_text("")


def test_the_codebook_shows_every_code_and_obeys_the_keyboard(page: Page) -> None:
    page.get_by_role("tab", name="Codebook").click()
    codes = page.locator("#codes button[data-code]")
    expect(codes).to_have_count(1024)
    expect(page.locator("#usage dd").first).to_have_text(re.compile(r"\d+\.\d%"))
    expect(page.locator("#usage svg polyline")).to_have_count(2)
    expect(page.locator("#usage tbody th")).to_have_text(["3D", "color", "flat", "line", "Noto", "Twemoji"])
    for row in page.locator("#usage tbody tr").all():
        used, also_used, even, also_even = row.locator("td").all_inner_texts()
        assert 0 < float(used.removesuffix("%")) <= 100 >= float(also_used.removesuffix("%")) > 0
        assert 1 < int(even) <= 1024 >= int(also_even) > 1
    used = [
        int(re.search(r"used ([\d,]+)", codes.nth(k).get_attribute("aria-label") or "")[1].replace(",", ""))
        for k in (0, 99)
    ]
    assert used[0] > used[1]
    codes.first.focus()
    page.keyboard.press("ArrowRight")
    expect(codes.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    number = codes.nth(1).get_attribute("data-code")
    detail = page.locator("#code")
    expect(detail).to_contain_text(f"Code {number}, used ")
    expect(detail).to_contain_text("Training pictures that use it most")
    expect(detail.get_by_alt_text(re.compile("^Heat map"))).to_be_visible()
    page.locator("#group").get_by_label("2").check()
    expect(codes.first).not_to_have_attribute("aria-label", "")
    expect(page.get_by_role("group", name=re.compile("Codes of group 2"))).to_be_visible()


def test_every_control_has_a_name(page: Page) -> None:
    page.get_by_role("button", name="Advanced").click()
    nameless = """() => [...document.querySelectorAll('input, textarea, select, button, [role=slider]')]
        .filter(e => e.offsetParent && e.type !== 'file')
        .filter(e => !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.title || e.innerText?.trim()
                       || e.closest('label')?.innerText.trim() || e.querySelector('img[alt]')
                       || (e.id && document.querySelector(`label[for="${e.id}"]`))))
        .map(e => e.outerHTML.slice(0, 200))"""
    for tab in page.get_by_role("tab").all():
        tab.click()
        assert page.evaluate(nameless) == [], tab.inner_text()


def test_a_narrow_dark_page_in_chinese(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, color_scheme="dark", locale="zh-CN")
    expect(page.locator("#generate")).to_have_text("生成")
    for tab in page.get_by_role("tab").all():
        if tab.is_visible():
            tab.click()
            if tab.inner_text() == "码本":
                page.locator("#codes button").first.wait_for()
            assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    red, green, blue = map(int, re.findall(r"\d+", page.evaluate("getComputedStyle(document.body).backgroundColor"))[:3])
    assert max(red, green, blue) < 80
