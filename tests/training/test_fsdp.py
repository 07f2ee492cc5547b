"""FSDP in two processes on the CPU: as one process with the whole model and the whole batch, and resumed from either.

accelerate starts FSDP on accelerators alone, so it is told that it has done so; what follows is what it does on GPUs, with
gloo in the place of nccl.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState, PartialState
from accelerate.utils import DistributedType, FullyShardedDataParallelPlugin
from torch import Tensor, nn
from torch.distributed.fsdp import FSDPModule
from torch.distributed.tensor import DTensor

from multimodal import TextToImagePipeline
from multimodal.models.dit import DiT
from multimodal.tensor_folder import load_description, load_tensors
from multimodal.training import fsdp
from multimodal.training.batches import batch_indices
from multimodal.training.loop import Trainer
from multimodal.training.plan import train_one
from multimodal.training.presets import PRESETS
from multimodal.training.run_config import Sources

ROOT = Path(__file__).resolve().parents[2]
CONFIG = dataclasses.replace(PRESETS["dit"]["tiny"], gradient_accumulation_steps=2, learning_rate=1e-3)
FIRST, LAST = "step-00000002", "step-00000004"
NEAR = 1e-4  # a tenth of the learning rate: Adam makes much of the rounding of gradients that are nearly zero


def train(folder: Path, accelerator: Accelerator) -> Trainer:
    """Train a tiny DiT, its blocks recomputed in the backward pass, on what is not random."""
    torch.manual_seed(0)
    dit = DiT(CONFIG.model)
    for parameter in dit.parameters():
        nn.init.normal_(parameter, std=0.1)
    dit.gradient_checkpointing = True
    dit.mean_predictor.requires_grad_(False)
    trainer = Trainer(CONFIG, dit, folder, accelerator)
    received: set[torch.dtype] = set()
    trainer.model.register_forward_pre_hook(lambda _, inputs: received.update(each.dtype for each in inputs))
    latents, context, pooled = torch.randn(8, 8, 4, 4), torch.randn(8, 5, 32), torch.randn(8, 16)
    t, mask = torch.rand(8), torch.ones(8, 5, dtype=torch.bool)

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = batch_indices(8, CONFIG.batch_size, step, 0, accelerator)
        output = model(latents[rows], t[rows], context[rows], mask[rows], pooled[rows])
        assert output.dtype == torch.float32
        return {"loss": (output - latents[rows]).square().mean()}

    def export(model: nn.Module, _: object) -> None:
        assert not any(isinstance(parameter, DTensor) for parameter in model.parameters())
        torch.save(model.state_dict(), folder / "exported.pt")

    trainer.run(loss, export=export)
    accelerator.wait_for_everyone()  # one process saves
    assert received == {torch.float32, torch.bool}  # times are not rounded to half precision
    return trainer


def tensors_of(folder: Path) -> dict[str, Tensor]:
    return load_tensors(folder / LAST)[0]


def assert_close(first: dict[str, Tensor], second: dict[str, Tensor], atol: float) -> None:
    assert first.keys() == second.keys()
    for key, value in first.items():
        assert value.dtype == second[key].dtype
        assert torch.allclose(value, second[key], rtol=1e-3, atol=atol), key


@pytest.fixture(scope="module")
def runs(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of a run of one process, of one of two with FSDP, and of others that two go on with from their middle."""
    root = tmp_path_factory.mktemp("runs")
    train(root / "whole", Accelerator())
    shutil.copytree(root / "whole" / FIRST, root / "from-whole" / FIRST)
    for model in ("vqvae", "clip"):
        train_one(model, "tiny", [], Sources(pictures), root / "mine")
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", __file__, str(root), str(pictures)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(launch, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return root


@pytest.mark.parametrize("name", ["parts", "from-whole"])
def test_two_processes_with_parts_equal_one_with_the_whole(name: str, runs: Path) -> None:
    expected = tensors_of(runs / "whole")
    assert {key.partition(".")[0] for key in expected} == {"model", "ema", "optimizer"}
    assert_close(expected, tensors_of(runs / name), atol=NEAR)


def test_a_resumed_run_repeats_an_uninterrupted_one_bit_for_bit(runs: Path) -> None:
    assert_close(tensors_of(runs / "parts"), tensors_of(runs / "from-parts"), atol=0)


def test_a_run_with_parts_goes_on_without_them(runs: Path, tmp_path: Path) -> None:
    shutil.copytree(runs / "parts-middle" / FIRST, tmp_path / FIRST)
    train(tmp_path, Accelerator())
    assert_close(tensors_of(runs / "whole"), tensors_of(tmp_path), atol=NEAR)


def test_the_average_is_exported_whole(runs: Path) -> None:
    exported = {f"ema.{key}": value for key, value in torch.load(runs / "parts" / "exported.pt").items()}
    assert_close({key: value for key, value in tensors_of(runs / "parts").items() if key in exported}, exported, atol=0)


def test_half_precision_changes_the_gradients_little_and_is_saved_in_single_precision(runs: Path) -> None:
    expected, half = tensors_of(runs / "parts"), tensors_of(runs / "half")
    assert {value.dtype for value in half.values()} == {torch.float32}
    for key in (key for key in expected if key.endswith("exp_avg")):
        error = (half[key] - expected[key]).norm()
        assert 0 < error < 0.1 * expected[key].norm(), key


def test_the_dit_of_a_checkpoint_is_trained(runs: Path) -> None:
    assert load_description(runs / "mine" / "dit")["training"]["processes"] == 2
    assert len(list((runs / "mine" / "training" / "dit" / "samples").iterdir())) == 2
    pipeline = TextToImagePipeline.from_pretrained(runs / "mine")
    assert pipeline("a red disc", num_inference_steps=1).images[0].size == (32, 32)


def test_version_1_is_refused() -> None:
    class Version1:
        distributed_type, is_fsdp2 = DistributedType.FSDP, False

    with pytest.raises(ValueError, match="fsdp_version: 2"):
        fsdp.configure(Version1(), nn.Linear(1, 1))  # type: ignore[arg-type]


def divided(mixed_precision: str = "no") -> Accelerator:
    """An accelerator that takes itself for one that was launched with FSDP."""
    AcceleratorState._reset_state()
    accelerator = Accelerator(mixed_precision=mixed_precision)
    PartialState._shared_state["distributed_type"] = accelerator.state.distributed_type = DistributedType.FSDP
    accelerator.state.fsdp_plugin = FullyShardedDataParallelPlugin(
        fsdp_version=2, auto_wrap_policy="TRANSFORMER_BASED_WRAP", reshard_after_forward=True
    )
    return accelerator


def main(root: Path, pictures: Path) -> None:
    """One of two processes."""
    accelerator = divided()
    with mock.patch.object(fsdp, "divide", wraps=fsdp.divide) as divide:
        train_one("dit", "tiny", [], Sources(pictures), root / "mine")
    mlp, translator, dit = (
        [name for name, module in call.args[1].named_modules() if isinstance(module, FSDPModule)]
        for call in divide.call_args_list
    )
    for each in (mlp, translator):  # they have no DiT blocks
        assert "" in each
        assert not any(name.startswith("blocks.") for name in each)
    assert {"", "blocks.0", "blocks.1"} <= set(dit)
    trainer = train(root / "parts", accelerator)
    held = sum(each.to_local().numel() for each in trainer.ema.parameters())  # type: ignore[operator]
    assert held < 0.6 * sum(each.numel() for each in trainer.ema.parameters())
    if accelerator.is_main_process:
        for name in ("from-parts", "parts-middle"):
            shutil.copytree(root / "parts" / FIRST, root / name / FIRST)
    accelerator.wait_for_everyone()
    for name in ("from-parts", "from-whole"):
        train(root / name, divided())
    train(root / "half", divided("bf16"))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
