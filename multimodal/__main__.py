"""`python -m multimodal …`: generate, mix, export, reconstruct, dataset, train, evaluate, space, push, doctor, inspect."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from multimodal.commands.doctor import doctor, doctor_options
from multimodal.commands.files import export, export_options, reconstruct, reconstruct_options
from multimodal.commands.inspection import VIEWS, view_options
from multimodal.commands.models import dataset, dataset_options, evaluate, evaluate_options, train, train_options
from multimodal.commands.pictures import generate, generate_options, mix, mix_options
from multimodal.commands.results import explain
from multimodal.commands.sharing import push, push_options, space, space_options
from multimodal.hub import find_checkpoint

Command = Callable[[argparse.Namespace], None]
Options = Callable[[argparse.ArgumentParser], None]

COMMANDS: tuple[tuple[Command, Options], ...] = (
    (generate, generate_options),
    (mix, mix_options),
    (export, export_options),
    (reconstruct, reconstruct_options),
    (dataset, dataset_options),
    (train, train_options),
    (evaluate, evaluate_options),
    (space, space_options),
    (push, push_options),
    (doctor, doctor_options),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 after a sentence on what was wrong, or 130 after Ctrl+C."""
    args = parse_arguments(arguments)
    os.environ.setdefault("HF_UPDATE_DOWNLOAD_COUNTS", "0")  # `datasets` would tell a server of every table that it opens
    try:
        if "checkpoint" in args:
            args.checkpoint = find_checkpoint(args.checkpoint)
        if getattr(args, "start", None):
            args.start = find_checkpoint(args.start)
        args.command(args)
    except KeyboardInterrupt:
        if args.command is train:  # once there are steps, the run says so itself
            print("stopped; the same command goes on from there", file=sys.stderr)
        return 130
    except (ValueError, RuntimeError, OSError) as error:
        if args.traceback:
            raise
        print(f"error: {explain(error)}", file=sys.stderr)
        return 1
    return 0


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line; `train` takes its key=value words anywhere among the options."""
    parser = build_parser()
    args, words = parser.parse_known_args(arguments)
    args.overrides = [word for word in words if "=" in word and not word.startswith("-")]
    unknown = [word for word in words if word not in args.overrides or args.command is not train]
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return args


def build_parser() -> argparse.ArgumentParser:
    text = "A small text-to-image model: use it, train it, measure it."
    parser = argparse.ArgumentParser(prog="multimodal", description=text)
    parser.add_argument("--traceback", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command, add_options in COMMANDS:
        add_options(add_command(commands, command))
    views = commands.add_parser("inspect", help="Look inside the models.").add_subparsers(required=True, metavar="WHAT")
    for view in VIEWS:
        view_options(add_command(views, view), view)
    return parser


def add_command(commands: Any, command: Command) -> argparse.ArgumentParser:
    """A parser among others, named and described as the function is that it is for."""
    parser: argparse.ArgumentParser = commands.add_parser(
        command.__name__, help=command.__doc__, description=command.__doc__
    )
    parser.set_defaults(command=command)
    return parser


if __name__ == "__main__":
    sys.exit(main())
