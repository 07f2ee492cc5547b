"""The commands that look through pictures, train models on them, and measure these."""

from __future__ import annotations

import argparse
import functools
import json
from pathlib import Path

from multimodal.commands.options import (
    PICTURES,
    add_json,
    add_names,
    add_pipeline,
    add_sampling,
    add_search,
    add_style,
)
from multimodal.commands.results import load_pipeline, report_result


def dataset_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help=PICTURES)
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="write five samples as one picture")
    add_json(parser)


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


def train_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "key=value words change settings, e.g. steps=100 model.depth=4; with all, dit.model.depth=4"
    stages = ("all", "vqvae", "clip", "dit", "judge", "super_resolution", "restyler")
    parser.add_argument("model", choices=stages, help="all: those that a picture needs")
    text = "tiny: a minute, to see that it works; cpu; gpu; base: larger, many GPUs; lora: a few pictures more; distill"
    parser.add_argument("--config", default="cpu", choices=("tiny", "cpu", "gpu", "base", "lora", "distill"), help=text)
    parser.add_argument("--data", type=Path, required=True, help=PICTURES)
    add_names(parser)
    parser.add_argument("--text", type=Path, help="a parquet table of words, for the tokenizer")
    text = "checkpoint folder to write or to resume"
    parser.add_argument("--out", type=Path, default=Path("checkpoints/mine"), help=text)
    text = "folder, or user/name on the hub to start from, sizes and all"
    parser.add_argument("--from", dest="start", type=Path, help=text)
    parser.add_argument("--max-minutes", type=float, default=float("inf"), help="save and stop after so long")


def train(args: argparse.Namespace) -> None:
    """Train one of the models, or all that a picture needs."""
    from multimodal.training.plan import train_all, train_one
    from multimodal.training.run_config import Sources

    sources = Sources(args.data, args.names, args.text, args.start)
    run = train_all if args.model == "all" else functools.partial(train_one, args.model)
    run(args.config, args.overrides, sources, args.out, args.max_minutes)


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    measures = ("reconstruction", "prompts", "composition", "zero-shot", "super-resolution", "memorization", "all")
    parser.add_argument("what", choices=measures, help="all: those for which nothing is missing")
    add_pipeline(parser)
    parser.add_argument("--data", type=Path, required=True, help=f"{PICTURES}; none that were trained on")
    add_names(parser)
    parser.add_argument("--limit", type=int, help="use so many pictures only")
    parser.add_argument("--literal", action="store_true", help="give prompts to the DiT as they are, not as they are read")
    parser.add_argument("--tiles", action="store_true", help="for reconstruction: cut large pictures up, do not scale them")
    add_search(parser)
    text = "the table that the models were trained on, for cells known from there"
    parser.add_argument("--train", type=Path, help=text)
    add_sampling(parser)
    add_style(parser)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results, a list, to a file")


def evaluate(args: argparse.Namespace) -> None:
    """Measure the models on pictures they were not trained on."""
    from multimodal.evaluation.measures import Evaluation
    from multimodal.evaluation.sampling import Sampling
    from multimodal.evaluation.tables import format_table
    from multimodal.inspection.words import nearest_names

    pipeline = load_pipeline(args)
    nearest = nearest_names(pipeline, args.checkpoint)
    evaluation = Evaluation(
        pipeline,
        args.checkpoint,
        args.data,
        find_names=nearest.to_picture if nearest and nearest.clip else None,
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
