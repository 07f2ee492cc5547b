"""The Create tab: a prompt becomes pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from multimodal.arguments import (
    DEFAULT_GUIDANCE,
    DEFAULT_SAMPLER,
    DEFAULT_STEPS,
    MAX_GUIDANCE,
    MAX_IMAGES,
    MAX_PROMPT_CHARACTERS,
    MAX_STEPS,
)
from multimodal.data.phrases import STYLES
from multimodal.diffusion.samplers import SAMPLERS
from multimodal.export import TARGETS
from multimodal.motion import MOTIONS
from multimodal.reading.syntax import MIXED
from multimodal.settings import Settings, read_settings
from multimodal.ui.download import BARE, deliver
from multimodal.ui.edit import edit_fold
from multimodal.ui.errors import ended, friendly_errors
from multimodal.ui.examples import example_gallery, load_examples
from multimodal.ui.figures import message
from multimodal.ui.generation import Generation
from multimodal.ui.history import Histories
from multimodal.ui.mix import mix_fold
from multimodal.ui.models import Models
from multimodal.ui.session import DRAW, MODEL, LastPictures, Runs
from multimodal.ui.texts import Texts, i18n

SPEEDS = {"fast": DEFAULT_STEPS, "balanced": 8, "best": 24}
COPY = """async () => {
    const image = document.querySelector('#pictures .selected img') ?? document.querySelector('#pictures img');
    try {
        const picture = await (await fetch(image.src)).blob();
        await navigator.clipboard.write([new ClipboardItem({[picture.type]: picture})]);
        return [true];
    } catch { return [false]; }
}"""
VARIATIONS = {"subtle": 0.5, "strong": 0.75}  # how far from the chosen picture


def create_tab(
    models: Models,
    model: gr.Dropdown,
    switched: Any,
    last: gr.State,
    assets: Path,
    histories: Histories | None = None,
    running: Runs | None = None,
) -> list[gr.components.Component]:
    """Draw the tab, `model` in it, and connect it; returns the controls that `fields` gives values for.

    Args:
        switched: the switch to another model.
    """
    tab = Generation(models, histories, running)
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
    tokens = gr.HTML(elem_id="tokens-used", padding=False)
    with gr.Row(elem_id="looks"):
        style = gr.Radio(
            [(i18n(f"style_{name or 'none'}"), name) for name in (MIXED, *STYLES, "")],
            value=MIXED,
            label=i18n("style"),
            scale=2,
            elem_id="style",
        )
        speed = gr.Radio(
            [(i18n(f"speed_{name}"), steps) for name, steps in SPEEDS.items()],
            value=DEFAULT_STEPS,
            label=i18n("speed"),
            scale=1,
            elem_id="speed",
        )
    with gr.Row(elem_id="options"):
        model.render()
        count = gr.Slider(1, MAX_IMAGES, value=4, step=1, label=i18n("count"), min_width=140, elem_id="count")
        seed = gr.Number(0, label=i18n("seed"), min_width=140, elem_id="seed")
        keep_seed = gr.Checkbox(
            False, label=i18n("keep_seed"), info=i18n("keep_seed_info"), min_width=140, elem_id="keep-seed"
        )
        gr.Checkbox(False, label=i18n("live"), info=i18n("live_info"), min_width=140, elem_id="live")
        draft = gr.Button(visible="hidden", elem_id="draft")  # clicked by `assets/page.js`
    with gr.Accordion(i18n("advanced"), open=False):
        with gr.Row():
            steps = gr.Slider(
                1, MAX_STEPS, value=DEFAULT_STEPS, step=1, label=i18n("steps"), info=i18n("steps_info"), elem_id="steps"
            )
            guidance = gr.Slider(
                0,
                MAX_GUIDANCE,
                value=DEFAULT_GUIDANCE,
                step=0.1,
                label=i18n("guidance"),
                info=i18n("guidance_info"),
                elem_id="guidance",
            )
        with gr.Row():
            sampler = gr.Radio(list(SAMPLERS), value=DEFAULT_SAMPLER, label=i18n("sampler"), elem_id="sampler")
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
        buttons=["fullscreen"],  # what is downloaded is chosen below
        elem_id="pictures",
        elem_classes="checkered",
    )
    chosen = gr.State(0)
    with gr.Row(elem_id="actions"):
        vary = {
            name: gr.Button(i18n(f"vary_{name}"), interactive=False, size="md", min_width=width, elem_id=f"vary-{name}")
            for name, width in zip(VARIATIONS, (124, 70), strict=True)
        }
        edit, copy, star = (
            gr.Button(i18n(name), interactive=False, size="md", min_width=70, elem_id=elem_id)
            for name, elem_id in (("edit", "edit"), ("copy", "copy"), ("star", "star-chosen"))
        )
        star.visible = histories is not None
    with gr.Row(elem_id="downloads"):
        target = gr.Dropdown(
            [
                (i18n("plain_png"), ""),
                (i18n("bare_png"), BARE),
                *((target.title, name) for name, target in TARGETS.items()),
            ],
            value="",
            label=i18n("save_as"),
            scale=3,
            min_width=180,
            elem_id="target",
        )
        motion = gr.Dropdown(
            [(i18n(f"motion_{name or 'none'}"), name) for name in ("", *MOTIONS)],
            value="",
            label=i18n("motion"),
            min_width=130,
            elem_id="motion",
        )
        outline = gr.Checkbox(False, label=i18n("outline"), elem_id="outline")
        download = gr.DownloadButton(i18n("download"), interactive=False, size="md", min_width=110, elem_id="download")
        download_all = gr.DownloadButton(
            i18n("download_all"), interactive=False, size="md", min_width=124, elem_id="download-all"
        )
    sizes = gr.HTML(elem_id="sizes")

    def speeds(request: gr.Request) -> Any:
        """The speeds with the seconds that a picture takes, once they have been measured."""
        if tab.seconds is None:
            return gr.skip()
        texts, seconds = Texts(request), {name: n * tab.seconds for name, n in SPEEDS.items()}
        rounded = {name: round(s, 1 if s > 0.1 else 2) for name, s in seconds.items()}
        return gr.update(choices=[(f"{texts(f'speed_{name}')} · {rounded[name]} s", n) for name, n in SPEEDS.items()])

    def files(
        pictures: list[tuple[str, str]] | None,
        chosen: int,
        target: str,
        motion: str,
        outline: bool,
        last: LastPictures | None,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        finished = pictures if last else None  # others are half formed
        yield from deliver(finished, chosen, target, motion, outline, tab.pipeline.upscaler, request)

    gr.on(None, speeds, None, speed, **DRAW)  # for the next who opens the page
    outputs = [gallery, status, seed, chosen, download, download_all, last]
    settings = [prompt, negative_prompt, style, steps, guidance, sampler, count, seed, keep_seed]
    shown_as: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": status}
    runs = [gr.on([generate.click, prompt.submit], tab.generate, settings, outputs, **shown_as, **MODEL)]
    for name, strength in VARIATIONS.items():
        inputs = [last, chosen, count, gr.State(strength)]
        runs.append(vary[name].click(tab.vary, inputs, outputs, **shown_as, **MODEL))
    runs.append(edit_fold(tab, switched, edit, [last, chosen], settings, outputs, shown_as))
    # A draft ends with the step that it is in, then comes one of what is in the box by then. Gradio's `cancels` might reach
    # the server when that one has begun.
    replaced = draft.click(tab.runs.replace_draft, None, None, queue=False, trigger_mode="multiple", **DRAW)
    runs.append(replaced.then(tab.draft, settings, outputs, trigger_mode="always_last", **shown_as, **MODEL))
    mixing = mix_fold(tab, seed, settings)
    copy.click(tell_copied, gr.Checkbox(False, visible=False), None, js=COPY, **DRAW)  # a state would not hear of it
    if histories:
        star.click(tab.star, [last, chosen], None, **DRAW)
    on_a_picture = [*vary.values(), edit, copy, star]
    filled = [prompt, negative_prompt, style, steps, guidance, sampler, seed, keep_seed]
    read = restore.upload(take, restore, filled, **DRAW)
    runs.append(read.success(tab.again, restore, outputs, **shown_as, **MODEL))
    delivery: dict[str, Any] = {
        "inputs": [gallery, chosen, target, motion, outline, last],
        "outputs": [download, download_all, sizes],
        **DRAW,
    }
    for run in runs:
        for event in (run.success, run.failure):
            event(lambda last: [gr.update(interactive=bool(last))] * len(on_a_picture), last, on_a_picture, **DRAW)
        run.failure(ended, None, status, **DRAW)
        run.success(files, **delivery)
        run.success(speeds, None, speed, **DRAW)
    stop.click(tab.runs.stop, None, None, cancels=[*runs, mixing], queue=False, **DRAW)
    waiting: dict[str, Any] = {"fn": lambda: [gr.update(interactive=False)] * 2, "inputs": None, **DRAW}
    selected = gallery.select(choose, last, [chosen, seed], **DRAW).success
    for event in (target.change, motion.change, outline.change, selected):
        event(outputs=[download, download_all], **waiting).success(files, **delivery)
    prompt.change(tab.tokens_used, prompt, tokens, queue=False, trigger_mode="always_last", **DRAW)
    seed.input(lambda: True, None, keep_seed, **DRAW)
    speed.input(None, speed, steps, js="steps => steps", **DRAW)
    steps.change(None, steps, speed, js=f"steps => {list(SPEEDS.values())}.includes(steps) ? steps : null", **DRAW)
    examples = load_examples(assets / "examples")
    if examples:
        shown = example_gallery([(path, settings.prompt) for path, settings in examples], "examples", "examples")

        def take_example(event: gr.SelectData) -> tuple[Any, ...]:
            return fields(examples[int(event.index)][1])

        shown.select(take_example, None, filled, **DRAW)
    return filled


def fields(settings: Settings) -> tuple[Any, ...]:
    """Values for prompt, negative prompt, style (that in the prompt), steps, guidance, sampler, seed, keep seed."""
    numbers = settings.num_inference_steps, settings.guidance_scale, settings.sampler
    return settings.prompt, settings.negative_prompt, "", *numbers, settings.seed, True


def take(path: str, request: gr.Request) -> tuple[Any, ...]:
    """The settings inside an uploaded PNG, as `fields`."""
    with friendly_errors(Texts(request)):
        return fields(read_settings(Path(path)))


def choose(last: LastPictures | None, event: gr.SelectData) -> tuple[Any, Any]:
    """The place and the seed of the picture that was clicked."""
    index = int(event.index)
    known = last is not None and 0 <= index < len(last.settings)
    return index, last.settings[index].seed if last and known else gr.skip()


def tell_copied(copied: bool, request: gr.Request) -> None:
    """Say whether the browser has let the page copy."""
    texts = Texts(request)
    gr.Info(texts("copied")) if copied else gr.Warning(texts("not_copied"))
