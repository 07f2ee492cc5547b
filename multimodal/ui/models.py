"""The checkpoints that the page may use, one at a time, and the dropdown that switches between them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from multimodal.data.phrases import STYLES
from multimodal.hub import find_checkpoint
from multimodal.inspection.codebook import CodebookStatistics, statistics_of
from multimodal.inspection.spelling import Spelling
from multimodal.inspection.words import NearestNames
from multimodal.pipeline import TextToImagePipeline
from multimodal.reading.prompts import style_choices
from multimodal.reading.syntax import MIXED
from multimodal.ui.errors import friendly_errors
from multimodal.ui.session import LIGHT, MODEL
from multimodal.ui.texts import TEXTS, Texts, i18n
from multimodal.ui.zero_gpu import GPU, on_gpu
from multimodal.word_lists import load_names


class Lists(NamedTuple):
    """What a checkpoint has beside its models."""

    names: dict[str, list[str]]  # per language
    spelling: Spelling | None
    statistics: CodebookStatistics | None


class Models:
    """The checkpoints to choose from, and what goes with the one in use.

    `pipeline` is one and the same object for good: `use` replaces the models in it, so that all who hold it follow.
    """

    names: dict[str, list[str]]
    spelling: Spelling | None
    statistics: CodebookStatistics | None
    nearest: NearestNames | None

    def __init__(self, checkpoint: str | Path, among: str | Path | None = None, offload: bool = False) -> None:
        """Load a checkpoint.

        Args:
            checkpoint: the folder, or the hub id, of the first one to use.
            among: a folder with more of them; without it there is nothing to choose.
            offload: as in `TextToImagePipeline.from_pretrained`.
        Raises:
            CheckpointError: a part of it, the codebook statistics or the known names are damaged.
            HubError: there is no such folder, nor such an id on the hub.
        """
        self.among, self.offload = among and Path(among).absolute(), offload
        self.first, self.title = find_checkpoint(checkpoint).absolute(), Path(checkpoint).absolute().name
        self.pipeline, lists = self._load(self.first)
        self._take(self.first, lists)
        for name in ("encode_image", "reconstruct", "decode_codebook_indices"):
            setattr(self.pipeline, name, on_gpu(getattr(self.pipeline, name)))

    def use(self, checkpoint: str | Path) -> None:
        """Put the models of another checkpoint into the pipeline, once the run that it is in has ended.

        Raises:
            CheckpointError: it cannot be used; the one before stays in use.
            ValueError: the page has no room for its codes; likewise.
        """
        pipeline, lists = self._load(Path(checkpoint))
        new, old = pipeline.vqvae.config.groups, self.pipeline.vqvae.config.groups
        if new != old:
            raise ValueError(
                f"{checkpoint} has {new} codes at each place, for which this page, made for {old}, has no room: "
                f"start the app with --checkpoint {checkpoint}"
            )
        with self.pipeline.lock:
            vars(self.pipeline).update(vars(pipeline), lock=self.pipeline.lock)
            self._take(Path(checkpoint), lists)

    def warm_up(self) -> None:
        """Encode the known names in the languages of the page, in the background, so that no visitor waits for it."""
        if self.nearest is None or GPU:  # ZeroGPU lends its GPUs to visitors alone
            return
        languages = dict.fromkeys(map(self.nearest.language, TEXTS))
        threading.Thread(target=self.nearest.warm_up, args=languages).start()

    def choices(self) -> list[tuple[str, str]]:
        """Names and paths of the checkpoints that are there now, the first one first."""
        beside = sorted(self.among.iterdir()) if self.among and self.among.is_dir() else []
        others = [folder for folder in beside if (folder / "dit").is_dir() and not folder.name.startswith(".")]
        folders = list(dict.fromkeys([self.first, *others]))
        names = [self.title, *(folder.name for folder in folders[1:])]
        paths = [str(folder) for folder in folders]
        return [(name if names.count(name) == 1 else path, path) for name, path in zip(names, paths, strict=True)]

    def _load(self, folder: Path) -> tuple[TextToImagePipeline, Lists]:
        """All that can fail of a checkpoint, while the one before is in use."""
        pipeline, names = TextToImagePipeline.from_pretrained(folder, self.offload), load_names(folder / "dit")
        return pipeline, Lists(names, Spelling(names, pipeline.names.style_names) if names else None, statistics_of(folder))

    def _take(self, folder: Path, lists: Lists) -> None:
        self.folder = folder
        self.names, self.spelling, self.statistics = lists
        self.nearest = NearestNames(self.pipeline, self.names) if self.names else None
        for name in ("to_prompt", "between", "to_picture") if self.nearest else ():
            setattr(self.nearest, name, on_gpu(getattr(self.nearest, name)))


def styles_of(models: Models, text: Callable[[str], Any]) -> list[tuple[Any, str]]:
    """What may be chosen as a style, labelled: those of the model in use; `text` is what the page says for a key."""
    bundled = (MIXED, *STYLES, "")
    choices = style_choices(models.pipeline.names)
    return [(text(f"style_{name or 'none'}") if name in bundled else name, name) for name in choices]


def model_dropdown(demo: gr.Blocks, models: Models) -> tuple[gr.Dropdown, Any]:
    """A dropdown, to be rendered where it belongs, that is hidden while there is one model only; and its switching."""

    def shown() -> dict[str, Any]:
        choices = models.choices()
        return {"choices": choices, "value": str(models.folder), "visible": len(choices) > 1}

    def switch(checkpoint: str, request: gr.Request) -> None:
        """Use another checkpoint."""
        texts = Texts(request)
        if checkpoint == str(models.folder):
            return
        with friendly_errors(texts):
            name = {path: name for name, path in models.choices()}[checkpoint]
            try:
                models.use(checkpoint)
            except RuntimeError as error:  # as a CheckpointError is
                raise ValueError(texts("model_refused", error=error)) from error
        models.warm_up()
        gr.Info(texts.html("model_used", name=name))

    model = gr.Dropdown(**shown(), label=i18n("model"), filterable=False, min_width=140, elem_id="model", render=False)
    switched = model.select(switch, model, None, show_progress="minimal", show_progress_on=model, **MODEL)
    for event in (demo.load, switched.failure):
        event(lambda: gr.update(**shown()), None, model, **LIGHT)
    return model, switched
