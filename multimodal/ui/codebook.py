"""The Codebook tab: every code as a patch, how much each is used, and where."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import torch
from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.inspection.codebook import CodebookStatistics
from multimodal.inspection.codebook_map import PATCHES_ACROSS, codebook_map, corner, principal_plane
from multimodal.inspection.tokens import code_patches, heat_map, highlight
from multimodal.pipeline import TextToImagePipeline
from multimodal.ui.errors import friendly_errors
from multimodal.ui.grid import check_index, code_grid, map_grid
from multimodal.ui.markup import figure, figure_table, figures, message, rank_plot, tiles
from multimodal.ui.models import Models
from multimodal.ui.scripts import CHOOSE, script
from multimodal.ui.session import LIGHT, MODEL, Pictures, of_model
from multimodal.ui.texts import Texts, i18n

EXAMPLES_SHOWN = 6  # of the training pictures that use a code
COMPANIONS_SHOWN = 6  # codes of other groups
TO_DETAIL = "() => matchMedia('(max-width: 700px)').matches && window.bringIntoView('code')"  # which is far below there


class Example(NamedTuple):
    """A bundled training picture."""

    caption: str
    image: Image.Image
    codebook_indices: Tensor  # (groups, h, w)

    @classmethod
    def encoded(cls, pipeline: TextToImagePipeline, path: Path) -> Example:
        """The picture in a file that is called after what it shows and its style, and its codes."""
        image = rgba.open_image(path)
        caption = ", ".join(path.stem.replace("-", " ").rsplit(maxsplit=1))
        return cls(caption, image, pipeline.encode_image(image))


class Codebook:
    """What the Codebook tab does. The patches of a group and the codes of the examples are computed when first needed."""

    def __init__(self, models: Models, examples: list[Path]) -> None:
        self.models, self.pipeline, self.example_paths = models, models.pipeline, examples
        self._patches: dict[int, list[Image.Image]] = {}  # by group, one for each code
        self._examples: list[Example] = []
        self._vqvae: object = None  # that both are of
        self._lock = threading.Lock()

    @property
    def config(self) -> Any:
        return self.pipeline.vqvae.config

    @property
    def statistics(self) -> CodebookStatistics | None:
        return self.models.statistics

    def patches(self, group: int) -> list[Image.Image]:
        """Every code of a group as a patch."""
        with self._lock:
            self._forget_others()
            if group not in self._patches:
                self._patches[group] = code_patches(self.pipeline, group, range(self.config.codebook_size), self.statistics)
            return self._patches[group]

    def examples(self) -> list[Example]:
        """The bundled training pictures and their codes."""
        with self._lock:
            self._forget_others()
            if not self._examples:
                self._examples = [Example.encoded(self.pipeline, path) for path in self.example_paths]
            return self._examples

    def _forget_others(self) -> None:
        """Forget what is of another VQ-VAE than the one in use."""
        if self._vqvae is not self.pipeline.vqvae:
            self._vqvae, self._patches, self._examples = self.pipeline.vqvae, {}, []

    def order(self, group: int) -> list[int]:
        """The codes of a group, most used first."""
        if self.statistics is None:
            return list(range(self.config.codebook_size))
        return self.statistics.counts[group].argsort(descending=True, stable=True).tolist()

    def grid(self, group: int, request: gr.Request) -> str:
        """Every code of a group as a button that shows its patch."""
        texts = Texts(request)
        with friendly_errors(texts):
            check_index(group, self.config.groups, texts)
            codes = [(code, code, self.name(group, code, texts)) for code in self.order(group)]
            return code_grid(self.patches(group), codes, texts("codes", group=group + 1))

    def map(self, group: int, request: gr.Request) -> str:
        """The same codes as a map, on which codes that are close in the codebook lie close together."""
        texts = Texts(request)
        with friendly_errors(texts):
            check_index(group, self.config.groups, texts)
            places, share = principal_plane(self.pipeline.vqvae.quantizer.codebook[group])
            counts = None if self.statistics is None else self.statistics.counts[group]
            drawn = codebook_map(self.patches(group), places, counts)
            upwards = reversed(self.order(group))  # as on the map, what is used most lies on top
            codes = [(code, *corner(places[code].tolist()), self.name(group, code, texts)) for code in upwards]
            shown = map_grid(drawn, codes, 1 / PATCHES_ACROSS, texts("codes", group=group + 1))
            return shown + message(texts.html("map_share", share=share))

    def groups(self) -> list[tuple[str, int]]:
        """Label and value of each group."""
        return [(str(group + 1), group) for group in range(self.config.groups)]

    def overview(self, request: gr.Request) -> str:
        """Usage and perplexity, as a whole and by style, and the plot of code frequencies, over the whole training set."""
        texts, statistics = Texts(request), self.statistics
        if statistics is None:
            return message(texts.html("no_statistics"))
        names = [texts("group_name", group=group + 1) for group in range(self.config.groups)]
        shown = []
        for name, usage, perplexity in zip(names, statistics.usage, statistics.perplexity, strict=True):
            shown.append((f"{usage:.1%}", f"{texts('usage')} · {name}"))
            shown.append((f"{perplexity:,.0f} / {self.config.codebook_size}", f"{texts('perplexity')} · {name}"))
        counts = statistics.counts.double()
        shares = (counts / counts.sum(dim=1, keepdim=True)).sort(dim=1, descending=True).values.tolist()
        plot = rank_plot(shares, names, texts("usage_plot"), texts("rank"))
        beside = f'<div class="beside">{plot}{self.styles(statistics, texts)}</div>'
        return tiles(shown) + beside + message(texts.html("counted", pictures=f"{statistics.num_pictures:,}"))

    def styles(self, statistics: CodebookStatistics, texts: Texts) -> str:
        """Usage and perplexity in the pictures of each style, per group, as a table; nothing where they have none."""
        rows = []
        for style, (usage, perplexity) in statistics.by_style.items():
            name = texts.words.get(f"style_{style}", style)
            rows.append((name, [*(f"{share:.1%}" for share in usage), *(f"{number:,.0f}" for number in perplexity)]))
        groups = [str(group + 1) for group in range(self.config.groups)]
        columns = [(texts("usage"), groups), (texts("perplexity"), groups)]
        return figure_table(texts("style"), columns, rows) if rows else ""

    def show(self, group: int, last: Pictures, event: gr.EventData, request: gr.Request) -> str:
        """Where one code is used: in the whole set, in example pictures, in the visitor's last pictures."""
        texts = Texts(request)
        with friendly_errors(texts):
            check_index(group, self.config.groups, texts)
            code = check_index(getattr(event, "code", None), self.config.codebook_size, texts)
            pictures = [figure(enlarged(self.patches(group)[code]), texts("patch_alt", code=code))]
            if self.statistics is not None:
                positions = self.statistics.positions[group, code].numpy()
                alt, size = texts("heat_map_alt", code=code), "{1}\u00a0×\u00a0{0}".format(*positions.shape)
                pictures.append(figure(heat_map(positions, 96 // len(positions)), alt, texts("heat_map", size=size)))
            return "".join(
                [
                    figures(pictures, self.name(group, code, texts)),
                    self.companions(group, code, texts),
                    self.most_in(group, code, texts),
                    self.in_last(group, code, last, texts),
                    self.in_examples(group, code, texts),
                ]
            )

    def name(self, group: int, code: int, texts: Texts) -> str:
        """The code's number and, where known, how often it is used."""
        if self.statistics is None:
            return texts("code", code=code)
        return texts("code_used", code=code, count=f"{int(self.statistics.counts[group, code]):,}")

    def companions(self, group: int, code: int, texts: Texts) -> str:
        """The codes of other groups that it stands beside most often, then those that stand most often beside it."""
        if self.statistics is None or self.config.groups == 1:
            return ""
        pictures = []
        for other in set(range(self.config.groups)) - {group}:
            companions = self.statistics.companions(group, code, other)[:COMPANIONS_SHOWN]
            patches = code_patches(self.pipeline, other, companions, self.statistics) if companions else []
            for companion, patch in zip(companions, patches, strict=True):
                words = texts("code_of", code=companion, group=other + 1)
                pictures.append(figure(enlarged(patch), texts("patch_alt", code=companion), words))
        return figures(pictures, texts("together")) if pictures else ""

    def most_in(self, group: int, code: int, texts: Texts) -> str:
        """The training pictures that use the code most, by name."""
        if self.statistics is None:
            return ""
        items = self.statistics.most_in(group, code)
        words = "".join(
            f"<li>{escape(', '.join(filter(None, titles)))} <small>{texts.html('times', count=count)}</small></li>"
            for *titles, count in items
        )
        return f'<section class="most"><h3>{texts.html("most_in")}</h3><ol>{words}</ol></section>' if items else ""

    def in_last(self, group: int, code: int, last: Pictures, texts: Texts) -> str:
        """The visitor's last pictures, drawn anew from their codes, with the places of the code."""
        last = of_model(last, self.pipeline.model_id)
        if not last:
            return message(texts.html("in_last_none"))
        using = [picture for picture in last if (picture.codebook_indices[group] == code).any()]
        if not using:
            return message(texts.html("not_in_last"))
        images = self.pipeline.decode_codebook_indices(torch.stack([picture.codebook_indices for picture in using]))
        pairs = zip(using, images, strict=True)
        return marked([(one.caption, image, one.codebook_indices[group] == code) for one, image in pairs], "in_last", texts)

    def in_examples(self, group: int, code: int, texts: Texts) -> str:
        """The bundled training pictures that use the code, most first."""
        examples = self.examples()
        items = [(one.caption, one.image, one.codebook_indices[group] == code) for one in examples]
        items = sorted((item for item in items if item[2].any()), key=lambda item: -item[2].sum())
        if not items:
            return message(texts.html("not_in_examples")) if examples else ""
        return marked(items[:EXAMPLES_SHOWN], "in_examples", texts)


def codebook_tab(models: Models, switched: Any, last: gr.State, tab_item: gr.Tab, assets: Path) -> None:
    """Draw the tab and connect it; `tab_item` is the tab that it is drawn in, `switched` the switch to another model."""
    tab = Codebook(models, sorted((assets / "training_examples").glob("*.png")))
    gr.Markdown(i18n("codebook_about"))
    overview = gr.HTML(elem_id="usage")
    group = gr.Radio(tab.groups(), value=0, label=i18n("group"), elem_id="group")
    with gr.Row():
        with gr.Column(scale=3, min_width=300):
            grid = gr.HTML(js_on_load=script(*CHOOSE), elem_id="codes", elem_classes="checkered")
            with gr.Accordion(i18n("code_map"), open=False, elem_id="code-map-fold") as fold:
                code_map = gr.HTML(js_on_load=script(*CHOOSE), elem_id="code-map")
        with gr.Column(scale=2, min_width=280):
            detail = gr.HTML(elem_id="code")
    left = ("", 0, "", gr.update(open=False))  # of the model before
    switched.success(lambda: left, None, [detail, group, code_map, fold], **LIGHT)
    tab_item.select(tab.overview, None, overview, **LIGHT)
    tab_item.select(lambda: gr.update(choices=tab.groups()), None, group, **LIGHT)
    tab_item.select(tab.grid, group, grid, show_progress="minimal", **MODEL)
    group.change(tab.grid, group, grid, show_progress="minimal", **MODEL)
    gr.on([fold.expand, group.change], tab.map, group, code_map, show_progress="minimal", **MODEL)
    shown = gr.on([grid.click, code_map.click], tab.show, [group, last], detail, show_progress="minimal", **MODEL)
    shown.success(None, None, None, js=TO_DETAIL, api_visibility="private")


def enlarged(patch: Image.Image) -> Image.Image:
    return patch.resize((96, 96), Image.Resampling.NEAREST)


def marked(items: Sequence[tuple[str, Image.Image, Tensor]], label: str, texts: Texts) -> str:
    """Captions and pictures with the places of a code, (h, w) bool, outlined, and how many they are, under a label."""
    shown = []
    for caption, image, mask in items:
        words = f"{caption} {texts('times', count=int(mask.sum()))}"
        shown.append(figure(highlight(image, mask.numpy()), words, words))
    return figures(shown, texts(label))
