"""Train the DiT: first the mean of every prompt's pictures, then rectified flow at a random time → velocity loss → save."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from PIL import Image
from torch import Tensor, nn

from multimodal import config as configs
from multimodal.checkpoint import load_clip, load_dit, save_model
from multimodal.data.captions import name_table, names_by_style
from multimodal.diffusion import rectified_flow
from multimodal.hub import PARTS
from multimodal.models.cached_text_encoder import CachedTextEncoder
from multimodal.models.dit import DiT
from multimodal.models.text_encoder import CLIPTextEncoder
from multimodal.pipeline import TextToImagePipeline
from multimodal.sheets import image_grid
from multimodal.tensor_folder import copy_checkpoint, load_description, weights_sha256
from multimodal.training.captioned_latents import CaptionedLatents
from multimodal.training.distillation import GuidanceTeacher, sample_scales, undistilled
from multimodal.training.growth import GROWING, with_depth, with_patch_size
from multimodal.training.loop import Trainer, TrainingError, saved_states
from multimodal.training.lora import merged, with_lora
from multimodal.training.mean import add_noise, fit_mean, with_mean
from multimodal.training.rehearsal import Rehearsal
from multimodal.training.run_config import DiTRunConfig, Sources
from multimodal.word_lists import MALFORMED_FILE, NAMES_FILE, STYLES_FILE, load_lists

START_FILE = "start.txt"  # beside the states of a run: the checksum of the DiT that it began from, or "none"
SAMPLE_PROMPTS = (
    "a red apple", "a fox, 3d style", "红苹果", "a rocket and a star", "a cat, flat style", "pizza, noto style",
    "a blue heart", "smiling face with sunglasses, twemoji style", "house, line style", "three bananas", "ein Fisch",
    "an airplane, color style", "a dog to the left of a tree", "a frog, 3d style", "a rose, color style", "guitar",
)  # fmt: skip


def train_dit(config: DiTRunConfig, sources: Sources, out: Path, deadline: float = math.inf) -> None:
    """Train on the captioned pictures of `sources` with `out`/vqvae and the text encoder that the config names.

    The checkpoint is `out`/dit; the run's state, the mean's and the latent cache are under `out`/training/dit.

    Where `sources` has a checkpoint to start from, its DiT, in the sizes of `config.model`, is where a new run starts, and
    what it rehearses; its other parts are copied, where `out` has none of its own.

    Raises:
        ValueError: LoRA, rehearsal or distillation, and nothing to start from; or two that do not go together.
        TrainingError: a run in `out` began from another checkpoint, or with a mean that was trained otherwise.
    """
    start = sources.start
    trained = load_dit(start / "dit") if start else None
    _check_modes(config, trained)
    accelerator = Accelerator(mixed_precision=config.mixed_precision)
    folder, device = out / "training" / "dit", accelerator.device
    with accelerator.main_process_first():
        _check_same_run(config, start, out)
        if start:
            _copy_other_parts(start, out)
    pictures = CaptionedLatents(config, sources.data, sources.names, out, accelerator, deadline)
    config = dataclasses.replace(config, model=dataclasses.replace(config.model, styles=pictures.styles))
    torch.manual_seed(config.seed)
    dit = starting_dit(config, trained)
    encoder = CLIPTextEncoder if config.model.text_encoder.kind == "bundled" else CachedTextEncoder
    text_encoder = encoder.from_config(config.model.text_encoder, lambda: load_clip(out / "clip")).to(device)
    teacher = None
    if config.guidance_distillation:
        teacher = GuidanceTeacher(dit, config.guidance_distillation, text_encoder, accelerator)
        dit = teacher.student()
        if config.compile:
            teacher.dit.compile()
    dit.gradient_checkpointing = config.gradient_checkpointing
    if start and config.rehearsal_fraction:
        known, count, vqvae = folder / "rehearsal", config.num_rehearsals, pictures.vqvae
        pictures.rehearse(Rehearsal(start, count, config.seed, known, text_encoder, vqvae, accelerator, deadline))
    elif config.lora_rank:
        accelerator.print("rehearsal_fraction=0: the names that the checkpoint knows are not repeated, and are forgotten")
    if not fit_mean(dit.mean_predictor, pictures, text_encoder, folder / "mean", deadline):
        return  # stopped, and what follows would rest on half a mean
    if dit.guidance_embedding is not None:
        with torch.no_grad():
            dit.unconditional_mean.copy_(dit.to(device).condition(*text_encoder([""])).mean[0])
    trainer = Trainer(config, with_lora(dit, config.lora_rank), folder, accelerator, pictures.fingerprint)

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = pictures.batch(step, config.batch_size)
        x0 = pictures.latents(rows)  # (B, C, h, w)
        context, context_mask, pooled = pictures.encode_prompts(rows, step, text_encoder)
        noise = torch.randn_like(x0)
        t = rectified_flow.sample_t(len(x0), device, config.t_mean)
        inputs = {
            "latents": rectified_flow.interpolate(x0, noise, t),
            "t": t,
            "context": context,
            "context_mask": context_mask,
            "pooled": add_noise(pooled, config.pooled_noise),
            "guidance_scale": sample_scales(t, config.model),
        }
        if teacher:
            x0 = teacher.x0(noise, **inputs)
        elif pictures.rehearsal and (old := pictures.is_rehearsed(rows)).any():
            x0[old] = pictures.rehearsal.x0(noise[old], **{name: value[old] for name, value in inputs.items()})
        output = model(**inputs)
        losses = rectified_flow.loss(output, x0, noise, t, config.model.prediction, config.min_t)
        return {"loss": losses.mean()}

    def sample(model: nn.Module) -> Image.Image:
        model = merged(model)
        assert isinstance(model, DiT)
        pipeline = TextToImagePipeline(text_encoder, model, pictures.vqvae)
        return image_grid(pipeline(SAMPLE_PROMPTS, seed=1).images, columns=8)

    def export(model: nn.Module, training: dict[str, Any]) -> None:
        before = pictures.rehearsal
        tables = {
            NAMES_FILE: name_table(pictures.subjects, before.table if before else None),
            STYLES_FILE: names_by_style(pictures.subjects, before.styles if before else None),
        }
        malformed = load_lists(start / "dit" / MALFORMED_FILE) if start and (before or teacher) else {}
        if malformed:  # as what the start draws is learnt again
            tables[MALFORMED_FILE] = malformed
        files = {name: json.dumps(table, ensure_ascii=False) for name, table in tables.items()}
        save_model(out / "dit", merged(model), config.model, training, torch.int8, files)

    trainer.run(loss, deadline=deadline, sample=sample, export=export)


def starting_dit(config: DiTRunConfig, trained: DiT | None) -> DiT:
    """The DiT that a run begins with: a new one, or a trained one in the sizes of `config.model`.

    Of a trained one, a guidance scale that it takes goes where the run distils anew or has none, which `undistilled` does.

    Raises:
        ValueError: the patches of the trained one cannot be divided into those of `config.model`, or it has more blocks.
    """
    if not trained:
        return DiT(config.model)
    dit = with_depth(with_patch_size(trained, config.model.patch_size), config.model.depth)
    dit = with_mean(dit, config.model.mean_width, config.model.mean_detail, config.model.styles)
    return undistilled(dit) if config.guidance_distillation or not config.model.max_guidance_scale else dit


def _check_modes(config: DiTRunConfig, trained: DiT | None) -> None:
    on_start = ("lora_rank", "rehearsal_fraction", "guidance_distillation")
    if not trained and any(getattr(config, name) for name in on_start):
        raise ValueError(f"{', '.join(on_start)} need a checkpoint to start from: give it with --from")
    grows = trained and any(getattr(config.model, name) != getattr(trained.config, name) for name in GROWING)
    if config.guidance_distillation and (grows or config.rehearsal_fraction):
        raise ValueError("guidance_distillation is a run of its own, after those that grow the DiT or rehearse")


def _check_same_run(config: DiTRunConfig, start: Path | None, out: Path) -> None:
    """Refuse to go on from another start, whose other parts may be another's by now; or with another mean, which the saved
    state of the DiT would undo.
    """
    folder = out / "training" / "dit"
    if start is None or start.resolve() != out.resolve():
        known, sha256 = folder / START_FILE, weights_sha256(start / "dit") if start else "none"
        if known.exists() and known.read_text(encoding="utf-8") != sha256:
            raise TrainingError(f"{folder} began from another checkpoint: give --from as then, or choose another --out")
        if not known.exists():
            known.parent.mkdir(parents=True, exist_ok=True)
            known.write_text(sha256, encoding="utf-8")
    for state in saved_states(folder)[-1:]:
        before, now = load_description(state)["run"], configs.to_dict(config)
        if any(before.get(part, now[part]) != now[part] for part in ("mean", "translator")):
            raise TrainingError(
                f"{state} has its mean already: put the settings of mean and translator back, or choose another --out"
            )


def _copy_other_parts(start: Path, out: Path) -> None:
    for part in PARTS:
        if part not in ("dit", "judge") and (start / part).is_dir() and not (out / part).exists():
            copy_checkpoint(start / part, out / part)
