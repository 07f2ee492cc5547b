"""The History tab: every picture made here, on disk, found again after a refresh or a restart.

Among strangers each browser has a history of its own, which is bounded in size and age.
"""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr

from multimodal.settings import Settings, read_settings
from multimodal.ui.download import BARE, as_file, zip_files
from multimodal.ui.errors import friendly_errors
from multimodal.ui.session import DRAW
from multimodal.ui.texts import Texts, i18n

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
        kept = Path(shutil.copy(picture, self.folder / f"{stamp}-{picture.name}"))
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
        self._forgot = 0.0  # when, in seconds

    def enter(self, secret: object, request: gr.Request) -> str:
        """Remember whose the page is that was opened: returns the secret of its browser, a new one where it has none."""
        if not (isinstance(secret, str) and self.SECRET.fullmatch(secret)):  # it becomes the name of a folder
            secret = secrets.token_hex(16)
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


def history_tab(histories: Histories, tab: gr.Tab, tabs: gr.Tabs, fields: Any, targets: Sequence[Any]) -> None:
    """Draw the tab and connect it.

    Args:
        fields: makes values for the controls of the Create tab, `targets`, from settings.
    """
    if histories.strangers:
        gr.Markdown(i18n("history_own"))
    with gr.Row():
        words = gr.Textbox(
            "", label=i18n("search"), info=i18n("newest_shown"), max_length=200, scale=3, min_width=150, elem_id="search"
        )
        starred = gr.Checkbox(False, label=i18n("starred_only"), min_width=150, elem_id="starred-only")
    gallery = gr.Gallery(
        label=i18n("history"),
        show_label=False,
        columns=8,
        object_fit="contain",
        allow_preview=False,
        interactive=False,
        buttons=[],
        elem_id="kept",
        elem_classes="checkered",
    )
    names, chosen = gr.State([]), gr.State("")
    with gr.Row():
        use = gr.Button(i18n("use_settings"), interactive=False, elem_id="use-settings")
        star = gr.Button(i18n("star"), interactive=False, elem_id="star")
        delete = gr.Button(i18n("delete"), interactive=False, variant="stop", elem_id="delete")
        bare = gr.Checkbox(False, label=i18n("bare"), info=i18n("bare_info"), elem_id="bare")
        pack = gr.DownloadButton(i18n("download_shown"), interactive=False, elem_id="download-shown")
    picture_buttons = [use, star, delete]

    def own(request: gr.Request) -> History:
        if history := histories.of(request):
            return history
        raise ValueError(Texts(request)("reload"))

    def show(words: str, starred: bool, bare: bool, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Yields values for gallery, names, chosen, the three buttons and the zip, once."""
        with friendly_errors(Texts(request)), tempfile.TemporaryDirectory() as folder:
            history = own(request)
            found = history.find(words or "", starred)
            pictures = [
                (str(path), f"{'★ ' if history.is_starred(path) else ''}{settings.prompt} · {settings.seed}")
                for path, settings in found
            ]
            files = [as_file(path, BARE if bare else "", Path(folder)) for path, _ in found]
            archive = zip_files(files, Path(folder)) if files else None
            off = [gr.update(interactive=False)] * len(picture_buttons)
            zipped = gr.update(value=str(archive) if archive else None, interactive=bool(archive))
            yield pictures, [path.name for path, _ in found], "", *off, zipped

    def choose(names: list[str], event: gr.SelectData) -> tuple[Any, ...]:
        on = [gr.update(interactive=True)] * len(picture_buttons)
        return names[int(event.index)], *on

    def take(name: str, request: gr.Request) -> tuple[Any, ...]:
        with friendly_errors(Texts(request)):
            return gr.update(selected="create"), *fields(read_settings(own(request).path(name)))

    def toggle_star(name: str, request: gr.Request) -> None:
        with friendly_errors(Texts(request)):
            history = own(request)
            history.star(history.path(name))

    def remove(name: str, request: gr.Request) -> None:
        with friendly_errors(Texts(request)):
            history = own(request)
            history.delete(history.path(name))

    shown = [gallery, names, chosen, *picture_buttons, pack]
    view: dict[str, Any] = {"fn": show, "inputs": [words, starred, bare], "outputs": shown, **DRAW}
    gr.on([tab.select, words.change, starred.change], trigger_mode="always_last", **view)
    bare.change(lambda: gr.update(interactive=False), None, pack, **DRAW).success(**view)  # the zip of before has settings
    gallery.select(choose, names, [chosen, *picture_buttons], **DRAW)
    use.click(take, chosen, [tabs, *targets], **DRAW)
    star.click(toggle_star, chosen, None, **DRAW).success(**view)
    delete.click(remove, chosen, None, **DRAW).success(**view)
