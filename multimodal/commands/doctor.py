"""What is installed, what it runs on, and whether the checkpoint is whole; with the mend for each known problem."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import NamedTuple

from multimodal.commands.options import add_checkpoint, add_json
from multimodal.commands.results import report_result
from multimodal.hub import NEEDED_PARTS, OPTIONAL_PARTS

PACKAGES = ("torch", "torchvision", "transformers", "open_clip_torch", "accelerate", "gradio", "pillow", "datasets")


class Finding(NamedTuple):
    subject: str
    status: str  # "ok" or "problem"
    detail: str


def doctor_options(parser: argparse.ArgumentParser) -> None:
    add_checkpoint(parser)
    add_json(parser)


def doctor(args: argparse.Namespace) -> None:
    """Say what is installed, which device is used, and whether the checkpoint is whole."""
    findings = diagnose(args.checkpoint)
    report = [f._asdict() for f in findings]
    report_result(args, {"findings": report}, "\n".join(f"{f.status:8} {f.subject}: {f.detail}" for f in findings))
    if any(finding.status == "problem" for finding in findings):
        raise RuntimeError("there are problems, see above")


def diagnose(checkpoint: Path) -> list[Finding]:
    """Check Python, packages, torch with torchvision, the device, and every part of the checkpoint folder."""
    findings = [Finding("python", "ok", platform.python_version())]
    findings += [_package(name) for name in PACKAGES]
    findings += [_torchvision(), _device()]
    parts = [name for name in NEEDED_PARTS if name != "clip" or _has_own_clip(checkpoint)]
    parts += [name for name in OPTIONAL_PARTS if (checkpoint / name).exists()]
    return findings + [_part(checkpoint, name) for name in parts]


def explain_import_error(error: BaseException) -> str:
    """What an error while importing torchvision, open_clip or transformers means, and what to do."""
    text = str(error)
    if "torchvision::nms" in text or "torchvision" in text.lower():
        return (
            "torch and torchvision come from different builds (often a CPU build of torch beside the registry's "
            "torchvision). Mend it with: pip uninstall -y torch torchvision && pip install -r requirements.txt"
        )
    return f"{text}. Install what is missing with: pip install -r requirements.txt"


def _package(name: str) -> Finding:
    try:
        return Finding(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "problem", "not installed; pip install -r requirements.txt")


def _torchvision() -> Finding:
    try:
        importlib.import_module("torchvision")
        importlib.import_module("open_clip")
    except (ImportError, RuntimeError, OSError) as error:
        return Finding("torch with torchvision", "problem", explain_import_error(error))
    return Finding("torch with torchvision", "ok", "fit together")


def _device() -> Finding:
    try:
        import torch
        from accelerate import PartialState

        device = PartialState().device
        detail = f", {torch.get_num_threads()} threads" if device.type == "cpu" else ""
        detail = f", {torch.cuda.get_device_name()}" if device.type == "cuda" else detail
        return Finding("device", "ok", f"{device}{detail}")
    except Exception as error:  # whatever a broken installation raises is a finding, not a crash
        return Finding("device", "problem", explain_import_error(error))


def _has_own_clip(checkpoint: Path) -> bool:
    """Whether there should be a CLIP in the checkpoint: unless its DiT names a pretrained one."""
    try:
        description = json.loads((checkpoint / "dit" / "config.json").read_text(encoding="utf-8"))
        return description["config"]["text_encoder"]["kind"] == "bundled"
    except (OSError, ValueError, KeyError, TypeError):  # `_part` says what is wrong with it
        return True


def _part(checkpoint: Path, name: str) -> Finding:
    try:
        from multimodal.tensor_folder import CheckpointError, load_tensors
    except (ImportError, RuntimeError) as error:
        return Finding(f"checkpoint {name}", "problem", explain_import_error(error))
    try:
        tensors, description = load_tensors(checkpoint / name)
    except CheckpointError as error:
        return Finding(f"checkpoint {name}", "problem", str(error))
    parameters = sum(tensor.numel() for tensor in tensors.values()) / 1e6
    steps = description.get("training", {}).get("steps")
    trained = f", trained for {steps} steps" if steps else ""  # statistics are not
    return Finding(f"checkpoint {name}", "ok", f"{parameters:.1f} M numbers{trained}, checksums right")
