"""What the download buttons of the Create tab give: the pictures as they are, or as stickers for a messenger."""

from __future__ import annotations

import functools
import tempfile
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from multimodal import rgba
from multimodal.arguments import MAX_IMAGES
from multimodal.export import TARGETS, Target, drawn, file_name, plain_png, shaped, to_sticker
from multimodal.motion import MOTIONS
from multimodal.settings import read_settings, save_picture
from multimodal.ui.errors import friendly_errors
from multimodal.ui.markup import data_uri, gif_uri, message
from multimodal.ui.texts import Texts, i18n

BARE = "bare"  # the choice of PNG without its settings
LARGER = {f"png-{size}": plain_png(size) for size in (512, 1024)}  # for printing and notes
SIZES = (16, 22, 32, 64, 128)  # pixels


class DownloadRow:
    """What a picture is saved as, and the buttons that save it; drawn where it is made."""

    def __init__(self) -> None:
        plain = [(i18n("plain_png"), ""), (i18n("bare_png"), BARE)]
        larger = [(f"PNG · {form.size} px", name) for name, form in LARGER.items()]
        stickers = [(f"{form.title} · {form.size} px", name) for name, form in TARGETS.items()]
        with gr.Row(elem_id="downloads"):
            target = gr.Dropdown(
                plain + larger + stickers, value="", label=i18n("save_as"), scale=3, min_width=180, elem_id="target"
            )
            motion = gr.Dropdown(
                [(i18n(f"motion_{name or 'none'}"), name) for name in ("", *MOTIONS)],
                value="",
                label=i18n("motion"),
                min_width=130,
                elem_id="motion",
            )
            outline = gr.Checkbox(False, label=i18n("outline"), elem_id="outline")
            self.one = gr.DownloadButton(i18n("download"), interactive=False, size="md", min_width=110, elem_id="download")
            self.all = gr.DownloadButton(
                i18n("download_all"), interactive=False, size="md", min_width=124, elem_id="download-all"
            )
        self.sizes = gr.HTML(elem_id="sizes")
        self.form = target, motion, outline
        self.buttons = [self.one, self.all]
        self.outputs = [*self.buttons, self.sizes]

    def wait(self, request: gr.Request) -> list[Any]:
        """What the buttons are while their files are made."""
        return [gr.update(interactive=False, label=Texts(request)("making")), gr.update(interactive=False)]


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
        if not all(Path(path).is_file() for path, _ in pictures or ()):  # Gradio deletes them an hour after they were shown
            raise ValueError(texts("pictures_gone"))
        try:
            files = [
                as_file(Path(path), target, numbered(Path(folder), k), upscale, motion, outline)
                for k, (path, _) in enumerate(pictures or ())
            ]
        except ValueError as error:  # there is no such file, which is said where it would be
            none = gr.update(value=None, interactive=False, label=texts("download"))
            yield none, gr.update(interactive=False), message(escape(texts.problem(error)), "warning")
            return
        if not files:
            yield (gr.skip(),) * 3
        else:
            chosen = min(chosen, len(files) - 1)
            file, everything = files[chosen], zip_files(files, Path(folder))
            yield (
                gr.update(value=str(file), interactive=True, label=f"{texts('download')} · {weight(file)}"),
                gr.update(value=str(everything), interactive=True),
                at_sizes(rgba.open_image(pictures[chosen][0]), motion, outline, texts),  # type: ignore[index]
            )


def weight(file: Path) -> str:
    """How large a file is, as messengers state their limits."""
    return f"{max(1, round(file.stat().st_size / 1000)):,} kB"


def at_sizes(image: Image.Image, motion: str, outline: bool, texts: Texts) -> str:
    """HTML: the picture, in motion where it has one, as small as messengers show it, on light and on dark."""
    if motion:
        uris = [gif_uri(to_sticker(image, shaped(plain_png(SIZES[-1]), motion, outline)))] * len(SIZES)
    else:
        uris = [data_uri(drawn(image, size, outline)[0]) for size in SIZES]
    shown = ((size, uri, texts.html("at_size", size=size)) for size, uri in zip(SIZES, uris, strict=True))
    pictures = "".join(f'<img src="{uri}" alt="{alt}" width="{size}" height="{size}">' for size, uri, alt in shown)
    again = f'<div class="on-dark" aria-hidden="true">{pictures}</div>'
    return f'<div class="sizes"><div class="on-light">{pictures}</div>{again}</div>'


def as_file(
    picture: Path,
    target: str,
    folder: Path,
    upscale: rgba.Upscale | None = None,
    motion: str = "",
    outline: bool = False,
) -> Path:
    """The file itself; for `BARE` a copy without its settings, for a key of `export.TARGETS` the sticker, in `folder`.

    With a motion, a key of `motion.MOTIONS`, what is no sticker is a GIF of the picture's size.

    Raises:
        ValueError: there is no such motion, or the target takes none.
    """
    as_it_is = not motion and not outline
    if target == BARE and as_it_is:
        path = folder / picture.name
        rgba.save_png(rgba.open_image(picture), path)
        return path
    if target not in LARGER | TARGETS and as_it_is:
        return picture
    settings = read_settings(picture)
    if not target and not motion:
        image = rgba.open_image(picture)
        [outlined] = drawn(image, image.width, outline)
        return save_picture(outlined, settings, folder)
    form = shaped((LARGER | TARGETS).get(target) or plain_png(rgba.open_image(picture).width), motion, outline)
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
