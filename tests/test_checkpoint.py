"""Checkpoint folders: written whole or not at all, loaded strictly."""

from __future__ import annotations

import dataclasses
import json
import pickle
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from multimodal import TextToImagePipeline, tensor_folder
from multimodal.checkpoint import checkpoint_id, load_clip, load_dit, load_vqvae, save_model
from multimodal.config import VQVAEConfig
from multimodal.evaluation.judge import load_judge
from multimodal.inspection.codebook import statistics_of
from multimodal.models.vqvae import VQVAE
from multimodal.tensor_folder import CheckpointError, load_tensors
from multimodal.word_lists import DESCRIPTIONS_FILE, WORDS_FILE, load_name_table, load_nested_lists

ROOT = Path(__file__).resolve().parent.parent
CONFIG = VQVAEConfig(image_size=8, stem_patch=2, widths=(4, 8), encoder_blocks=1, decoder_blocks=1, codebook_size=8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A saved VQ-VAE of a few hundred weights."""
    torch.manual_seed(0)
    save_model(tmp_path / "vqvae", VQVAE(CONFIG), CONFIG, {"steps": 3})
    return tmp_path / "vqvae"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_what_is_loaded_is_what_was_saved(dtype: torch.dtype, tmp_path: Path) -> None:
    model = VQVAE(CONFIG)
    save_model(tmp_path / "vqvae", model, CONFIG, {"steps": 3}, dtype=dtype)
    loaded = load_vqvae(tmp_path / "vqvae")
    assert loaded.config == CONFIG
    assert not loaded.training
    for key, value in model.state_dict().items():
        stored = loaded.state_dict()[key]
        assert stored.dtype == torch.float32
        assert torch.equal(stored, value) or torch.equal(stored, value.to(dtype).float()), key
    assert tensor_folder.load_description(tmp_path / "vqvae")["training"] == {"steps": 3}


def test_what_a_crash_left_under_its_old_name_is_found_whatever_part_it_is_of(
    bundled_checkpoint: Path, tmp_path: Path
) -> None:
    for part in bundled_checkpoint.glob("*/"):
        shutil.copytree(part, tmp_path / f".{part.name}.old")
    pipeline, whole = (TextToImagePipeline.from_pretrained(folder) for folder in (tmp_path, bundled_checkpoint))
    assert pipeline.upscaler
    assert pipeline.restyler
    assert pipeline.names.style_names == whole.names.style_names
    assert load_name_table(tmp_path / "dit") == load_name_table(bundled_checkpoint / "dit")
    for name in (WORDS_FILE, DESCRIPTIONS_FILE):
        assert load_nested_lists(tmp_path / "clip" / name) == load_nested_lists(bundled_checkpoint / "clip" / name)
    assert load_judge(tmp_path / "judge").classes
    assert statistics_of(tmp_path)


@pytest.fixture
def dit_of_8_bits(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    model = load_dit(tiny_checkpoint / "dit")
    save_model(tmp_path / "dit", model, model.config, {}, torch.int8)
    return tmp_path / "dit"


def test_weights_of_8_bits_are_those_that_were_saved_to_within_half_a_scale(
    dit_of_8_bits: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    before, after = load_dit(tiny_checkpoint / "dit").state_dict(), load_dit(dit_of_8_bits).state_dict()
    stored, _ = load_tensors(dit_of_8_bits)
    for key, value in before.items():
        rows = tuple(range(1, value.ndim))
        half_a_scale = value.abs().amax(dim=rows, keepdim=True) / 254 if rows else value.abs() / 1024
        assert stored[key].dtype == (torch.int8 if rows else torch.float16)
        assert (after[key] - value).abs().le(half_a_scale * 1.001 + 1e-7).all(), key
    size = [(folder / "model.safetensors").stat().st_size for folder in (dit_of_8_bits, tiny_checkpoint / "dit")]
    assert size[0] < 0.75 * size[1]


def test_saved_again_they_stay_as_they_are(dit_of_8_bits: Path, tmp_path: Path) -> None:
    model = load_dit(dit_of_8_bits)
    save_model(tmp_path / "again", model, model.config, {}, torch.int8)
    first, second = load_tensors(dit_of_8_bits)[0], load_tensors(tmp_path / "again")[0]
    assert all(torch.equal(first[key], second[key]) for key in first if not key.endswith(".scale"))


@pytest.mark.parametrize("scale", [None, torch.ones(3, 1), torch.ones(1)])
def test_a_missing_or_wrong_scale_is_named(scale: torch.Tensor | None, dit_of_8_bits: Path) -> None:
    def change(tensors: dict[str, torch.Tensor]) -> None:
        tensors.pop("final.weight.scale")
        if scale is not None:
            tensors["final.weight.scale"] = scale

    rewrite_weights(dit_of_8_bits, change)
    with pytest.raises(CheckpointError, match=r"final.weight has 8 bits, and final.weight.scale is not"):
        load_dit(dit_of_8_bits)


def test_rounding_on_disk_does_not_confuse_the_codes(tmp_path: Path) -> None:
    config = dataclasses.replace(CONFIG, codebook_size=1024)
    indices = torch.arange(1024).view(1, 1, 32, 32).repeat(1, config.groups, 1, 1)
    for seed in range(3):
        torch.manual_seed(seed)
        save_model(tmp_path / "vqvae", VQVAE(config), config, {})
        loaded = load_vqvae(tmp_path / "vqvae")
        assert torch.equal(loaded.quantize(loaded.lookup(indices)), indices)


def rewrite_weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    """Change the tensors as someone would who also corrects the checksum."""
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")
    correct_checksum(folder)


def correct_checksum(folder: Path) -> None:
    def change(description: dict) -> None:
        description["sha256"]["model.safetensors"] = tensor_folder._sha256(folder / "model.safetensors")

    rewrite_config(folder, change)


def rewrite_config(folder: Path, change: Callable[[dict], object]) -> None:
    description = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    change(description)
    (folder / "config.json").write_text(json.dumps(description), encoding="utf-8")


def truncate(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])


def truncate_and_correct_checksum(folder: Path) -> None:
    truncate(folder)
    correct_checksum(folder)


def flip_a_byte(folder: Path) -> None:
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-3] ^= 1
    (folder / "model.safetensors").write_bytes(data)


def put_nan(folder: Path) -> None:
    rewrite_weights(folder, lambda tensors: tensors["decoder.0.weight"].view(-1)[:1].fill_(float("nan")))


def drop_a_key(folder: Path) -> None:
    rewrite_weights(folder, lambda tensors: tensors.pop("decoder.0.bias"))


def add_a_key(folder: Path) -> None:
    rewrite_weights(folder, lambda tensors: tensors.update(extra=torch.zeros(1)))


def change_a_shape(folder: Path) -> None:
    rewrite_weights(folder, lambda tensors: tensors.update({"latent_std": torch.ones(1, 9, 1, 1)}))


def set_config(**values: object) -> Callable[[Path], None]:
    return lambda folder: rewrite_config(folder, lambda description: description["config"].update(values))


def set_top(**values: object) -> Callable[[Path], None]:
    return lambda folder: rewrite_config(folder, lambda description: description.update(values))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (truncate, "model.safetensors is damaged"),
        (truncate_and_correct_checksum, "model.safetensors is not a safetensors file"),
        (flip_a_byte, "model.safetensors is damaged"),
        (put_nan, r"model.safetensors: decoder.0.weight holds numbers that are not finite"),
        (drop_a_key, r"model.safetensors lacks decoder.0.bias"),
        (add_a_key, "model.safetensors has the unknown key extra"),
        (change_a_shape, r"model.safetensors: latent_std is \(1, 9, 1, 1\), the config wants \(1, 8, 1, 1\)"),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors is missing"),
        (lambda folder: (folder / "config.json").unlink(), "config.json is missing"),
        (lambda folder: (folder / "config.json").write_bytes(b"{\xff"), "config.json cannot be read"),
        (lambda folder: (folder / "config.json").write_text("[]"), "config.json"),
        (set_config(colour=1), r"config.json: VQVAEConfig has no setting colour"),
        (set_config(groups="2"), r"config.json: VQVAEConfig.groups must be of type int"),
        (set_config(codebook_size=9), "the config wants"),
        (set_config(groups=-1), r"config.json"),
        (set_config(widths=[]), r"config.json: VQVAEConfig.widths must not be empty"),
        (set_top(config=[]), r"config.json"),
        (set_top(architecture="DiT"), "holds a DiT, not a VQVAE"),
        (set_top(sha256={}), "config.json lacks the checksum of model.safetensors"),
        (set_top(sha256={"model.safetensors": "", "../vqvae/config.json": ""}), "config.json"),
        (set_top(sha256={"model.safetensors": "", "..": ""}), "vqvae"),
    ],
)
def test_damage_is_named(damage: Callable[[Path], None], message: str, folder: Path) -> None:
    load_vqvae(folder)
    damage(folder)
    with pytest.raises(CheckpointError, match=message):
        load_vqvae(folder)


def test_a_pickle_is_never_executed(folder: Path) -> None:
    class Payload:
        def __reduce__(self) -> tuple:
            return (Path.touch, (folder / "executed",))

    (folder / "model.safetensors").write_bytes(pickle.dumps(Payload()))
    correct_checksum(folder)
    with pytest.raises(CheckpointError, match="not a safetensors file"):
        load_vqvae(folder)
    assert not (folder / "executed").exists()


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda path: path.write_bytes(b"\xff{}"), lambda path: path.write_text("{}")]
)
def test_a_missing_or_damaged_tokenizer_is_named(
    damage: Callable[[Path], object], tiny_checkpoint: Path, tmp_path: Path
) -> None:
    for path in (tiny_checkpoint / "clip").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert load_clip(tmp_path).config.vocab_size == 300
    damage(tmp_path / "tokenizer.json")
    with pytest.raises(CheckpointError, match=r"tokenizer.json"):
        load_clip(tmp_path)


def test_a_checkpoint_is_told_by_its_weights(tiny_checkpoint: Path, tmp_path: Path) -> None:
    first = checkpoint_id("my own: 2", tiny_checkpoint)
    assert re.fullmatch(r"my-own-2-[0-9a-f]{10}", first)
    copy = tmp_path / "copy"
    shutil.copytree(tiny_checkpoint, copy)
    assert checkpoint_id("my own: 2", copy) == first
    pipeline = TextToImagePipeline.from_pretrained(copy)
    assert pipeline.model_id == checkpoint_id("copy", tiny_checkpoint)
    with torch.no_grad():
        next(pipeline.vqvae.parameters()).add_(1)
    save_model(copy / "vqvae", pipeline.vqvae, pipeline.vqvae.config, {})
    assert checkpoint_id("my own: 2", copy) != first


def test_a_checkpoint_whose_training_goes_on_is_called_so(tiny_checkpoint: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_checkpoint, tmp_path / "half")
    shutil.rmtree(tmp_path / "half" / "dit")
    (tmp_path / "half" / "training").mkdir()
    with pytest.raises(CheckpointError, match="half has no DiT yet: its training goes on"):
        TextToImagePipeline.from_pretrained(tmp_path / "half")


def test_a_dit_is_no_vqvae(tiny_checkpoint: Path) -> None:
    with pytest.raises(CheckpointError, match="holds a VQVAE, not a DiT"):
        load_dit(tiny_checkpoint / "vqvae")


def raise_disk_full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("method", ["save_file", "_fsync", "load_tensors"])
def test_a_failing_save_leaves_the_old_folder(method: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(tensor_folder, method, raise_disk_full)
    with pytest.raises(OSError, match="No space left"):
        save_model(folder, VQVAE(CONFIG), CONFIG, {})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["vqvae"]


def test_a_failing_rename_leaves_the_old_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def fail_at_the_last_one(self: Path, target: Path) -> Path:
        return raise_disk_full() if target == folder and "tmp" in self.name else rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_at_the_last_one)
    with pytest.raises(OSError, match="No space left"):
        save_model(folder, VQVAE(CONFIG), CONFIG, {})
    load_vqvae(folder)


def test_numbers_that_are_not_finite_are_not_saved(folder: Path) -> None:
    model = VQVAE(CONFIG)
    torch.nn.init.constant_(model.decoder[0].bias, 1e6)  # infinite in half precision
    with pytest.raises(CheckpointError, match=r"decoder.0.bias holds numbers that are not finite"):
        save_model(folder, model, CONFIG, {})
    load_vqvae(folder)
