"""What the Tokens tab does: the codes of a picture are changed cell by cell, and the picture follows."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr
import torch
from torch import Tensor

from multimodal import rgba
from multimodal.config import VQVAEConfig
from multimodal.inspection.token_editing import Edit, blend, half, nearest_codes, rectangle, region, spread_ranks, variants
from multimodal.inspection.tokens import index_maps
from multimodal.pipeline import TextToImagePipeline
from multimodal.ui.errors import friendly_errors
from multimodal.ui.generation import NEW_SEEDS
from multimodal.ui.grid import cell_grid, check_index, code_grid
from multimodal.ui.markup import data_uri, message
from multimodal.ui.progress import Progress, WatchedPipeline
from multimodal.ui.session import Picture, Pictures, of_model
from multimodal.ui.texts import Texts

CHOICES = 28  # ranks that are asked for, of which the first coincide


@dataclass(frozen=True)
class Chosen:
    """The cell that was chosen last, and the codes to paint with."""

    cell: int
    codes: tuple[int, ...]  # one per group


class Editor:
    """The handlers of the Tokens tab, which `tokens_tab` draws; most give values for the same outputs, as `shown`."""

    def __init__(self, pipeline: TextToImagePipeline, examples: list[Path]) -> None:
        self.pipeline, self.sampling, self.example_paths = pipeline, WatchedPipeline(pipeline), examples
        self._examples: dict[str, Pictures] = {}  # of the model that was last in use

    @property
    def config(self) -> VQVAEConfig:
        return self.pipeline.vqvae.config

    @property
    def size(self) -> int:
        return self.config.latent_size

    def pictures(self, last: Pictures) -> Pictures:
        """What can be chosen: the visitor's last pictures, then examples."""
        model_id = self.pipeline.model_id
        if model_id not in self._examples:
            self._examples = {model_id: tuple(map(self.encode, self.example_paths))}
        return of_model(last, model_id) + self._examples[model_id]

    def encode(self, path: str | Path) -> Picture:
        """The codes of a file."""
        codebook_indices = self.pipeline.encode_image(rgba.open_image(path))
        return Picture(Path(path).stem.replace("-", " "), codebook_indices, self.pipeline.model_id)

    def open(self, last: Pictures, pictures: Pictures | None, edit: Edit | None, request: gr.Request) -> tuple[Any, ...]:
        """When the tab is shown: values for pictures, both menus, view, both grids and what `load` gives.

        Nothing changes where there is nothing new; pictures that were changed stay.
        """
        texts = Texts(request)
        with friendly_errors(texts):
            found = self.pictures(last)
            if pictures == found:
                return (gr.skip(),) * (6 + self.num_values + 1)
            choices = [(picture.caption, k) for k, picture in enumerate(found)]
            views = [(texts("as_picture"), 0)]
            views += [(texts("index_map", group=g), g) for g in range(1, self.config.groups + 1)]
            grids = (cell_grid(self.size, texts(key), texts) for key in ("cells", "cells_other"))
            keep = edit is not None and edit.changed and edit.model_id == self.pipeline.model_id
            first = None if keep or not choices else 0
            menus = (gr.update(choices=choices, value=first), gr.update(choices=choices, value=None))
            loaded = (gr.skip(),) * (self.num_values + 1) if first is None else self.load(first, found, 0, None, request)
            return found, *menus, gr.update(choices=views), *grids, *loaded

    def load(
        self, index: int, pictures: Pictures | None, view: int, chosen: Chosen | None, request: gr.Request
    ) -> tuple[Any, ...]:
        """A picture of the menu: values as `shown`, and its prompt."""
        texts = Texts(request)
        with friendly_errors(texts):
            picture = picture_of(index, pictures, texts)
            prompt = picture.settings.prompt if picture.settings else picture.caption
            return *self.shown(edit_of(picture), view, chosen, texts), prompt

    def upload(self, path: str, view: int, chosen: Chosen | None, request: gr.Request) -> tuple[Any, ...]:
        """An uploaded picture: values for the menu, and as `shown`."""
        texts = Texts(request)
        with friendly_errors(texts):
            return None, *self.shown(edit_of(self.encode(path)), view, chosen, texts)

    @property
    def num_values(self) -> int:
        """How many values `shown` gives."""
        return 6 + self.config.groups

    def shown(self, edit: Edit, view: int, chosen: Chosen | None, texts: Texts) -> tuple[Any, ...]:
        """Values for edit, picture, undo, reset, download, chosen and the choices of each group."""
        if chosen is not None and chosen.cell >= self.size**2:  # of a model with more of them
            chosen = None
        if chosen is not None:
            chosen = Chosen(chosen.cell, self.codes_at(edit, chosen.cell))
        choices = [self.choices(edit, chosen, group, texts) for group in range(self.config.groups)]
        return *self.picture(edit, view, texts), chosen, *choices

    def picture(self, edit: Edit, view: int, texts: Texts) -> tuple[Any, ...]:
        """Values for edit, picture, undo, reset and download."""
        indices = edit.codebook_indices
        image = self.pipeline.decode_codebook_indices(indices[None])[0]
        uri, alt = data_uri(image), texts.html("edited_alt")
        on = gr.update(interactive=edit.changed)
        link = f'<a class="download" download="picture.png" href="{uri}">{texts.html("download")}</a>'
        if check_index(view, self.config.groups + 1, texts):
            uri = data_uri(index_maps(indices, self.pipeline.vqvae.quantizer.codebook, cell=8)[view - 1])
            alt = texts.html("index_map_alt", width=indices.shape[2], height=indices.shape[1])
        return edit, f'<img src="{uri}" alt="{alt}">', on, on, link

    def redraw(self, edit: Edit | None, view: int, request: gr.Request) -> tuple[Any, ...]:
        """The same in another view; values as `picture`."""
        texts = Texts(request)
        with friendly_errors(texts):
            return self.picture(self.present(edit, texts), view, texts)

    def codes_at(self, edit: Edit, cell: int) -> tuple[int, ...]:
        return tuple(edit.codebook_indices.flatten(1)[:, cell].tolist())

    def choices(self, edit: Edit, chosen: Chosen | None, group: int, texts: Texts) -> str:
        """The code of one group in the chosen cell and codes near it, as what they make of the cell."""
        if chosen is None:
            return message(texts.html("choose_cell")) if group == 0 else ""
        code = chosen.codes[group]
        others = nearest_codes(self.pipeline.vqvae.quantizer.codebook[group], code)
        ranks = [0, *spread_ranks(len(others), CHOICES)]
        codes = [[code, *others][rank] for rank in ranks]
        sheet = variants(self.pipeline, edit.codebook_indices, group, chosen.cell, codes)
        names = [
            texts("near_code" if rank else "code", code=code, rank=rank) for rank, code in zip(ranks, codes, strict=True)
        ]
        row, column = divmod(chosen.cell, self.size)
        title = f"{texts('cell', row=row + 1, column=column + 1)} · {texts('code_of', code=code, group=group + 1)}"
        grid = code_grid(sheet, zip(codes, range(len(codes)), names, strict=True), title, pressed=code)
        return f'<section class="choices"><h3>{title}</h3>{grid}</section>'

    def click(
        self, edit: Edit | None, view: int, chosen: Chosen | None, tool: str, event: gr.EventData, request: gr.Request
    ) -> tuple[Any, ...]:
        """A cell is chosen, or a region painted; values as `shown`."""
        texts = Texts(request)
        with friendly_errors(texts):
            cell, mask = self.drawn(event, texts)
            edit = self.present(edit, texts)
            if tool != "paint" or chosen is None:
                chosen = Chosen(cell, self.codes_at(edit, cell))
                choices = [self.choices(edit, chosen, group, texts) for group in range(self.config.groups)]
                return *[gr.skip()] * 5, chosen, *choices
            brush = torch.tensor(chosen.codes)[:, None, None]
            painted = blend(edit.codebook_indices, brush, mask)
            return *self.picture(edit.then(painted), view, texts), *[gr.skip()] * (1 + self.config.groups)

    def drawn(self, event: gr.EventData, texts: Texts) -> tuple[int, Tensor]:
        """The cell that was clicked, and the mask of what was drawn: a stroke, or else a rectangle; all checked."""

        def check(cell: object) -> int:
            return check_index(cell, self.size**2, texts, "no_such_cell")

        cell, stroke = check(getattr(event, "cell", None)), getattr(event, "cells", None)
        if isinstance(stroke, list):
            return cell, region([check(passed) for passed in stroke], self.size)
        return cell, rectangle(check(getattr(event, "start", cell)), cell, self.size)

    def replace(
        self,
        group: int,
        edit: Edit | None,
        view: int,
        chosen: Chosen | None,
        event: gr.EventData,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        """Another code for the chosen cell; values as `shown`, but the choices of its own group stay where they are."""
        texts = Texts(request)
        with friendly_errors(texts):
            code = check_index(getattr(event, "code", None), self.config.codebook_size, texts)
            edit = self.present(edit, texts)
            if chosen is None:
                raise ValueError(texts("choose_cell"))
            codes = torch.tensor(self.codes_at(edit, chosen.cell))
            codes[group] = code
            cell = rectangle(chosen.cell, chosen.cell, self.size)
            edit = edit.then(blend(edit.codebook_indices, codes[:, None, None], cell))
            chosen = replace(chosen, codes=tuple(codes.tolist()))
            choices = [gr.skip() if g == group else self.choices(edit, chosen, g, texts) for g in range(self.config.groups)]
            return *self.picture(edit, view, texts), chosen, *choices

    def back(
        self, whole: bool, edit: Edit | None, view: int, chosen: Chosen | None, request: gr.Request
    ) -> tuple[Any, ...]:
        """Without the last change, or as at first; values as `shown`."""
        texts = Texts(request)
        with friendly_errors(texts):
            edit = self.present(edit, texts)
            return self.shown(edit.reset() if whole else edit.undo(), view, chosen, texts)

    def other(self, index: int, pictures: Pictures | None, request: gr.Request) -> tuple[Picture, str]:
        """Another picture of the menu, to take from: as state, and as HTML."""
        texts = Texts(request)
        with friendly_errors(texts):
            return self.other_shown(picture_of(index, pictures, texts), texts)

    def upload_other(self, path: str, request: gr.Request) -> tuple[Any, ...]:
        """The same of an uploaded picture, after a value for the menu."""
        texts = Texts(request)
        with friendly_errors(texts):
            return None, *self.other_shown(self.encode(path), texts)

    def other_shown(self, picture: Picture, texts: Texts) -> tuple[Picture, str]:
        image = self.pipeline.decode_codebook_indices(picture.codebook_indices[None])[0]
        return picture, f'<img src="{data_uri(image)}" alt="{texts.html("other_alt")}">'

    def copy(
        self, edit: Edit | None, view: int, other: Picture | None, event: gr.EventData, request: gr.Request
    ) -> tuple[Any, ...]:
        """A region of the other picture goes to the same place of this one; values as `picture`."""
        texts = Texts(request)
        with friendly_errors(texts):
            _, mask = self.drawn(event, texts)
            return self.taken(edit, view, other, mask, texts)

    def take_half(
        self, side: str, edit: Edit | None, view: int, other: Picture | None, request: gr.Request
    ) -> tuple[Any, ...]:
        """A half of the other picture; values as `picture`."""
        texts = Texts(request)
        with friendly_errors(texts):
            return self.taken(edit, view, other, half(side, self.size), texts)

    def taken(self, edit: Edit | None, view: int, other: Picture | None, mask: Tensor, texts: Texts) -> tuple[Any, ...]:
        if other is None:
            raise ValueError(texts("no_other"))
        edit = self.present(edit, texts)
        self.check_model(other.model_id, texts)
        return self.picture(edit.then(blend(edit.codebook_indices, other.codebook_indices, mask)), view, texts)

    def sample(
        self, prompt: str, strength: float, edit: Edit | None, view: int, chosen: Chosen | None, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """The DiT goes on from the picture: yields a status and values as `shown`."""
        texts = Texts(request)
        with friendly_errors(texts):
            edit = self.present(edit, texts)
            arguments: dict[str, Any] = {"image": edit.codebook_indices, "strength": strength}
            arguments |= {"seed": random.randrange(NEW_SEEDS), "prompt": prompt or ""}
            for event in self.sampling.draw(arguments, previews=0):
                if isinstance(event, Progress):
                    yield event.shown(texts), *[gr.skip()] * self.num_values
                else:
                    yield "", *self.shown(edit.then(event.codebook_indices[0]), view, chosen, texts)

    def present(self, edit: Edit | None, texts: Texts) -> Edit:
        """The picture that is edited; ValueError where there is none yet, or it is of another model."""
        if edit is None:
            raise ValueError(texts("no_such_picture"))
        self.check_model(edit.model_id, texts)
        return edit

    def check_model(self, model_id: str, texts: Texts) -> None:
        """Raise ValueError where codes are of another model than the one in use, to which somebody has switched."""
        if model_id != self.pipeline.model_id:
            raise ValueError(texts("other_model", name=model_id))


def edit_of(picture: Picture) -> Edit:
    """A picture, to be changed."""
    return Edit((picture.codebook_indices,), picture.model_id)


def picture_of(index: object, pictures: Pictures | None, texts: Texts) -> Picture:
    """A picture of the menu; ValueError where there is none at this place."""
    found = pictures or ()
    return found[check_index(index, len(found), texts, "no_such_picture")]
