"""Every picture made here, on disk, found again after a refresh or a restart.

Among strangers each browser has a history of its own, which is bounded in size and age.
"""

from __future__ import annotations

import re
import secrets
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path

import gradio as gr

from multimodal.settings import Settings, read_settings

SHOWN = 120  # pictures at once, the newest first; the tab says so
STAR = ".star"  # an empty file of this ending beside a picture
STAMP = "%Y%m%d-%H%M%S"
OWN, ALL, DAYS = 200, 20_000, 30  # among strangers: pictures of one browser, of all, and how long they are kept
MINUTE, HOUR = 60, 3600  # seconds
SESSIONS = 10_000  # open pages whose browsers are known


class History:
    """A folder of pictures with their settings inside, named by when they were made.

    Args:
        most: where given, how many are kept; the oldest go first.
    """

    def __init__(self, folder: Path, most: int | None = None) -> None:
        self.folder, self.most = folder, most

    def add(self, picture: Path) -> Path:
        """Keep a copy of a picture."""
        self.folder.mkdir(parents=True, exist_ok=True)
        stamp = f"{time.strftime(STAMP)}-{time.time_ns() // 1000 % 1_000_000:06d}"
        kept = self.folder / f"{stamp}-{picture.name}"
        Path(shutil.copy(picture, kept.with_suffix(".part"))).replace(kept)  # whole, or not there
        for old in sorted(self.folder.glob("*.png"))[: -self.most] if self.most else ():
            self.delete(old)
        return kept

    def find(self, words: str = "", starred: bool = False) -> list[tuple[Path, Settings]]:
        """The newest pictures whose prompt has all these words; files that are no pictures of ours are passed over."""
        wanted, found = words.lower().split(), []
        for path in sorted(self.folder.glob("*.png"), key=_when_made, reverse=True):
            if starred and not self.is_starred(path):
                continue
            try:
                settings = read_settings(path)
            except ValueError:
                continue
            if all(word in settings.prompt.lower() for word in wanted):
                found.append((path, settings))
            if len(found) == SHOWN:
                break
        return found

    def is_starred(self, path: Path) -> bool:
        return path.with_suffix(STAR).exists()

    def star(self, path: Path) -> None:
        """Star a picture, or take its star away."""
        if self.is_starred(path):
            path.with_suffix(STAR).unlink()
        else:
            path.with_suffix(STAR).touch()

    def delete(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        path.with_suffix(STAR).unlink(missing_ok=True)

    def path(self, name: str) -> Path:
        """The picture of this name; ValueError where there is none, or the name leads elsewhere."""
        path = self.folder / name
        if Path(name).name != name or path.suffix != ".png" or not path.is_file():
            raise ValueError(f"there is no picture {name!r:.80} in the history")
        return path


def _when_made(path: Path) -> tuple[int, str]:
    """By what pictures are sorted, since those of the command line are named by their prompts."""
    try:
        return path.stat().st_mtime_ns, path.name
    except OSError:  # somebody has just deleted it
        return 0, path.name


class Histories:
    """The history of each visitor: one and the same for all; or, where they are strangers, one for each browser.

    A browser is known by a secret that it keeps, which is the name of its folder.
    """

    SECRET = re.compile(r"[0-9a-f]{32}")

    def __init__(self, folder: Path, strangers: bool = False) -> None:
        self.folder, self.strangers = folder, strangers
        self._secrets: dict[str, str] = {}  # of each open page
        self._lock = threading.Lock()  # of these
        self._forgot = 0.0  # when, in seconds

    def enter(self, secret: object, request: gr.Request) -> str:
        """Remember whose the page is that was opened: returns the secret of its browser, a new one where it has none."""
        if not (isinstance(secret, str) and self.SECRET.fullmatch(secret)):  # it becomes the name of a folder
            secret = secrets.token_hex(16)
        with self._lock:
            self._secrets[str(request.session_hash)] = secret
            while len(self._secrets) > SESSIONS:
                del self._secrets[next(iter(self._secrets))]
        if time.time() - self._forgot > MINUTE:
            self._forgot = time.time()
            self.forget()
        return secret

    def of(self, request: gr.Request | None) -> History | None:
        """The visitor's history; None where the page of a stranger has not been seen to open."""
        if not self.strangers:
            return History(self.folder)
        secret = self._secrets.get(str(request and request.session_hash))
        return History(self.folder / secret, OWN) if secret else None

    def forget(self) -> None:
        """Remove the pictures of strangers that are too old, the oldest of too many, and folders left empty."""
        pictures: list[Path] = []
        for folder in self.folder.glob("*/"):
            with suppress(OSError):  # another page removes it at this moment
                pictures += folder.glob("*.png")
        pictures.sort(key=lambda path: path.name)
        too_old = time.strftime(STAMP, time.localtime(time.time() - DAYS * 86400))
        for number, path in enumerate(pictures, start=1):
            if path.name < too_old or number <= len(pictures) - ALL:
                History(path.parent).delete(path)
        for folder in self.folder.glob("*/"):
            with suppress(OSError):  # it is not empty, or gone
                if time.time() - folder.stat().st_mtime > HOUR:
                    folder.rmdir()
