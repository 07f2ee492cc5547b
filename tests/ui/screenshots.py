"""Pictures of five tabs for the README, made from a running app.

python app.py --port 7860 & python tests/ui/screenshots.py
"""

from __future__ import annotations

import argparse
import io
import shutil
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]


def shoot(page: Page, take: Callable[[str], None]) -> None:
    page.get_by_label("Keep this seed").check()
    page.locator("#prompt input").fill("a cat in a top hat")
    for _ in range(2):  # the first time is slower than all others
        page.locator("#generate").click()
        settle(page)
        expect(page.locator("#status")).to_contain_text(" s on ")
        expect(page.locator("#download")).to_be_enabled()
    page.mouse.move(0, 0)
    settle(page)
    take("create")

    page.get_by_role("tab", name="Reconstruct").click()
    page.locator("#upload input[type=file]").set_input_files(ROOT / "assets" / "training_examples" / "fox-noto.png")
    expect(page.locator("#measurements figure")).to_have_count(3)
    settle(page)
    take("reconstruct")

    page.get_by_role("tab", name="Codebook").click()
    page.locator("#codes button").nth(40).click()
    expect(page.locator("#code figure").first).to_be_visible()
    settle(page)
    take("codebook")

    page.get_by_role("tab", name="Create").click()
    page.locator("#prompt input").fill("a red apple")
    page.get_by_role("tab", name="Inside").click()
    page.locator("#look").click()
    expect(page.locator("#restoration figure")).to_have_count(8)
    settle(page)
    take("inside")

    page.get_by_role("tab", name="Tokens").click()
    page.locator("#edited img").wait_for()
    page.locator("#edited-cells").get_by_label("Row 3, column 6", exact=True).click()
    page.locator("#choices-1 button").nth(24).click()
    expect(page.locator("#undo")).to_be_enabled()
    settle(page)
    take("tokens")


def settle(page: Page) -> None:
    """Let pictures load and transitions end."""
    page.wait_for_timeout(1500)


def open_page(playwright: Playwright, url: str, **settings: object) -> Page:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    page = browser.new_page(locale="en-US", **settings)
    page.set_default_timeout(120_000)
    page.goto(url)
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description="Screenshots of the tabs, in light and dark.")
    parser.add_argument("--url", default="http://127.0.0.1:7860")
    parser.add_argument("--out", type=Path, default=ROOT / "assets" / "screenshots")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=120_000)
    with sync_playwright() as playwright:
        for scheme in ("light", "dark"):
            page = open_page(playwright, arguments.url, viewport={"width": 1100, "height": 860}, color_scheme=scheme)
            shoot(page, lambda name, page=page, scheme=scheme: save(page, arguments.out / f"{name}-{scheme}.webp"))


def save(page: Page, path: Path) -> None:
    Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB").save(path, quality=85, method=6)


if __name__ == "__main__":
    main()
