"""What the tabs share: one queue for the model, each visitor's run, and each visitor's last pictures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np

from multimodal.settings import Settings

MODEL: dict[str, Any] = {"concurrency_id": "model", "concurrency_limit": 1, "api_visibility": "private"}
DRAW: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}  # handlers that leave the model alone


@dataclass(frozen=True)
class LastPictures:
    """What one visitor last generated or reconstructed, for the Codebook tab."""

    captions: list[str]
    codebook_indices: np.ndarray  # (N, groups, h, w)
    settings: tuple[Settings, ...] = ()  # of generated pictures


class Runs:
    """The run of each visitor, to be told to end with the step that it is in.

    Gradio's own cancelling only reaches a handler between two of its yields, when the next step has already begun.
    """

    def __init__(self) -> None:
        self._stops: dict[str | None, threading.Event] = {}

    @contextmanager
    def begin(self, request: gr.Request | None) -> Iterator[threading.Event]:
        """Within, `stop` sets the event that is given."""
        session, stop = request and request.session_hash, threading.Event()
        self._stops[session] = stop
        try:
            yield stop
        finally:
            if self._stops.get(session) is stop:
                del self._stops[session]

    def stop(self, request: gr.Request) -> None:
        """End the visitor's run, if there is one."""
        if stop := self._stops.get(request.session_hash):
            stop.set()
