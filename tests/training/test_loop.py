"""The training loop on a model of one layer: schedule, EMA, saving, exact resume, and losses that are not finite."""

from __future__ import annotations

import dataclasses
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
import torch
from accelerate import Accelerator
from accelerate.state import AcceleratorState
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch import Tensor, nn

from multimodal.tensor_folder import load_tensors, save_tensors
from multimodal.training.batches import Stopped, batch_indices, of_all_processes
from multimodal.training.loop import MAX_SKIPPED, Trainer, TrainingError, step_seed
from multimodal.training.run_config import RunConfig

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class LineConfig(RunConfig):
    model: int = 3  # the width


CONFIG = LineConfig(steps=8, learning_rate=0.1, warmup_steps=2, log_every=2, sample_every=4, save_every=4, ema_decay=0.5)


def make_trainer(folder: Path, config: LineConfig = CONFIG, data: str = "") -> Trainer:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(config.model, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 1))
    return Trainer(config, model, folder, Accelerator(), data)


def noisy_loss(model: nn.Module, step: int) -> dict[str, Tensor]:
    """Draws random numbers, and passes through dropout and a running mean: all of it must be repeated on resuming."""
    return {"loss": model(torch.randn(8, 3) + step).square().mean()}


def tensors_of(folder: Path, step: int) -> dict[str, Tensor]:
    return load_tensors(folder / f"step-{step:08d}")[0]


def assert_same_state(first: dict[str, Tensor], second: dict[str, Tensor]) -> None:
    assert first.keys() == second.keys()
    for key, value in first.items():
        assert torch.equal(value, second[key]), key


def stop_in(step: int, number: int) -> Callable[[int], None]:
    def on_step(current: int) -> None:
        if current == step:
            signal.raise_signal(number)

    return on_step


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_and_resumed_run_repeats_an_uninterrupted_one_bit_for_bit(tmp_path: Path, number: int) -> None:
    make_trainer(tmp_path / "whole").run(noisy_loss)
    make_trainer(tmp_path / "parts").run(noisy_loss, on_step=stop_in(2, number))
    assert [path.name for path in (tmp_path / "parts").glob("step-*")] == ["step-00000003"]
    resumed = make_trainer(tmp_path / "parts")
    assert resumed.step == 3
    resumed.run(noisy_loss)
    first, second = (tensors_of(tmp_path / name, 8) for name in ("whole", "parts"))
    assert any(key.startswith("optimizer.") for key in first)
    assert_same_state(first, second)


def test_to_stop_twice_saves_too(tmp_path: Path) -> None:
    trainer, saved = make_trainer(tmp_path), []

    def export(model: nn.Module, training: dict) -> None:
        signal.raise_signal(signal.SIGTERM)
        saved.append(training["steps"])

    trainer.run(noisy_loss, on_step=stop_in(2, signal.SIGTERM), export=export)
    assert saved == [3]


def test_to_stop_in_the_last_step_ends_what_would_come_next_too(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    with pytest.raises(Stopped):
        trainer.run(noisy_loss, on_step=stop_in(7, signal.SIGTERM))
    assert tensors_of(tmp_path, 8), "it is saved"


def test_a_damaged_state_gives_way_to_the_one_before_it(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    make_trainer(tmp_path).run(noisy_loss)
    whole = {key: value.clone() for key, value in tensors_of(tmp_path, 8).items()}  # not of the file, which is cut
    file = tmp_path / "step-00000008" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-9])
    trainer = make_trainer(tmp_path)
    assert trainer.step == 4
    assert "is damaged: the run goes on from the state before it" in capsys.readouterr().out
    shutil.rmtree(tmp_path / "step-00000008")
    trainer.run(noisy_loss)
    assert_same_state(whole, tensors_of(tmp_path, 8))
    for state in tmp_path.glob("step-*"):
        (state / "model.safetensors").write_bytes(b"")
    shutil.rmtree(tmp_path / "step-00000004")
    with pytest.raises(TrainingError, match=r"or remove .*step-00000008, to begin anew"):
        make_trainer(tmp_path)


def test_without_a_clip_gradients_may_be_of_any_size(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, dataclasses.replace(CONFIG, gradient_clip=0.0))
    before = [parameter.clone() for parameter in trainer.model.parameters()]
    trainer.run(noisy_loss)
    assert not any(torch.equal(a, b) for a, b in zip(before, trainer.model.parameters(), strict=True))


def test_the_two_newest_states_are_kept(tmp_path: Path) -> None:
    make_trainer(tmp_path, dataclasses.replace(CONFIG, save_every=2)).run(noisy_loss)
    assert sorted(path.name for path in tmp_path.glob("step-*")) == ["step-00000006", "step-00000008"]


def test_what_a_killed_save_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".step-00000003.tmp99").mkdir()
    make_trainer(tmp_path).run(noisy_loss)
    assert not list(tmp_path.glob(".step-*"))


def test_no_process_sees_the_noise_of_another_nor_of_another_step() -> None:
    seeds = {step_seed(seed, step, process) for seed in range(3) for step in range(20) for process in range(4)}
    assert len(seeds) == 3 * 20 * 4
    assert max(seeds) < 2**32


def test_time_that_is_over_saves_and_ends(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    trainer.run(noisy_loss, deadline=0)
    assert trainer.step == 0
    assert tensors_of(tmp_path, 0)


def test_another_model_config_is_refused_and_other_settings_are_said(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    make_trainer(tmp_path).run(noisy_loss)
    with pytest.raises(TrainingError, match="another model config"):
        make_trainer(tmp_path, dataclasses.replace(CONFIG, model=5))
    assert make_trainer(tmp_path, dataclasses.replace(CONFIG, learning_rate=0.2)).step == 8
    assert "learning_rate: 0.1 → 0.2" in capsys.readouterr().out


def nan_at(*steps: int) -> Callable[[nn.Module, int], dict[str, Tensor]]:
    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        value = noisy_loss(model, step)["loss"]
        return {"loss": value * math.nan if step in steps else value}

    return loss


def test_a_step_whose_loss_is_not_finite_is_skipped(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    weights: list[Tensor] = []
    trainer.run(nan_at(3), on_step=lambda _: weights.append(trainer.model[0].weight.detach().clone()))
    assert trainer.step == 8
    assert torch.equal(weights[3], weights[4])
    assert not torch.equal(weights[4], weights[5])


def test_a_step_whose_gradient_is_not_finite_is_skipped(tmp_path: Path) -> None:
    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        value = noisy_loss(model, step)["loss"]
        return {"loss": value + (0 * value).abs().sqrt() if step == 3 else value}  # 0, with an infinite slope

    trainer = make_trainer(tmp_path)
    trainer.run(loss)
    assert all(parameter.isfinite().all() for parameter in trainer.model.parameters())


@pytest.fixture
def fp16() -> Iterator[Accelerator]:
    """An accelerator with autocast and the loss scale of fp16, which accelerate has for GPUs alone."""
    AcceleratorState._reset_state()  # which holds one precision for all that a process trains
    accelerator = Accelerator(mixed_precision="fp16")
    accelerator.native_amp, accelerator.scaler = True, torch.amp.GradScaler("cpu", init_scale=2.0**16)
    yield accelerator
    AcceleratorState._reset_state()


def test_an_overflow_of_fp16_lowers_the_loss_scale_and_training_goes_on(tmp_path: Path, fp16: Accelerator) -> None:
    trainer = Trainer(CONFIG, nn.Linear(3, 1), tmp_path, fp16)
    weights: list[Tensor] = []
    averages: list[int] = []

    def on_step(_: int) -> None:
        weights.append(trainer.model.weight.detach().clone())
        averages.append(int(trainer.ema.n_averaged))

    trainer.run(lambda model, step: {"loss": 4 * model(torch.ones(1, 3)).sum()}, on_step=on_step)
    assert averages == [0, 0, 0, 0, 1, 2, 3, 4]  # 4 * 2¹⁶, 4 * 2¹⁵ and 4 * 2¹⁴ are more than fp16 holds
    assert fp16.scaler.get_scale() == 2.0**13
    assert torch.equal(weights[0], weights[3])
    assert not torch.equal(weights[3], weights[4])


def test_overflows_without_end_end_the_run(tmp_path: Path, fp16: Accelerator) -> None:
    trainer = Trainer(CONFIG, nn.Linear(3, 1), tmp_path, fp16)
    with pytest.raises(TrainingError, match="not finite for 5 steps in a row"):
        trainer.run(lambda model, step: {"loss": 1e9 * model(torch.ones(1, 3)).mean()})


def test_five_such_steps_in_a_row_end_the_run_and_what_is_saved_is_clean(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, dataclasses.replace(CONFIG, steps=20, save_every=8))
    with pytest.raises(TrainingError, match=r"not finite for 5 steps in a row, up to step 12.*learning_rate"):
        trainer.run(nan_at(1, 2, 3, 4, *range(8, 20)))  # four in a row are forgiven
    assert MAX_SKIPPED == 5
    state = tensors_of(tmp_path, 8)  # which load_tensors would refuse, were it not finite
    for key, value in trainer._state().items():  # nor did the skipped steps change the model, its average or the optimiser
        assert torch.equal(value, state[key]) or "running" in key or "num_batches" in key, key


def test_the_learning_rate_warms_up_and_goes_to_zero(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    rates: list[float] = []

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rates.append(trainer.optimizer.param_groups[0]["lr"])
        return noisy_loss(model, step)

    trainer.run(loss)
    logged = EventAccumulator(str(tmp_path / "tensorboard")).Reload().Scalars("learning_rate")
    assert [one.value for one in logged] == pytest.approx([rates[one.step - 1] for one in logged])
    assert logged
    cosine = [0.1 * 0.5 * (1 + math.cos(math.pi * step / 8)) for step in range(8)]
    assert rates == pytest.approx([0.5 * cosine[0], *cosine[1:]])


def test_the_average_follows_the_model_and_is_what_is_exported(tmp_path: Path) -> None:
    exported: list[tuple[Tensor, dict]] = []
    averages: list[Tensor] = []
    trainer = make_trainer(tmp_path)

    def on_step(_: int) -> None:
        averages.append(trainer.ema_model[3].weight.clone())

    def export(model: nn.Module, training: dict) -> None:
        assert not model.training
        exported.append((model[3].weight.clone(), training))

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        weights.append(model[3].weight.detach().clone())
        return noisy_loss(model, step)

    weights: list[Tensor] = []
    trainer.run(loss, on_step=on_step, export=export)
    assert torch.equal(averages[1], weights[1])  # the first update starts the average
    for step in range(1, 7):  # it keeps (1 + n) / (10 + n) of itself after n updates, at most ema_decay
        keep = min(CONFIG.ema_decay, (1 + step) / (10 + step))
        assert torch.allclose(averages[step + 1], keep * averages[step] + (1 - keep) * weights[step + 1], atol=1e-6)
    assert [training["steps"] for _, training in exported] == [4, 8]
    assert torch.equal(exported[0][0], averages[4])
    assert exported[1][1]["run"]["model"] == 3


def test_samples_are_drawn_with_the_average_and_logged(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    seen: list[bool] = []

    def sample(model: nn.Module) -> Image.Image:
        seen.append(model is trainer.ema_model and not model.training)
        return Image.new("RGB", (2, 2))

    trainer.run(noisy_loss, sample=sample)
    assert seen == [True, True]  # the last is not drawn once more
    assert sorted(path.name for path in (tmp_path / "samples").iterdir()) == ["step-00000004.png", "step-00000008.png"]
    assert list((tmp_path / "tensorboard").iterdir())


def test_the_flash_kernel_is_off_while_a_cpu_trains_and_only_then(tmp_path: Path) -> None:
    seen: list[bool] = []
    trainer = make_trainer(tmp_path)
    assert torch.backends.cuda.flash_sdp_enabled()
    trainer.run(noisy_loss, on_step=lambda _: seen.append(torch.backends.cuda.flash_sdp_enabled()))
    assert not any(seen)
    assert torch.backends.cuda.flash_sdp_enabled()


def regression(batch_size: int) -> Callable[[nn.Module, int], dict[str, Tensor]]:
    """The mean square error on the rows of a batch, of which nothing is random."""
    inputs = torch.randn(24, 3, generator=torch.Generator().manual_seed(1))

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = inputs[batch_indices(len(inputs), batch_size, step, 0, Accelerator())]
        return {"loss": (model(rows) - rows.sum(dim=1, keepdim=True)).square().mean()}

    return loss


def train_line(folder: Path, batch_size: int, **changes: int) -> dict[str, Tensor]:
    """The weights and optimiser state of a line fitted with batches of a size."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.GELU(), nn.Linear(8, 1))
    config = dataclasses.replace(CONFIG, **changes)
    trainer = Trainer(config, model, folder, Accelerator())
    trainer.run(regression(batch_size))
    trainer.accelerator.wait_for_everyone()  # one process saves
    return tensors_of(folder, config.steps)


def test_accumulating_two_batches_equals_one_of_double_size(tmp_path: Path) -> None:
    expected = train_line(tmp_path / "whole", 8)
    halves = train_line(
        tmp_path / "halves", 4, gradient_accumulation_steps=2, steps=16, warmup_steps=4, save_every=8, sample_every=8
    )
    small = train_line(tmp_path / "small", 4)
    assert expected.keys() == halves.keys()
    for key, value in expected.items():
        assert torch.allclose(value, halves[key], rtol=1e-4, atol=1e-6), key
    assert not torch.allclose(
        expected["model.0.weight"], small["model.0.weight"], atol=1e-3
    )  # half the batch is not enough


def test_two_processes_equal_one_with_the_same_batch(tmp_path: Path) -> None:
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", __file__, str(tmp_path / "two")]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(launch, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    expected, two = train_line(tmp_path / "one", 8), tensors_of(tmp_path / "two", CONFIG.steps)
    half = train_line(tmp_path / "half", 4)
    assert expected.keys() == two.keys()
    for key, value in expected.items():  # weights, their average, and the moments of the gradients
        assert torch.allclose(value, two[key], rtol=1e-4, atol=1e-6), key
    assert not torch.allclose(expected["model.0.weight"], half["model.0.weight"], atol=1e-3)  # each had its own half
    gradient = torch.load(tmp_path / "two" / "gradient.pt")
    assert gradient.abs().max() > 0.01
    assert torch.allclose(gradient_of_comparisons(Accelerator()), gradient, atol=1e-6)


def test_a_run_stops_only_between_updates_and_resumes_exactly(tmp_path: Path) -> None:
    config = dataclasses.replace(CONFIG, gradient_accumulation_steps=2)
    make_trainer(tmp_path / "whole", config).run(noisy_loss)
    make_trainer(tmp_path / "parts", config).run(noisy_loss, on_step=stop_in(2, signal.SIGTERM))
    assert [path.name for path in (tmp_path / "parts").glob("step-*")] == ["step-00000004"]
    make_trainer(tmp_path / "parts", config).run(noisy_loss)
    assert_same_state(*(tensors_of(tmp_path / name, 8) for name in ("whole", "parts")))
    for changes in ({"steps": 9}, {"save_every": 3}):
        with pytest.raises(ValueError, match="must be multiples of gradient_accumulation_steps"):
            make_trainer(tmp_path / "odd", dataclasses.replace(config, **changes))


@pytest.mark.parametrize("step", [2, 3])
def test_an_update_with_a_loss_that_is_not_finite_in_it_is_skipped_whole(step: int, tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, dataclasses.replace(CONFIG, gradient_accumulation_steps=2))
    weights: list[Tensor] = []
    trainer.run(nan_at(step), on_step=lambda _: weights.append(trainer.model[0].weight.detach().clone()))
    assert torch.equal(weights[2], weights[4])
    assert not torch.equal(weights[0], weights[2])
    assert not torch.equal(weights[4], weights[6])


def test_other_data_than_before_is_said_on_resuming(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    make_trainer(tmp_path, data="a").run(noisy_loss, deadline=0)
    make_trainer(tmp_path, data="a")
    assert "data has changed" not in capsys.readouterr().out
    make_trainer(tmp_path, data="b").run(noisy_loss)
    assert f"the data has changed since {tmp_path / 'step-00000000'} was saved" in capsys.readouterr().out
    make_trainer(tmp_path, data="b")
    assert "data has changed" not in capsys.readouterr().out
    with pytest.raises(TrainingError, match="is complete, and was trained on other data"):
        make_trainer(tmp_path, data="c")


def test_what_a_run_is_resumed_from_is_not_written_again(tmp_path: Path) -> None:
    make_trainer(tmp_path).run(noisy_loss)
    before = (tmp_path / "step-00000008" / "config.json").stat()
    exported: list[int] = []
    make_trainer(tmp_path).run(noisy_loss, export=lambda model, training: exported.append(training["steps"]))
    assert (tmp_path / "step-00000008" / "config.json").stat().st_ino == before.st_ino
    assert exported == [8]


def test_the_loss_scale_of_half_precision_is_part_of_the_state(tmp_path: Path) -> None:
    def trainer_with(scale: float) -> Trainer:
        accelerator = Accelerator()
        accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=scale)
        return Trainer(CONFIG, nn.Linear(3, 1), tmp_path, accelerator, "")

    trainer_with(8.0).save()
    resumed = trainer_with(65_536.0)
    assert resumed.accelerator.scaler.state_dict()["scale"] == 8.0


def kill_at_line(number: int, action: Callable[[], None]) -> bool:
    """Run `action` in a forked process that is killed before the n-th line of saving; returns whether it came to that."""
    process = os.fork()
    if process:
        return os.WIFSIGNALED(os.waitpid(process, 0)[1])
    lines = iter(range(1, sys.maxsize))

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_name not in ("save", "save_tensors", "_replace"):
            return None
        if event == "line" and next(lines) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    try:
        action()
    finally:
        os._exit(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_save_killed_at_any_line_leaves_a_state_that_resumes_and_a_checkpoint_that_loads(tmp_path: Path) -> None:
    def export(model: nn.Module, training: dict) -> None:
        save_tensors(trainer.folder / "exported", model.state_dict(), training)

    trainer = make_trainer(tmp_path / "0")
    trainer.run(noisy_loss, on_step=stop_in(4, signal.SIGTERM), export=export)
    expected = {5: tensors_of(tmp_path / "0", 5)}
    trainer._train_step(noisy_loss)
    trainer.step += 1
    expected[6] = trainer._state()
    resumed: list[int] = []
    exported: list[int] = []
    killed = True
    while killed:
        trainer.folder = Path(shutil.copytree(tmp_path / "0", tmp_path / str(len(resumed) + 1)))
        killed = kill_at_line(len(resumed) + 1, lambda: trainer.save(export))
        after = make_trainer(trainer.folder)
        assert_same_state(after._state(), expected[after.step])
        resumed.append(after.step)
        exported.append(load_tensors(trainer.folder / "exported")[1]["steps"])
        after.save()
        assert not list(trainer.folder.glob(".step-*"))
    assert len(resumed) > 50  # lines, the last of them not killed
    assert resumed == sorted(resumed)
    assert exported == sorted(exported)
    assert {*resumed} == {*exported} == {5, 6}


def gradient_of_comparisons(accelerator: Accelerator) -> Tensor:
    """Of a loss that compares all rows of a batch with all, of which each process embeds its part."""
    part = batch_indices(8, 8, 0, 0, accelerator)
    weight = nn.Parameter(torch.eye(3))
    embeddings = of_all_processes(torch.arange(24.0).view(8, 3)[part].sin() @ weight)
    (embeddings @ embeddings.T).softmax(dim=1).diagonal().sum().backward()
    assert weight.grad is not None
    return accelerator.reduce(weight.grad, "mean")  # as DistributedDataParallel does


if __name__ == "__main__":  # one of two processes, see above
    train_line(Path(sys.argv[1]), 8)
    gradient = gradient_of_comparisons(Accelerator())
    if Accelerator().is_main_process:
        torch.save(gradient, Path(sys.argv[1]) / "gradient.pt")
