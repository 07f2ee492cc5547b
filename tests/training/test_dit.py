"""What a run of the DiT begins with."""

from __future__ import annotations

import dataclasses

import torch

from multimodal import TextToImagePipeline
from multimodal.config import DiTConfig
from multimodal.models.dit import DiT
from multimodal.training.dit import starting_dit
from multimodal.training.run_config import DiTRunConfig


def run_of(trained: DiTConfig, **changes: float) -> DiTRunConfig:
    config = DiTRunConfig(**changes)
    return dataclasses.replace(config, model=config.model_from(trained))


def resized(run: DiTRunConfig, **sizes: int) -> DiTRunConfig:
    return dataclasses.replace(run, model=dataclasses.replace(run.model, **sizes))


def test_without_a_trained_one_it_is_new(pipeline: TextToImagePipeline) -> None:
    config = run_of(pipeline.dit.config)
    torch.manual_seed(3)
    first = starting_dit(config, None).state_dict()
    torch.manual_seed(3)
    assert all(torch.equal(value, first[key]) for key, value in DiT(config.model).state_dict().items())
    assert not torch.equal(first["patch_embedding.weight"], pipeline.dit.state_dict()["patch_embedding.weight"])


def test_a_trained_one_stays_what_it_is_or_gets_the_sizes_that_are_asked_for(pipeline: TextToImagePipeline) -> None:
    plain = pipeline.dit.config
    assert starting_dit(run_of(plain), pipeline.dit) is pipeline.dit
    config = resized(run_of(plain), patch_size=1, mean_width=24)
    dit = starting_dit(config, pipeline.dit)
    assert dit.config == config.model
    assert (dit.config.patch_size, dit.config.mean_width) == (1, 24)


def test_a_guidance_scale_is_kept_for_rehearsal_alone(pipeline: TextToImagePipeline) -> None:
    student = DiT(dataclasses.replace(pipeline.dit.config, max_guidance_scale=6.0))
    assert starting_dit(run_of(student.config, rehearsal_fraction=0.5), student) is student
    assert starting_dit(run_of(student.config), student).guidance_embedding is None
    assert starting_dit(run_of(student.config, guidance_distillation=4.0), student).guidance_embedding is None
