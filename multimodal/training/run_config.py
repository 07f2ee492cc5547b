"""The settings of training runs: one dataclass per model, each with the settings of what it trains."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from multimodal.config import (
    CLIPConfig,
    Counts,
    DiTConfig,
    JudgeConfig,
    RestylerConfig,
    SuperResolutionConfig,
    VQVAEConfig,
)


@dataclass(frozen=True)
class Sources:
    """What models are trained from."""

    data: Path  # captioned pictures
    names: Path | None = None  # a table of names in other languages, see `load_subjects`
    text: Path | None = None  # a table of words, for the tokenizer and the text tower
    start: Path | None = None  # a checkpoint folder whose weights a new run starts from


@dataclass(frozen=True)
class RunConfig(Counts):
    """What every training run has in common; one subclass per model adds the rest."""

    steps: int = 1000
    batch_size: int = 16  # over all processes together
    gradient_accumulation_steps: int = 1  # so many steps, each with a batch of its own, make one update of the weights
    learning_rate: float = 4e-4
    beta1: float = 0.9
    beta2: float = 0.95
    weight_decay: float = 0.01
    warmup_steps: int = 100
    gradient_clip: float = 1.0  # norm of the gradients at most; 0: any
    ema_decay: float = 0.999
    mixed_precision: str = "no"  # accelerate's words: no, bf16, fp16
    seed: int = 0
    log_every: int = 20
    sample_every: int = 500
    save_every: int = 1000
    compile: bool = False
    may_be_zero: ClassVar[tuple[str, ...]] = ("steps", "warmup_steps")
    any_size: ClassVar[bool | None] = None  # of inputs, which a compiled model takes; None: if it meets several

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in dataclasses.fields(self):
            share = field.name.endswith(("_fraction", "_dropout")) or field.name in ("beta1", "beta2", "ema_decay")
            if share and not 0 <= getattr(self, field.name) <= 1:
                raise ValueError(f"{type(self).__name__}.{field.name} must be from 0 to 1, not {getattr(self, field.name)}")


@dataclass(frozen=True)
class VQVAERunConfig(RunConfig):
    model: VQVAEConfig = VQVAEConfig()
    crop_size: int = 64
    whole_picture_fraction: float = 0.15  # of the steps, at the end, on whole pictures
    continuous_fraction: float = 0.2  # of the steps, at the start, without quantisation
    squared_weight: float = 2.0
    alpha_weight: float = 0.5
    gradient_weight: float = 0.3
    ssim_weight: float = 0.2
    commitment_weight: float = 0.25
    decoder_only: bool = False  # encoder and codes stay, but for those that are split, so that a DiT on them stays right
    latent_noise: float = 0.0  # in decoder_only, at most, in deviations of the latents: a decoder that mends a DiT's errors
    num_split: int = 0  # codes of each group that are split where the start uses them most, in place of others
    num_searched: int = 0  # in decoder_only, pictures whose codes are searched for, once: half of what it then learns from
    any_size = False  # each is compiled anew: there are two, and torch fails where one model is to take both

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.crop_size % self.model.downsample_factor:
            raise ValueError(f"crop_size {self.crop_size} must be a multiple of {self.model.downsample_factor}")


@dataclass(frozen=True)
class CLIPRunConfig(RunConfig):
    model: CLIPConfig = CLIPConfig()
    locked_image_fraction: float = 0.5  # of the steps, at the end, in which the text tower alone learns, mostly languages
    wordnet_fraction: float = 0.5  # pairs of a word and a name, per picture of a batch, in that phase
    composite_fraction: float = 0.5  # pairs of captions of a composite, as above


@dataclass(frozen=True)
class DiTRunConfig(RunConfig):
    model: DiTConfig = DiTConfig()
    composite_fraction: float = 0.16  # of every batch
    num_composites: int = 8192  # made and encoded once
    mean: RunConfig = RunConfig(steps=8000, batch_size=256, learning_rate=1e-3, weight_decay=0.05, ema_decay=0.99)
    translator: RunConfig = RunConfig(steps=2000, batch_size=64, learning_rate=2e-3, weight_decay=0.02, ema_decay=0.99)
    pooled_noise: float = 0.8  # at most, over the embedding's RMS, for the DiT to meet means as rough as new prompts give
    prompt_dropout: float = 0.1  # for classifier-free guidance
    t_mean: float = 0.5  # of the logit-normal times; above 0 favours noise, where it is decided what a picture shows
    min_t: float = 0.05  # clips the 1 / t² weight that the velocity loss gives an x0-prediction
    guidance_distillation: float = 0.0  # up to which scale one pass learns what guidance gives in two; 0 disables it
    lora_rank: int = 0  # of the LoRA layers that learn in the place of all weights; 0: all weights learn
    rehearsal_fraction: float = 0.0  # of every batch, what the checkpoint that is started from makes of its own names
    num_rehearsals: int = 1024  # names that are repeated; their pictures are made once
    gradient_checkpointing: bool = False  # computes each block anew in the backward pass, for its memory
    may_be_zero = (*RunConfig.may_be_zero, "num_composites", "num_rehearsals")

    def __post_init__(self) -> None:
        super().__post_init__()
        for part in ("mean", "translator"):
            for key in ("mixed_precision", "seed"):
                if getattr(getattr(self, part), key) != getattr(RunConfig, key):
                    raise ValueError(f"{part}.{key} is not read: {key} is for all parts of the run")
        if self.composite_fraction + self.rehearsal_fraction > 1:
            raise ValueError("composite_fraction and rehearsal_fraction are parts of a batch: together at most 1")

    @property
    def learns_styles(self) -> bool:
        """Whether the translator is fitted; it stays as it is with the MLP, and where a DiT adds to what it knows."""
        return self.mean.steps > 0 and not self.lora_rank and not self.rehearsal_fraction

    def model_from(self, start: DiTConfig) -> DiTConfig:
        """What this run makes of a DiT that it starts from; a guidance scale is learnt, or rehearsed, or left behind.

        Without steps of its own the DiT stays as it is, and the mean alone learns.
        """
        kept = start.max_guidance_scale if self.rehearsal_fraction or not self.steps else 0.0
        return dataclasses.replace(start, max_guidance_scale=self.guidance_distillation or kept)


@dataclass(frozen=True)
class JudgeRunConfig(RunConfig):
    steps: int = 10_000
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    ema_decay: float = 0.998
    model: JudgeConfig = JudgeConfig()
    smallest_size: int = 32  # pictures grow from here to the model's image_size
    label_smoothing: float = 0.1
    margin: float = 0.1  # by which the cosine with the right concept is made smaller in training

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 8 <= self.smallest_size <= self.model.image_size:
            raise ValueError(f"smallest_size {self.smallest_size} must be from 8 to image_size {self.model.image_size}")


@dataclass(frozen=True)
class SuperResolutionRunConfig(RunConfig):
    steps: int = 4000
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    model: SuperResolutionConfig = SuperResolutionConfig()
    image_size: int = 128  # of the pictures that are learnt from, which are halved and quartered
    crop_size: int = 64  # of these
    gradient_weight: float = 0.3
    drawn_fraction: float = 0.3  # of the steps, at the start, on drawn pictures alone
    latent_noise: float = 0.5  # of what the VQ-VAE decodes, at most, in deviations of the latents

    def __post_init__(self) -> None:
        super().__post_init__()
        for key in ("image_size", "crop_size"):
            if getattr(self, key) % 4:
                raise ValueError(f"{key} {getattr(self, key)} must be a multiple of 4, as pictures are quartered")
        if self.crop_size > self.image_size:
            raise ValueError(f"crop_size {self.crop_size} must be at most image_size {self.image_size}")


@dataclass(frozen=True)
class RestylerRunConfig(RunConfig):
    steps: int = 9000
    learning_rate: float = 2e-3
    ema_decay: float = 0.998
    model: RestylerConfig = RestylerConfig()
    image_size: int = 128  # where there is no VQ-VAE, whose size the pictures have
    gradient_weight: float = 0.3
    reconstructed_fraction: float = 0.5  # of the pictures that are drawn again: as the VQ-VAE decodes them
    latent_noise: float = 0.5  # of these, at most, in deviations of the latents
