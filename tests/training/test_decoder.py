"""The decoder alone: what it learns from, and that nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from multimodal import TextToImagePipeline
from multimodal.checkpoint import load_tensors
from multimodal.config import DecoderRunConfig
from multimodal.training import decoder
from multimodal.training.decoder import noised, restore
from multimodal.training.plan import Sources, train_all, train_one


@pytest.fixture(scope="module")
def start(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("start")
    train_all("tiny", [], Sources(pictures), out)
    return out


def test_the_decoder_alone_learns(start: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train_one("decoder", "tiny", [], Sources(pictures, start=start), tmp_path)
    (before, _), (after, _) = load_tensors(start / "vqvae"), load_tensors(tmp_path / "vqvae")
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    assert changed
    assert all(key.startswith("decoder.") for key in changed)
    monkeypatch.setattr(decoder, "restore", None)  # what was restored is kept
    train_one("decoder", "tiny", ["steps=6"], Sources(pictures, start=start), tmp_path)


def test_it_needs_an_encoder(pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs --from CHECKPOINT"):
        train_one("decoder", "tiny", [], Sources(pictures), tmp_path)


def test_noise_changes_codes_as_far_as_it_is_strong(pipeline: TextToImagePipeline) -> None:
    torch.manual_seed(0)
    codes = torch.randint(16, (8, 2, 8, 8))
    changed = [(noised(pipeline, codes, noise) != codes).float().mean().item() for noise in (0.0, 0.5, 5.0)]
    assert changed[0] == 0
    assert changed[0] < changed[1] < changed[2]


def test_what_is_restored_from_little_noise_is_near(pipeline: TextToImagePipeline) -> None:
    codes, prompts = torch.randint(16, (4, 2, 8, 8)), ["a fox"] * 4

    def distance(time: float) -> float:
        restored = restore(pipeline, codes, prompts, DecoderRunConfig(restored_time=time), 0)
        assert (restored.shape, restored.dtype) == (codes.shape, torch.int16)
        return (pipeline.vqvae.lookup(restored.long()) - pipeline.vqvae.lookup(codes)).square().mean().item()

    assert distance(1e-6) < 0.01  # two codes may be all but the same
    assert distance(0.05) < distance(1.0)
