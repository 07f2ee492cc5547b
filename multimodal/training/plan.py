"""Which models a command trains, from what: one of them, or all that a prompt needs to become a picture."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import parse_flag_from_env

from multimodal import config as configs
from multimodal.data.captions import load_subjects
from multimodal.data.images import load_captioned_images
from multimodal.models.clip import CLIP
from multimodal.models.dit import DiT
from multimodal.models.vqvae import VQVAE
from multimodal.tensor_folder import CheckpointError, load_description
from multimodal.training import run_config
from multimodal.training.batches import Stopped
from multimodal.training.clip import train_clip
from multimodal.training.dit import train_dit
from multimodal.training.growth import GROWING
from multimodal.training.judge import train_judge
from multimodal.training.loop import TrainingError
from multimodal.training.presets import PRESETS
from multimodal.training.restyler import train_restyler
from multimodal.training.run_config import Sources
from multimodal.training.super_resolution import train_super_resolution
from multimodal.training.tokenizer import train_tokenizer
from multimodal.training.vqvae import train_vqvae

STAGES = ("vqvae", "clip", "dit")  # in this order: the DiT learns from what the other two give
MAY_CHANGE = {"vqvae": ("decoder_blocks",), "clip": (), "dit": GROWING}  # of a model that is started from
TRAIN: dict[str, Callable[[Any, Sources, Path, float], None]] = {  # each: config, sources, out, deadline
    "vqvae": train_vqvae,
    "clip": train_clip,
    "dit": train_dit,
    "judge": train_judge,
    "restyler": train_restyler,
    "super_resolution": train_super_resolution,
}


@dataclass(frozen=True)
class Stage:
    """One model of a plan, its sizes those that it will really have."""

    name: str
    config: Any
    complete: bool  # its checkpoint is there, trained for all of the steps

    def __str__(self) -> str:
        config, millions = self.config, count_parameters(self.config.model) / 1e6
        before = f"{config.mean.steps:,} for the mean, " if isinstance(config, run_config.DiTRunConfig) else ""
        if before and config.learns_styles:
            before += f"{config.translator.steps:,} for its translator where pictures have styles, "
        steps = f"{before}{'then ' * bool(before)}{config.steps:,} of {config.batch_size} pictures"
        text = f"{self.name}: {millions:.2f} M parameters; steps: {steps}"
        return f"{text}; complete, is skipped" if self.complete else text


def train_one(
    name: str, preset: str, overrides: Sequence[str], sources: Sources, out: Path, max_minutes: float = math.inf
) -> None:
    """Train one model, such as "vqvae" or "super_resolution", with a preset's settings and `key=value` changes to them."""
    config = _run_config(name, preset, overrides, sources.start)
    if name == "dit":
        _check_parts(config.model, out, sources.start)
    _train(name, config, sources, out, time.monotonic() + 60 * max_minutes)


def train_all(preset: str, overrides: Sequence[str], sources: Sources, out: Path, max_minutes: float = math.inf) -> None:
    """Print a plan, then train the models that are not complete yet, one after the other.

    Args:
        overrides: `key=value` words for every model, `dit.key=value` for one.
        max_minutes: for all of them together; then the run is saved, and the same call goes on from there.
    Raises:
        DataError: the pictures or their captions cannot be used.
        ValueError: a setting is unknown, or the sizes of the models do not fit together.
        TrainingError: a model that is complete would be left behind by one that it depends on.
    """
    deadline = time.monotonic() + 60 * max_minutes
    state = PartialState(cpu=parse_flag_from_env("ACCELERATE_USE_CPU"))  # which an Accelerator asks too, but it comes later
    say = state.print
    table = load_captioned_images(sources.data)
    load_subjects(table, sources.names)  # so that a missing caption is found now, not after hours
    stages = make_plan(preset, overrides, sources.start, out)
    say(f"{len(table):,} pictures at {sources.data}, to {out}" + (f", starting from {sources.start}" * bool(sources.start)))
    for stage in stages:
        say(f"  {stage}")
    for stage in (stage for stage in stages if not stage.complete):
        start = time.monotonic()
        stopped = not _train(stage.name, stage.config, sources, out, deadline)
        state.wait_for_everyone()  # the main process writes what all processes read next
        minutes, complete = (time.monotonic() - start) / 60, is_complete(stage.name, stage.config, out)
        if not complete or (stopped and stage is not stages[-1]):
            say(f"{stage.name}: stopped after {minutes:.1f} minutes; the same command goes on from there")
            return
        say(f"{stage.name}: done in {minutes:.1f} minutes")
    say(f"{out} is ready: python app.py --checkpoint {out}")


def make_plan(preset: str, overrides: Sequence[str], start: Path | None, out: Path) -> list[Stage]:
    """The stages that `train_all` goes through; CLIP is none of them where the DiT's text encoder is a pretrained one."""
    runs: dict[str, Any] = {}
    for name in reversed(STAGES):  # the DiT says whether a CLIP is needed
        if name == "clip" and runs["dit"].model.text_encoder.kind != "bundled":
            continue
        runs[name] = _run_config(name, preset, _overrides_of(name, overrides), start)
    _check_sizes(**{name: run.model for name, run in runs.items()})
    stages = [Stage(name, runs[name], is_complete(name, runs[name], out)) for name in STAGES if name in runs]
    changing = [stage.name for stage in stages if stage.name != "dit" and not stage.complete]
    if changing and (out / "dit").exists():
        raise TrainingError(
            f"{out / 'dit'} learnt from a {' and a '.join(changing)} that would now be trained further; remove "
            f"{out / 'dit'} and {out / 'training' / 'dit'} to train it anew, or choose another folder with --out"
        )
    return stages


def is_complete(name: str, config: Any, out: Path) -> bool:
    """Whether `out` holds this very model, trained for all of the config's steps."""
    try:
        description = load_description(out / name)
    except CheckpointError:
        return False
    steps, model = description.get("training", {}).get("steps", -1), description.get("config", {})
    wanted = configs.to_dict(config.model)
    if {*wanted.get("styles", ())} <= {*model.get("styles", ())}:  # to which the run added those of its pictures
        wanted |= {"styles": model["styles"]} if "styles" in wanted else {}
    return steps >= config.steps and model == wanted


def count_parameters(config: Any) -> int:
    """The number of weights of a VQ-VAE, CLIP or DiT with this config; takes no memory for them."""
    with torch.device("meta"):
        if isinstance(config, configs.CLIPConfig):
            model: torch.nn.Module = CLIP(config, train_tokenizer([], config.vocab_size))
        else:
            model = VQVAE(config) if isinstance(config, configs.VQVAEConfig) else DiT(config)
    return sum(parameter.numel() for parameter in model.parameters())


def _train(name: str, config: Any, sources: Sources, out: Path, deadline: float) -> bool:
    """Train one model; returns False where it was stopped before its first step, or with its last one."""
    if name != "dit" and parse_flag_from_env("ACCELERATE_USE_FSDP"):
        raise TrainingError(f"FSDP is for the DiT; train the {name} first, with a config of distributed_type MULTI_GPU")
    start = sources.start
    if start and start.resolve() == out.resolve():
        raise ValueError(f"{out} is where the training starts from; choose another folder with --out")
    if start and name not in STAGES:
        raise ValueError(f"--from is for {', '.join(STAGES)} and all; the {name} is trained from scratch")
    try:
        TRAIN[name](config, sources, out, deadline)
    except Stopped as stopped:
        PartialState().print(f"{name}: {stopped}")
        return False
    return True


def _preset(name: str, preset: str) -> run_config.RunConfig:
    if preset not in PRESETS[name]:
        others = [other for other in PRESETS if preset in PRESETS[other]]
        belongs = f"; {preset} is for {' and '.join(others)}" if others else ""
        raise ValueError(f"there is no --config {preset} for {name}, which has {', '.join(PRESETS[name])}{belongs}")
    return PRESETS[name][preset]


def _run_config(name: str, preset: str, overrides: Sequence[str], start: Path | None) -> Any:
    """The settings of a preset with changes; those of a model that is started from are its own, with changes to them.

    Raises:
        ValueError: a setting is unknown, or one that the model of a checkpoint cannot change.
    """
    if not start or name not in STAGES:
        return configs.with_overrides(_preset(name, preset), overrides)
    sizes = [word for word in overrides if word.startswith("model.")]
    config: Any = configs.with_overrides(_preset(name, preset), [word for word in overrides if word not in sizes])
    old: Any = configs.from_dict(type(config.model), load_description(start / name)["config"])
    old = config.model_from(old) if name == "dit" else old
    config = configs.with_overrides(dataclasses.replace(config, model=old), sizes)
    kept = dataclasses.replace(old, **{key: getattr(config.model, key) for key in MAY_CHANGE[name]})
    if config.model != kept:
        can = f"what can change there is {', '.join(MAY_CHANGE[name])}" if MAY_CHANGE[name] else "nothing can change there"
        raise ValueError(f"{' '.join(sizes)}: with --from the {name} has the sizes of {start / name}; {can}")
    return config


def _overrides_of(name: str, overrides: Sequence[str]) -> list[str]:
    """The words that are for this model: those that begin with its name, without it, and those that begin with none."""
    words = [word.partition(".") for word in overrides]
    return [
        rest if first == name else first + dot + rest for first, dot, rest in words if first not in STAGES or first == name
    ]


def _check_parts(dit: configs.DiTConfig, out: Path, start: Path | None) -> None:
    """Refuse a DiT that does not fit the models in `out`, or those that are to be copied there from the start."""
    parts: dict[str, type[Any]] = {"vqvae": configs.VQVAEConfig}
    parts |= {"clip": configs.CLIPConfig} if dit.text_encoder.kind == "bundled" else {}
    found: dict[str, Any] = {}
    for part, config in parts.items():
        folder = next((root / part for root in (out, start) if root and (root / part).is_dir()), None)
        if folder:  # otherwise the training says what is missing
            found[part] = configs.from_dict(config, load_description(folder)["config"])
    if "vqvae" in found:
        _check_sizes(dit=dit, **found)


def _check_sizes(vqvae: configs.VQVAEConfig, dit: configs.DiTConfig, clip: configs.CLIPConfig | None = None) -> None:
    """Refuse, before anything is trained, models that do not fit together."""
    wanted = {"latent_channels": vqvae.latent_channels, "latent_size": vqvae.latent_size}
    if clip:
        wanted |= {"context_dim": clip.text_width, "pooled_dim": clip.embed_dim}
    wrong = [f"dit.model.{key}={value}" for key, value in wanted.items() if getattr(dit, key) != value]
    if wrong:
        raise ValueError(f"the DiT does not fit the other models; add {' '.join(wrong)}")
