"""Watching pictures form: sampling, which calls back, as an iterator that may be left at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any, TypeVar

Output = TypeVar("Output")
END = object()


def watch(run: Callable[[Callable[[Any], bool]], Output], stop: threading.Event | None = None) -> Iterator[Any | Output]:
    """Run a sampling in a thread of its own and yield its steps, then its output.

    Closing the iterator cancels the sampling, at the latest in the step after the next one it yields.

    Args:
        run: makes pictures, handing the callback it is given on to the pipeline or to `mix`.
        stop: when it is set, also while the iterator waits for a step, the sampling ends with the step it is in.
    Raises:
        SamplingCancelled: it was stopped.
        whatever else `run` raises.
    """
    events: SimpleQueue[Any] = SimpleQueue()
    closed = stop or threading.Event()

    def callback(step: Any) -> bool:
        events.put(step)
        return not closed.is_set()

    def work() -> None:
        try:
            events.put(run(callback))
            events.put(END)
        except BaseException as error:  # SamplingCancelled too, which then nobody reads
            events.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        while (event := events.get()) is not END:
            if isinstance(event, BaseException):
                raise event
            yield event
    finally:
        closed.set()
