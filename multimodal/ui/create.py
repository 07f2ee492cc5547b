"""The Create tab: a prompt becomes pictures."""

from __future__ import annotations

import dataclasses
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import torch

from multimodal.export import TARGETS
from multimodal.inspection.denoising import SAMPLERS, SamplerStep, watch
from multimodal.pipeline import (
    MAX_GUIDANCE,
    MAX_IMAGES,
    MAX_PROMPT_CHARACTERS,
    MAX_SEED,
    MAX_STEPS,
    TextToImageOutput,
    TextToImagePipeline,
    check_number,
    check_prompts,
)
from multimodal.prompts import expand
from multimodal.settings import Settings, pack_indices, read_settings, save_picture
from multimodal.ui.download import deliver
from multimodal.ui.errors import friendly_errors
from multimodal.ui.examples import load_examples
from multimodal.ui.figures import message, progress
from multimodal.ui.history import History
from multimodal.ui.session import DRAW, MODEL, LastPictures
from multimodal.ui.texts import Texts, i18n

DEFAULT_STYLE = ""  # none: the prompt decides
STYLES = (DEFAULT_STYLE, "3d", "color", "flat", "line", "noto", "twemoji")
NEW_SEEDS = 1_000_000  # short enough to note down
VARIATIONS = {"subtle": 0.5, "strong": 0.75}  # how far from the chosen picture
PREVIEWS = 5  # in a run, before the pictures themselves


class Create:
    """What the Create tab does; the tab itself is drawn by `create_tab`."""

    def __init__(self, pipeline: TextToImagePipeline, history: History | None = None) -> None:
        self.pipeline, self.history = pipeline, history

    def generate(
        self,
        prompt: str | None,
        negative_prompt: str | None,
        style: str,
        steps: float,
        guidance_scale: float,
        sampler: str,
        count: float,
        seed: float | None,
        keep_seed: bool,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """Pictures while they form, then the files of the finished ones.

        Yields:
            values for gallery, status, seed, chosen, download, download_all, last.
        """
        texts = Texts(request)
        with friendly_errors(texts):
            if not prompt or not prompt.strip():
                raise ValueError(texts("empty_prompt"))
            prompt, negative_prompt = check_prompts([prompt])[0], negative_prompt or ""
            check_number("seed", seed, 0, MAX_SEED, whole=True)  # type: ignore[arg-type]
            check_number("num_inference_steps", steps, 1, MAX_STEPS, whole=True)
            check_number("guidance_scale", guidance_scale, 0, MAX_GUIDANCE)
            check_number("num_images_per_prompt", count, 1, MAX_IMAGES, whole=True)
            assert seed is not None
            first_seed = int(seed) if keep_seed else random.randrange(NEW_SEEDS)
            styled = f"{prompt}, {style} style" if style else prompt
            settings = Settings(styled, first_seed, negative_prompt, int(steps), float(guidance_scale), sampler)
            prompts = expand(styled)
            if len(prompts) * count > MAX_IMAGES:
                raise ValueError(texts("too_many", prompts=len(prompts), count=count, maximum=MAX_IMAGES))
            yield from self.make(settings, int(count), texts, prompts)

    def vary(
        self, last: LastPictures | None, chosen: int, count: float, strength: float, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """More pictures like the chosen one, with its settings and new seeds; yields as `generate`."""
        texts = Texts(request)
        with friendly_errors(texts):
            if last is None or not 0 <= chosen < len(last.settings):
                raise ValueError(texts("nothing_to_vary"))
            check_number("num_images_per_prompt", count, 1, MAX_IMAGES, whole=True)
            indices = torch.from_numpy(last.codebook_indices[chosen].astype(np.int64))
            changes: dict[str, Any] = {
                "seed": random.randrange(NEW_SEEDS),
                "image": pack_indices(indices),
                "strength": strength,
            }
            yield from self.make(dataclasses.replace(last.settings[chosen], **changes), int(count), texts)

    def again(self, path: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """The picture that the settings inside a PNG make; yields as `generate`."""
        texts = Texts(request)
        with friendly_errors(texts):
            yield from self.make(read_settings(Path(path)), 1, texts)

    def make(
        self, settings: Settings, count: int, texts: Texts, prompts: Sequence[str] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Pictures of each prompt while they form, then the files of the finished ones; yields as `generate`."""
        start = time.perf_counter()
        off = gr.update(interactive=False)
        yield gr.skip(), message(texts.html("starting"), "running"), settings.seed, gr.skip(), off, off, gr.skip()

        prompts = prompts or [settings.prompt]
        arguments = {**settings.arguments(), "prompt": prompts, "num_images_per_prompt": count}
        for event in watch(lambda callback: self.pipeline(**arguments, callback=callback)):
            if isinstance(event, SamplerStep):
                status = progress(texts("running", step=event.step, steps=event.num_inference_steps), *event[:2])
                yield self.preview(event, [prompt for prompt in prompts for _ in range(count)]), status, *[gr.skip()] * 5
                continue
            pairs = zip(event.prompts, event.seeds, strict=True)
            made = tuple(dataclasses.replace(settings, prompt=prompt, seed=seed) for prompt, seed in pairs)
            captions = [f"{one.prompt} · {one.seed}" for one in made]
            seconds = time.perf_counter() - start
            with tempfile.TemporaryDirectory() as folder:  # Gradio copies what is yielded
                paths = [save_picture(*pair, Path(folder)) for pair in zip(event.images, made, strict=True)]
                if self.history:
                    for path in paths:
                        self.history.add(path)
                yield (
                    list(zip(map(str, paths), captions, strict=True)),
                    self.summary(event, seconds, texts),
                    gr.skip(),
                    0,
                    gr.skip(),
                    gr.skip(),
                    LastPictures(captions, event.codebook_indices.numpy().astype(np.uint16), made),
                )

    def preview(self, step: SamplerStep, captions: Sequence[str]) -> Any:
        """Pictures as they are expected to become, at a few of the steps."""
        shown, before = (s * (PREVIEWS + 1) // step.num_inference_steps for s in (step.step, step.step - 1))
        if shown == before or step.step == step.num_inference_steps:
            return gr.skip()
        return list(zip(self.pipeline.preview(step), captions, strict=True))

    def summary(self, output: TextToImageOutput, seconds: float, texts: Texts) -> str:
        """How long it took, on what, with which seeds, and what did not fit."""
        seeds = f"{output.seeds[0]} – {output.seeds[-1]}" if len(output.seeds) > 1 else str(output.seeds[0])
        device = str(self.pipeline.device.type).upper()
        done = message(texts.html("done", count=len(output.images), seconds=seconds, device=device, seeds=seeds))
        words = output.dropped[0][:300]
        return done + (message(texts.html("dropped", words=words), "warning") if words else "")


def create_tab(
    pipeline: TextToImagePipeline, last: gr.State, assets: Path, history: History | None = None
) -> list[gr.components.Component]:
    """Draw the tab and connect it; returns the controls that `fields` gives values for."""
    tab = Create(pipeline, history)
    with gr.Row(elem_id="ask"):
        prompt = gr.Textbox(
            "",
            label=i18n("prompt"),
            placeholder=i18n("prompt_placeholder"),
            lines=1,
            max_lines=1,
            max_length=MAX_PROMPT_CHARACTERS,
            autofocus=True,
            scale=6,
            elem_id="prompt",
        )
        generate = gr.Button(i18n("generate"), variant="primary", scale=1, min_width=110, elem_id="generate")
        stop = gr.Button(i18n("stop"), variant="stop", scale=1, min_width=80, elem_id="stop")
    style = gr.Radio(
        [(i18n(f"style_{name or 'any'}"), name) for name in STYLES],
        value=DEFAULT_STYLE,
        label=i18n("style"),
        elem_id="style",
    )
    with gr.Row(elem_id="options"):
        count = gr.Slider(1, MAX_IMAGES, value=4, step=1, label=i18n("count"), min_width=140, elem_id="count")
        seed = gr.Number(0, label=i18n("seed"), min_width=140, elem_id="seed")
        keep_seed = gr.Checkbox(
            False, label=i18n("keep_seed"), info=i18n("keep_seed_info"), min_width=140, elem_id="keep-seed"
        )
    with gr.Accordion(i18n("advanced"), open=False):
        with gr.Row():
            steps = gr.Slider(1, MAX_STEPS, value=24, step=1, label=i18n("steps"), info=i18n("steps_info"), elem_id="steps")
            guidance = gr.Slider(
                0, MAX_GUIDANCE, value=3, step=0.1, label=i18n("guidance"), info=i18n("guidance_info"), elem_id="guidance"
            )
        with gr.Row():
            sampler = gr.Radio(list(SAMPLERS), value="euler", label=i18n("sampler"), elem_id="sampler")
            negative_prompt = gr.Textbox(
                "",
                label=i18n("negative_prompt"),
                info=i18n("negative_info"),
                max_length=MAX_PROMPT_CHARACTERS,
                elem_id="negative-prompt",
            )
        restore = gr.UploadButton(i18n("restore"), file_types=[".png"], size="sm", elem_id="restore")
    status = gr.HTML(message(""), elem_id="status")
    gallery = gr.Gallery(
        label=i18n("pictures"),
        show_label=False,
        format="png",
        columns=4,
        fit_columns=False,
        object_fit="contain",
        interactive=False,
        buttons=["download", "fullscreen"],
        elem_id="pictures",
        elem_classes="checkered",
    )
    chosen = gr.State(0)
    with gr.Row(elem_id="downloads"):
        vary = {
            name: gr.Button(i18n(f"vary_{name}"), interactive=False, size="md", min_width=120, elem_id=f"vary-{name}")
            for name in VARIATIONS
        }
        target = gr.Dropdown(
            [(i18n("plain_png"), ""), *((target.title, name) for name, target in TARGETS.items())],
            value="",
            label=i18n("save_as"),
            min_width=240,
            elem_id="target",
        )
        download = gr.DownloadButton(i18n("download"), interactive=False, size="md", elem_id="download")
        download_all = gr.DownloadButton(i18n("download_all"), interactive=False, size="md", elem_id="download-all")
    sizes = gr.HTML(elem_id="sizes")

    outputs = [gallery, status, seed, chosen, download, download_all, last]
    settings = [prompt, negative_prompt, style, steps, guidance, sampler, count, seed, keep_seed]
    shown_as: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": status}
    runs = [gr.on([generate.click, prompt.submit], tab.generate, settings, outputs, **shown_as, **MODEL)]
    for name, strength in VARIATIONS.items():
        inputs = [last, chosen, count, gr.State(strength)]
        runs.append(vary[name].click(tab.vary, inputs, outputs, **shown_as, **MODEL))
    filled = [prompt, negative_prompt, style, steps, guidance, sampler, seed, keep_seed]
    read = restore.upload(take, restore, filled, **DRAW)
    runs.append(read.success(tab.again, restore, outputs, **shown_as, **MODEL))
    delivery: dict[str, Any] = {"inputs": [gallery, chosen, target], "outputs": [download, download_all, sizes], **DRAW}
    for run in runs:
        run.failure(ended, None, status, **DRAW)
        run.success(deliver, **delivery)
        run.success(lambda: [gr.update(interactive=True)] * len(vary), None, list(vary.values()), **DRAW)
    stop.click(None, cancels=runs, queue=False, api_visibility="private")
    target.change(deliver, **delivery)
    gallery.select(choose, last, [chosen, seed], **DRAW).success(deliver, **delivery)
    seed.input(lambda: True, None, keep_seed, **DRAW)
    examples = load_examples(assets / "examples")
    if examples:
        gr.Markdown(i18n("examples"), elem_id="examples-title")
        shown = gr.Gallery(
            [(str(path), settings.prompt) for path, settings in examples],
            label=i18n("examples"),
            show_label=False,
            columns=6,
            allow_preview=False,
            object_fit="contain",
            interactive=False,
            buttons=[],
            elem_id="examples",
            elem_classes="checkered",
        )

        def take_example(event: gr.SelectData) -> tuple[Any, ...]:
            return fields(examples[int(event.index)][1])

        shown.select(take_example, None, filled, **DRAW)
    return filled


def fields(settings: Settings) -> tuple[Any, ...]:
    """Values for prompt, negative prompt, style, steps, guidance, sampler, seed, keep seed."""
    numbers = settings.num_inference_steps, settings.guidance_scale, settings.sampler
    return settings.prompt, settings.negative_prompt, DEFAULT_STYLE, *numbers, settings.seed, True


def take(path: str, request: gr.Request) -> tuple[Any, ...]:
    """The settings inside an uploaded PNG, as `fields`."""
    with friendly_errors(Texts(request)):
        return fields(read_settings(Path(path)))


def choose(last: LastPictures | None, event: gr.SelectData) -> tuple[Any, Any]:
    """The place and the seed of the picture that was clicked."""
    index = event.index
    if last is None or not isinstance(index, int) or not 0 <= index < len(last.settings):
        return gr.skip(), gr.skip()
    return index, last.settings[index].seed


def ended(request: gr.Request) -> str:
    """What the status says when a run was stopped, or ended in an error, of which a message of its own tells."""
    return message(Texts(request).html("stopped"))
