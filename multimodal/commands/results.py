"""What several commands load, and how they say what came of it."""

from __future__ import annotations

import argparse
import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multimodal.pipeline import TextToImagePipeline

OPTIONS = {  # arguments, as the package calls them
    "num_inference_steps": "--steps",
    "guidance_scale": "--guidance-scale",
    "search_steps": "--search-steps",
    "num_frames": "--frames",
}
OPTION = re.compile(rf"\b(?:{'|'.join(OPTIONS)})\b")


def load_pipeline(args: argparse.Namespace) -> TextToImagePipeline:
    from multimodal.pipeline import TextToImagePipeline

    return TextToImagePipeline.from_pretrained(args.checkpoint, offload=args.cpu_offload)


def report_result(args: argparse.Namespace, report: dict[str, Any], text: str) -> None:
    print(json.dumps(report, indent=2, ensure_ascii=False) if args.json else text)


def explain(error: Exception) -> str:
    """What went wrong, in one sentence, with the names of the options; an error of the system names its file."""
    if isinstance(error, FileExistsError) and error.filename:
        return f"{error.filename} is a file, not a folder"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {str(error.strerror).lower()}"
    return OPTION.sub(lambda argument: OPTIONS[argument[0]], str(error))
