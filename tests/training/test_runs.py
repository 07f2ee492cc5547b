"""The three models, trained for four steps one after the other on pictures that the test draws."""

from __future__ import annotations

import dataclasses
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import nn

from multimodal import TextToImagePipeline
from multimodal.checkpoint import load_clip, load_dit, load_vqvae
from multimodal.config import TextEncoderConfig
from multimodal.models.dit import DiT
from multimodal.models.vqvae import VQVAE
from multimodal.tensor_folder import load_description, load_tensors
from multimodal.training.loop import TrainingError
from multimodal.training.plan import TRAIN, make_plan
from multimodal.training.presets import PRESETS
from multimodal.training.run_config import Sources, VQVAERunConfig

Train = Callable[..., None]
MODELS = ("vqvae", "clip", "dit")


@pytest.fixture(scope="module")
def train(pictures: Path, names: Path, words: Path) -> Train:
    """Train one model with its tiny config, in which quantisation begins and a state is saved after two of four steps."""

    def run(model: str, out: Path, /, start: Path | None = None, **changes: object) -> None:
        config = PRESETS[model]["tiny"]
        if isinstance(config, VQVAERunConfig):
            config = dataclasses.replace(config, continuous_fraction=0.5, whole_picture_fraction=0.25)
        config = dataclasses.replace(config, **changes)
        TRAIN[model](config, Sources(pictures, names, words, start), out, math.inf)

    return run


@pytest.fixture(scope="module")
def trained(train: Train, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole run."""
    out = tmp_path_factory.mktemp("run")
    for model in MODELS:
        train(model, out)
    return out


def test_what_was_trained_makes_pictures(trained: Path) -> None:
    pipeline = TextToImagePipeline.from_pretrained(trained)
    output = pipeline(["a red disc", "红圆"], num_inference_steps=2)
    assert [(image.mode, image.size) for image in output.images] == [("RGBA", (32, 32))] * 2
    assert pipeline.reconstruct(output.images[0]).num_bytes == pipeline.vqvae.config.bytes_per_image


def test_the_mean_is_fitted_first_and_stays_as_it_is(trained: Path) -> None:
    mean_predictor = load_dit(trained / "dit").mean_predictor
    assert mean_predictor.translator
    folder = trained / "training" / "dit" / "mean"
    for part, states in ((mean_predictor.mlp, folder), (mean_predictor.translator, folder / "translator")):
        state, _ = load_tensors(max(states.glob("step-*")))
        fitted = {key.removeprefix("ema."): value for key, value in state.items() if key.startswith("ema.")}
        assert part.state_dict().keys() == fitted.keys()
        assert all(torch.allclose(value, fitted[key], atol=1e-2) for key, value in part.state_dict().items())  # rounded


@pytest.mark.parametrize("model", MODELS)
def test_a_resumed_run_repeats_an_uninterrupted_one_bit_for_bit(
    model: str, trained: Path, train: Train, tmp_path: Path
) -> None:
    out = shutil.copytree(trained, tmp_path / "run")
    shutil.rmtree(out / "training" / model / "step-00000004")
    shutil.rmtree(out / model)
    train(model, out)
    for part in (f"training/{model}/step-00000004", model):
        (expected, _), (resumed, _) = load_tensors(trained / part), load_tensors(out / part)
        assert expected.keys() == resumed.keys()
        for key, value in expected.items():
            assert torch.equal(value, resumed[key]), f"{part}: {key}"


def test_so_does_one_with_a_pretrained_text_encoder(
    trained: Path, train: Train, transformers_folder: Path, tmp_path: Path
) -> None:
    """Though its encodings are cached, and those that the first run had are lost."""
    text_encoder = TextEncoderConfig("transformers", str(transformers_folder))
    model = dataclasses.replace(PRESETS["dit"]["tiny"].model, text_encoder=text_encoder)
    shutil.copytree(trained / "vqvae", tmp_path / "vqvae")
    train("dit", tmp_path, model=model)
    last = tmp_path / "training" / "dit" / "step-00000004"
    expected, _ = load_tensors(last)
    shutil.rmtree(last)
    train("dit", tmp_path, model=model)
    resumed, _ = load_tensors(last)
    assert all(torch.equal(value, resumed[key]) for key, value in expected.items())


@pytest.mark.parametrize("model", MODELS)
def test_a_run_can_start_from_another_checkpoint(model: str, trained: Path, train: Train, tmp_path: Path) -> None:
    for part in ("vqvae", "clip"):  # what the DiT needs
        shutil.copytree(trained / part, tmp_path / part)
    train(model, tmp_path, start=trained, steps=0)
    load: Callable[[Path], nn.Module] = {"vqvae": load_vqvae, "clip": load_clip, "dit": load_dit}[model]
    before, after = load(trained / model), load(tmp_path / model)
    assert after.config == before.config
    expected, started = before.state_dict(), after.state_dict()
    tolerance = 1e-3 if model == "vqvae" else 5e-3  # the others have 8 bits
    same = {key for key in expected if torch.allclose(expected[key], started[key], atol=tolerance)}
    assert {key for key in expected if not key.startswith("latent_")} <= same  # the latents' scale is measured anew


@pytest.mark.parametrize("model", MODELS)
def test_the_exported_checkpoint_says_how_it_was_trained(model: str, trained: Path) -> None:
    description = load_description(trained / model)
    assert description["training"]["steps"] == 4
    assert description["training"]["run"]["batch_size"] == 4
    assert description["training"]["run"]["model"] == description["config"]


@pytest.mark.parametrize("model", MODELS)
def test_another_model_config_does_not_resume(model: str, trained: Path, train: Train) -> None:
    changes = {"vqvae": {"codebook_size": 32}, "clip": {"embed_dim": 8}, "dit": {"depth": 1}}[model]
    config = dataclasses.replace(PRESETS[model]["tiny"].model, **changes)
    with pytest.raises(TrainingError, match="another model config"):
        train(model, trained, model=config)


def test_the_latents_have_a_scale_and_the_codes_their_places(trained: Path) -> None:
    state = load_vqvae(trained / "vqvae").state_dict()
    assert state["latent_std"].min() > 0
    assert not torch.equal(state["latent_std"], torch.ones_like(state["latent_std"]))


def test_the_decoder_can_be_trained_alone(trained: Path, train: Train, tmp_path: Path) -> None:
    train("vqvae", tmp_path, start=trained, decoder_only=True, latent_noise=0.5)
    (before, _), (after, _) = load_tensors(trained / "vqvae"), load_tensors(tmp_path / "vqvae")
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    assert changed
    assert all(key.startswith("decoder.") for key in changed)


def test_a_decoder_can_learn_from_searched_codes(trained: Path, train: Train, tmp_path: Path) -> None:
    train("vqvae", tmp_path, start=trained, decoder_only=True, num_searched=3)
    assert list((tmp_path / "training" / "vqvae" / "searched").rglob("*.safetensors"))
    (before, _), (after, _) = load_tensors(trained / "vqvae"), load_tensors(tmp_path / "vqvae")
    changed = {key for key in before if not torch.equal(before[key], after[key])}
    assert changed
    assert all(key.startswith("decoder.") for key in changed)


def test_codes_can_be_split_for_a_decoder_to_learn_them(trained: Path, train: Train, tmp_path: Path) -> None:
    train("vqvae", tmp_path, start=trained, decoder_only=True, num_split=2)
    before, after = load_vqvae(trained / "vqvae"), load_vqvae(tmp_path / "vqvae")
    changed = (before.quantizer.codebook != after.quantizer.codebook).any(dim=2).sum(dim=1)
    assert all(3 <= count <= 4 for count in changed), "as many are given up, and their places split"
    assert torch.equal(before.latent_mean, after.latent_mean)
    assert all(map(torch.equal, before.encoder.parameters(), after.encoder.parameters()))


def test_only_codes_that_are_started_from_can_be_split(train: Train, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="num_split needs --from CHECKPOINT"):
        train("vqvae", tmp_path, num_split=2)


def test_searched_codes_teach_the_decoder_alone(trained: Path, train: Train, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="latent_noise needs decoder_only=true"):
        train("vqvae", tmp_path, start=trained, latent_noise=0.5)
    with pytest.raises(ValueError, match="num_searched needs decoder_only=true"):
        train("vqvae", tmp_path, start=trained, num_searched=3)


def test_a_decoder_can_be_deepened(trained: Path, train: Train, tmp_path: Path) -> None:
    deeper = dataclasses.replace(load_vqvae(trained / "vqvae").config, decoder_blocks=2)
    train("vqvae", tmp_path, start=trained, decoder_only=True, model=deeper)
    before, after = load_vqvae(trained / "vqvae"), load_vqvae(tmp_path / "vqvae")
    assert (before.config.decoder_blocks, after.config.decoder_blocks) == (1, 2)
    assert torch.equal(before.quantizer.codebook, after.quantizer.codebook)


def test_the_decoder_alone_needs_an_encoder(train: Train, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs --from CHECKPOINT"):
        train("vqvae", tmp_path, decoder_only=True)


def test_crops_are_no_larger_than_the_pictures(train: Train, tmp_path: Path) -> None:
    train("vqvae", tmp_path, crop_size=64)
    assert load_description(tmp_path / "vqvae")["training"]["run"]["crop_size"] == 32


def test_the_tokenizer_is_kept_with_the_model(trained: Path) -> None:
    clip = load_clip(trained / "clip")
    assert clip.tokenizer.get_vocab_size() <= clip.config.vocab_size == 512
    assert clip.tokenize(["red disc, flat style"]).dropped == [""]


def test_a_locked_image_tower_stays_as_it_is_while_the_text_tower_learns(trained: Path) -> None:
    (before, _), (after, _) = (load_tensors(trained / "training" / "clip" / f"step-0000000{step}") for step in (2, 4))
    same = {key for key in before if key.startswith("model.") and torch.equal(before[key], after[key])}
    assert {key for key in before if key.startswith("model.model.visual.")} <= same
    assert "model.model.token_embedding.weight" not in same


@pytest.mark.parametrize("model", ["vqvae", "dit"])
def test_sample_grids_are_drawn(model: str, trained: Path) -> None:
    grids = sorted((trained / "training" / model / "samples").iterdir())
    assert [path.name for path in grids] == ["step-00000002.png", "step-00000004.png"]
    with Image.open(grids[0]) as grid:
        assert grid.width == 8 * (32 + 4) + 4
        assert len(grid.getcolors(maxcolors=100_000)) > 1


def test_the_presets_fit_together() -> None:
    for name in ("tiny", "cpu", "gpu"):
        vqvae, clip, dit = (PRESETS[model][name].model for model in MODELS)
        assert (dit.latent_channels, dit.latent_size) == (vqvae.latent_channels, vqvae.latent_size)
        assert (dit.context_dim, dit.pooled_dim) == (clip.text_width, clip.embed_dim)


def test_the_large_preset_takes_a_pretrained_clip_and_makes_larger_pictures(tmp_path: Path) -> None:
    stages = make_plan("base", [], None, tmp_path)
    assert [stage.name for stage in stages] == ["vqvae", "dit"]
    with torch.device("meta"):
        vqvae, dit = (model(stage.config.model) for model, stage in zip((VQVAE, DiT), stages, strict=True))
        latents = vqvae.encode(torch.zeros(1, 4, 256, 256))
        condition = dit.condition(torch.zeros(1, 77, 512), torch.ones(1, 77, dtype=torch.bool), torch.zeros(1, 512))
        assert dit(latents, torch.zeros(1), *condition).shape == latents.shape == condition.mean.shape
    assert 100e6 < sum(parameter.numel() for parameter in dit.parameters()) < 200e6
