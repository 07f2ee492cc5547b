"""Watching pictures form: sampling, which calls back, as an iterator that may be left at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import TypeVar

from multimodal.diffusion.samplers import Callback, SamplerStep

Output = TypeVar("Output")


def watch(run: Callable[[Callback], Output], stop: threading.Event | None = None) -> Iterator[SamplerStep | Output]:
    """Run a sampling in a thread of its own and yield its steps, then its output.

    Closing the iterator cancels the sampling, at the latest in the step after the next one it yields.

    Args:
        run: makes pictures, handing the callback it is given on to the pipeline or to `mix`.
        stop: when it is set, also while the iterator waits for a step, the sampling ends with the step it is in.
    Raises:
        SamplingCancelled: it was stopped.
        whatever else `run` raises.
    """
    events: SimpleQueue[SamplerStep | Output | BaseException] = SimpleQueue()
    closed = stop or threading.Event()

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
            if not isinstance(event, SamplerStep):
                return
    finally:
        closed.set()
