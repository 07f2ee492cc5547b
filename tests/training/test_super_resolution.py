"""Training super-resolution: from pictures to a checkpoint that enlarges better than it began."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
import torch

from multimodal import rgba
from multimodal.__main__ import main
from multimodal.checkpoint import load_super_resolution, save_model
from multimodal.data.images import decode_images, load_captioned_images
from multimodal.metrics import picture_losses
from multimodal.models.super_resolution import SuperResolution
from multimodal.models.vqvae import VQVAE
from multimodal.training.presets import PRESETS
from multimodal.training.run_config import Sources
from multimodal.training.super_resolution import paired_crops, train_super_resolution

CONFIG = PRESETS["super_resolution"]["tiny"]


def test_training_teaches_to_enlarge(pictures: Path, tmp_path: Path) -> None:
    config = dataclasses.replace(CONFIG, steps=80, learning_rate=5e-3, ema_decay=0.9, sample_every=80, save_every=80)
    train_super_resolution(config, Sources(pictures), tmp_path)
    model = load_super_resolution(tmp_path / "super_resolution")
    pixels = decode_images(load_captioned_images(pictures), 32)
    large, small = rgba.from_uint8(pixels), rgba.from_uint8(rgba.resize(pixels, 16))
    with torch.no_grad():
        trained, plain = (picture_losses(each(small), large)["l1"] for each in (model, SuperResolution(config.model)))
    assert trained < 0.8 * plain
    assert list((tmp_path / "training" / "super_resolution" / "samples").glob("*.png"))


def test_a_stopped_run_goes_on_where_it_was(pictures: Path, tmp_path: Path) -> None:
    for name in ("whole", "parts"):
        train_super_resolution(CONFIG, Sources(pictures), tmp_path / name)
    shutil.rmtree(tmp_path / "parts" / "training" / "super_resolution" / "step-00000004")
    train_super_resolution(CONFIG, Sources(pictures), tmp_path / "parts")
    whole, parts = (load_super_resolution(tmp_path / name / "super_resolution").state_dict() for name in ("whole", "parts"))
    assert all(whole[key].equal(parts[key]) for key in whole)


def test_it_learns_to_mend_what_a_vqvae_decodes_where_there_is_one(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vqvae = VQVAE(PRESETS["vqvae"]["tiny"].model)
    save_model(tmp_path / "vqvae", vqvae, vqvae.config, {})
    command = ["train", "super_resolution", "--config", "tiny", "--data", str(pictures), "--out", str(tmp_path)]
    assert main(command) == 0
    assert f"to mend what {tmp_path / 'vqvae'} decodes" in capsys.readouterr().out
    train_super_resolution(CONFIG, Sources(pictures), tmp_path / "without")
    mended, plain = (load_super_resolution(folder / "super_resolution") for folder in (tmp_path, tmp_path / "without"))
    assert not torch.equal(mended.final.weight, plain.final.weight)
    assert all(parameter.isfinite().all() for parameter in mended.parameters())


@pytest.mark.parametrize("scale", [2, 4])
def test_crops_show_the_same_part(scale: int) -> None:
    torch.manual_seed(0)
    small = torch.randint(255, (20, 4, 16, 16))
    large = small.repeat_interleave(scale, dim=2).repeat_interleave(scale, dim=3)
    crops, whole = paired_crops(small, large, 8 * scale)
    assert crops.shape == (20, 4, 8, 8)
    assert torch.equal(crops.repeat_interleave(scale, dim=2).repeat_interleave(scale, dim=3), whole)
    assert len({tuple(crop[0, 0].tolist()) for crop in crops}) == 20
