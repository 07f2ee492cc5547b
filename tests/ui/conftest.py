"""The app as a process of its own, and pages of a real browser on it."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from multimodal.ui.models import Models

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 120  # seconds, for a machine that is busy with something else

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture(scope="session")
def app_url(bundled_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `python app.py` on the bundled weights."""
    with running_app(bundled_checkpoint, tmp_path_factory.mktemp("app")) as url:
        yield url


@pytest.fixture
def run_app(tiny_checkpoint: Path, tmp_path: Path) -> Callable[..., AbstractContextManager[str]]:
    """The app on an untrained model, with options: `with run_app("--public") as url: …`."""
    return functools.partial(running_app, tiny_checkpoint, tmp_path)


@contextmanager
def running_app(checkpoint: Path, folder: Path, *options: str) -> Iterator[str]:
    """`python app.py` with options, on a free port, its outputs and log in a folder; fails when code of ours raised."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url, log = f"http://127.0.0.1:{port}", folder / "log.txt"
    command = [sys.executable, "app.py", "--checkpoint", str(checkpoint), "--port", str(port), "--mcp"]
    command += ["--outputs", str(folder / "outputs"), *options]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=os.environ.copy())
    try:
        wait_until_up(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
    ours = [line for line in log.read_text().splitlines() if f'File "{ROOT}' in line and "app.py" not in line]
    assert not ours, f"code of ours raised what it did not expect:\n{log.read_text()[-3000:]}"


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 2 * PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, f"the app ended at once:\n{log.read_text()}"
        try:
            urllib.request.urlopen(url, timeout=10).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"the app did not come up:\n{log.read_text()}")


@pytest.fixture
def models(tiny_checkpoint: Path) -> Models:
    return Models(tiny_checkpoint)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium or Chrome of this machine."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail(f"the browser tests need Chromium: none of {', '.join(BROWSERS)} is in the PATH")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


@pytest.fixture
def open_page(browser: Browser, app_url: str) -> Iterator[Callable[..., Page]]:
    """Opens the app in a browser of its own: `open_page(locale="zh-CN", …)`.

    At the end it fails when a page asked for anything that is not local, or a script of it failed.
    """
    contexts: list[BrowserContext] = []
    foreign: list[str] = []
    errors: list[str] = []

    def open_page(**settings: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1100, "height": 900}, "locale": "en-US", **settings})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("request", lambda request: foreign.append(request.url) if is_foreign(request.url, app_url) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(app_url)
        page.locator("#prompt input").wait_for()
        page.locator("#suggestions").wait_for(state="attached")  # what the page asks for when it is up
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not foreign, f"the page asked for {foreign}"
    assert not errors, f"scripts of the page failed: {errors}"


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()


def is_foreign(url: str, app_url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(app_url).netloc
