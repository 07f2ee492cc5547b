"""Many GPUs: accelerate accepts the configs for them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from accelerate.commands.config.config_args import load_config_from_file
from accelerate.commands.launch import _validate_launch_command, launch_command_parser

from multimodal.training.presets import PRESETS

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = sorted((ROOT / "multimodal" / "training" / "accelerate").glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_accelerate_accepts_the_configs_for_many_gpus(path: Path) -> None:
    loaded = load_config_from_file(str(path))  # raises on unknown keys
    assert loaded.to_dict()["num_processes"] == yaml.safe_load(path.read_text())["num_processes"]
    command = ["--config_file", str(path), "-m", "multimodal", "train", "all", "--config", "gpu", "--data", "FOLDER"]
    arguments, *_ = _validate_launch_command(launch_command_parser().parse_args(command))
    assert arguments.multi_gpu
    assert not arguments.cpu
    assert (arguments.num_processes, arguments.mixed_precision) == (8 * loaded.num_machines, "bf16")
    assert all(PRESETS[model]["gpu"].batch_size % arguments.num_processes == 0 for model in ("vqvae", "clip", "dit"))


def test_there_is_a_config_for_one_machine_and_for_several() -> None:
    assert [load_config_from_file(str(path)).num_machines > 1 for path in CONFIGS] == [False, True]
