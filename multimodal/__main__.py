"""`python -m multimodal …`: generate, mix, export, reconstruct, inspect, dataset, train, evaluate, space, push, doctor."""

from __future__ import annotations

import argparse
import functools
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from multimodal.arguments import DEFAULT_GUIDANCE, DEFAULT_SAMPLER, DEFAULT_STEPS, MAX_STEPS, SEARCH_STEPS
from multimodal.commands import check_checkpoint, explain, export, generate, load_pipeline, mix, reconstruct, report_result
from multimodal.data.phrases import STYLES
from multimodal.doctor import doctor
from multimodal.hub import CHECKPOINT, find_checkpoint
from multimodal.inspection import commands as inspection
from multimodal.reading.syntax import MIXED

PICTURES = "a folder of pictures, a parquet table, .tar files or a data set of the hub, user/name"


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


def dataset(args: argparse.Namespace) -> None:
    """Look through pictures and captions before training on them."""
    from multimodal.data.check import check_dataset
    from multimodal.sheets import image_grid

    report = check_dataset(args.data)
    if args.sheet and report.images:
        args.sheet.parent.mkdir(parents=True, exist_ok=True)
        image_grid(report.images, columns=len(report.images)).save(args.sheet)
    report_result(args, report.to_dict(), "\n".join(report.lines()))
    if report.problems:
        raise ValueError("there are problems, see above")


def train(args: argparse.Namespace) -> None:
    """Train one of the models, or all that a picture needs."""
    from multimodal.training.plan import train_all, train_one
    from multimodal.training.run_config import Sources

    sources = Sources(args.data, args.names, args.text, args.start)
    run = train_all if args.model == "all" else functools.partial(train_one, args.model)
    run(args.config, args.overrides, sources, args.out, args.max_minutes)


def evaluate(args: argparse.Namespace) -> None:
    """Measure the models on pictures they were not trained on."""
    from multimodal.evaluation.measures import Evaluation
    from multimodal.evaluation.sampling import Sampling
    from multimodal.evaluation.tables import format_table
    from multimodal.evaluation.zero_shot import COUNTS
    from multimodal.inspection.words import NearestNames
    from multimodal.word_lists import load_names

    pipeline = load_pipeline(args)
    names = load_names(args.checkpoint / "dit")
    nearest = NearestNames(pipeline, names) if names else None

    def find_names(image: Any) -> list[str]:
        return [name for name, _ in nearest.to_picture(image, "en", max(COUNTS))] if nearest else []

    evaluation = Evaluation(
        pipeline,
        args.checkpoint,
        args.data,
        find_names=find_names if nearest and nearest.clip else None,
        names=args.names,
        train=args.train,
        limit=args.limit,
        sampling=Sampling(args.steps, args.guidance_scale, args.seed, args.style, not args.literal),
        tiled=args.tiles,
        search_steps=args.search_steps,
    )
    measures, left_out = evaluation.choose(args.what)
    for sentence in left_out:
        print(f"{sentence}\n", flush=True)
    results = []
    for measure in measures:
        results.append(evaluation.run(measure))
        print(format_table(results[-1]) + "\n", flush=True)
        if args.json:  # after each of them, some of which take hours
            args.json.parent.mkdir(parents=True, exist_ok=True)
            args.json.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def space(args: argparse.Namespace) -> None:
    """Write a folder that can be pushed to Hugging Face as a Space."""
    from multimodal.space import write_space

    check_checkpoint(args)
    write_space(args.out, args.checkpoint)
    text = f"{args.out} is ready: push it to https://huggingface.co/spaces with git, or with `hf upload`"
    report_result(args, {"path": str(args.out)}, text)


def push(args: argparse.Namespace) -> None:
    """Push a checkpoint with a model card, or with --space the app with it, to the Hugging Face hub."""
    from multimodal import hub
    from multimodal.space import write_space

    check_checkpoint(args)
    if args.space:
        with tempfile.TemporaryDirectory() as folder:
            write_space(Path(folder), args.checkpoint)
            address = hub.push(Path(folder), args.id, args.private, space=True)
    else:
        card = hub.model_card(args.checkpoint, args.id)
        address = hub.push(args.checkpoint, args.id, args.private, files=[*hub.FILES, "README.md"], card=card)
    report_result(args, {"address": address}, address)


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
    parser = argparse.ArgumentParser(
        prog="multimodal", description="A small text-to-image model: use it, train it, measure it."
    )
    parser.add_argument("--traceback", action="store_true", help="show the traceback of an error")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(function: Any, *, checkpoint: bool = True, report: bool = True, among: Any = commands) -> Any:
        sub = among.add_parser(function.__name__, help=function.__doc__, description=function.__doc__)
        sub.set_defaults(command=function)
        if checkpoint:
            text = "folder, or user/name on the hub (default: the bundled one)"
            sub.add_argument("--checkpoint", type=Path, default=CHECKPOINT, help=text)
        if checkpoint and function not in (export, space, push, doctor):  # which draw nothing
            sub.add_argument("--cpu-offload", action="store_true", help="keep weights in main memory, for small GPUs")
        if report:
            sub.add_argument("--json", action="store_true", help="print the result as JSON")
        return sub

    sub = command(generate)
    sub.add_argument("prompt", nargs="*", help="what to draw; {red|green} is each of its choices, “hi” is written on it")
    sub.add_argument("--prompts", type=Path, metavar="FILE", help="a text file with more of them, one in each line")
    sub.add_argument("-n", "--number", type=int, default=1, help="pictures per prompt (default: 1)")
    _add_drawing(sub)
    sub.add_argument("--negative-prompt", default="", help="what should not be in the picture")
    sub.add_argument("--sampler", default=DEFAULT_SAMPLER, help="lms, euler or heun")
    sub.add_argument("--image", type=Path, help="a picture to start from instead of noise")
    sub.add_argument("--strength", type=float, help="0 to 1: how far to go from that picture (default: 0.6; with --mask 1)")
    sub.add_argument("--mask", type=Path, help="a picture as large as that one, white where it is drawn anew")
    sub.add_argument("--out", type=Path, default=Path("outputs"), help="folder (default: outputs)")
    sub.add_argument("--no-settings", action="store_true", help="keep the settings out of the files; names say the prompt")
    _add_target(sub, sub)

    sub = command(mix)
    sub.add_argument("prompts", nargs=2, metavar="PROMPT", help="what to lead from, and to")
    sub.add_argument("--frames", type=int, default=9, help="pictures, both prompts' included: 2 to 16 (default: 9)")
    sub.add_argument("--duration", type=float, default=1.0, help="seconds from one prompt to the other (default: 1)")
    _add_drawing(sub)
    sub.add_argument("--negative-prompt", default="", help="what should not be in the picture")
    sub.add_argument("--out", type=Path, default=Path("mix.webp"), help=".webp or .gif (default: mix.webp)")

    sub = command(export)
    sub.add_argument("file", type=Path)
    either = sub.add_mutually_exclusive_group(required=True)
    _add_target(sub, either)
    either.add_argument("--size", dest="target", type=_size, metavar="PIXELS", help="or a plain PNG of 16 to 1024 pixels")
    sub.add_argument("--out", type=Path, help="file to write, or folder (default: that of the picture)")

    sub = command(reconstruct)
    sub.add_argument("file", type=Path)
    sub.add_argument(
        "--out", type=Path, default=Path("reconstruction.png"), help="a .png file (default: reconstruction.png)"
    )
    _add_search(sub)

    views = commands.add_parser("inspect", help="Look inside the models.").add_subparsers(required=True, metavar="WHAT")
    for view in inspection.VIEWS:
        inspection.add_arguments(command(view, among=views), view, _add_sampling)

    sub = command(dataset, checkpoint=False)
    sub.add_argument("data", type=Path, help=PICTURES)
    sub.add_argument("--sheet", type=Path, metavar="FILE", help="write five samples as one picture")

    sub = command(train, checkpoint=False, report=False)
    sub.epilog = "key=value words change settings, e.g. steps=100 model.depth=4; with all, dit.model.depth=4"
    stages = ("all", "vqvae", "clip", "dit", "judge", "super_resolution", "restyler")
    sub.add_argument("model", choices=stages, help="all: those that a picture needs")
    text = "tiny: a minute, to see that it works; cpu; gpu; base: larger, many GPUs; lora: a few pictures more; distill"
    sub.add_argument("--config", default="cpu", choices=("tiny", "cpu", "gpu", "base", "lora", "distill"), help=text)
    sub.add_argument("--data", type=Path, required=True, help=PICTURES)
    sub.add_argument("--names", type=Path, help="a parquet table of names in other languages")
    sub.add_argument("--text", type=Path, help="a parquet table of words, for the tokenizer")
    sub.add_argument("--out", type=Path, default=Path("checkpoints/mine"), help="checkpoint folder to write or to resume")
    sub.add_argument("--from", dest="start", type=Path, help="folder, or user/name on the hub to start from, sizes and all")
    sub.add_argument("--max-minutes", type=float, default=float("inf"), help="save and stop after so long")

    sub = command(evaluate, report=False)
    measures = ("reconstruction", "prompts", "composition", "zero-shot", "super-resolution", "memorization", "all")
    sub.add_argument("what", choices=measures, help="all: those for which nothing is missing")
    sub.add_argument("--data", type=Path, required=True, help=f"{PICTURES}; none that were trained on")
    sub.add_argument("--names", type=Path, help="a parquet table of names in other languages")
    sub.add_argument("--limit", type=int, help="use so many pictures only")
    sub.add_argument("--literal", action="store_true", help="give prompts to the DiT as they are, not as they are read")
    sub.add_argument("--tiles", action="store_true", help="for reconstruction: cut large pictures up, do not scale them")
    _add_search(sub)
    sub.add_argument("--train", type=Path, help="the table that the models were trained on, for cells known from there")
    _add_drawing(sub)
    sub.add_argument("--json", type=Path, metavar="FILE", help="write the results, a list, to a file")

    sub = command(space)
    sub.add_argument("--out", type=Path, required=True, help="a new folder")

    sub = command(push)
    sub.add_argument("id", metavar="USER/NAME", help="the repository; log in first, with `hf auth login`")
    sub.add_argument("--space", action="store_true", help="make a Space that runs the app")
    sub.add_argument("--private", action="store_true", help="show it to nobody else")

    command(doctor)
    return parser


def _add_sampling(parser: argparse.ArgumentParser) -> None:
    text = "of the first picture, the others have the next ones; the same seed makes the same picture (default: 0)"
    parser.add_argument("--seed", type=int, default=0, help=text)
    parser.add_argument("--steps", type=int, default=DEFAULT_STEPS, help="1 to 100 (default: %(default)s)")
    parser.add_argument(
        "--guidance-scale",
        type=float,
        default=DEFAULT_GUIDANCE,
        help="how closely to follow the prompt: 0 to 20 (default: %(default)s)",
    )


def _add_drawing(parser: argparse.ArgumentParser) -> None:
    _add_sampling(parser)
    text = f'of prompts that say none: {", ".join(STYLES)} (default: mixed, another one for each picture; "": none)'
    parser.add_argument("--style", default=MIXED, help=text)


def _add_search(parser: argparse.ArgumentParser) -> None:
    text = f"search for better codes than the encoder's in so many steps, 0 to {MAX_STEPS} (default: {SEARCH_STEPS})"
    parser.add_argument("--search-steps", type=int, default=SEARCH_STEPS, metavar="N", help=text)


def _size(text: str) -> Any:
    from multimodal.export import plain_png

    try:
        return plain_png(int(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _add_target(parser: argparse.ArgumentParser, either: Any) -> None:
    def target(name: str) -> Any:
        from multimodal.export import TARGETS

        if name not in TARGETS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(TARGETS)}")
        return TARGETS[name]

    text = "slack, discord-emoji, discord-sticker, telegram, whatsapp or ios: write stickers as this one wants them"
    either.add_argument("--for", dest="target", type=target, metavar="MESSENGER", help=text)
    parser.add_argument("--motion", default="", help="bounce, wiggle, shake, spin, pulse or party: one that moves so")
    parser.add_argument("--outline", action="store_true", help="with a white rim around the drawing")


if __name__ == "__main__":
    sys.exit(main())
