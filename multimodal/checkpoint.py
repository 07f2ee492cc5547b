"""The models of a checkpoint folder: saved with the config that rebuilds them, loaded strictly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from multimodal import config as configs
from multimodal.models.clip import CLIP
from multimodal.models.dit import DiT
from multimodal.models.restyler import Restyler
from multimodal.models.super_resolution import SuperResolution
from multimodal.models.text_encoder import CLIPTextEncoder
from multimodal.models.vqvae import VQVAE
from multimodal.tensor_folder import (
    CONFIG,
    WEIGHTS,
    CheckpointError,
    load_tensors,
    part,
    present,
    save_tensors,
    weights_sha256,
)

TOKENIZER = "tokenizer.json"
DRAWING_PARTS = ("clip", "dit", "vqvae", "restyler", "super_resolution")  # by which pictures differ
SCALE = ".scale"  # follows the name of a matrix of 8 bits in that of its rows' scales
ModelT = TypeVar("ModelT", bound=nn.Module)


def save_model(
    folder: str | Path,
    model: nn.Module,
    config: Any,
    training: Mapping[str, Any],
    dtype: torch.dtype = torch.float16,
    files: Mapping[str, str] | None = None,
) -> None:
    """Write a model's weights, as `dtype`, with the config that rebuilds it and a note on its training.

    With torch.int8, matrices and the kernels of convolutions get 8 bits and a scale for each row, or output channel
    (LLM.int8(), Dettmers et al. 2022), the rest 16.
    Buffers stay as they are: rounded codes would not have length 1, and a neighbour might be nearer to one than itself.
    """
    parameters = dict(model.named_parameters())
    tensors: dict[str, Tensor] = {}
    for key, value in model.state_dict().items():
        value = value.detach().cpu()
        if key not in parameters:
            tensors[key] = value
        elif dtype != torch.int8:
            tensors[key] = value.to(dtype)
        elif value.ndim >= 2:
            tensors[key], tensors[key + SCALE] = _quantized(value.float())
        else:
            tensors[key] = value.to(torch.float16)
    description = {"architecture": type(model).__name__, "config": configs.to_dict(config), "training": dict(training)}
    save_tensors(folder, tensors, description, files)


def load_vqvae(folder: str | Path) -> VQVAE:
    """Load a VQ-VAE in evaluation mode and single precision. Raises CheckpointError."""
    return load_model(folder, VQVAE, configs.VQVAEConfig)


def load_dit(folder: str | Path) -> DiT:
    """Load a DiT in evaluation mode and single precision. Raises CheckpointError."""
    return load_model(folder, DiT, configs.DiTConfig)


def load_clip(folder: str | Path) -> CLIP:
    """Load the project's own CLIP with its tokenizer, in evaluation mode and single precision. Raises CheckpointError."""
    folder = present(Path(folder))

    def build(config: configs.CLIPConfig) -> CLIP:
        return CLIP(config, (folder / TOKENIZER).read_text(encoding="utf-8"))

    return load_model(folder, CLIP, configs.CLIPConfig, build)


def load_super_resolution(folder: str | Path) -> SuperResolution:
    """Load a super-resolution network in evaluation mode and single precision. Raises CheckpointError."""
    return load_model(folder, SuperResolution, configs.SuperResolutionConfig)


def load_restyler(folder: str | Path) -> Restyler:
    """Load a restyler in evaluation mode and single precision. Raises CheckpointError."""
    return load_model(folder, Restyler, configs.RestylerConfig)


def load_parts(folder: Path) -> tuple[CLIPTextEncoder, DiT, VQVAE]:
    """What a picture needs: `folder`/clip, or the text encoder that the DiT names, `folder`/dit and `folder`/vqvae.

    Raises:
        CheckpointError: a part is missing, damaged, or does not fit the others; the message names the file.
    """
    if (folder / "training").is_dir() and part(folder, "dit") is None:
        raise CheckpointError(f"{folder} has no DiT yet: its training goes on where the same command is given again")
    dit, vqvae = load_dit(folder / "dit"), load_vqvae(folder / "vqvae")
    try:
        text_encoder = CLIPTextEncoder.from_config(dit.config.text_encoder, lambda: load_clip(folder / "clip"))
    except ValueError as error:
        raise CheckpointError(f"{folder / 'dit' / CONFIG}: {error}") from error
    wanted = (vqvae.config.latent_channels, vqvae.config.latent_size, text_encoder.context_dim, text_encoder.pooled_dim)
    given = (dit.config.latent_channels, dit.config.latent_size, dit.config.context_dim, dit.config.pooled_dim)
    if wanted != given:
        raise CheckpointError(
            f"{folder / 'dit'} does not fit the other parts: latent_channels, latent_size, context_dim and pooled_dim "
            f"are {given}, but the VQ-VAE and the text encoder want {wanted}"
        )
    return text_encoder, dit, vqvae


def checkpoint_id(name: str, folder: Path) -> str:
    """A name's words and ten digits of a hash, another where any weight by which pictures differ is another.

    Raises:
        CheckpointError: a part cannot be read.
    """
    parts = filter(None, (part(folder, name) for name in DRAWING_PARTS))
    words, checksums = re.sub(r"\W+", "-", name).strip("-"), "".join(map(weights_sha256, parts))
    return f"{words}-{hashlib.sha256(checksums.encode()).hexdigest()[:10]}"


def load_model(
    folder: str | Path,
    architecture: type[ModelT],
    config_type: type[configs.ConfigT],
    build: Callable[[configs.ConfigT], ModelT] | None = None,
) -> ModelT:
    """Load what `save_model` wrote, strictly, in evaluation mode and single precision.

    Raises:
        CheckpointError: a file is missing or damaged; the config has an unknown setting; a weight is missing, unknown, or
            has another shape than the config says.
    """
    folder = present(Path(folder))
    tensors, description = load_tensors(folder)
    _dequantize(tensors, folder / WEIGHTS)
    if description.get("architecture") != architecture.__name__:
        raise CheckpointError(f"{folder} holds a {description.get('architecture')}, not a {architecture.__name__}")
    try:
        model = (build or architecture)(configs.from_dict(config_type, description["config"]))
    except (ArithmeticError, AssertionError, LookupError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder / CONFIG}: {error}") from error
    expected = model.state_dict()
    for problem, keys in (("lacks", set(expected) - set(tensors)), ("has the unknown key", set(tensors) - set(expected))):
        if keys:
            raise CheckpointError(f"{folder / WEIGHTS} {problem} {', '.join(sorted(keys)[:3])}")
    for key, tensor in tensors.items():
        if tensor.shape != expected[key].shape:
            wanted = tuple(expected[key].shape)
            raise CheckpointError(f"{folder / WEIGHTS}: {key} is {tuple(tensor.shape)}, the config wants {wanted}")
    model.load_state_dict(tensors)
    return model.eval()


def _quantized(weight: Tensor) -> tuple[Tensor, Tensor]:
    """(M, …) → (M, …) int8 and (M, 1) scales: row by row their product is the weight, to within half a scale."""
    rows = weight.flatten(1)  # (M, N)
    scale = rows.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
    return (rows / scale).round().to(torch.int8).view_as(weight), scale


def _dequantize(tensors: dict[str, Tensor], where: Path) -> None:
    """Replace, in place, what `_quantized` made by the weights. Raises CheckpointError where a scale is missing."""
    for key in [key for key, tensor in tensors.items() if tensor.dtype == torch.int8]:
        scale = tensors.pop(key + SCALE, None)
        if scale is None or tensors[key].ndim < 2 or scale.shape != (len(tensors[key]), 1):
            raise CheckpointError(f"{where}: {key} has 8 bits, and {key}{SCALE} is not one scale for each of its rows")
        tensors[key] = (tensors[key].flatten(1) * scale).view_as(tensors[key])
