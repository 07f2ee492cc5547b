"""The commands that make something of a picture that is there."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from multimodal.commands.options import add_checkpoint, add_json, add_pipeline, add_search, add_target
from multimodal.commands.results import load_pipeline, report_result

if TYPE_CHECKING:
    from multimodal.export import Target


def export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    either = parser.add_mutually_exclusive_group(required=True)
    add_target(parser, either)
    either.add_argument("--size", dest="target", type=_size, metavar="PIXELS", help="or a plain PNG of 16 to 1024 pixels")
    parser.add_argument("--out", type=Path, help="file to write, or folder (default: that of the picture)")
    add_checkpoint(parser)
    add_json(parser)


def export(args: argparse.Namespace) -> None:
    """Write a picture as a sticker for a messenger."""
    from multimodal import rgba
    from multimodal.export import file_name, shaped, to_sticker
    from multimodal.settings import write_new
    from multimodal.upscaling import Upscaler

    target = shaped(args.target, args.motion, args.outline)
    picture = rgba.open_image(args.file)
    out = args.out or args.file.parent
    if not out.suffix:
        out.mkdir(parents=True, exist_ok=True)
    is_folder = out.is_dir()
    if not is_folder:
        prepare_file(out, f".{target.format.lower()}")
    data = to_sticker(picture, target, Upscaler.from_pretrained(args.checkpoint))
    if is_folder:
        path = write_new(data, out / f"sticker_{file_name(args.file.stem, target).removeprefix('sticker_')}", "_")
    else:
        path = out
        path.write_bytes(data)
    report = {"path": str(path), "bytes": len(data), "size": target.size}
    report_result(args, report, f"{path}: {target.title}, {target.format}, {target.size} pixels, {len(data):,} bytes")


def reconstruct_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    text = "a .png file (default: reconstruction.png)"
    parser.add_argument("--out", type=Path, default=Path("reconstruction.png"), help=text)
    add_search(parser)
    add_pipeline(parser)
    add_json(parser)


def reconstruct(args: argparse.Namespace) -> None:
    """Send a picture through the VQ-VAE and back."""
    from multimodal import rgba

    prepare_file(args.out, ".png")
    pipeline = load_pipeline(args)
    start = time.perf_counter()
    output = pipeline.reconstruct(rgba.open_image(args.file), args.search_steps)
    seconds = time.perf_counter() - start
    rgba.save_png(output.image, args.out)
    report = {
        "path": str(args.out),
        "psnr": round(output.psnr, 2),
        "num_bytes": output.num_bytes,
        "original_bytes": args.file.stat().st_size,
        "seconds": round(seconds, 3),
        "device": str(pipeline.device),
    }
    report_result(args, report, f"{args.out}: {output.psnr:.1f} dB on white at {output.num_bytes:g} bytes")


def prepare_file(path: Path, ending: str) -> None:
    """Make the folder of a file that is to be written; ValueError where its name has another ending."""
    if path.suffix.lower() != ending:
        raise ValueError(f"this is written as {ending}, not as {path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)


def _size(text: str) -> Target:
    from multimodal.export import plain_png

    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number of pixels")
    try:
        return plain_png(int(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
