"""What several commands take."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from multimodal.arguments import DEFAULT_GUIDANCE, DEFAULT_SAMPLER, DEFAULT_STEPS, MAX_STEPS, SEARCH_STEPS
from multimodal.data.phrases import STYLES
from multimodal.hub import CHECKPOINT
from multimodal.reading.syntax import MIXED

if TYPE_CHECKING:
    from multimodal.export import Target

PICTURES = "a folder of pictures, a parquet table, .tar files or a data set of the hub, user/name"


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    text = "folder, or user/name on the hub (default: the bundled one)"
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT, help=text)


def add_pipeline(parser: argparse.ArgumentParser) -> None:
    """What `load_pipeline` takes."""
    add_checkpoint(parser)
    parser.add_argument("--cpu-offload", action="store_true", help="keep weights in main memory, for small GPUs")


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def add_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--names", type=Path, help="a parquet table of names in other languages")


def add_sampling(parser: argparse.ArgumentParser) -> None:
    text = "of the first picture, the others have the next ones; the same seed makes the same picture (default: 0)"
    parser.add_argument("--seed", type=int, default=0, help=text)
    parser.add_argument("--steps", type=int, default=DEFAULT_STEPS, help="1 to 100 (default: %(default)s)")
    text = "how closely to follow the prompt: 0 to 20 (default: %(default)s)"
    parser.add_argument("--guidance-scale", type=float, default=DEFAULT_GUIDANCE, help=text)


def add_sampler(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sampler", default=DEFAULT_SAMPLER, help="lms, euler or heun")


def add_negative_prompt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--negative-prompt", default="", help="what should not be in the picture")


def add_style(parser: argparse.ArgumentParser) -> None:
    text = f'of prompts that say none: {", ".join(STYLES)} (default: mixed, another one for each picture; "": none)'
    parser.add_argument("--style", default=MIXED, help=text)


def add_search(parser: argparse.ArgumentParser) -> None:
    text = f"search for better codes than the encoder's in so many steps, 0 to {MAX_STEPS} (default: {SEARCH_STEPS})"
    parser.add_argument("--search-steps", type=int, default=SEARCH_STEPS, metavar="N", help=text)


def add_target(parser: argparse.ArgumentParser, either: argparse._ActionsContainer) -> None:
    """What stickers are for, among options of which `either` takes one, and what they look like."""

    def target(name: str) -> Target:
        from multimodal.export import TARGETS

        if name not in TARGETS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(TARGETS)}")
        return TARGETS[name]

    text = "slack, discord-emoji, discord-sticker, telegram, whatsapp or ios: write stickers as this one wants them"
    either.add_argument("--for", dest="target", type=target, metavar="MESSENGER", help=text)
    parser.add_argument("--motion", default="", help="bounce, wiggle, shake, spin, pulse or party: one that moves so")
    parser.add_argument("--outline", action="store_true", help="with a white rim around the drawing")
