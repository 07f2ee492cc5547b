"""What the tabs share: one queue for the model, each visitor's run, and each visitor's last pictures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from torch import Tensor

from multimodal.settings import Settings
from multimodal.ui.errors import friendly_errors
from multimodal.ui.texts import Texts

MODEL: dict[str, Any] = {"concurrency_id": "model", "concurrency_limit": 1, "api_visibility": "private"}
LIGHT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}  # handlers that need no model


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture that a visitor made, or had reconstructed."""

    caption: str
    codebook_indices: Tensor  # (groups, h, w)
    model_id: str  # whose codes these are; after a switch to another model they mean nothing
    settings: Settings | None = None  # of one that was generated
    kept: str = ""  # its name in the history, where there is one


Pictures = tuple[Picture, ...]  # what one visitor last generated, and after it what was then reconstructed


def of_model(pictures: Pictures, model_id: str) -> Pictures:
    """Those whose codes mean something to a model."""
    return tuple(picture for picture in pictures if picture.model_id == model_id)


def is_generated(last: Pictures) -> bool:
    """Whether there are generated pictures, of which more can be made; there are none while others form."""
    return any(picture.settings for picture in last)


def choose(last: Pictures, event: gr.SelectData) -> tuple[Any, Any]:
    """The place and the seed of the picture that was clicked."""
    index = int(event.index)
    settings = last[index].settings if 0 <= index < len(last) else None
    return index, settings.seed if settings else gr.skip()


def bring_back(finished: tuple[list[tuple[str, str]], Pictures] | None, last: Pictures) -> tuple[Any, ...]:
    """The pictures of before, in the place of those that a run has left half formed: values for gallery, last, chosen."""
    pictures, before = finished or ([], ())
    if last or not pictures or not all(Path(path).exists() for path, _ in pictures):  # they are deleted after an hour
        return gr.skip(), gr.skip(), gr.skip()
    return gr.update(value=pictures, selected_index=0), before, 0


class Stop(threading.Event):
    """Set when a run is to end."""

    replaced = False  # by a later one, which says what goes on then


class Runs:
    """The run of each visitor, to be told to end with the step that it is in.

    Gradio's own cancelling only reaches a handler between two of its yields, when the next step has already begun.
    """

    def __init__(self) -> None:
        self._stops: dict[tuple[str | None, bool], Stop] = {}
        self._stopped: set[str | None] = set()  # who ended a run, and was not told yet
        self._problems: dict[str | None, str] = {}  # why the last run of somebody made nothing, who was not told yet

    @contextmanager
    def begin(self, request: gr.Request | None, draft: bool = False) -> Iterator[Stop]:
        """Within, `stop`, and for a draft `replace_draft`, sets the event that is given."""
        session, stop = request and request.session_hash, Stop()
        key = session, draft
        self._stops[key] = stop
        self._stopped.discard(session)  # what came too late for the run before
        self._problems.pop(session, None)
        try:
            yield stop
        finally:
            if self._stops.get(key) is stop:
                del self._stops[key]

    def leave(self, request: gr.Request) -> None:
        """End what the visitor runs, who has gone."""
        self._problems.pop(request.session_hash, None)
        self._end(request)

    def _end(self, request: gr.Request) -> bool:
        """End what the visitor runs; returns whether there was anything."""
        stops = [stop for draft in (False, True) if (stop := self._stops.get((request.session_hash, draft)))]
        for stop in stops:
            stop.set()
        return bool(stops)

    def stop(self, request: gr.Request) -> None:
        """End what the visitor runs, who is then told that it was stopped."""
        if self._end(request):
            self._stopped.add(request.session_hash)

    def was_stopped(self, request: gr.Request) -> bool:
        """Whether it was the visitor who ended the last run; asked once."""
        stopped = request.session_hash in self._stopped
        self._stopped.discard(request.session_hash)
        return stopped

    @contextmanager
    def problems(self, request: gr.Request | None) -> Iterator[None]:
        """`friendly_errors`, the last of which `problem` then says once more."""
        try:
            with friendly_errors(Texts(request)):
                yield
        except gr.Error as error:
            self._problems[request and request.session_hash] = str(error.message)
            raise

    def problem(self, request: gr.Request) -> str:
        """Why the visitor's last run made nothing, as HTML, or ""; asked once."""
        return self._problems.pop(request.session_hash, "")

    def replace_draft(self, request: gr.Request) -> None:
        """End the visitor's draft alone, as a later one follows."""
        if stop := self._stops.get((request.session_hash, True)):
            stop.replaced = True
            stop.set()
