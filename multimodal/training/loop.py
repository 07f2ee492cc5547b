"""What the training of every model shares: steps, schedule, EMA, progress, exact resume.

Every step seeds all randomness from its own number, and its batch is a function of that number too. So the number of
the step is the whole state of the data and of the random generators, and a resumed run repeats an uninterrupted one.
"""

from __future__ import annotations

import hashlib
import math
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from PIL import Image
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from tqdm.auto import tqdm

from multimodal import config as configs
from multimodal.tensor_folder import CheckpointError, load_tensors, save_tensors
from multimodal.training import fsdp
from multimodal.training.batches import Stopped, any_process
from multimodal.training.ema import moving_average
from multimodal.training.run_config import RunConfig
from multimodal.training.signals import stop_signals

StepLoss = Callable[[nn.Module, int], dict[str, Tensor]]
MAX_SKIPPED = 5


class TrainingError(RuntimeError):
    """A run that cannot go on; the message says what was seen and what to try."""


def saved_states(folder: Path) -> list[Path]:
    """The states of a run that are kept, the oldest first."""
    return sorted(folder.glob("step-????????"))


def step_seed(seed: int, step: int, process: int) -> int:
    """0 … 2**32 - 1, nearly always another one: numbers in a row would give a process what another had a step before."""
    return int.from_bytes(hashlib.sha256(f"{seed} {step} {process}".encode()).digest()[:4])


class Trainer:
    """Runs `loss(model, step)` for `config.steps` steps, keeping everything it needs to resume under `folder`.

    Args:
        config: the run's settings.
        model: what is trained; weights that do not require gradients stay as they are.
        folder: holds `step-N/` (two newest states), `tensorboard/` and `samples/`.
        accelerator: places the model, and averages gradients over processes.
        data: the `fingerprint` of what is trained on; a run that is resumed with another one says so.
    Raises:
        ValueError: the run could stop between the batches of one update, or a batch cannot be divided among the processes.
    """

    def __init__(self, config: RunConfig, model: nn.Module, folder: Path, accelerator: Accelerator, data: str = "") -> None:
        self.config, self.folder, self.accelerator, self.data = config, folder, accelerator, data
        self.step, self.skipped, self.finite = 0, 0, True
        if config.steps % config.gradient_accumulation_steps or config.save_every % config.gradient_accumulation_steps:
            raise ValueError("steps and save_every must be multiples of gradient_accumulation_steps")
        if config.batch_size % accelerator.num_processes:
            raise ValueError(f"batch_size {config.batch_size} must be a multiple of {accelerator.num_processes} processes")
        self.ema = moving_average(model, config.ema_decay, accelerator.device)
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": config.weight_decay},
                {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
            ],
            lr=config.learning_rate,
            betas=(config.beta1, config.beta2),
        )
        if config.compile:
            model.compile(dynamic=config.any_size)
        fsdp.configure(accelerator, model)
        self.model, self.optimizer = accelerator.prepare(model, optimizer)
        fsdp.divide(self.ema, self.model)
        self._resume()

    @property
    def ema_model(self) -> nn.Module:
        """The averaged model, to sample from and to export. With FSDP, all processes must ask for it together."""
        return fsdp.gather(self.ema.module)

    def run(
        self,
        loss: StepLoss,
        *,
        deadline: float = math.inf,
        on_step: Callable[[int], None] | None = None,
        sample: Callable[[nn.Module], Image.Image] | None = None,
        export: Callable[[nn.Module, dict[str, Any]], None] | None = None,
    ) -> None:
        """Train until the last step, until the deadline, or until Ctrl-C or SIGTERM; then save.

        Args:
            loss: returns the losses of a step; "loss" is minimised, the others are logged.
            deadline: when to stop, as `time.monotonic` says it.
            on_step: called before each step with its number.
            sample: draws a grid with the EMA model every `sample_every` steps.
            export: writes the EMA model as a checkpoint folder, given a note on the training, whenever the run is saved.
        Raises:
            TrainingError: the loss was not finite for five steps in a row.
            Stopped: it was to stop when the last step was done, and all is saved; what would come next is not to begin.
        """
        config, accelerator = self.config, self.accelerator
        progress = tqdm(
            total=config.steps, initial=self.step, desc=self.folder.name, unit="step", dynamic_ncols=True, mininterval=1.0,
            disable=not accelerator.is_local_main_process,
        )  # fmt: skip
        start, start_step, saved_step, sampled_step = time.monotonic(), self.step, -1, -1
        with stop_signals() as stopped, self._attention(), self._tensorboard() as writer:
            while self.step < config.steps:
                updated = self.step % config.gradient_accumulation_steps == 0  # no gradient is waiting, none would be lost
                if updated and any_process(stopped.is_set() or time.monotonic() >= deadline, accelerator):
                    accelerator.print(f"{self.folder.name}: stopped at step {self.step} of {config.steps}")
                    break
                set_seed(step_seed(config.seed, self.step, accelerator.process_index))
                if on_step:
                    on_step(self.step)
                losses = self._train_step(loss)
                self.step += 1
                progress.update()
                if self.step % config.log_every == 0:
                    rate = (self.step - start_step) * config.batch_size / (time.monotonic() - start)
                    values = {name: value.item() for name, value in losses.items()}
                    progress.set_postfix_str(
                        " ".join(f"{name} {value:.4f}" for name, value in values.items()) + f" {rate:.1f} images/s"
                    )
                    if writer:
                        values |= {"learning_rate": self.optimizer.param_groups[0]["lr"], "images_per_s": rate}
                        for name, value in values.items():
                            writer.add_scalar(name, value, self.step)
                if sample and self.step % config.sample_every == 0:
                    self._save_sample(sample, writer)
                    sampled_step = self.step
                if self.step % config.save_every == 0:
                    self.save(export)
                    saved_step = self.step
            progress.close()
            if saved_step != self.step:
                self.save(export)
            if sample and sampled_step != self.step:
                self._save_sample(sample, writer)
        if any_process(stopped.is_set() and self.step >= config.steps, accelerator):
            raise Stopped("stopped when it was done")

    def save(self, export: Callable[[nn.Module, dict[str, Any]], None] | None = None) -> None:
        """Write the state of the run, keep the two newest, and export the EMA model."""
        self.accelerator.wait_for_everyone()
        tensors, ema = self._state(), self.ema_model.eval()
        if not self.accelerator.is_main_process:
            return
        state = self.folder / f"step-{self.step:08d}"
        if not state.exists():  # a run that ends where it was resumed leaves the state as it is
            run = configs.to_dict(self.config)
            description = {"step": self.step, "ema_updates": int(self.ema.n_averaged), "run": run, "data": self.data}
            if self.accelerator.scaler:  # of fp16
                description["loss_scale"] = self.accelerator.scaler.state_dict()
            save_tensors(state, tensors, description)
        killed = self.folder.glob(".step-*")  # saves, of which these are left
        for old in [*saved_states(self.folder)[:-2], *killed]:
            shutil.rmtree(old)
        if export:
            run = {"processes": self.accelerator.num_processes, "run": configs.to_dict(self.config)}
            export(ema, {"steps": self.step, **run})

    def _train_step(self, loss: StepLoss) -> dict[str, Tensor]:
        accelerator, config, model = self.accelerator, self.config, self.model
        count = config.gradient_accumulation_steps
        last = (self.step + 1) % count == 0  # of the batches of one update
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        model.train()
        with nullcontext() if last else accelerator.no_sync(model):
            losses = loss(model, self.step)
            finite = accelerator.reduce(losses["loss"].detach().isfinite().float(), "mean").item() == 1.0
            if finite:
                accelerator.backward(losses["loss"] / count)
        self.finite &= finite
        if last:
            self._update()
        return losses

    def _update(self) -> None:
        """Move the weights along the gradients, unless one of the batches that they come from had no finite loss."""
        accelerator, config = self.accelerator, self.config
        updated = False
        if self.finite:
            norm = accelerator.clip_grad_norm_(self.model.parameters(), config.gradient_clip or math.inf)
            if accelerator.scaler or norm is None or fsdp.whole(norm).isfinite():
                self.optimizer.step()  # with fp16's loss scale it leaves out an overflow itself, and lowers the scale
                updated = not self.optimizer.step_was_skipped
        if updated:
            self.ema.update_parameters(accelerator.unwrap_model(self.model))
            self.skipped = 0
        else:
            self.skipped += 1
            if self.skipped == MAX_SKIPPED:
                raise TrainingError(
                    f"the loss was not finite for {MAX_SKIPPED} steps in a row, up to step {self.step}. The last saved "
                    f"state under {self.folder} is clean: try a lower learning_rate or mixed_precision=no"
                )
        self.optimizer.zero_grad()
        self.finite = True

    def _attention(self) -> AbstractContextManager[None]:
        """On a CPU without the flash kernel, whose backward pass in bf16 is slow on sequences of 20 tokens."""
        return sdpa_kernel(SDPBackend.MATH) if self.accelerator.device.type == "cpu" else nullcontext()

    def _learning_rate(self) -> float:
        """Linear warm-up, then half a cosine to zero (Loshchilov & Hutter 2017)."""
        config, count = self.config, self.config.gradient_accumulation_steps
        step = self.step - self.step % count  # the first batch of this update
        warmup = min(1.0, (step + count) / max(1, config.warmup_steps))
        return config.learning_rate * warmup * 0.5 * (1 + math.cos(math.pi * min(1.0, step / config.steps)))

    def _state(self) -> dict[str, Tensor]:
        model = self.accelerator.unwrap_model(self.model)
        state = {f"model.{key}": value for key, value in model.state_dict().items()}
        state |= {f"ema.{key}": value for key, value in self.ema.module.state_dict().items()}
        for index, values in self.optimizer.state_dict()["state"].items():
            state |= {f"optimizer.{index}.{name}": torch.as_tensor(value) for name, value in values.items()}
        wholes = ((key, fsdp.whole(value.detach())) for key, value in state.items())
        return {key: value.cpu().clone() for key, value in wholes if self.accelerator.is_main_process}

    def _resume(self) -> None:
        states = saved_states(self.folder)
        if not states:
            return
        try:
            tensors, description = load_tensors(states[-1])
        except CheckpointError as error:
            if len(states) < 2:
                raise TrainingError(f"{error}; or remove {states[-1]}, to begin anew") from error
            self.accelerator.print(f"{states[-1]} is damaged: the run goes on from the state before it")
            states = states[:-1]
            tensors, description = load_tensors(states[-1])
        before, now = description["run"], configs.to_dict(self.config)
        shapes = {(f"model.{key}", v.shape) for key, v in self.accelerator.unwrap_model(self.model).state_dict().items()}
        if before.get("model") != now.get("model") or not shapes <= {(key, v.shape) for key, v in tensors.items()}:
            raise TrainingError(f"{states[-1]} was trained with another model config; choose another folder or restore it")
        changed = [f"{key}: {before.get(key)} → {now[key]}" for key in now if before.get(key) != now[key]]
        if changed:
            self.accelerator.print("resuming with changed settings: " + ", ".join(changed))
        if description.get("data", self.data) != self.data:
            if description["step"] >= self.config.steps:
                raise TrainingError(f"{states[-1]} is complete, and was trained on other data; choose another --out")
            self.accelerator.print(
                f"the data has changed since {states[-1]} was saved: the run goes on with what is there now. "
                f"Remove {self.folder} to train on it from the start, or put the old data back to repeat the old run"
            )
        for prefix, module in (("model.", self.accelerator.unwrap_model(self.model)), ("ema.", self.ema.module)):
            current = module.state_dict().items()
            module.load_state_dict({key: fsdp.part_of(tensors[prefix + key], value) for key, value in current})
        parameters = [parameter for group in self.optimizer.param_groups for parameter in group["params"]]
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith("optimizer."):
                _, index, name = key.split(".", 2)
                part = fsdp.part_of(value, parameters[int(index)]) if value.ndim else value
                state.setdefault(int(index), {})[name] = part
        self.optimizer.load_state_dict({**self.optimizer.state_dict(), "state": state})
        if self.accelerator.scaler and "loss_scale" in description:
            self.accelerator.scaler.load_state_dict(description["loss_scale"])
        self.ema.n_averaged.fill_(description["ema_updates"])
        self.step = description["step"]
        self.accelerator.print(f"resumed {states[-1]}")

    def _tensorboard(self) -> Any:
        if not self.accelerator.is_main_process:
            return nullcontext()
        from torch.utils.tensorboard import SummaryWriter

        return SummaryWriter(str(self.folder / "tensorboard"), purge_step=self.step)

    def _save_sample(self, sample: Callable[[nn.Module], Image.Image], writer: Any) -> None:
        model = self.ema_model.eval()
        if not self.accelerator.is_main_process:
            return
        with torch.no_grad():
            grid = sample(model)
        folder = self.folder / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"step-{self.step:08d}.png"
        grid.save(path.with_suffix(".tmp"), "PNG")
        path.with_suffix(".tmp").replace(path)  # never there in part, for who looks on
        if writer:
            from torchvision.transforms.functional import pil_to_tensor

            writer.add_image("samples", pil_to_tensor(grid.convert("RGB")), self.step)
