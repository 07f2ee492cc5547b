"""The commands that make and change pictures; `__main__` has the others, and the arguments of all."""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

    from multimodal.export import Target
    from multimodal.outputs import PipelineStep
    from multimodal.settings import Settings

OPTIONS = {  # arguments, as the package calls them
    "num_inference_steps": "--steps",
    "guidance_scale": "--guidance-scale",
    "search_steps": "--search-steps",
    "num_frames": "--frames",
}
OPTION = re.compile(rf"\b(?:{'|'.join(OPTIONS)})\b")


def generate(args: argparse.Namespace) -> None:
    """Make pictures and write them as PNG, with their settings inside unless these are left out."""
    from tqdm import tqdm

    from multimodal import rgba
    from multimodal.arguments import MAX_IMAGES, check_choice, clean_prompt
    from multimodal.editing import start_from
    from multimodal.export import file_name, to_sticker
    from multimodal.lettering import check_words
    from multimodal.reading.prompts import read_prompts, style_choices
    from multimodal.settings import Settings, save_picture, write_new

    asked, target = _asked(args)
    pipeline = load_pipeline(args)
    check_choice("style", args.style, style_choices(pipeline.names))
    settings: dict[str, Any] = {
        "negative_prompt": clean_prompt(args.negative_prompt),
        "num_inference_steps": args.steps,
        "guidance_scale": args.guidance_scale,
        "sampler": args.sampler,
    }
    if args.image:
        mask = rgba.open_image(args.mask) if args.mask else None
        settings |= start_from(pipeline, rgba.open_image(args.image), mask, args.strength)

    def save(image: Image.Image, settings: Settings) -> Path:
        if not target:
            return save_picture(image, settings, args.out, not args.no_settings)
        name = file_name(settings.prompt, target, settings.seed)
        return write_new(to_sticker(image, target, pipeline.upscaler), args.out / name, "_")

    readings = read_prompts([prompt for prompt, _ in asked], pipeline.names)
    check_words(*(reading.written for reading in readings))  # before any picture is drawn
    args.out.mkdir(parents=True, exist_ok=True)
    pictures: list[dict[str, Any]] = []
    dropped: dict[str, None] = {}
    renamed: dict[str, str] = {}
    batches = [asked[first : first + MAX_IMAGES] for first in range(0, len(asked), MAX_IMAGES)]
    start = time.perf_counter()
    with tqdm(total=args.steps * len(batches), unit="step", disable=args.json) as progress:

        def advance(step: PipelineStep) -> None:
            progress.total = step.num_inference_steps * len(batches)  # fewer, from a picture
            progress.update()

        for batch in batches:
            arguments = Settings("", args.seed, **settings).arguments(*zip(*batch, strict=True))
            output = pipeline(**{**arguments, "style": args.style}, callback=advance)
            for prompt, seed, image in zip(output.prompts, output.seeds, output.images, strict=True):
                path = save(image, Settings(prompt, seed, **settings))
                pictures.append({"path": str(path), "prompt": prompt, "seed": seed})
            dropped |= dict.fromkeys(filter(None, output.dropped))
            for words in output.renamed:
                renamed |= words
    seconds = time.perf_counter() - start
    report = {
        "pictures": pictures,
        "seconds": round(seconds, 3),
        "device": str(pipeline.device),
        "settings": settings,
        "dropped": list(dropped),
        "renamed": renamed,
    }
    lines = [str(picture["path"]) for picture in pictures]
    lines += [f"too long for the text encoder, left out: {words}" for words in dropped]
    lines += drawn_as(renamed)
    report_result(args, report, "\n".join([*lines, f"{seconds:.1f} s on {pipeline.device}"]))


def _asked(args: argparse.Namespace) -> tuple[list[tuple[str, int]], Target | None]:
    """The prompt and the seed of each picture, and what it is for, all checked before the models are loaded."""
    from multimodal.arguments import MAX_IMAGES, check_choice, check_number, check_prompts, check_sampling, check_seeds
    from multimodal.diffusion.samplers import SAMPLERS
    from multimodal.export import shaped
    from multimodal.reading.syntax import expand

    check_number("--number", args.number, 1, MAX_IMAGES, whole=True)
    check_sampling(args.steps, args.guidance_scale)
    check_choice("sampler", args.sampler, SAMPLERS)
    if (args.motion or args.outline) and not args.target:
        raise ValueError("--motion and --outline need --for, the messenger that the sticker is for")
    if not args.image and (args.mask or args.strength is not None):
        raise ValueError("--mask and --strength need --image, the picture that they belong to")
    listed = read_lines(args.prompts) if args.prompts else []
    prompts = [one for prompt in [*args.prompt, *filter(str.strip, listed)] for one in expand(prompt)]
    if not prompts:
        raise ValueError("there is no prompt: give one, or a file of them with --prompts")
    each = [prompt for prompt in check_prompts(prompts) for _ in range(args.number)]
    target = shaped(args.target, args.motion, args.outline) if args.target else None
    return list(zip(each, check_seeds(args.seed, len(each)), strict=True)), target


def mix(args: argparse.Namespace) -> None:
    """Make an animation that leads from one prompt to another and back."""
    from tqdm import tqdm

    from multimodal.arguments import check_choice, check_prompts
    from multimodal.export import check_animation, save_animation
    from multimodal.mixing import mix
    from multimodal.reading.prompts import in_one_style, read_prompt, style_choices

    check_animation(args.out, args.duration)  # before the work is done
    args.out.parent.mkdir(parents=True, exist_ok=True)
    pipeline = load_pipeline(args)
    check_choice("style", args.style, style_choices(pipeline.names))
    first, second = in_one_style(check_prompts(args.prompts), args.style, args.seed, pipeline.names)
    start = time.perf_counter()
    with tqdm(total=args.steps, unit="step", disable=args.json) as progress:
        images = mix(
            pipeline,
            first,
            second,
            num_frames=args.frames,
            negative_prompt=args.negative_prompt,
            num_inference_steps=args.steps,
            guidance_scale=args.guidance_scale,
            seed=args.seed,
            callback=lambda step: progress.update() or None,
        )
    save_animation(images, args.out, args.duration)
    seconds = round(time.perf_counter() - start, 3)
    readings = [read_prompt(prompt, pipeline.names, apart=False) for prompt in (first, second)]
    renamed = {words: name for reading in readings for words, name in reading.renamed}
    report = {"path": str(args.out), "prompts": [first, second], "frames": len(images)}
    report |= {"seconds": seconds, "device": str(pipeline.device), "renamed": renamed}
    made = f"{args.out}: {len(images)} frames, {seconds:.1f} s on {pipeline.device}"
    report_result(args, report, "\n".join([*drawn_as(renamed), made]))


def read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no text file in UTF-8") from None


def drawn_as(renamed: Mapping[str, str]) -> list[str]:
    """A line for each thing that is drawn as another, or in part."""
    from multimodal.reading.wordings import is_part

    return [
        f"of “{words}”, “{name}” is drawn"
        if is_part(name, words)
        else f"“{words}” is drawn as “{name}”, the nearest that the model knows"
        for words, name in renamed.items()
    ]


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
        path = write_new(data, out / f"sticker_{file_name(args.file.stem, target)}", "_")
    else:
        path = out
        path.write_bytes(data)
    report = {"path": str(path), "bytes": len(data), "size": target.size}
    report_result(args, report, f"{path}: {target.title}, {target.format}, {target.size} pixels, {len(data):,} bytes")


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


def load_pipeline(args: argparse.Namespace) -> Any:
    from multimodal import TextToImagePipeline

    return TextToImagePipeline.from_pretrained(args.checkpoint, offload=args.cpu_offload)


def check_checkpoint(args: argparse.Namespace) -> None:
    """Load all that there is of a checkpoint, so that what is broken is refused before it leaves the house."""
    from multimodal import TextToImagePipeline
    from multimodal.hub import PARTS
    from multimodal.tensor_folder import load_tensors

    TextToImagePipeline.from_pretrained(args.checkpoint)
    for part in PARTS:
        if (args.checkpoint / part).is_dir():
            load_tensors(args.checkpoint / part)


def explain(error: Exception) -> str:
    """What went wrong, in one sentence, with the names of the options; an error of the system names its file."""
    if isinstance(error, FileExistsError) and error.filename:
        return f"{error.filename} is a file, not a folder"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {str(error.strerror).lower()}"
    return OPTION.sub(lambda argument: OPTIONS[argument[0]], str(error))


def report_result(args: argparse.Namespace, report: dict[str, Any], text: str) -> None:
    print(json.dumps(report, indent=2, ensure_ascii=False) if args.json else text)
