"""Sampling as one watches it, with tiny random models."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from multimodal import TextToImagePipeline
from multimodal.settings import Settings
from multimodal.ui.progress import Progress, WatchedPipeline


@pytest.mark.parametrize(("previews", "things", "shown"), [(5, 1, 5), (1, 1, 1), (0, 1, 0), (5, 8, 3), (0, 8, 0)])
def test_as_many_previews_are_made_as_are_asked_for(
    previews: int, things: int, shown: int, pipeline: TextToImagePipeline
) -> None:
    arguments = Settings("a fox", 0, num_inference_steps=20).arguments(["a fox"] * things, list(range(things)))
    *steps, _ = WatchedPipeline(pipeline).draw(arguments, previews=previews)
    assert [step.step for step in steps] == list(range(1, 21))
    assert sum(bool(step.previews) for step in steps if isinstance(step, Progress)) == shown


def test_previews_are_made_by_the_thread_that_has_the_models(
    pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = {"sample_latents": 0, "decode_things": 0}
    for name, method in ((name, getattr(pipeline, name)) for name in threads):

        def noted(*args: Any, name: str = name, method: Any = method) -> Any:
            threads[name] = threading.get_ident()
            return method(*args)

        monkeypatch.setattr(pipeline, name, noted)
    list(WatchedPipeline(pipeline).draw(Settings("a fox", 0, num_inference_steps=20).arguments(["a fox"], [0])))
    assert threads["decode_things"] == threads["sample_latents"] != threading.get_ident()
