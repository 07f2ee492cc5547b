"""The Create tab: a prompt becomes pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from multimodal.diffusion.samplers import SAMPLERS
from multimodal.reading.syntax import MIXED, in_style, split_style, style_name
from multimodal.settings import Settings, read_settings
from multimodal.ui.download import DownloadRow, deliver
from multimodal.ui.edit import edit_fold
from multimodal.ui.errors import friendly_errors
from multimodal.ui.examples import example_gallery, load_examples
from multimodal.ui.generation import Asked, Filled, Generation, Made
from multimodal.ui.history_store import Histories
from multimodal.ui.markup import message
from multimodal.ui.mix import mix_fold
from multimodal.ui.models import Models, styles_of
from multimodal.ui.session import LIGHT, MODEL, Pictures, Runs, bring_back, choose, is_generated
from multimodal.ui.texts import Texts, i18n

SPEEDS = {"fast": DEFAULT_STEPS, "balanced": 8, "best": 24}
ROOM_FOR_STYLE = 30  # characters, which a style takes after a prompt
COPY = "async () => [await window.copyChosen()]"
TO_STATUS = "(...inputs) => { window.bringIntoView('status'); return inputs; }"
TO_PICTURES = "() => window.bringIntoView('pictures')"
REMEMBER = "prompt => { sessionStorage.setItem('prompt', prompt); }"  # for a reload, or a connection that was lost
RECALL = "() => sessionStorage.getItem('prompt') ?? ''"
RELEASE_SEED = "(kept, borrowed) => borrowed ? [false, false] : [kept, borrowed]"


class CreateTab:
    """The tab, drawn where it is made: its controls are attributes, in the order in which they stand on the page.

    Args:
        model: the menu of models, drawn among the options.
        switched: the switch to another model.
    """

    def __init__(
        self,
        models: Models,
        model: gr.Dropdown,
        switched: Any,
        last: gr.State,
        assets: Path,
        histories: Histories | None = None,
        running: Runs | None = None,
    ) -> None:
        self.generation, self.last = Generation(models, histories, running), last
        self._draw_prompt()
        self._draw_looks(models)
        self.status = gr.HTML(message(""), elem_id="status")
        with gr.Column(elem_id="results"):  # which the page shows when there are any
            self._draw_pictures()
            self.downloads = DownloadRow()
        self._draw_options(model)
        self._draw_advanced()
        self.star.visible = histories is not None
        # What a run reads, what settings fill in, and what a run gives: the components that the fields are called by.
        named = vars(self) | {"download": self.downloads.one, "download_all": self.downloads.all}
        self.asked, self.filled, self.made = ([named[name] for name in kind._fields] for kind in (Asked, Filled, Made))
        self.shown_as: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": self.status, **MODEL}
        self._connect_controls()
        runs = [*self._connect_runs(), edit_fold(self, switched)]
        mixing = mix_fold(self.generation, self.seed, self.asked)
        if examples := load_examples(assets / "examples"):
            runs.append(self._draw_examples(examples))
        for run in runs:
            self.follow(run)
        self.stop.click(self.generation.runs.stop, None, None, cancels=[*runs, mixing], queue=False, **LIGHT)

    def _draw_prompt(self) -> None:
        with gr.Row(elem_id="ask"):
            self.prompt = gr.Textbox(
                "",
                label=i18n("prompt"),
                placeholder=i18n("prompt_placeholder"),
                lines=1,
                max_lines=1,
                max_length=MAX_PROMPT_CHARACTERS - ROOM_FOR_STYLE,
                autofocus=True,
                scale=6,
                elem_id="prompt",
            )
            self.generate = gr.Button(i18n("generate"), variant="primary", scale=1, min_width=110, elem_id="generate")
            self.stop = gr.Button(i18n("stop"), variant="stop", scale=1, min_width=80, elem_id="stop")
        self.tokens = gr.HTML(elem_id="tokens-used", padding=False)

    def _draw_looks(self, models: Models) -> None:
        with gr.Row(elem_id="looks"):
            self.style = gr.Radio(
                styles_of(models, i18n),
                value=MIXED,
                label=i18n("style"),
                scale=2,
                elem_id="style",
            )
            self.speed = gr.Radio(
                [(i18n(f"speed_{name}"), steps) for name, steps in SPEEDS.items()],
                value=DEFAULT_STEPS,
                label=i18n("speed"),
                scale=1,
                elem_id="speed",
            )

    def _draw_pictures(self) -> None:
        self.gallery = gr.Gallery(
            label=i18n("pictures"),
            show_label=False,
            format="png",
            columns=4,
            fit_columns=False,
            object_fit="contain",
            interactive=False,
            allow_preview=False,  # which would show them smaller
            buttons=["fullscreen"],  # what is downloaded is chosen below
            elem_id="pictures",
            elem_classes="checkered",
        )
        self.chosen, self.finished = gr.State(0), gr.State(None)  # finished: pictures of a run, and the `Pictures`
        with gr.Row(elem_id="actions"):
            self.on_chosen = [
                gr.Button(i18n(name), interactive=False, size="md", min_width=width, elem_id=elem_id)
                for name, elem_id, width in (
                    ("more_like_this", "more-like-this", 124),
                    ("other_styles", "other-styles", 124),
                    ("edit", "edit", 70),
                    ("copy", "copy", 70),
                    ("star", "star-chosen", 70),
                )
            ]
            self.more, self.other_styles, self.edit, self.copy, self.star = self.on_chosen

    def _draw_options(self, model: gr.Dropdown) -> None:
        with gr.Row(elem_id="options"):
            model.render()
            self.number = gr.Slider(1, MAX_IMAGES, value=4, step=1, label=i18n("count"), min_width=140, elem_id="count")
            self.seed = gr.Number(0, label=i18n("seed"), min_width=140, elem_id="seed")
            self.keep_seed = gr.Checkbox(
                False, label=i18n("keep_seed"), info=i18n("keep_seed_info"), min_width=140, elem_id="keep-seed"
            )
            self.borrowed = gr.Checkbox(False, visible=False)  # whether it is kept for settings that were filled in
            gr.Checkbox(False, label=i18n("live"), info=i18n("live_info"), min_width=140, elem_id="live")
            self.draft = gr.Button(visible="hidden", elem_id="draft")  # clicked by `assets/scripts/page.js`

    def _draw_advanced(self) -> None:
        with gr.Accordion(i18n("advanced"), open=False):
            with gr.Row():
                self.steps = gr.Slider(
                    1, MAX_STEPS, value=DEFAULT_STEPS, step=1, label=i18n("steps"), info=i18n("steps_info"), elem_id="steps"
                )
                self.guidance = gr.Slider(
                    0,
                    MAX_GUIDANCE,
                    value=DEFAULT_GUIDANCE,
                    step=0.1,
                    label=i18n("guidance"),
                    info=i18n("guidance_info"),
                    elem_id="guidance",
                )
            with gr.Row():
                self.sampler = gr.Radio(list(SAMPLERS), value=DEFAULT_SAMPLER, label=i18n("sampler"), elem_id="sampler")
                self.negative_prompt = gr.Textbox(
                    "",
                    label=i18n("negative_prompt"),
                    info=i18n("negative_info"),
                    max_length=MAX_PROMPT_CHARACTERS,
                    elem_id="negative-prompt",
                )
            self.restore = gr.UploadButton(i18n("restore"), file_types=[".png"], size="sm", elem_id="restore")

    def _draw_examples(self, examples: Sequence[tuple[Path, Settings]]) -> Any:
        """The example pictures; one that is clicked is drawn again. Returns the run."""
        captions = [(path, self.fields(settings).prompt) for path, settings in examples]
        shown = example_gallery(captions, "examples", "examples")

        def take_example(event: gr.SelectData) -> Filled:
            return self.fields(examples[int(event.index)][1])

        return self.fill_and_run(shown.select, take_example, None, self.generation.generate, self.asked)

    def fill_and_run(self, event: Any, fill: Any, source: Any, run: Any, inputs: Any) -> Any:
        """Connect an event: `fill` gives values for the controls from the `source`, then comes the run; returns it."""
        return event(fill, source, self.filled, **LIGHT).success(run, inputs, self.made, js=TO_STATUS, **self.shown_as)

    def fields(self, settings: Settings) -> Filled:
        """The settings as values of the controls; the seed is kept until the prompt is changed."""
        styles = self.generation.pipeline.names.style_names
        prompt, style = split_style(settings.prompt, styles)[0], style_name(settings.prompt, styles)
        if in_style(prompt, style, styles) != settings.prompt:  # said in other words
            prompt, style = settings.prompt, ""
        numbers = settings.num_inference_steps, settings.guidance_scale, settings.sampler
        return Filled(prompt, settings.negative_prompt, style, *numbers, settings.seed, keep_seed=True, borrowed=True)

    def take(self, path: str, request: gr.Request) -> Filled:
        """The settings inside an uploaded PNG."""
        with friendly_errors(Texts(request)):
            return self.fields(read_settings(Path(path)))

    def follow(self, run: Any) -> None:
        """Connect what comes after a run: the files of its pictures; where it was stopped, those of before come back."""
        shown = [self.gallery, self.last]
        run.success(lambda *shown: shown, shown, self.finished, **LIGHT)
        run.failure(self.generation.ended, None, self.status, **LIGHT)
        back = run.failure(bring_back, [self.finished, self.last], [*shown, self.chosen], **LIGHT)
        back.success(self._files, **self._delivery)
        run.success(None, None, None, js=TO_PICTURES, api_visibility="private")
        run.success(self._files, **self._delivery)
        run.success(self._speeds, None, self.speed, **LIGHT)

    def _connect_runs(self) -> list[Any]:
        """Connect what makes pictures."""
        tab, asked, made, shown_as = self.generation, self.asked, self.made, self.shown_as
        runs = [gr.on([self.generate.click, self.prompt.submit], tab.generate, asked, made, js=TO_STATUS, **shown_as)]
        chosen = [self.last, self.chosen]
        runs.append(self.more.click(tab.vary, [*chosen, self.number], made, js=TO_STATUS, **shown_as))
        runs.append(self.other_styles.click(tab.in_other_styles, chosen, made, js=TO_STATUS, **shown_as))
        # A draft ends with the step that it is in, then comes one of what is in the box by then. Gradio's `cancels` might
        # reach the server when that one has begun.
        replaced = self.draft.click(tab.runs.replace_draft, None, None, queue=False, trigger_mode="multiple", **LIGHT)
        runs.append(replaced.then(tab.draft, asked, made, trigger_mode="always_last", **shown_as))
        runs.append(self.fill_and_run(self.restore.upload, self.take, self.restore, tab.again, self.restore))
        return runs

    def _connect_controls(self) -> None:
        """Connect what makes no pictures."""
        gr.on(None, self._speeds, None, self.speed, **LIGHT)  # for the next who opens the page
        count = len(self.on_chosen)
        self.last.change(
            lambda last: [gr.update(interactive=is_generated(last))] * count, self.last, self.on_chosen, **LIGHT
        )
        copied = gr.Checkbox(False, visible=False)  # a state would not hear of it
        self.copy.click(tell_copied, copied, None, js=COPY, **LIGHT)
        self.star.click(self.generation.star, [self.last, self.chosen], None, **LIGHT)
        self._delivery: dict[str, Any] = {
            "inputs": [self.gallery, self.chosen, *self.downloads.form, self.last],
            "outputs": self.downloads.outputs,
            **LIGHT,
        }
        selected = self.gallery.select(choose, self.last, [self.chosen, self.seed], **LIGHT).success
        for event in (*(control.change for control in self.downloads.form), selected):
            event(self.downloads.wait, None, self.downloads.buttons, **LIGHT).success(self._files, **self._delivery)
        self.prompt.change(
            self.generation.messages.tokens_used, self.prompt, self.tokens, queue=False, trigger_mode="always_last", **LIGHT
        )
        self.prompt.change(None, self.prompt, None, js=REMEMBER, api_visibility="private")
        kept = [self.keep_seed, self.borrowed]
        self.prompt.input(None, kept, kept, js=RELEASE_SEED, api_visibility="private")
        self.keep_seed.input(None, None, self.borrowed, js="() => false", api_visibility="private")
        self.seed.input(lambda: (True, False), None, kept, **LIGHT)
        self.speed.input(None, self.speed, self.steps, js="steps => steps", **LIGHT)
        to_speed = f"steps => {list(SPEEDS.values())}.includes(steps) ? steps : null"
        self.steps.change(None, self.steps, self.speed, js=to_speed, **LIGHT)

    def _speeds(self, request: gr.Request) -> Any:
        """The speeds with the seconds that a picture takes, once they have been measured."""
        if self.generation.seconds is None:
            return gr.skip()
        texts, seconds = Texts(request), {name: n * self.generation.seconds for name, n in SPEEDS.items()}
        rounded = {name: round(s, 1 if s > 0.1 else 2) for name, s in seconds.items()}
        return gr.update(choices=[(f"{texts(f'speed_{name}')} · {rounded[name]} s", n) for name, n in SPEEDS.items()])

    def _files(
        self,
        pictures: list[tuple[str, str]] | None,
        chosen: int,
        target: str,
        motion: str,
        outline: bool,
        last: Pictures,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        finished = pictures if last else None  # others are half formed
        yield from deliver(finished, chosen, target, motion, outline, self.generation.pipeline.upscaler, request)


def tell_copied(copied: bool, request: gr.Request) -> None:
    """Say whether the browser has let the page copy."""
    texts = Texts(request)
    gr.Info(texts("copied")) if copied else gr.Warning(texts("not_copied"))
