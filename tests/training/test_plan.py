"""Training everything with one command: what the plan says, what it skips, what it refuses, and how it goes on."""

from __future__ import annotations

import dataclasses
import re
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image

from multimodal import TextToImagePipeline
from multimodal.__main__ import main
from multimodal.checkpoint import load_dit, load_vqvae
from multimodal.data.images import DataError
from multimodal.tensor_folder import CheckpointError
from multimodal.training.dit import train_dit
from multimodal.training.loop import TrainingError
from multimodal.training.plan import count_parameters, make_plan, train_all, train_one
from multimodal.training.presets import PRESETS
from multimodal.training.run_config import Sources


@pytest.fixture(scope="module")
def trained(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole run with the tiny configs."""
    out = tmp_path_factory.mktemp("run") / "mine"
    train_all("tiny", [], Sources(pictures), out)
    return out


def weights(out: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in sorted(out.glob("*/model.safetensors"))}


def test_one_command_prints_a_plan_and_trains_what_a_picture_needs(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    assert main(["train", "all", "--config", "tiny", "--data", str(pictures), "--out", str(out), "dit.mean.steps=3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"12 pictures at {pictures}, to {out}"
    assert [line.split(":")[0].strip() for line in lines[1:4]] == ["vqvae", "clip", "dit"]
    assert lines[3].endswith("steps: 3 for the mean, 4 for its translator where pictures have styles, then 4 of 4 pictures")
    assert [line.split()[0] for line in lines if re.search(r"done in \d+\.\d minutes", line)] == ["vqvae:", "clip:", "dit:"]
    assert TextToImagePipeline.from_pretrained(out)("a red disc", num_inference_steps=1).images[0].size == (32, 32)


def test_a_training_does_not_write_over_what_it_starts_from(trained: Path, pictures: Path) -> None:
    before = weights(trained)
    with pytest.raises(ValueError, match="is where the training starts from"):
        train_all("tiny", ["dit.steps=8"], Sources(pictures, start=trained), trained)
    assert weights(trained) == before


def test_sizes_of_what_is_started_from_are_not_changed_in_silence(trained: Path, pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"model\.hidden_size=64: with --from the dit has the sizes of .* is patch_size"):
        train_one("dit", "tiny", ["model.hidden_size=64"], Sources(pictures, start=trained), tmp_path)
    with pytest.raises(ValueError, match=r"model\.groups=4: with --from the vqvae"):
        train_all("tiny", ["vqvae.model.groups=4"], Sources(pictures, start=trained), tmp_path)
    assert not [*tmp_path.iterdir()]


def test_a_dit_that_does_not_fit_what_is_there_is_refused_before_pictures_are_encoded(
    trained: Path, pictures: Path, tmp_path: Path
) -> None:
    for part in ("vqvae", "clip"):
        shutil.copytree(trained / part, tmp_path / part)
    with pytest.raises(ValueError, match=r"does not fit the other models; add dit\.model\.context_dim="):
        train_one("dit", "tiny", ["model.context_dim=48"], Sources(pictures), tmp_path)
    assert not (tmp_path / "training").exists()


def test_what_can_grow_is_planned_as_it_will_be(trained: Path, tmp_path: Path) -> None:
    vqvae, _, dit = make_plan("tiny", ["vqvae.model.decoder_blocks=2", "dit.model.depth=3"], trained, tmp_path)
    assert vqvae.config.model == dataclasses.replace(load_vqvae(trained / "vqvae").config, decoder_blocks=2)
    assert dit.config.model == dataclasses.replace(load_dit(trained / "dit").config, depth=3)


def test_what_is_complete_is_skipped(
    trained: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = shutil.copytree(trained, tmp_path / "mine")
    shutil.rmtree(out / "training")  # a stage that ran again would start anew without it, and train other weights
    train_all("tiny", ["seed=1"], Sources(pictures), out)
    assert capsys.readouterr().out.count("complete, is skipped") == 3
    assert weights(out) == weights(trained)
    shutil.rmtree(out / "dit")
    train_all("tiny", ["seed=1"], Sources(pictures), out)
    assert capsys.readouterr().out.count("complete, is skipped") == 2
    again = weights(out)
    assert [name for name, content in weights(trained).items() if again[name] != content] == ["dit"]


def test_a_run_whose_time_is_over_goes_on_where_it_was(
    trained: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine"
    train_all("tiny", [], Sources(pictures), out, max_minutes=0)
    assert "vqvae: stopped after 0.0 minutes; the same command goes on" in capsys.readouterr().out
    assert sorted(path.name for path in out.iterdir()) == ["training", "vqvae"]
    train_all("tiny", [], Sources(pictures), out)
    assert weights(out)["vqvae"] == weights(trained)["vqvae"]
    assert weights(out).keys() == weights(trained).keys()


def test_a_stop_while_the_mean_is_fitted_does_not_start_the_dit(trained: Path, pictures: Path, tmp_path: Path) -> None:
    for part in ("vqvae", "clip"):
        shutil.copytree(trained / part, tmp_path / part)
    latents = Path("training", "dit", "latents")
    shutil.copytree(trained / latents, tmp_path / latents)
    train_dit(PRESETS["dit"]["tiny"], Sources(pictures), tmp_path, deadline=0)
    assert (tmp_path / "training" / "dit" / "mean" / "step-00000000").is_dir()
    assert not (tmp_path / "dit").exists()
    assert not list((tmp_path / "training" / "dit").glob("step-*"))


def test_a_model_that_others_learnt_from_is_not_trained_further(trained: Path, pictures: Path) -> None:
    before = weights(trained)
    with pytest.raises(TrainingError, match=r"dit learnt from a vqvae that would now be trained further; remove .*dit"):
        train_all("tiny", ["vqvae.steps=8"], Sources(pictures), trained)
    with pytest.raises(TrainingError, match="from a vqvae and a clip that"):
        train_all("tiny", ["steps=8"], Sources(pictures), trained)
    assert weights(trained) == before
    assert [stage.complete for stage in make_plan("tiny", ["dit.steps=8"], None, trained)] == [True, True, False]


def test_a_plan_can_start_from_another_checkpoint(trained: Path, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    train_all("cpu", ["steps=0", "dit.num_composites=4", "dit.mean.steps=0"], Sources(pictures, start=trained), out)
    for load, part in ((load_vqvae, "vqvae"), (load_dit, "dit")):
        first, second = load(trained / part), load(out / part)
        assert first.config == second.config
        for key, value in first.named_parameters():
            assert torch.allclose(value, second.get_parameter(key), atol=1e-3), key
    with pytest.raises(CheckpointError, match="no checkpoint folder"):
        make_plan("tiny", [], tmp_path / "nothing", out)


def test_a_plan_knows_what_becomes_of_a_dit_that_takes_the_guidance_scale(
    trained: Path, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["dit.guidance_distillation=6.0", "vqvae.steps=0", "clip.steps=0", "dit.num_composites=4", "dit.mean.steps=0"]
    train_all("tiny", words, Sources(pictures, start=trained), tmp_path / "distilled")
    assert load_dit(tmp_path / "distilled" / "dit").config.max_guidance_scale == 6
    train_all(
        "tiny", [*words[1:], "dit.model.patch_size=1"], Sources(pictures, start=tmp_path / "distilled"), tmp_path / "plain"
    )
    assert capsys.readouterr().out.count(" is ready: ") == 2
    config = load_dit(tmp_path / "plain" / "dit").config
    assert (config.max_guidance_scale, config.patch_size) == (0, 1)


def test_words_are_for_one_model_or_for_all(tmp_path: Path) -> None:
    runs = {
        stage.name: stage.config
        for stage in make_plan("tiny", ["steps=9", "clip.steps=5", "dit.mean.steps=2"], None, tmp_path)
    }
    assert (runs["vqvae"].steps, runs["clip"].steps, runs["dit"].steps, runs["dit"].mean.steps) == (9, 5, 9, 2)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("vqvae.model.groups=4", "does not fit the other models; add dit.model.latent_channels=16"),
        ("vqvae.model.image_size=64", "add dit.model.latent_size=8"),
        ("clip.model.text_width=16", "add dit.model.context_dim=16"),
        ("vqvae.stepz=4", "VQVAERunConfig has no setting stepz"),
        ("judge.steps=4", "'judge.steps' is no setting"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_trained(
    word: str, message: str, pictures: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        train_all("tiny", [word], Sources(pictures), tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_missing_caption_is_found_before_anything_is_trained(tmp_path: Path) -> None:
    Image.new("RGB", (32, 32)).save(tmp_path / "a.png")
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.png", "text": ""}')
    with pytest.raises(DataError, match="row 0 has an empty text"):
        train_all("tiny", [], Sources(tmp_path), tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


def test_a_pretrained_text_encoder_needs_no_clip(tmp_path: Path) -> None:
    word = 'dit.model.text_encoder={"kind": "transformers", "name": "some/clip"}'
    assert [stage.name for stage in make_plan("tiny", [word], None, tmp_path)] == ["vqvae", "dit"]


def test_parameters_are_counted_as_they_are(trained: Path) -> None:
    model = load_dit(trained / "dit")
    assert count_parameters(model.config) == sum(parameter.numel() for parameter in model.parameters())
