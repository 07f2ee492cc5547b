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

import gradio as gr
import pytest
from PIL import Image

from multimodal.config import RestylerConfig
from multimodal.inspection.token_editing import Edit
from multimodal.models.restyler import Restyler
from multimodal.ui import api, api_inspect, serving, zero_gpu
from multimodal.ui.edit import Editing
from multimodal.ui.generation import Generation
from multimodal.ui.inside import Inside
from multimodal.ui.mix import Mixing
from multimodal.ui.models import Lists, Models
from multimodal.ui.reconstruct import Reconstruct
from multimodal.ui.token_editor import Editor

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
    forming = [shown["value"] for shown, *_ in events[:-1] if "value" in shown]
    assert forming
    assert all(isinstance(pictures[0][0], Image.Image) for pictures in forming)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(zero_gpu, "GPU", None)
        plain = make(Generation(loaded))
    assert calls == ["_draw"]
    assert len(events) == len(plain)
    last, expected = events[-1][-1], plain[-1][-1]
    for one, other in zip(last, expected, strict=True):
        assert one.codebook_indices.equal(other.codebook_indices)
        assert one.settings == other.settings


def test_what_else_computes_runs_there_too_and_follows_a_switch(calls: Calls, tiny_checkpoint: Path) -> None:
    loaded = Models(tiny_checkpoint)
    loaded.use(tiny_checkpoint)
    output = loaded.pipeline.reconstruct(Image.new("RGBA", (9, 9), "red"))
    loaded.pipeline.decode_codebook_indices(output.codebook_indices[None])
    assert calls == ["reconstruct", "decode_codebook_indices"]


def test_so_does_every_tab(calls: Calls, tiny_checkpoint: Path, tmp_path: Path) -> None:
    loaded = Models(tiny_checkpoint)
    loaded._take(tiny_checkpoint, Lists({"en": ["a fox", "a star"]}, None, loaded.statistics))
    loaded.pipeline.restyler = Restyler(RestylerConfig(widths=(8, 16)))
    tab, picture = Generation(loaded), Image.new("RGBA", (9, 9), "red")
    picture.save(tmp_path / "picture.png")
    asked = ("a fox", "", "", 2, 3.0, "euler", 1, 5, True)
    editor = Editor(loaded.pipeline, [])
    *_, (*_, [made]) = tab.generate(None, *asked)  # type: ignore[arg-type]
    edit = Edit((made.codebook_indices,), made.model_id)
    runs = {
        "mix": lambda: Mixing(tab).mix(None, "a star", 3, *asked),  # type: ignore[arg-type]
        "edit": lambda: Editing(tab).redraw(None, "1 2", made, 0.8, *asked),  # type: ignore[arg-type]
        "inside": lambda: Inside(loaded).look("a fox", 5, "", None),  # type: ignore[arg-type]
        "go on": lambda: editor.sample("a fox", 0.5, edit, 0, None, None),  # type: ignore[arg-type]
        "words": lambda: [loaded.nearest and loaded.nearest.to_picture(picture)],
        "styles": lambda: Reconstruct(loaded).styles(str(tmp_path / "picture.png"), None),  # type: ignore[arg-type]
    }
    ran = {}
    for name, run in runs.items():
        calls.clear()
        assert list(run())[-1]
        ran[name] = list(dict.fromkeys(calls))
    assert ran == {
        "mix": ["_mix"],
        "edit": ["_draw"],
        "inside": ["read", "to_prompt", "_draw", "decode_codebook_indices", "_restore"],
        "go on": ["_draw", "decode_codebook_indices"],
        "words": ["to_picture"],
        "styles": ["styles"],
    }


def test_and_every_endpoint_that_uses_the_models(
    calls: Calls, tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = Models(tiny_checkpoint)
    loaded._take(tiny_checkpoint, Lists({"en": ["a fox", "a star"]}, None, loaded.statistics))
    loaded.pipeline.restyler = Restyler(RestylerConfig(widths=(8, 16)))
    monkeypatch.setattr(api, "uploaded", Path)
    monkeypatch.setattr(api_inspect, "uploaded", Path)
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    picture = tmp_path / "picture.png"
    Image.new("RGBA", (32, 32), "red").save(picture)
    codes = [[[1] * 8] * 8] * 2
    with gr.Blocks() as demo:
        served = serving.serving(demo)
        api.Endpoints(loaded, served).add()
        api_inspect.InspectionEndpoints(loaded, served).add()
    endpoints = {str(block.api_name): block.fn for block in demo.fns.values()}
    arguments = {
        "generate": ("a fox",),
        "edit": (picture, "a fox"),
        "mix": ("a fox", "a star", 2),
        "reconstruct": (picture,),
        "decode": (codes,),
        "go_on": (codes, "a fox"),
        "expectation": ("a fox",),
        "attention": ("a fox",),
        "trajectory": ("a fox",),
        "restoration": ("a fox",),
        "reading": ("a fox",),
        "words": (picture,),
        "styles": (picture,),
        "codebook": (),
        "code": (1, 3),
    }
    assert endpoints.keys() - arguments.keys() == {"export", "provenance"}
    ran = {}
    for name, values in arguments.items():
        calls.clear()
        takes = inspect.signature(endpoints[name]).parameters
        endpoints[name](*values, **({"steps": 2} if "steps" in takes else {}))
        ran[name] = calls[0]
    assert ran == {
        **{"generate": "__call__", "edit": "reconstruct", "mix": "_mix", "reconstruct": "reconstruct"},
        **{"decode": "decode_codebook_indices", "go_on": "__call__"},
        **{name: name for name in ("expectation", "attention", "trajectory", "restoration")},
        **{"reading": "read", "words": "to_picture", "styles": "styles"},
        **dict.fromkeys(("codebook", "code"), "decode_codebook_indices"),
    }


def test_without_spaces_nothing_is_decorated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spaces", None)  # as if it were not installed
    importlib.reload(zero_gpu)
    assert zero_gpu.on_gpu(make) is make
