"""The Reconstruct tab: a picture through the VQ-VAE and back."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from PIL import Image

from multimodal import rgba
from multimodal.arguments import SEARCH_STEPS
from multimodal.inspection.reconstruction import difference_map
from multimodal.inspection.tokens import index_maps
from multimodal.inspection.views import Views
from multimodal.metrics import ssim_on_white
from multimodal.outputs import ReconstructionOutput
from multimodal.ui.errors import friendly_errors
from multimodal.ui.examples import example_gallery
from multimodal.ui.markup import bars, figure, figures, message, section, table, tiles
from multimodal.ui.models import Models
from multimodal.ui.session import LIGHT, MODEL, Picture, Pictures
from multimodal.ui.texts import Texts, i18n
from multimodal.ui.zero_gpu import on_gpu

ENLARGED = 4  # pixels on the page for each of the model's
SQUARE = 16  # pixels on the page, of the checkerboard below transparent pictures


class Reconstruct:
    """What the Reconstruct tab does."""

    def __init__(self, models: Models) -> None:
        self.models, self.pipeline = models, models.pipeline
        self.draw_again = on_gpu(Views(models.pipeline).styles)

    def reconstruct(self, path: str | None, search: bool, last: Pictures, request: gr.Request) -> tuple[Any, Any, Any]:
        """An uploaded file → values for slider, measurements (HTML) and last; nothing changes when it is cleared.

        Args:
            search: for better codes than the encoder's.
            last: the visitor's pictures, behind which the reconstruction comes.
        """
        if path is None:
            return gr.skip(), gr.skip(), gr.skip()
        texts = Texts(request)
        with friendly_errors(texts):
            output = self.pipeline.reconstruct(rgba.open_image(path), SEARCH_STEPS if search else 0)
            pair = tuple(on_checkerboard(image) for image in (output.original, output.image))
            picture = Picture(Path(path).stem, output.codebook_indices, self.pipeline.model_id)
            generated = [one for one in last if one.settings]
            return pair, self.measurements(output, Path(path).stat().st_size, texts), (*generated, picture)

    def measurements(self, output: ReconstructionOutput, file_bytes: int, texts: Texts) -> str:
        """Figures, difference map and index grids, as HTML."""
        indices = output.codebook_indices  # (groups, h, w)
        height, width = indices.shape[1:]
        pair = (rgba.to_tensor(image, output.image.width)[None] for image in (output.image, output.original))
        used = ", ".join(str(len(group.unique())) for group in indices)
        shown = tiles(
            [
                (f"{output.psnr:.1f} dB", texts("psnr")),
                (f"{ssim_on_white(*pair)[0]:.3f}", texts("ssim")),
                (texts("bytes", number=f"{output.num_bytes:,.0f}"), texts("codes_bytes")),
                (texts("bytes", number=f"{file_bytes:,}"), texts("file_bytes")),
                (used, texts("different_codes")),
            ]
        )
        pictures = [
            figure(enlarged(difference_map(output.image, output.original)), texts("difference_alt"), texts("difference"))
        ]
        maps = index_maps(indices, self.pipeline.vqvae.quantizer.codebook, cell=512 // width)
        alt = texts("index_map_alt", width=width, height=height)
        for group, image in enumerate(maps, start=1):
            pictures.append(figure(image, alt, texts("index_map", group=group)))
        tables = [
            table(g.tolist(), f"{texts('index_table')} · {texts('group_name', group=k + 1)}") for k, g in enumerate(indices)
        ]
        return shown + figures(pictures, "") + "".join(tables)

    def styles(self, path: str | None, request: gr.Request) -> tuple[Any, Any]:
        """An uploaded file drawn again in other styles: whether that is shown, which takes a restyler, and the pictures."""
        if path is None or self.pipeline.restyler is None:
            return gr.Column(visible=False), []
        with friendly_errors(texts := Texts(request)):
            view = self.draw_again(rgba.open_image(path))
            names = map(texts.style, view.report["styles"])
            return gr.Column(visible=True), list(zip(view.pictures.values(), names, strict=True))

    def words(self, path: str | None, request: gr.Request) -> str:
        """The likeliest names of an uploaded file, as HTML."""
        texts = Texts(request)
        if path is None or self.models.nearest is None or self.models.nearest.clip is None:
            return (
                "" if path is None else message(texts.html("no_names" if self.models.nearest is None else "no_image_tower"))
            )
        with friendly_errors(texts):
            found = self.models.nearest.to_picture(rgba.open_image(path), texts.language)
            likeliest = bars((name, probability, f"{probability:.0%}") for name, probability in found)
            return section(texts("words"), texts("words_about"), [likeliest])


def reconstruct_tab(models: Models, last: gr.State, assets: Path) -> None:
    """Draw the tab and connect it."""
    tab = Reconstruct(models)
    gr.Markdown(i18n("reconstruct_about"))
    with gr.Row():
        upload = gr.Image(
            label=i18n("upload"),
            type="filepath",
            image_mode=None,
            sources=["upload", "clipboard"],
            height=380,
            elem_id="upload",
            elem_classes="checkered",
        )
        slider = gr.ImageSlider(
            label=i18n("compare"),
            type="pil",
            format="png",
            max_height=380,
            interactive=False,
            buttons=[],
            elem_id="compare",
        )
    upload.preprocess = uploaded_path  # so it must be no output, for which Gradio would make another one
    refused = gr.HTML(elem_id="refused")
    examples = sorted((assets / "training_examples").glob("*.png"))[::3]
    if examples:
        gallery = example_gallery([(path, path.stem.replace("-", " ")) for path in examples], "try_one", "try")

        def take_example(event: gr.SelectData) -> str:
            return str(examples[int(event.index)])

        gallery.select(take_example, None, upload, **LIGHT)
    search = gr.Checkbox(
        value=True, label=i18n("search_codes"), info=i18n("search_codes_info"), container=False, elem_id="search-codes"
    )
    with gr.Column(visible=False) as again:
        gr.Markdown(i18n("in_styles"))
        styles = gr.Gallery(
            label=i18n("in_styles"),
            show_label=False,
            format="png",
            columns=4,
            object_fit="contain",
            interactive=False,
            buttons=["download", "fullscreen"],
            elem_id="in-styles",
            elem_classes="checkered",
        )
    words = gr.HTML(elem_id="words")
    measurements = gr.HTML(elem_id="measurements")
    opened = gr.State(None)  # the upload, where it is a picture
    reconstruction: dict[str, Any] = {
        "fn": tab.reconstruct,
        "inputs": [opened, search, last],
        "outputs": [slider, measurements, last],
        "show_progress_on": slider,
        **MODEL,
    }
    results = [opened, refused, slider, measurements, again, styles, words]
    shown = upload.change(emptied, upload, results, **LIGHT).success(**reconstruction)
    search.input(**reconstruction)
    shown.success(tab.styles, opened, [again, styles], show_progress="hidden", **MODEL)
    shown.success(tab.words, opened, words, show_progress="minimal", **MODEL)


def emptied(path: str | None, request: gr.Request) -> tuple[Any, ...]:
    """An uploaded file → values for the same where it can be opened, for why it cannot, and for the results of the picture
    before, as they would stand beside a new one; they stay when it is cleared.
    """
    if path is None:
        return None, "", *(gr.skip(),) * 5
    try:
        rgba.open_image(path)
    except rgba.ImageError as error:
        opened, said = None, message(escape(Texts(request).problem(error)), "warning")
    else:
        opened, said = path, ""
    return opened, said, None, "", gr.Column(visible=False), [], ""


def uploaded_path(payload: Any) -> str | None:
    """The uploaded file as it is, for `rgba.open_image` to check; `gr.Image` itself would open it, and fail badly."""
    return payload.path if payload else None


def enlarged(image: Image.Image) -> Image.Image:
    """The picture with `ENLARGED`² pixels for each of its own."""
    return image.resize((image.width * ENLARGED, image.height * ENLARGED), Image.Resampling.NEAREST)


def on_checkerboard(image: Image.Image) -> Image.Image:
    """The picture, enlarged, on grey squares: for looking at, where two pictures lie over each other."""
    large = enlarged(image)
    rows, columns = np.indices((large.height, large.width)) // SQUARE
    squares = np.where((rows + columns) % 2, 205, 235).astype(np.uint8)
    board = Image.fromarray(squares).convert("RGBA")
    return Image.alpha_composite(board, large).convert("RGB")
