"""Edit, a fold of the Create tab: a picture is drawn anew, from its own codes, where it is painted over or as a whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import torch
from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.arguments import SEARCH_STEPS
from multimodal.editing import start_from
from multimodal.reading.syntax import style_name
from multimodal.ui.errors import friendly_errors
from multimodal.ui.generation import Asked, Generation
from multimodal.ui.markup import data_uri
from multimodal.ui.scripts import PAINT, script
from multimodal.ui.session import LIGHT, MODEL, Picture, Pictures
from multimodal.ui.texts import Texts, i18n

if TYPE_CHECKING:
    from multimodal.ui.create import CreateTab

READ_PAINT = "(_, ...rest) => { window.bringIntoView('status'); return [window.painted(), ...rest]; }"
PAINT_ALL, WIPE = "() => window.paintAll(true)", "() => window.paintAll(false)"
SHOW_FOLD = "() => window.bringIntoView('edit-fold')"


class Editing:
    """The handlers of the fold."""

    def __init__(self, tab: Generation) -> None:
        self.tab, self.pipeline = tab, tab.pipeline

    def take_chosen(self, last: Pictures, chosen: int, request: gr.Request) -> tuple[Any, ...]:
        """The chosen picture → values for start, painter, style and fold; what is drawn in it is to have its style."""
        texts = Texts(request)
        with friendly_errors(texts):
            settings, indices = self.tab.chosen(last, chosen, texts)
            [image] = self.pipeline.decode_codebook_indices(indices[None])
            style = style_name(settings.prompt, self.pipeline.names.style_names)
            start = Picture(settings.prompt, indices, self.pipeline.model_id)
            return start, self.painter(image, texts), style, gr.update(open=True)

    def take_upload(self, path: str, request: gr.Request) -> tuple[Picture, str, str]:
        """An uploaded picture, as its codes show it → values for start, painter and style, which it has none of."""
        texts = Texts(request)
        with friendly_errors(texts):
            output = self.pipeline.reconstruct(rgba.open_image(path), SEARCH_STEPS)
            start = Picture(Path(path).stem, output.codebook_indices, self.pipeline.model_id)
            return start, self.painter(output.image, texts), ""

    def redraw(
        self, request: gr.Request, painted: str, start: Picture | None, strength: float, *asked: Any
    ) -> Iterator[tuple[Any, ...]]:
        """The picture `start`, drawn anew where it is painted; yields as `Generation.generate`.

        Args:
            painted: the numbers of the painted positions, row by row, one at least.
            asked: the fields of `Asked`.
        """
        texts = Texts(request)
        with self.tab.runs.problems(request):
            if start is None or start.model_id != self.pipeline.model_id:
                raise ValueError(texts("nothing_to_edit"))
            mask = parse_painted(painted, self.pipeline.dit.config.latent_size)
            if mask is None:
                raise ValueError(texts("nothing_painted"))
            job = self.tab.job(texts, Asked(*asked))
            fields = start_from(self.pipeline, start.codebook_indices, mask, strength)
            yield from self.tab.make(request, job._replace(settings=dataclasses.replace(job.settings, **fields)))

    def painter(self, image: Image.Image, texts: Texts) -> str:
        """HTML: the picture under one button per position of its codes."""
        side = self.pipeline.dit.config.latent_size
        cells = []
        for cell in range(side * side):
            label = texts.html("edit_cell", row=cell // side + 1, column=cell % side + 1)
            focus = -1 if cell else 0
            cells.append(
                f'<button data-code="{cell}" aria-pressed="false" aria-label="{label}" tabindex="{focus}"></button>'
            )
        style = f"--side:{side};--picture:url({data_uri(image)})"
        return (
            f'<div class="painter" role="group" aria-label="{texts.html("painter")}" style="{style}">{"".join(cells)}</div>'
        )


def parse_painted(painted: str, side: int) -> Tensor | None:
    """The numbers of painted positions as a (side, side) grid, True there; None where nothing is painted.

    Raises:
        ValueError: one is no position of the grid.
    """
    cells = painted.split()
    if not all(cell.isascii() and cell.isdecimal() and len(cell) < 9 and int(cell) < side * side for cell in cells):
        raise ValueError(f"what is painted must be positions from 0 to {side * side - 1}")
    mask = torch.zeros(side * side, dtype=torch.bool)
    mask[[int(cell) for cell in cells]] = True
    return mask.view(side, side) if cells else None


def edit_fold(create: CreateTab, switched: Any) -> Any:
    """Draw the fold, which the button Edit opens with the chosen picture, and connect it; returns the run."""
    editing = Editing(create.generation)
    start, painted = gr.State(None), gr.Textbox("", visible=False)
    with gr.Accordion(i18n("edit_fold"), open=False, elem_id="edit-fold") as fold, gr.Row():
        with gr.Column(min_width=280):
            painter = gr.HTML(js_on_load=script(*PAINT), elem_id="painter")
            with gr.Row():
                own = gr.UploadButton(i18n("own_picture"), file_types=["image"], size="sm", elem_id="own-picture")
                paint_all = gr.Button(i18n("paint_all"), size="sm", min_width=90, elem_id="paint-all")
                wipe = gr.Button(i18n("wipe"), size="sm", min_width=90, elem_id="wipe")
        with gr.Column(min_width=280):
            gr.Markdown(i18n("edit_about"))
            strength = gr.Slider(
                0, 1, value=0.8, step=0.05, label=i18n("strength"), info=i18n("strength_info"), elem_id="strength"
            )
            redraw = gr.Button(i18n("redraw"), variant="primary", elem_id="redraw")
    taken: dict[str, Any] = {"show_progress": "hidden", **MODEL}
    chosen = [create.last, create.chosen]
    create.edit.click(editing.take_chosen, chosen, [start, painter, create.style, fold], **taken).success(
        None, None, None, js=SHOW_FOLD, api_visibility="private"
    )
    switched.success(
        lambda: (None, "", gr.update(open=False)), None, [start, painter, fold], **LIGHT
    )  # another model's codes
    own.upload(editing.take_upload, own, [start, painter, create.style], **taken)
    paint_all.click(None, None, None, js=PAINT_ALL, api_visibility="private")
    wipe.click(None, None, None, js=WIPE, api_visibility="private")
    inputs = [painted, start, strength, *create.asked]
    return redraw.click(editing.redraw, inputs, create.made, js=READ_PAINT, **create.shown_as)
