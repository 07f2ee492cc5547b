"""Guidance distillation: what is taught, what is learnt, and how a student goes back to being a plain DiT."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from accelerate import Accelerator
from torch import nn

from multimodal import TextToImagePipeline
from multimodal.config import DiTConfig
from multimodal.diffusion.samplers import guided
from multimodal.models.dit import DiT
from multimodal.training.distillation import GuidanceTeacher, sample_scales, undistilled
from multimodal.training.plan import train_all, train_one
from multimodal.training.run_config import Sources

MAX_SCALE = 6.0


def teacher_of(pipeline: TextToImagePipeline) -> GuidanceTeacher:
    return GuidanceTeacher(pipeline.dit, MAX_SCALE, pipeline.text_encoder, Accelerator())


def test_scales_are_in_their_range_and_mostly_small() -> None:
    config = DiTConfig(max_guidance_scale=MAX_SCALE, guidance_interval=(0.2, 0.9))
    scales = sample_scales(torch.linspace(0.2, 0.9, 1000), config)
    assert 1 <= scales.min() < 1.01
    assert MAX_SCALE - 0.2 < scales.max() <= MAX_SCALE
    assert (scales < (1 + MAX_SCALE) / 2).float().mean() > 0.6
    assert sample_scales(torch.tensor([0.0, 0.19, 0.91]), config).tolist() == [1, 1, 1]
    assert sample_scales(torch.tensor([0.5, 1.0]), DiTConfig()).tolist() == [1, 1]


@torch.no_grad()
def test_the_teacher_says_what_guidance_makes_of_two_runs(pipeline: TextToImagePipeline) -> None:
    latents, t = pipeline.make_noise([1, 2]), torch.full((2,), 0.6)
    context, context_mask, pooled = pipeline.text_encoder(["a fox", "a star"])
    x0 = teacher_of(pipeline).x0(latents, latents, t, context, context_mask, pooled, torch.tensor([3.0, 1.0]))
    with_prompt, without = (
        pipeline.dit_velocity(pipeline.encode_prompt(prompts)) for prompts in (["a fox", "a star"], ["", ""])
    )
    velocity = guided(with_prompt, without, 3.0, (0, 1))(latents, t)
    assert torch.allclose(x0[0], (latents - 0.6 * velocity)[0], atol=1e-4)
    assert torch.allclose(x0[1], (latents - 0.6 * with_prompt(latents, t))[1], atol=1e-4)


@torch.no_grad()
def test_a_student_starts_with_a_guided_mean_and_can_be_made_plain_again(pipeline: TextToImagePipeline) -> None:
    teacher = teacher_of(pipeline)
    student = teacher.student().eval()
    context, context_mask, pooled = pipeline.text_encoder(["a fox", "a star"])
    inputs = pipeline.make_noise([1, 2]), torch.tensor([0.2, 0.9]), context, context_mask, pooled
    assert torch.equal(student(*inputs), teacher.dit(*inputs))
    condition = teacher.dit.condition(context, context_mask, pooled)
    unconditional = pipeline.encode_prompt([""]).mean
    guided_mean = unconditional + 5 * (condition.mean - unconditional)
    expected = teacher.dit(*inputs[:2], *condition._replace(mean=guided_mean))
    assert torch.allclose(student(*inputs, guidance_scale=torch.full((2,), 5.0)), expected, atol=1e-4)
    assert undistilled(teacher.dit) is teacher.dit
    assert student.guidance_embedding is not None
    nn.init.normal_(student.guidance_embedding.weight)
    plain = undistilled(student)
    assert plain.config == teacher.dit.config
    assert torch.allclose(plain(*inputs), student(*inputs), atol=1e-5)
    assert not torch.allclose(plain(*inputs), teacher.dit(*inputs), atol=1e-3)


@pytest.fixture(scope="module")
def start(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("start")
    train_all("tiny", [], Sources(pictures), out)
    return out


def test_a_trained_dit_learns_guidance_and_goes_on_without(start: Path, pictures: Path, tmp_path: Path) -> None:
    def train(folder: Path, out: Path, *overrides: str) -> DiT:
        train_one("dit", "tiny", ["num_composites=0", *overrides], Sources(pictures, start=folder), out)
        return TextToImagePipeline.from_pretrained(out).dit

    distilled = train(start, tmp_path / "distilled", "guidance_distillation=6.0", "mean.steps=0", "learning_rate=0.01")
    assert distilled.config.max_guidance_scale == MAX_SCALE
    assert distilled.guidance_embedding is not None
    assert distilled.guidance_embedding.weight.abs().max() > 0
    before = TextToImagePipeline.from_pretrained(start).dit.mean_predictor.state_dict()
    assert all(torch.equal(weight, before[key]) for key, weight in distilled.mean_predictor.state_dict().items())
    again = train(tmp_path / "distilled", tmp_path / "again")
    assert again.config.max_guidance_scale == 0
    tuned = train(tmp_path / "distilled", tmp_path / "tuned", "rehearsal_fraction=0.5", "num_rehearsals=8")
    assert tuned.config.max_guidance_scale == MAX_SCALE


def test_there_must_be_something_to_distil(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rehearsal_fraction, guidance_distillation need a checkpoint"):
        train_one("dit", "tiny", ["guidance_distillation=6.0"], Sources(pictures), tmp_path)
