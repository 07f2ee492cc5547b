"""Sampling as one watches it: its steps, then what it made; with ZeroGPU in the process that has the GPU."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from PIL import Image

from multimodal.mixing import mix
from multimodal.outputs import MixOutput, PipelineStep, TextToImageOutput
from multimodal.pipeline import TextToImagePipeline
from multimodal.ui.markup import progress
from multimodal.ui.texts import Texts
from multimodal.ui.watching import watch
from multimodal.ui.zero_gpu import on_gpu

PREVIEWS, AT_ONCE = 5, 4  # previews in a run, before the pictures themselves; of more things fewer, as they take time


class Progress(NamedTuple):
    """Where a run is, and at a few of its steps what the pictures are expected to become."""

    step: int
    num_inference_steps: int
    previews: list[Image.Image]

    def shown(self, texts: Texts) -> str:
        """The same as HTML, without the pictures."""
        return progress(texts("running", step=self.step, steps=self.num_inference_steps), *self[:2])


class WatchedPipeline:
    """What samples with one pipeline; `stop` ends it with the step that it is in."""

    def __init__(self, pipeline: TextToImagePipeline) -> None:
        self.pipeline = pipeline
        self.draw, self.mix = on_gpu(self._draw), on_gpu(self._mix)

    def _draw(
        self, arguments: dict[str, Any], stop: threading.Event | None = None, previews: int = PREVIEWS
    ) -> Iterator[Progress | TextToImageOutput]:
        """The steps of a call of the pipeline, then its output."""

        def progress_of(event: PipelineStep) -> Progress:
            """Made in the thread that samples, which has the models to itself."""
            step, steps = event.step, event.num_inference_steps
            shown = -(-previews * AT_ONCE // max(AT_ONCE, len(event.latents)))
            seen, before = (s * (shown + 1) // steps for s in (step, step - 1))
            return Progress(step, steps, event.preview() if before < seen and step < steps else [])

        def draw(callback: Callable[[Progress], bool]) -> TextToImageOutput:
            return self.pipeline(**arguments, callback=lambda event: callback(progress_of(event)))

        yield from watch(draw, stop)

    def _mix(
        self, first: str, second: str, arguments: dict[str, Any], stop: threading.Event | None = None
    ) -> Iterator[Progress | MixOutput]:
        """The steps from one prompt to another, then what `mix` makes."""
        for event in watch(lambda callback: mix(self.pipeline, first, second, callback=callback, **arguments), stop):
            yield event if isinstance(event, MixOutput) else Progress(event.step, event.num_inference_steps, [])
