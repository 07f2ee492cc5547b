"""Sampling as an iterator."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from multimodal.diffusion.samplers import SamplingCancelled
from multimodal.outputs import PipelineStep
from multimodal.pipeline import TextToImageOutput, TextToImagePipeline
from multimodal.ui.watching import watch


@pytest.fixture(scope="module")
def pipeline(tiny_checkpoint: Path) -> TextToImagePipeline:
    return TextToImagePipeline.from_pretrained(tiny_checkpoint)


def test_steps_come_in_order_and_the_output_last(pipeline: TextToImagePipeline) -> None:
    *steps, output = watch(lambda callback: pipeline("a fox", num_inference_steps=5, seed=3, callback=callback))
    assert [step.step for step in steps if isinstance(step, PipelineStep)] == [1, 2, 3, 4, 5]
    assert isinstance(output, TextToImageOutput)
    assert output.images[0].tobytes() == pipeline("a fox", num_inference_steps=5, seed=3).images[0].tobytes()


def test_closing_stops_the_sampling_within_a_step(pipeline: TextToImagePipeline) -> None:
    taken, go_on, ended = [], threading.Semaphore(2), threading.Event()

    def run(callback) -> TextToImageOutput:
        def slowly(step: PipelineStep) -> bool | None:
            taken.append(step.step)
            answer = callback(step)
            go_on.acquire(timeout=10)
            return answer

        try:
            return pipeline("a fox", num_inference_steps=50, callback=slowly)
        finally:
            ended.set()

    steps = watch(run)
    assert next(steps).step == 1
    steps.close()
    go_on.release(50)
    assert ended.wait(10), "the sampling went on after the iterator was closed"
    assert len(taken) <= 4
    assert pipeline("a star", num_inference_steps=1).images, "the next call does not wait for ever"


def test_a_sampling_that_is_told_to_stop_ends_with_the_step_it_is_in(pipeline: TextToImagePipeline) -> None:
    stop, taken = threading.Event(), []

    def run(callback) -> TextToImageOutput:
        def told(step: PipelineStep) -> bool | None:
            taken.append(step.step)
            if step.step == 3:
                stop.set()
            return callback(step)

        return pipeline("a fox", num_inference_steps=50, callback=told)

    with pytest.raises(SamplingCancelled):
        list(watch(run, stop))
    assert taken == [1, 2, 3]


def test_errors_come_out_where_they_can_be_caught(pipeline: TextToImagePipeline) -> None:
    with pytest.raises(ValueError, match="empty"):
        list(watch(lambda callback: pipeline("  ", callback=callback)))
