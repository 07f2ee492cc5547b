"""A short recording for the README, made from a running app: a prompt, its pictures, a sticker for Slack.

python app.py --port 7860 & python tests/ui/recording.py
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright
from screenshots import open_page

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "a cat in a top hat"
COLORS = 128  # of the GIF
LONG, SHORT = 1800, 120  # milliseconds that a frame stands


class Recorder:
    """Frames of a page and how long each of them stands."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[Image.Image] = []
        self.durations: list[int] = []

    def take(self, duration: int) -> None:
        frame = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        if self.frames and frame.tobytes() == self.frames[-1].tobytes():
            self.durations[-1] += duration
        else:
            self.frames.append(frame)
            self.durations.append(duration)

    def save(self, path: Path) -> None:
        """One palette for all frames, so that what does not change costs nothing."""
        strip = Image.new("RGB", (self.frames[-1].width, self.frames[-1].height * 2))
        for k, frame in enumerate((self.frames[0], self.frames[-1])):
            strip.paste(frame, (0, k * frame.height))
        palette = strip.quantize(COLORS)
        frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self.frames]
        frames[0].save(path, save_all=True, append_images=frames[1:], duration=self.durations, loop=0, optimize=True)


def record(page: Page) -> Recorder:
    recorder = Recorder(page)
    page.mouse.move(0, 0)
    page.wait_for_timeout(1500)
    recorder.take(LONG)
    prompt = page.locator("#prompt input")
    for end in range(1, len(PROMPT) + 1):
        prompt.fill(PROMPT[:end])
        recorder.take(SHORT)
    page.get_by_label("Keep this seed").check()
    page.locator("#generate").click()
    while page.locator("#download").is_disabled():
        recorder.take(SHORT)
    page.wait_for_timeout(500)
    recorder.take(LONG)
    page.get_by_label("Save as").click()
    recorder.take(LONG // 2)
    page.get_by_role("option", name="Slack").click()
    expect(page.locator("#sizes img").first).to_be_visible()
    page.locator("#sizes").scroll_into_view_if_needed()
    page.wait_for_timeout(800)
    recorder.take(LONG)
    with page.expect_download() as download:
        page.locator("#download").click()
    print(download.value.suggested_filename, Path(download.value.path()).stat().st_size, "bytes")
    recorder.take(LONG)
    return recorder


def main() -> None:
    parser = argparse.ArgumentParser(description="A recording of the Create tab.")
    parser.add_argument("--url", default="http://127.0.0.1:7860")
    parser.add_argument("--out", type=Path, default=ROOT / "assets" / "screenshots" / "recording.gif")
    arguments = parser.parse_args()
    expect.set_options(timeout=120_000)
    with sync_playwright() as playwright:
        page = open_page(playwright, arguments.url, viewport={"width": 760, "height": 860})
        record(page).save(arguments.out)


if __name__ == "__main__":
    main()
