"""Many GPUs: accelerate accepts the configs for them; half precision."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
import yaml
from accelerate import Accelerator
from accelerate.commands.config.config_args import load_config_from_file
from accelerate.commands.launch import _validate_launch_command, launch_command_parser
from accelerate.state import AcceleratorState
from accelerate.utils import FullyShardedDataParallelPlugin
from accelerate.utils.launch import prepare_multi_gpu_env
from torch import nn
from torch.distributed.fsdp.wrap import transformer_auto_wrap_policy

from multimodal.tensor_folder import load_tensors
from multimodal.training.loop import Trainer, TrainingError
from multimodal.training.plan import train_one
from multimodal.training.presets import PRESETS
from multimodal.training.run_config import Sources

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = sorted((ROOT / "multimodal" / "training" / "accelerate").glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_accelerate_accepts_the_configs_for_many_gpus(path: Path) -> None:
    loaded = load_config_from_file(str(path))  # raises on unknown keys
    assert loaded.to_dict()["num_processes"] == yaml.safe_load(path.read_text())["num_processes"]
    sharded = path.stem.endswith("_fsdp")
    model, preset = ("dit", "base") if sharded else ("all", "gpu")
    command = f"--config_file {path} -m multimodal train {model} --config {preset} --data FOLDER"
    assert f"train {model} --config {preset}" in path.read_text()  # the command that it shows
    arguments, *_ = _validate_launch_command(launch_command_parser().parse_args(command.split()))
    assert (arguments.multi_gpu, arguments.use_fsdp, arguments.cpu) == (not sharded, sharded, False)
    assert (arguments.num_processes, arguments.mixed_precision) == (8 * loaded.num_machines, "bf16")
    models = ("dit",) if sharded else ("vqvae", "clip", "dit")
    assert all(PRESETS[model][preset].batch_size % arguments.num_processes == 0 for model in models)


@pytest.mark.parametrize("path", [path for path in CONFIGS if path.stem.endswith("_fsdp")], ids=lambda path: path.stem)
def test_accelerate_builds_the_plugin_of_the_configs_for_fsdp(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = f"--config_file {path} -m multimodal"
    arguments, *_ = _validate_launch_command(launch_command_parser().parse_args(command.split()))
    environment = prepare_multi_gpu_env(arguments)
    for name, value in environment.items():
        if name.startswith("FSDP_"):
            monkeypatch.setenv(name, value)
    plugin = FullyShardedDataParallelPlugin()
    assert environment["ACCELERATE_USE_FSDP"] == "true"
    assert (plugin.fsdp_version, plugin.reshard_after_forward, plugin.cpu_ram_efficient_loading) == (2, True, False)
    assert plugin.auto_wrap_policy is transformer_auto_wrap_policy


def test_there_is_a_config_for_one_machine_and_for_several_with_fsdp_and_without() -> None:
    assert [load_config_from_file(str(path)).num_machines > 1 for path in CONFIGS] == [False, False, True, True]


def test_fsdp_is_for_the_dit_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(TrainingError, match="train the vqvae first"):
        train_one("vqvae", "tiny", [], Sources(tmp_path), tmp_path)


def test_half_precision_computes_but_the_weights_that_are_saved_are_of_single_precision(tmp_path: Path) -> None:
    AcceleratorState._reset_state()  # which holds one precision for all that a process trains
    try:
        config = dataclasses.replace(PRESETS["dit"]["tiny"], mixed_precision="bf16", learning_rate=1e-4)
        trainer = Trainer(config, nn.Sequential(nn.Linear(8, 8)), tmp_path, Accelerator(mixed_precision="bf16"))
        seen = set()
        trainer.model[0].register_forward_hook(lambda _, inputs, output: seen.add((inputs[0].dtype, output.dtype)))
        trainer.run(lambda model, _: {"loss": model(torch.randn(4, 8)).square().mean()})
    finally:
        AcceleratorState._reset_state()
    first, last = (load_tensors(tmp_path / f"step-0000000{step}")[0] for step in (2, 4))
    assert seen == {(torch.float32, torch.bfloat16)}
    assert {value.dtype for value in last.values()} == {torch.float32}
    change = (last["model.0.weight"] - first["model.0.weight"]).abs()
    assert 0 < change.max() < 2**-9 * last["model.0.weight"].abs().max()  # less than a bfloat16 could hold
