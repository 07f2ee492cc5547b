"""On Spaces with ZeroGPU, played here by a module: what computes is decorated, and only plain data goes in and out."""

from __future__ import annotations

import importlib
import inspect
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from multimodal.ui import zero_gpu
from multimodal.ui.generation import Generation
from multimodal.ui.models import Models

Calls = list[str]


def through_processes(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """The names of the functions that ran on the GPU."""
    calls: Calls = []

    def gpu(function: Any) -> Any:
        def run(*args: Any, **kwargs: Any) -> Any:
            calls.append(function.__name__)
            args, kwargs = through_processes((args, kwargs))
            return through_processes(function(*args, **kwargs))

        def generate(*args: Any, **kwargs: Any) -> Any:
            calls.append(function.__name__)
            args, kwargs = through_processes((args, kwargs))
            yield from map(through_processes, function(*args, **kwargs))

        return generate if inspect.isgeneratorfunction(function) else run

    spaces = ModuleType("spaces")
    spaces.GPU = gpu  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    importlib.reload(zero_gpu)
    yield calls
    monkeypatch.undo()
    importlib.reload(zero_gpu)


def make(tab: Any) -> list[tuple[Any, ...]]:
    """The events of a run, up to the finished pictures."""
    request: Any = None
    return list(tab.generate(request, "a fox", "", "", 7, 3.0, "euler", 2, 5, True))


def test_pictures_are_made_on_the_gpu_as_they_are_made_without(calls: Calls, tiny_checkpoint: Path) -> None:
    loaded = Models(tiny_checkpoint)
    events = make(Generation(loaded))
    assert calls == ["_draw"]
    assert any(isinstance(shown, list) and isinstance(shown[0][0], Image.Image) for shown, *_ in events[:-1])
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(zero_gpu, "GPU", None)
        plain = make(Generation(loaded))
    assert calls == ["_draw"]
    assert len(events) == len(plain)
    last, expected = events[-1][-1], plain[-1][-1]
    assert (last.codebook_indices == expected.codebook_indices).all()
    assert last.settings == expected.settings


def test_what_else_computes_runs_there_too_and_follows_a_switch(calls: Calls, tiny_checkpoint: Path) -> None:
    loaded = Models(tiny_checkpoint)
    loaded.use(tiny_checkpoint)
    output = loaded.pipeline.reconstruct(Image.new("RGBA", (9, 9), "red"))
    loaded.pipeline.decode_codebook_indices(output.codebook_indices[None])
    assert calls == ["reconstruct", "decode_codebook_indices"]


def test_without_spaces_nothing_is_decorated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spaces", None)  # as if it were not installed
    importlib.reload(zero_gpu)
    assert zero_gpu.on_gpu(make) is make
