"""Mix with…, a fold of the Create tab: an animation that leads from one prompt to another."""

from __future__ import annotations

import base64
import html
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from multimodal.arguments import MAX_IMAGES, MAX_PROMPT_CHARACTERS
from multimodal.export import ANIMATIONS, save_animation
from multimodal.outputs import MixOutput
from multimodal.reading.syntax import MIXED, style_name
from multimodal.settings import Settings
from multimodal.ui.generation import Asked, Generation
from multimodal.ui.markup import message
from multimodal.ui.progress import Progress
from multimodal.ui.session import LIGHT, MODEL
from multimodal.ui.texts import Texts, i18n
from multimodal.ui.zero_gpu import signal


class Mixing:
    """The handler of the fold."""

    def __init__(self, tab: Generation) -> None:
        self.tab = tab

    def mix(self, request: gr.Request, second: str | None, frames: float, *asked: Any) -> Iterator[tuple[Any, ...]]:
        """An animation from the prompt above to the `second`, with the same settings.

        Args:
            asked: the fields of `Asked`.
        Yields:
            values for the animation (HTML), which shows progress first, the seed, and both download buttons.
        """
        texts, off = Texts(request), gr.update(interactive=False)
        with self.tab.runs.problems(request):
            start = Asked(*asked)
            first = self.tab.job(texts, start).settings
            style = style_name(first.prompt, self.tab.pipeline.names.style_names) if start.style == MIXED else start.style
            end = start._replace(prompt=second, style=style, seed=first.seed, keep_seed=True)
            last = self.tab.job(texts, end).settings
            yield message(texts.html("starting"), "running"), first.seed, off, off
            arguments = first.arguments()
            kept = {key: arguments[key] for key in ("negative_prompt", "num_inference_steps", "guidance_scale", "seed")}
            kept["num_frames"] = frames
            with self.tab.runs.begin(request) as stop:
                for event in self.tab.sampling.mix(first.prompt, last.prompt, kept, signal(stop)):
                    if isinstance(event, Progress):
                        yield event.shown(texts), *[gr.skip()] * 3
                    else:
                        yield from self.finish(event, first.seed, texts)

    def finish(self, output: MixOutput, seed: int, texts: Texts) -> Iterator[tuple[Any, ...]]:
        """The files, once, as Gradio copies what is yielded; yields as `mix`."""
        caption = " → ".join(output.prompts)
        told = self.tab.messages.not_drawn(output.prompts, output.dropped, output.renamed, texts)
        with tempfile.TemporaryDirectory() as folder:
            name = Path(folder) / Settings(caption, seed).file_name
            files = [name.with_suffix(ending) for ending in ANIMATIONS]
            for file in files:
                save_animation(output.images, file)
            shown = animation(files[0], f"{caption} · {seed}") + told
            yield shown, gr.skip(), *[gr.update(value=str(file), interactive=True) for file in files]


def animation(file: Path, caption: str) -> str:
    """HTML: an animated WebP with its caption."""
    data = base64.b64encode(file.read_bytes()).decode()
    words = html.escape(caption)
    return f'<figure><img src="data:image/webp;base64,{data}" alt="{words}"><figcaption>{words}</figcaption></figure>'


def mix_fold(tab: Generation, seed: gr.Number, settings: Sequence[gr.components.Component]) -> Any:
    """Draw the fold and connect it; returns the run."""
    mixing = Mixing(tab)
    with gr.Accordion(i18n("mix_fold"), open=False, elem_id="mix-fold"), gr.Row():
        with gr.Column(min_width=280):
            second = gr.Textbox(
                "", label=i18n("second_prompt"), max_lines=1, max_length=MAX_PROMPT_CHARACTERS, elem_id="second-prompt"
            )
            frames = gr.Slider(2, MAX_IMAGES, value=9, step=1, label=i18n("frames"), elem_id="frames")
            start = gr.Button(i18n("mix"), variant="primary", elem_id="mix")
        with gr.Column(min_width=280):
            shown = gr.HTML(elem_id="mixed", elem_classes="checkered")
            with gr.Row():
                files = [
                    gr.DownloadButton(name, interactive=False, size="sm", elem_id=f"mix-{name.lower()}")
                    for name in ("WebP", "GIF")
                ]
    shown_as: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": shown}
    run = gr.on(
        [start.click, second.submit], mixing.mix, [second, frames, *settings], [shown, seed, *files], **shown_as, **MODEL
    )
    run.failure(tab.ended, None, shown, **LIGHT)
    return run
