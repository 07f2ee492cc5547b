"""What the download buttons of the Create tab give: the pictures as they are, or as stickers for a messenger."""

from __future__ import annotations

import functools
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from multimodal import rgba
from multimodal.arguments import MAX_IMAGES
from multimodal.export import TARGETS, Target, drawn, file_name, plain_png, shaped, to_sticker
from multimodal.settings import read_settings
from multimodal.ui.errors import friendly_errors
from multimodal.ui.figures import data_uri, gif_uri
from multimodal.ui.texts import Texts

BARE = "bare"  # the choice of PNG without its settings
SIZES = (16, 22, 32, 64, 128)  # pixels


def deliver(
    pictures: list[tuple[str, str]] | None,
    chosen: int,
    target: str,
    motion: str,
    outline: bool,
    upscale: rgba.Upscale | None,
    request: gr.Request,
) -> Iterator[tuple[Any, ...]]:
    """Fill the download buttons: one with the chosen picture, the other with a zip of all; and show it at small sizes.

    Args:
        target, motion, outline: as for `as_file`.
    Yields:
        updates of both buttons and of the sizes, once; Gradio copies the files before they go.
    """
    texts = Texts(request)
    with friendly_errors(texts), tempfile.TemporaryDirectory() as folder:
        files = [
            as_file(Path(path), target, numbered(Path(folder), k), upscale, motion, outline)
            for k, (path, _) in enumerate(pictures or ())
        ]
        if not files:
            yield (gr.skip(),) * 3
        else:
            chosen = min(chosen, len(files) - 1)
            everything = zip_files(files, Path(folder))
            yield (
                gr.update(value=str(files[chosen]), interactive=True),
                gr.update(value=str(everything), interactive=True),
                at_sizes(rgba.open_image(pictures[chosen][0]), motion, outline, texts),  # type: ignore[index]
            )


def at_sizes(image: Image.Image, motion: str, outline: bool, texts: Texts) -> str:
    """HTML: the picture, in motion where it has one, as small as messengers show it, on light and on dark."""
    if motion:
        uris = [gif_uri(to_sticker(image, shaped(plain_png(SIZES[-1]), motion, outline)))] * len(SIZES)
    else:
        uris = [data_uri(drawn(image, size, outline)) for size in SIZES]
    shown = ((size, uri, texts.html("at_size", size=size)) for size, uri in zip(SIZES, uris, strict=True))
    pictures = "".join(f'<img src="{uri}" alt="{alt}" width="{size}" height="{size}">' for size, uri, alt in shown)
    return f'<div class="sizes"><div class="on-light">{pictures}</div><div class="on-dark">{pictures}</div></div>'


def as_file(
    picture: Path,
    target: str,
    folder: Path,
    upscale: rgba.Upscale | None = None,
    motion: str = "",
    outline: bool = False,
) -> Path:
    """The file itself; for `BARE` a copy without its settings, for a key of `export.TARGETS` the sticker, in `folder`.

    With a motion, a key of `motion.MOTIONS`, or an outline, what is no sticker is a GIF or a PNG of the picture's size.

    Raises:
        ValueError: there is no such motion, or the target takes none.
    """
    as_it_is = not motion and not outline
    if target == BARE and as_it_is:
        path = folder / picture.name
        rgba.save_png(rgba.open_image(picture), path)
        return path
    if target not in TARGETS and as_it_is:
        return picture
    settings = read_settings(picture)
    form = shaped(TARGETS.get(target) or plain_png(rgba.open_image(picture).width), motion, outline)
    path = folder / file_name(settings.prompt, form, settings.seed)
    path.write_bytes(encoded(picture, picture.stat().st_mtime_ns, form, upscale))
    return path


@functools.lru_cache(maxsize=4 * MAX_IMAGES)  # those of the pictures on the page, while one clicks from one to another
def encoded(picture: Path, changed: int, form: Target, upscale: rgba.Upscale | None) -> bytes:
    """The bytes of a sticker; `changed` is when its picture was."""
    return to_sticker(rgba.open_image(picture), form, upscale)


def numbered(folder: Path, number: int) -> Path:
    """A new folder in a folder: the names of pictures are cut, so that two may have the same."""
    path = folder / str(number)
    path.mkdir()
    return path


def zip_files(paths: list[Path], folder: Path) -> Path:
    """All files in one zip, with a number where a name is there already."""
    target = folder / "pictures.zip"
    with zipfile.ZipFile(target, "w") as archive:
        for number, path in enumerate(paths, start=1):
            taken = path.name in archive.NameToInfo
            archive.write(path, f"{path.stem}-{number}{path.suffix}" if taken else path.name)
    return target
