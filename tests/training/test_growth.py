"""Smaller patches and more layers for a trained DiT: what they take over, and that a run can start from them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from multimodal import TextToImagePipeline
from multimodal.checkpoint import load_dit
from multimodal.models.dit import DiT
from multimodal.training.growth import with_depth, with_patch_size
from multimodal.training.plan import train_all, train_one
from multimodal.training.run_config import Sources


@pytest.fixture
def dit(pipeline: TextToImagePipeline) -> DiT:
    return pipeline.dit


@torch.no_grad()
def test_flat_latents_are_read_and_written_as_before(dit: DiT) -> None:
    divided = with_patch_size(dit, 1)
    assert divided.config == dataclasses.replace(dit.config, patch_size=1)
    size = dit.config.latent_size
    flat = torch.randn(1, 2 * dit.config.latent_channels, 1, 1).expand(-1, -1, size, size)
    before, after = (model.patch_embedding(model.patchify(flat))[0] for model in (dit, divided))
    bias = dit.patch_embedding.bias
    assert torch.allclose((after - bias)[0] * 2, (before - bias)[0], atol=1e-5)  # a patch of one place instead of four
    token = torch.randn(dit.config.hidden_size)
    places = dit.final(token).unflatten(0, (-1, dit.config.patch_size**2))
    assert torch.allclose(divided.final(token), places.mean(dim=1), atol=1e-5)
    unchanged = dit.state_dict().keys() - {"patch_embedding.weight", "final.weight", "final.bias"}
    assert all(torch.equal(dit.state_dict()[key], divided.state_dict()[key]) for key in unchanged)


def test_the_same_patch_size_changes_nothing(dit: DiT) -> None:
    assert with_patch_size(dit, dit.config.patch_size) is dit


@pytest.mark.parametrize("patch_size", [0, -1, 3, 4])
def test_patches_can_only_be_divided(dit: DiT, patch_size: int) -> None:
    with pytest.raises(ValueError, match=f"patch_size {patch_size} must divide 2, that of the checkpoint"):
        with_patch_size(dit, patch_size)


def test_new_blocks_change_nothing_until_they_learn(dit: DiT) -> None:
    old, config = dit.config.depth, dit.config
    deeper = with_depth(dit, old + 2)
    assert deeper.config == dataclasses.replace(config, depth=old + 2)
    assert len(deeper.blocks) == old + 2
    size, length = config.latent_size, 3
    latents, t = torch.randn(2, config.latent_channels, size, size), torch.rand(2)
    context, pooled = torch.randn(2, length, config.context_dim), torch.randn(2, config.pooled_dim)
    inputs = (latents, t, context, torch.ones(2, length, dtype=torch.bool), pooled)
    with torch.no_grad():
        assert torch.equal(deeper(*inputs), dit(*inputs))
    deeper(*inputs).square().sum().backward()
    assert all(block.feed_forward.out.weight.grad.any() for block in deeper.blocks[old:])


def test_the_same_depth_changes_nothing_and_less_is_refused(dit: DiT) -> None:
    depth = dit.config.depth
    assert with_depth(dit, depth) is dit
    with pytest.raises(ValueError, match=f"depth 1 is less than {depth}, that of the checkpoint"):
        with_depth(dit, 1)


def test_without_steps_the_mean_alone_learns_in_a_dit_that_takes_a_guidance_scale(pictures: Path, tmp_path: Path) -> None:
    train_all("tiny", [], Sources(pictures), tmp_path / "plain")
    distil = ["num_composites=0", "mean.steps=0", "guidance_distillation=4.0"]
    train_one("dit", "tiny", distil, Sources(pictures, start=tmp_path / "plain"), tmp_path / "start")
    words = ["num_composites=0", "steps=0", "model.mean_detail=8"]
    train_one("dit", "tiny", words, Sources(pictures, start=tmp_path / "start"), tmp_path / "mine")
    before, pipeline = load_dit(tmp_path / "start" / "dit"), TextToImagePipeline.from_pretrained(tmp_path / "mine")
    after = pipeline.dit
    assert after.config == dataclasses.replace(before.config, mean_detail=8)
    old, new = before.state_dict(), after.state_dict()
    of_mean = ("mean_predictor.", "unconditional_mean")
    assert all(torch.allclose(old[key], new[key], atol=1e-6) for key in old if not key.startswith(of_mean))
    assert not torch.allclose(old["mean_predictor.mlp.final.1.weight"], new["mean_predictor.mlp.final.1.weight"], atol=1e-6)
    mean = after.condition(*pipeline.text_encoder([""])).mean[0]
    assert torch.allclose(new["unconditional_mean"], mean, atol=0.02)  # which is stored with 8 bits


def test_a_run_starts_from_divided_patches_and_more_blocks(pictures: Path, tmp_path: Path) -> None:
    train_all("tiny", [], Sources(pictures), tmp_path / "start")
    words = ["num_composites=0", "mean.steps=0", "model.patch_size=1", "model.depth=3"]
    train_one("dit", "tiny", words, Sources(pictures, start=tmp_path / "start"), tmp_path / "mine")
    config = TextToImagePipeline.from_pretrained(tmp_path / "mine").dit.config
    assert (config.patch_size, config.depth) == (1, 3)
