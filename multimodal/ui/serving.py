"""Files that programs send and are given, each under the folder that the app serves files from."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder, is_in_or_equal

SERVED = "served-"  # how folders begin that hold what the endpoints give out
MINUTE = 60  # seconds
Serve = Callable[[Path], gr.FileData]


class Written(set[str]):
    """Names of files, to which the endpoints add while Gradio looks through them."""

    def __iter__(self) -> Iterator[str]:
        return iter(frozenset(self))  # a copy, which is made at once


def serving(demo: gr.Blocks) -> Serve:
    """What gives files out, on the page that is being built."""
    written = Written()
    demo.temp_file_sets.append(written)  # Gradio deletes what is listed there, an hour later

    def served(file: Path) -> gr.FileData:
        written.add(str(file))
        return gr.FileData(path=str(file))

    return served


def new_folder() -> Path:
    """A folder that the app may serve files from; those go of which Gradio has deleted the files."""
    parent = Path(get_upload_folder())
    parent.mkdir(parents=True, exist_ok=True)
    for folder in parent.glob(f"{SERVED}*"):
        with suppress(OSError):  # it is not empty, or gone
            if time.time() - folder.stat().st_mtime > MINUTE:
                folder.rmdir()
    return Path(tempfile.mkdtemp(prefix=SERVED, dir=parent))


def uploaded(file: Any) -> Path:
    """The path of an uploaded file; ValueError for any other path, which Gradio lets through here."""
    path = Path(str(file["path"] if isinstance(file, dict) and "path" in file else ""))
    if not is_in_or_equal(path, get_upload_folder()):
        raise ValueError("upload the picture first: gradio_client does so with handle_file")
    return path
