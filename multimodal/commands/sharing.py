"""The commands that put a checkpoint, or the app with it, on the Hugging Face hub."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from multimodal.commands.options import add_checkpoint, add_json
from multimodal.commands.results import report_result


def space_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    add_checkpoint(parser)
    add_json(parser)


def space(args: argparse.Namespace) -> None:
    """Write a folder that can be pushed to Hugging Face as a Space."""
    from multimodal.space import write_space

    check_checkpoint(args.checkpoint)
    write_space(args.out, args.checkpoint)
    text = f"{args.out} is ready: push it to https://huggingface.co/spaces with git, or with `hf upload`"
    report_result(args, {"path": str(args.out)}, text)


def push_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="USER/NAME", help="the repository; log in first, with `hf auth login`")
    parser.add_argument("--space", action="store_true", help="make a Space that runs the app")
    parser.add_argument("--private", action="store_true", help="show it to nobody else")
    add_checkpoint(parser)
    add_json(parser)


def push(args: argparse.Namespace) -> None:
    """Push a checkpoint with a model card, or with --space the app with it, to the Hugging Face hub."""
    from multimodal import hub
    from multimodal.space import write_space

    check_checkpoint(args.checkpoint)
    if args.space:
        with tempfile.TemporaryDirectory() as folder:
            write_space(Path(folder), args.checkpoint)
            address = hub.push(Path(folder), args.id, args.private, space=True)
    else:
        card = hub.model_card(args.checkpoint, args.id)
        address = hub.push(args.checkpoint, args.id, args.private, files=[*hub.FILES, "README.md"], card=card)
    report_result(args, {"address": address}, address)


def check_checkpoint(folder: Path) -> None:
    """Load all that there is of a checkpoint, so that what is broken is refused before it leaves the house; what a crash
    left of a part under its old name gets its name again.
    """
    from multimodal.hub import PARTS
    from multimodal.pipeline import TextToImagePipeline
    from multimodal.tensor_folder import load_tensors, present

    for part in PARTS:
        if (there := present(folder / part)) != folder / part:
            there.rename(folder / part)
    TextToImagePipeline.from_pretrained(folder)
    for part in PARTS:
        if (folder / part).is_dir():
            load_tensors(folder / part)
