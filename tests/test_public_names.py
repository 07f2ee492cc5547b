"""The names and arguments that people write in their own programs."""

from __future__ import annotations

import dataclasses
import inspect

import pytest

import multimodal


def test_the_package_exports_exactly_these_names() -> None:
    assert set(multimodal.__all__) == {"TextToImagePipeline", "TextToImageOutput", "ReconstructionOutput", "__version__"}
    for name in multimodal.__all__:
        assert getattr(multimodal, name) is not None
    with pytest.raises(AttributeError, match="Pipelin"):
        _ = multimodal.Pipelin


def test_the_pipeline_is_called_with_these_arguments() -> None:
    parameters = inspect.signature(multimodal.TextToImagePipeline.__call__).parameters
    assert list(parameters)[1:] == [
        "prompt", "negative_prompt", "num_inference_steps", "guidance_scale", "seed", "num_images_per_prompt", "sampler",
        "callback", "image", "strength", "mask", "interpret", "style",
    ]  # fmt: skip
    assert parameters["seed"].default == 0
    assert parameters["num_images_per_prompt"].default == 1


@pytest.mark.parametrize(
    ("output", "fields"),
    [
        (multimodal.TextToImageOutput, {"images", "codebook_indices", "prompts", "seeds", "dropped", "renamed"}),
        (multimodal.ReconstructionOutput, {"image", "original", "codebook_indices", "psnr", "num_bytes"}),
    ],
)
def test_outputs_have_these_fields(output: type, fields: set[str]) -> None:
    assert {field.name for field in dataclasses.fields(output)} >= fields
