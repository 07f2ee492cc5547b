"""The Inside tab: what happens between a prompt and its picture."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import torch
from PIL import Image

from multimodal.arguments import MAX_PROMPT_CHARACTERS, MAX_SEED, check_number
from multimodal.inspection.attention import AttentionRecorder, heat_overlay
from multimodal.inspection.expectation import Expectation, expect
from multimodal.inspection.restoration import Restoration, other_noise, restore
from multimodal.inspection.tokens import heat_map
from multimodal.inspection.trajectory import Trajectory, changed_codes, save_film, settled
from multimodal.inspection.views import Views, first_choice
from multimodal.settings import Settings
from multimodal.ui.errors import friendly_errors
from multimodal.ui.markup import bar_plot, bars, chips, figure, message, section
from multimodal.ui.models import Models
from multimodal.ui.session import LIGHT, MODEL, Pictures
from multimodal.ui.texts import Texts, i18n
from multimodal.ui.zero_gpu import on_gpu

FIRST = Settings("a red apple", seed=0)  # before anything was made
STEPS = 8  # each a frame of the film strip
RESTORATION_STEPS = 12  # from pure noise
ALL_LAYERS = -1


@dataclass(frozen=True)
class Attention:
    """What it takes to show one layer after another without the model."""

    image: Image.Image
    words: list[str]
    heat: np.ndarray  # (depth + 1, W + 1, h, w): each layer, then the mean of all


@dataclass(frozen=True)
class Drawn:
    """A picture, and how it came about."""

    codebook_indices: torch.Tensor  # (groups, h, w)
    expectation: Expectation
    attention: Attention
    times: list[float]  # that each step reached
    steps: torch.Tensor  # (steps, groups, h, w), what the codes were expected to become
    frames: list[Image.Image]  # the same as pictures


class Inside:
    """What the Inside tab does."""

    def __init__(self, models: Models) -> None:
        self.models, self.pipeline = models, models.pipeline
        self.draw, self.restore = on_gpu(self._draw), on_gpu(self._restore)
        self.read = on_gpu(Views(self.pipeline).read)

    def look(self, prompt: str | None, seed: float | None, other: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Draw a prompt and show how, section by section.

        Args:
            other: another prompt, to which the similarity is told.
        Yields:
            values for reading, expectation, attention (HTML), layer, film, animation, restoration, attention (state).
        """
        texts = Texts(request)
        with friendly_errors(texts):
            if not prompt or not prompt.strip():
                raise ValueError(texts("empty_prompt"))
            check_number("seed", seed, 0, MAX_SEED, whole=True)  # type: ignore[arg-type]
            assert seed is not None
            settings = Settings(first_choice(prompt), int(seed), num_inference_steps=STEPS)
            hidden = gr.update(visible=False)
            yield self.reading(settings.prompt, other.strip(), texts), "", "", hidden, "", hidden, "", None

            drawn = self.draw(settings)
            with tempfile.TemporaryDirectory() as folder:  # Gradio copies what is yielded
                path = (Path(folder) / settings.file_name).with_suffix(".gif")
                save_film(drawn.frames, path)
                yield (
                    gr.skip(),
                    self.expectation(drawn.expectation, texts),
                    self.attention(drawn.attention, ALL_LAYERS, texts),
                    gr.update(choices=layer_choices(len(drawn.attention.heat) - 1), value=ALL_LAYERS, visible=True),
                    self.film(drawn, texts),
                    gr.update(value=str(path), visible=True),
                    gr.skip(),
                    drawn.attention,
                )
            restored = self.restore(drawn.codebook_indices, settings)
            yield *[gr.skip()] * 6, self.restoration(restored, texts), gr.skip()

    def _draw(self, settings: Settings) -> Drawn:
        """Draw a picture as a whole, with everything recorded."""
        trajectory = Trajectory(self.pipeline)
        with AttentionRecorder(self.pipeline.dit) as recorder:
            output = self.pipeline(**settings.arguments(), callback=trajectory, interpret=False)
        found = recorder.by_word(self.pipeline.text_encoder, output.prompts)[0]
        layers = [found.heat(layer=layer) for layer in range(found.shares.shape[1])]
        attention = Attention(output.images[0], found.words, torch.stack([*layers, found.heat()]).numpy())
        steps = trajectory.codebook_indices()
        expectation = expect(self.pipeline, settings.prompt)
        return Drawn(output.codebook_indices[0], expectation, attention, trajectory.times, steps, trajectory.frames())

    def _restore(self, indices: torch.Tensor, settings: Settings) -> list[Restoration]:
        """The picture noised, with another noise, and restored."""
        seed = other_noise(settings.seed)
        return restore(self.pipeline, indices, settings.prompt, num_inference_steps=RESTORATION_STEPS, seed=seed)

    def reading(self, prompt: str, other: str, texts: Texts) -> str:
        """What is drawn for a prompt, where it does not say so, its tokens, and the names nearest to it, as HTML."""
        nearest = self.models.nearest
        language = nearest.language(texts.language) if nearest else ""
        read = Views(self.pipeline).reading(prompt, nearest, language, other=other, read=self.read).report
        cut = [(one["piece"], one["tokens"]) for one in read["pieces"]]
        shown = [chips(f"{piece} · {texts('piece_tokens', count=n)}" if n > 1 else piece for piece, n in cut)]
        shown.append(message(texts.html("tokens", used=read["tokens"], room=read["room"])))
        if read["dropped"]:
            shown.append(message(texts.html("dropped", words=read["dropped"][:300]), "warning"))
        parts = self.drawn(prompt, read["drawn"], texts) + section(texts("pieces"), texts("pieces_about"), shown)
        if nearest is None:
            return parts + message(texts.html("no_names"))
        near = ((one["name"], one["similarity"]) for one in read["near"])
        shown = [bars((name, max(0, similarity), f"{similarity:.2f}") for name, similarity in near)]
        if other:
            shown.append(message(texts.html("similarity", other=other[:100], similarity=f"{read['similarity']:.2f}")))
        return parts + section(texts("near"), texts("near_about"), shown)

    def drawn(self, prompt: str, things: list[dict[str, Any]], texts: Texts) -> str:
        """The things that the app draws for a prompt, where these are not what it says, as HTML."""
        if [thing["thing"] for thing in things] == [prompt]:
            return ""
        said = [
            (
                thing["thing"],
                thing["style"] and texts("drawn_again", style=texts.style(thing["style"])),
                *(texts(f"color_{color}") for color in thing["colors"]),
                thing["place"] and texts(f"place_{thing['place']}"),
            )
            for thing in things
        ]
        return section(texts("drawn"), texts("drawn_about"), [chips(" · ".join(filter(None, part)) for part in said)])

    def expectation(self, expectation: Expectation, texts: Texts) -> str:
        """What the prompt alone lets one expect, in every style, as HTML."""
        mean = texts("expected_mean", share=f"{expectation.familiar:.0%}")
        titles = [mean, *(texts.style(style) if style else texts("as_asked") for style in expectation.views)]
        pictures = [expectation.mean, *expectation.views.values()]
        shown = [figure(picture, title, title) for picture, title in zip(pictures, titles, strict=True)]
        return section(texts("expected"), texts("expected_about"), shown)

    def attention(self, attention: Attention, layer: int, texts: Texts) -> str:
        """One heat map per word, as HTML."""
        heat = torch.from_numpy(attention.heat[layer])  # (W + 1, h, w)
        pictures = [figure(attention.image, texts("the_picture"), texts("the_picture"))]
        for word, places in zip(attention.words, heat, strict=False):
            overlay = heat_overlay(attention.image, places)
            pictures.append(figure(overlay, texts("heat_of_word", word=word), f"{word} · {places.mean():.2%}"))
        about = texts("attention_about", rest=f"{heat[-1].mean():.1%}")
        return section(texts("attention"), about, pictures)

    def show_layer(self, attention: Attention | None, layer: int, request: gr.Request) -> Any:
        """The heat maps of one layer, or of all."""
        with friendly_errors(texts := Texts(request)):
            return gr.skip() if attention is None else self.attention(attention, layer, texts)

    def film(self, drawn: Drawn, texts: Texts) -> str:
        """The film strip, the codes that changed, and where the picture settled when, as HTML."""
        indices = drawn.steps
        captions = [texts("film_step", step=k, t=t) for k, t in enumerate(drawn.times, start=1)]
        strip = [figure(frame, caption, caption) for frame, caption in zip(drawn.frames, captions, strict=True)]
        places = heat_map(settled(indices).numpy(), cell=8)
        title = texts("changed", codes=f"{indices[0].numel():,}")
        plots = [
            figure(places, texts("settled_alt"), texts("settled")),
            bar_plot(changed_codes(indices), 2, title, texts("step")),
        ]
        return section(texts("film"), texts("film_about"), strip, plots)

    def restoration(self, restored: list[Restoration], texts: Texts) -> str:
        """The picture noised and restored, with the prompt and without, as HTML."""
        rows = []
        for row, key in enumerate(("with_prompt", "without_prompt")):
            rows.append([f"<h4>{texts.html(key)}</h4>"])
            for one in restored:
                exactly = round(one.psnr[row]) >= 100
                caption = texts("restored_exactly" if exactly else "restored", t=f"{one.t:g}", psnr=one.psnr[row])
                rows[-1].append(figure(one.images[row], f"{texts(key)}, {caption}", caption))
        return section(texts("restoration"), texts("restoration_about"), *rows)


def layer_choices(depth: int) -> list[tuple[Any, int]]:
    """Labels and values for the layers of a DiT, all of them first."""
    return [(i18n("all_layers"), ALL_LAYERS), *((str(k + 1), k) for k in range(depth))]


def inside_tab(models: Models, last: gr.State, tab_item: gr.Tab) -> None:
    """Draw the tab and connect it; `tab_item` is the tab that it is drawn in."""
    tab = Inside(models)
    gr.Markdown(i18n("inside_about"))
    with gr.Row(elem_id="inside-ask"):
        prompt = gr.Textbox(
            FIRST.prompt,
            label=i18n("prompt"),
            placeholder=i18n("prompt_placeholder"),
            lines=1,
            max_lines=1,
            max_length=MAX_PROMPT_CHARACTERS,
            scale=6,
            elem_id="inside-prompt",
        )
        other = gr.Textbox(
            "",
            label=i18n("other_prompt"),
            lines=1,
            max_lines=1,
            max_length=MAX_PROMPT_CHARACTERS,
            scale=2,
            min_width=160,
            elem_id="other-prompt",
        )
        seed = gr.Number(FIRST.seed, label=i18n("seed"), min_width=110, scale=1, elem_id="inside-seed")
        look = gr.Button(i18n("look"), variant="primary", scale=1, min_width=170, elem_id="look")
    reading = gr.HTML(elem_id="reading", elem_classes="inside")
    expectation = gr.HTML(elem_id="expectation", elem_classes="inside")
    attention = gr.HTML(elem_id="attention", elem_classes="inside")
    layers = layer_choices(models.pipeline.dit.config.depth)
    layer = gr.Radio(layers, value=ALL_LAYERS, label=i18n("layer"), info=i18n("layer_info"), visible=False, elem_id="layer")
    film = gr.HTML(elem_id="film", elem_classes="inside")
    animation = gr.DownloadButton(i18n("animation"), visible=False, size="md", elem_id="animation")
    restoration = gr.HTML(elem_id="restoration", elem_classes="inside")
    recorded, taken = gr.State(None), gr.State(None)

    def take(last: Pictures, taken: Settings | None) -> tuple[Any, ...]:
        """The prompt and the seed that were last made, once, so that what is typed here stays."""
        made = last[0].settings if last else None
        if made is None or made == taken:
            return gr.skip(), gr.skip(), gr.skip()
        return made.prompt, made.seed, made

    tab_item.select(take, [last, taken], [prompt, seed, taken], **LIGHT)
    outputs = [reading, expectation, attention, layer, film, animation, restoration, recorded]
    shown_as: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": reading}
    gr.on(
        [look.click, prompt.submit, other.submit],
        tab.look,
        [prompt, seed, other],
        outputs,
        trigger_mode="always_last",
        **shown_as,
        **MODEL,
    )
    layer.input(tab.show_layer, [recorded, layer], attention, **LIGHT)
