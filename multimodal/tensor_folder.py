"""A folder of tensors: config.json + model.safetensors, written atomically, with checksums."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

CONFIG, WEIGHTS = "config.json", "model.safetensors"


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be used; the message names the file and the key."""


def save_tensors(
    folder: str | Path,
    tensors: Mapping[str, Tensor],
    description: Mapping[str, Any],
    files: Mapping[str, str] | None = None,
) -> None:
    """Write `folder` whole or not at all: into a temporary folder beside it, read back, then renamed.

    Args:
        tensors: what model.safetensors will hold.
        description: what config.json will hold, beside the checksums of the other files.
        files: further text files, name → content.
    Raises:
        CheckpointError: a tensor is not finite, or what was read back is not what was written.
    """
    folder = Path(folder)
    check_finite(tensors, folder / WEIGHTS)
    with _replacing(folder) as temporary:
        temporary.mkdir(parents=True)
        save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, temporary / WEIGHTS)
        for name, content in (files or {}).items():
            (temporary / name).write_text(content, encoding="utf-8")
        checksums = {path.name: _sha256(path) for path in sorted(temporary.iterdir())}
        (temporary / CONFIG).write_text(_to_json({**description, "sha256": checksums}), encoding="utf-8")
        load_tensors(temporary)
        for path in temporary.iterdir():
            _fsync(path)


def load_tensors(folder: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a folder that `save_tensors` wrote: its tensors, on the CPU, and its description.

    Raises:
        CheckpointError: a file is missing, is not what its checksum says, or holds non-finite numbers.
    """
    folder = present(Path(folder))
    description = load_description(folder)
    for name, checksum in description["sha256"].items():
        path = folder / name
        if not path.is_file():
            raise CheckpointError(f"{path} is missing")
        if _sha256(path) != checksum:
            raise CheckpointError(f"{path} is damaged: its checksum is not the one in {CONFIG}; copy the checkpoint again")
    try:
        tensors = load_file(folder / WEIGHTS)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{folder / WEIGHTS} is not a safetensors file ({error})") from error
    check_finite(tensors, folder / WEIGHTS)
    return tensors, description


def copy_checkpoint(source: Path, target: Path, files: Mapping[str, str] | None = None) -> None:
    """Copy a folder that `save_tensors` wrote, whole or not at all, perhaps onto itself. Raises CheckpointError.

    Args:
        files: further text files, name → content, or such in the place of those that are there.
    """
    _, description = load_tensors(source)
    with _replacing(target) as temporary:
        shutil.copytree(present(source), temporary)
        for name, content in (files or {}).items():
            (temporary / name).write_text(content, encoding="utf-8")
            description["sha256"][name] = _sha256(temporary / name)
        if files:
            (temporary / CONFIG).write_text(_to_json(description), encoding="utf-8")


def load_description(folder: str | Path) -> dict[str, Any]:
    """Read config.json alone.

    Raises:
        CheckpointError: it is missing, no JSON, or lacks the checksum of the weights.
    """
    path = present(Path(folder)) / CONFIG
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckpointError(f"{path} is missing: {folder} is no checkpoint folder") from None
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read ({error})") from error
    checksums = description.get("sha256") if isinstance(description, dict) else None
    if not isinstance(checksums, dict) or WEIGHTS not in checksums or any(Path(name).name != name for name in checksums):
        raise CheckpointError(f"{path} lacks the checksum of {WEIGHTS}")
    return description


def weights_sha256(folder: str | Path) -> str:
    """The checksum of the weights, as config.json has it. Raises CheckpointError."""
    return str(load_description(folder)["sha256"][WEIGHTS])


def check_finite(tensors: Mapping[str, Tensor], where: Path) -> None:
    """Raise CheckpointError naming the first tensor with NaN or infinity in it."""
    for key, tensor in tensors.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise CheckpointError(f"{where}: {key} holds numbers that are not finite")


def present(folder: Path) -> Path:
    """`folder`, or what it was before a crash between the two renames of `_replace`."""
    return _old(folder) if not folder.exists() and _old(folder).exists() else folder


def part(checkpoint: str | Path, name: str) -> Path | None:
    """The folder of a part that a checkpoint need not have, such as restyler; None where it has none."""
    folder = present(Path(checkpoint) / name)
    return folder if folder.is_dir() else None


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A path beside `folder` for its new content, which takes its place where no error was raised; for one at a time."""
    temporary = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)  # what a killed save left
    try:
        yield temporary
        _replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _replace(temporary: Path, folder: Path) -> None:
    """Put `temporary` in the place of `folder`; a crash between the two renames leaves the old one under `.old`."""
    old = _old(folder)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    try:
        temporary.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    if os.name == "posix":  # elsewhere a folder cannot be opened
        _fsync(folder.parent, os.O_RDONLY)
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _fsync(path: Path, mode: int = os.O_RDWR) -> None:
    descriptor = os.open(path, mode)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_json(description: Mapping[str, Any]) -> str:
    return json.dumps(description, indent=2, ensure_ascii=False) + "\n"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
