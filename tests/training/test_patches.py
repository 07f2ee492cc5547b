"""Smaller patches for a trained DiT: what they take over, and that a run can start from them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from multimodal import TextToImagePipeline
from multimodal.models.dit import DiT
from multimodal.training.patches import with_patch_size
from multimodal.training.plan import Sources, train_all, train_one


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


def test_a_run_starts_from_divided_patches(pictures: Path, tmp_path: Path) -> None:
    train_all("tiny", [], Sources(pictures), tmp_path / "start")
    words = ["num_composites=0", "mean.steps=0", "patch_size=1"]
    train_one("dit", "tiny", words, Sources(pictures, start=tmp_path / "start"), tmp_path / "mine")
    assert TextToImagePipeline.from_pretrained(tmp_path / "mine").dit.config.patch_size == 1
    with pytest.raises(ValueError, match="patch_size"):
        train_one("dit", "tiny", words, Sources(pictures), tmp_path / "from_nothing")
