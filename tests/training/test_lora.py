"""LoRA and rehearsal: a trained DiT learns a few new pictures, stays a plain checkpoint, and keeps what it knew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from unittest.mock import Mock

import pytest
import torch
from accelerate import Accelerator
from PIL import Image, ImageDraw
from torch import Tensor, nn

from multimodal import TextToImagePipeline
from multimodal.__main__ import main
from multimodal.checkpoint import load_clip, load_dit, load_vqvae
from multimodal.models.text_encoder import CLIPTextEncoder
from multimodal.tensor_folder import CheckpointError, copy_checkpoint, load_tensors
from multimodal.training.loop import TrainingError
from multimodal.training.lora import merged, with_lora
from multimodal.training.plan import train_all, train_one
from multimodal.training.rehearsal import Rehearsal
from multimodal.training.run_config import Sources
from multimodal.word_lists import MALFORMED_FILE, STYLES_FILE, load_lists, load_name_table, load_names

MALFORMED = {"flat": ["red disc"]}
LORA = ["lora_rank=2", "rehearsal_fraction=0.5", "num_rehearsals=6", "num_composites=0"]


@pytest.fixture(scope="module")
def start(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole checkpoint, trained with the tiny configs."""
    out = tmp_path_factory.mktemp("start")
    train_all("tiny", [], Sources(pictures), out)
    copy_checkpoint(out / "dit", out / "dit", {MALFORMED_FILE: json.dumps(MALFORMED)})
    return out


@pytest.fixture(scope="module")
def stars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pictures of something new."""
    folder = tmp_path_factory.mktemp("stars")
    for k in range(4):
        image = Image.new("RGBA", (32, 32))
        ImageDraw.Draw(image).regular_polygon((16, 16, 8 + k), 3, fill="white")
        image.save(folder / f"star {k}.png")
    return folder


@pytest.fixture(scope="module")
def tuned(start: Path, stars: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one command makes of the two."""
    out = tmp_path_factory.mktemp("tuned") / "mine"
    options = ["--config", "tiny", "--from", str(start), "--data", str(stars), "--out", str(out)]
    assert main(["train", "dit", *options, *LORA, "learning_rate=0.05", "mean.learning_rate=0.05"]) == 0
    return out


def make_layers() -> nn.Module:
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Linear(4, 8), nn.SiLU(), nn.Linear(8, 8), nn.LayerNorm(8))
    layers[2].requires_grad_(False)
    return layers


def test_lora_begins_as_the_model_and_only_its_layers_learn() -> None:
    model, x = make_layers(), torch.randn(3, 4)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    lora = with_lora(model, 2)
    assert torch.equal(lora(x), model(x))
    learning = {name: tuple(p.shape) for name, p in lora.named_parameters() if p.requires_grad}
    assert sorted(learning.values()) == [(2, 4), (8, 2)]  # beside the first layer alone: the third may not learn
    assert model.state_dict().keys() == before.keys()  # the model itself has no new layers, and still learns
    assert model[0].weight.requires_grad


def test_merging_gives_a_plain_model_that_computes_the_same() -> None:
    model, x = make_layers(), torch.randn(3, 4)
    lora = with_lora(model, 2)
    for parameter in lora.parameters():
        if parameter.requires_grad:
            nn.init.normal_(parameter)
    plain = merged(lora)
    assert [(key, value.shape) for key, value in plain.state_dict().items()] == [
        (key, value.shape) for key, value in model.state_dict().items()
    ]
    assert torch.allclose(plain(x), lora(x), atol=1e-5)
    assert not torch.allclose(plain(x), model(x), atol=1e-2)
    assert any("lora" in key for key in lora.state_dict())  # which can go on learning


def test_without_a_rank_there_is_no_lora() -> None:
    model = make_layers()
    assert with_lora(model, 0) is merged(model) is model


def test_one_command_makes_a_whole_checkpoint(start: Path, tuned: Path) -> None:
    for part in ("vqvae", "clip"):  # as are the codebook's statistics and super_resolution, where there are any
        assert load_tensors(start / part)[1] == load_tensors(tuned / part)[1]  # checksums included
    assert load_name_table(tuned / "dit")["en"] == [*load_name_table(start / "dit")["en"], "star"]
    assert load_lists(tuned / "dit" / STYLES_FILE) == load_lists(start / "dit" / STYLES_FILE)  # what is new has none
    assert load_lists(tuned / "dit" / MALFORMED_FILE) == MALFORMED
    assert TextToImagePipeline.from_pretrained(tuned)("a star", num_inference_steps=1).images[0].size == (32, 32)


def test_what_is_exported_is_the_start_with_steps_of_low_rank(start: Path, tuned: Path) -> None:
    before, after = (load_dit(folder / "dit").state_dict() for folder in (start, tuned))
    assert before.keys() == after.keys()
    changed = {key: after[key] - before[key] for key in before if not torch.equal(before[key], after[key])}
    assert {"blocks.0.attention.query.weight", "blocks.1.feed_forward.out.weight"} <= changed.keys()
    assert "mean_predictor.mlp.final.1.weight" in changed
    assert not any(key.startswith("mean_predictor.translator.") for key in changed)
    for key, change in changed.items():
        assert key.endswith(".weight"), key
        _, strengths, _ = torch.linalg.svd(change)
        assert strengths[2:].max() < 0.05 * strengths[0], key  # beyond the second there is only what 8 bits round


def test_a_resumed_run_repeats_an_uninterrupted_one_bit_for_bit(
    start: Path, stars: Path, tuned: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(tuned, tmp_path / "mine")
    shutil.rmtree(out / "training" / "dit" / "step-00000004")
    shutil.rmtree(out / "dit")
    words = [*LORA, "learning_rate=0.05", "mean.learning_rate=0.05"]
    train_one("dit", "tiny", words, Sources(stars, start=start), out)
    assert (out / "dit" / "model.safetensors").read_bytes() == (tuned / "dit" / "model.safetensors").read_bytes()
    for other in ("lora_rank=3", "lora_rank=0"):
        with pytest.raises(TrainingError, match="another model config"):
            train_one("dit", "tiny", [*words, other], Sources(stars, start=start), out)


def test_a_run_goes_on_from_its_own_start_and_with_its_own_mean(
    start: Path, stars: Path, tuned: Path, tmp_path: Path
) -> None:
    out, other = shutil.copytree(tuned, tmp_path / "mine"), shutil.copytree(start, tmp_path / "other")
    copy_checkpoint(tuned / "dit", other / "dit")
    for origin in (other, None):
        with pytest.raises(TrainingError, match="began from another checkpoint: give --from as then"):
            train_one("dit", "tiny", LORA if origin else [], Sources(stars, start=origin), out)
    words = [*LORA, "learning_rate=0.05", "mean.learning_rate=0.05"]
    with pytest.raises(TrainingError, match="step-00000004 has its mean already"):
        train_one("dit", "tiny", [*words, "mean.steps=9"], Sources(stars, start=start), out)


def test_a_fraction_that_is_less_than_a_row_rehearses_nothing(start: Path, stars: Path, tmp_path: Path) -> None:
    words = [*LORA, "rehearsal_fraction=0.01", "mean.steps=1", "steps=1"]
    train_one("dit", "tiny", words, Sources(stars, start=start), tmp_path)
    assert load_tensors(tmp_path / "dit")[1]["training"]["steps"] == 1


def test_the_time_for_a_run_is_also_for_what_it_prepares(
    start: Path, stars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["lora_rank=2", "rehearsal_fraction=0.5", "num_rehearsals=8", "num_composites=0"]
    train_one("dit", "tiny", words, Sources(stars, start=start), tmp_path, max_minutes=0)
    assert "dit: stopped before the first step; the same command goes on" in capsys.readouterr().out
    assert not (tmp_path / "dit").exists()


def make_rehearsal(start: Path, folder: Path, count: int = 5) -> tuple[Rehearsal, CLIPTextEncoder]:
    text_encoder = CLIPTextEncoder.from_clip(load_clip(start / "clip"))
    rehearsal = Rehearsal(start, count, 0, folder, text_encoder, load_vqvae(start / "vqvae"), Accelerator())
    return rehearsal, text_encoder


def test_a_model_that_has_forgotten_nothing_has_nothing_to_rehearse(start: Path, tmp_path: Path) -> None:
    rehearsal, text_encoder = make_rehearsal(start, tmp_path)
    assert rehearsal.codebook_indices[torch.arange(5)].shape == (5, 2, 4, 4)
    assert {subject.concept for subject in rehearsal.subjects} <= set(load_names(start / "dit")["en"])
    context, context_mask, pooled = text_encoder([subject.concept for subject in rehearsal.subjects])
    noise, t = torch.randn(5, 8, 4, 4), torch.rand(5)
    inputs = {"latents": noise, "t": t, "context": context, "context_mask": context_mask, "pooled": pooled}
    dit = load_dit(start / "dit")
    with torch.no_grad():
        output = dit(**inputs)
    assert torch.allclose(rehearsal.x0(noise, **inputs), output, atol=1e-5)
    view = torch.arange(5) % 3
    assert torch.allclose(rehearsal.view(pooled, view), dit.mean_predictor.mlp(pooled, view), atol=1e-5)


def test_what_is_rehearsed_is_drawn_once(start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multimodal.training.rehearsal.SHARD_ROWS", 2)
    rows, draw = torch.arange(5), Rehearsal._draw
    before = make_rehearsal(start, tmp_path)[0].codebook_indices[rows]
    last = max(tmp_path.glob("*/*"))
    last.unlink()  # as if the run had been killed while it drew the last one
    drawn = Mock(side_effect=draw)
    monkeypatch.setattr(Rehearsal, "_draw", lambda *arguments: drawn(*arguments))
    assert torch.equal(make_rehearsal(start, tmp_path)[0].codebook_indices[rows], before)
    assert [seeds for *_, seeds in (call.args for call in drawn.call_args_list)] == [[4]]


def test_rehearsal_keeps_what_was_known(start: Path, stars: Path, tmp_path: Path) -> None:
    def drift(folder: Path) -> Tensor:
        encoder = CLIPTextEncoder.from_clip(load_clip(start / "clip"))
        pooled = encoder(["a blue box", "green disc", "a red disc"]).pooled
        first, second = (load_dit(path / "dit").mean_predictor(pooled) for path in (start, folder))
        return (first - second).square().mean()

    words = ["lora_rank=4", "num_rehearsals=24", "num_composites=0", "mean.steps=60", "mean.batch_size=16", "steps=0"]
    words += ["mean.learning_rate=0.01", "mean.ema_decay=0.5"]
    for name, fraction in (("without", 0), ("with", 0.5)):
        train_one("dit", "tiny", [*words, f"rehearsal_fraction={fraction}"], Sources(stars, start=start), tmp_path / name)
    assert drift(tmp_path / "with") < drift(tmp_path / "without") / 4


def test_what_cannot_work_is_said(start: Path, stars: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--data", str(stars), "--out", str(tmp_path / "mine")]
    assert main(["train", "dit", "--config", "lora", *out]) == 1
    assert "give it with --from" in capsys.readouterr().err
    assert main(["train", "judge", "--config", "tiny", "--from", str(start), *out]) == 1
    assert "--from is for vqvae, clip, dit and all; the judge is trained from scratch" in capsys.readouterr().err
    assert main(["train", "vqvae", "--config", "lora", *out]) == 1
    assert "there is no --config lora for vqvae, which has tiny, cpu, gpu, base; lora is for dit" in capsys.readouterr().err
    unknown = shutil.copytree(start, tmp_path / "unknown")
    description = json.loads((unknown / "dit" / "config.json").read_text())
    del description["sha256"]["names.json"]
    (unknown / "dit" / "config.json").write_text(json.dumps(description))
    (unknown / "dit" / "names.json").unlink()
    with pytest.raises(CheckpointError, match=r"has no names\.json to rehearse; rehearsal_fraction=0 does without"):
        make_rehearsal(unknown, tmp_path / "known")
