"""What the download buttons of the Create tab give: the pictures as they are, or as stickers for a messenger."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from multimodal import rgba
from multimodal.export import TARGETS, file_name, to_sticker
from multimodal.settings import read_settings
from multimodal.ui.errors import friendly_errors
from multimodal.ui.texts import Texts


def deliver(
    pictures: list[tuple[str, str]] | None, chosen: int, target: str, request: gr.Request
) -> Iterator[tuple[Any, Any]]:
    """Fill the download buttons: one with the chosen picture, the other with a zip of all.

    Yields:
        updates of both buttons, once; Gradio copies the files before they go.
    """
    with friendly_errors(Texts(request)), tempfile.TemporaryDirectory() as folder:
        files = [as_file(Path(path), target, Path(folder)) for path, _ in pictures or ()]
        if files:
            one, everything = files[min(chosen, len(files) - 1)], zip_files(files, Path(folder))
            yield gr.update(value=str(one), interactive=True), gr.update(value=str(everything), interactive=True)


def as_file(picture: Path, target: str, folder: Path) -> Path:
    """The file itself, or for a key of `export.TARGETS` the sticker made of it, in `folder`."""
    if target not in TARGETS:
        return picture
    settings = read_settings(picture)
    path = folder / file_name(settings.prompt, TARGETS[target], settings.seed)
    path.write_bytes(to_sticker(rgba.open_image(picture), TARGETS[target]))
    return path


def zip_files(paths: list[Path], folder: Path) -> Path:
    """All files in one zip."""
    target = folder / "pictures.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    return target
