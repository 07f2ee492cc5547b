"""Watching pictures form: sampling, which calls back, as an iterator that may be left at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

from multimodal.diffusion.samplers import SAMPLERS, Callback, SamplerStep
from multimodal.pipeline import TextToImageOutput

__all__ = ["SAMPLERS", "SamplerStep", "watch"]


def watch(run: Callable[[Callback], TextToImageOutput]) -> Iterator[SamplerStep | TextToImageOutput]:
    """Run a sampling in a thread of its own and yield its steps, then its output.

    Closing the iterator cancels the sampling within one step.

    Args:
        run: makes pictures, handing the callback it is given on to the pipeline.
    Raises:
        whatever `run` raises.
    """
    events: SimpleQueue[SamplerStep | TextToImageOutput | BaseException] = SimpleQueue()
    closed = threading.Event()

    def callback(step: SamplerStep) -> bool:
        events.put(step)
        return not closed.is_set()

    def work() -> None:
        try:
            events.put(run(callback))
        except BaseException as error:  # SamplingCancelled too, which then nobody reads
            events.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        while True:
            event = events.get()
            if isinstance(event, BaseException):
                raise event
            yield event
            if isinstance(event, TextToImageOutput):
                return
    finally:
        closed.set()
