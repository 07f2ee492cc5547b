"""What the views of `inspect` write: pictures beside a JSON report, which is printed too."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multimodal.pipeline import TextToImagePipeline


def load_pipeline(args: argparse.Namespace) -> TextToImagePipeline:
    """The pipeline that the arguments name."""
    from multimodal.pipeline import TextToImagePipeline

    return TextToImagePipeline.from_pretrained(args.checkpoint, offload=args.cpu_offload)


def file_path(args: argparse.Namespace, ending: str, words: str = "") -> Path:
    """Where a file of this view goes: its name begins with the words, and with the seed where there is one."""
    args.out.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"\W+", "-", words).strip("-")[:48].strip("-")
    parts = [stem, str(args.seed) if "seed" in args else "", ending]
    return Path(args.out / "-".join(part for part in parts if part))


def write_report(
    args: argparse.Namespace, report: dict[str, Any], paths: list[Path], lines: list[str], path: Path | None = None
) -> None:
    """Write the report, beside the pictures where no path is given, and print it or the lines."""
    path = path or paths[0].with_name(paths[0].stem.removesuffix("-1") + ".json")
    text = json.dumps({**report, "files": [str(path) for path in paths]}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    print(text if args.json else "\n".join([*lines, *map(str, paths), str(path)]))
