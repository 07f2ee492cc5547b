"""The commands that make pictures, and write them as others want them."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multimodal.commands.options import (
    add_json,
    add_negative_prompt,
    add_pipeline,
    add_sampler,
    add_sampling,
    add_style,
    add_target,
)
from multimodal.commands.results import load_pipeline, report_result

if TYPE_CHECKING:
    from PIL import Image

    from multimodal.export import Target
    from multimodal.outputs import PipelineStep
    from multimodal.settings import Settings


def generate_options(parser: argparse.ArgumentParser) -> None:
    text = "what to draw; {red|green} is each of its choices, “hi” is written on it"
    parser.add_argument("prompt", nargs="*", help=text)
    parser.add_argument("--prompts", type=Path, metavar="FILE", help="a text file with more of them, one in each line")
    parser.add_argument("-n", "--number", type=int, default=1, help="pictures per prompt (default: 1)")
    _add_drawing(parser)
    add_sampler(parser)
    parser.add_argument("--image", type=Path, help="a picture to start from instead of noise")
    text = "0 to 1: how far to go from that picture (default: 0.6; with --mask 1)"
    parser.add_argument("--strength", type=float, help=text)
    parser.add_argument("--mask", type=Path, help="a picture as large as that one, white where it is drawn anew")
    parser.add_argument("--out", type=Path, default=Path("outputs"), help="folder (default: outputs)")
    text = "keep the settings out of the files; names say the prompt"
    parser.add_argument("--no-settings", action="store_true", help=text)
    add_target(parser, parser)
    add_pipeline(parser)
    add_json(parser)


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
    image, mask = (rgba.open_image(path) if path else None for path in (args.image, args.mask))  # before models are loaded
    pipeline = load_pipeline(args)
    check_choice("style", args.style, style_choices(pipeline.names))
    settings: dict[str, Any] = {
        "negative_prompt": clean_prompt(args.negative_prompt),
        "num_inference_steps": args.steps,
        "guidance_scale": args.guidance_scale,
        "sampler": args.sampler,
    }
    if image:
        settings |= start_from(pipeline, image, mask, args.strength)

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
                path = save(image, Settings(prompt, seed, **settings, model_id=output.model_id))
                pictures.append({"path": str(path), "prompt": prompt, "seed": seed})
            dropped |= dict.fromkeys(filter(None, output.dropped))
            for words in output.renamed:
                renamed |= words
    seconds = time.perf_counter() - start
    report = {
        "pictures": pictures,
        "seconds": round(seconds, 3),
        "device": str(pipeline.device),
        "model_id": pipeline.model_id,
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
    from multimodal.arguments import (
        MAX_IMAGES,
        check_choice,
        check_number,
        check_prompts,
        check_sampling,
        check_seeds,
        check_start,
    )
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
    check_start(args.image is not None, args.mask is not None, args.strength)
    listed = read_lines(args.prompts) if args.prompts else []
    prompts = [one for prompt in [*args.prompt, *filter(str.strip, listed)] for one in expand(prompt)]
    if not prompts:
        raise ValueError("there is no prompt: give one, or a file of them with --prompts")
    each = [prompt for prompt in check_prompts(prompts) for _ in range(args.number)]
    target = shaped(args.target, args.motion, args.outline) if args.target else None
    return list(zip(each, check_seeds(args.seed, len(each)), strict=True)), target


def mix_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prompts", nargs=2, metavar="PROMPT", help="what to lead from, and to")
    text = "pictures, both prompts' included: 2 to 16 (default: 9)"
    parser.add_argument("--frames", type=int, default=9, help=text)
    parser.add_argument("--duration", type=float, default=1.0, help="seconds from one prompt to the other (default: 1)")
    _add_drawing(parser)
    parser.add_argument("--out", type=Path, default=Path("mix.webp"), help=".webp or .gif (default: mix.webp)")
    add_pipeline(parser)
    add_json(parser)


def mix(args: argparse.Namespace) -> None:
    """Make an animation that leads from one prompt to another and back."""
    from tqdm import tqdm

    from multimodal.arguments import check_choice, check_prompts
    from multimodal.export import check_animation, save_animation
    from multimodal.mixing import mix
    from multimodal.reading.prompts import in_one_style, style_choices

    check_animation(args.out, args.duration)  # before the work is done
    args.out.parent.mkdir(parents=True, exist_ok=True)
    pipeline = load_pipeline(args)
    check_choice("style", args.style, style_choices(pipeline.names))
    first, second = in_one_style(check_prompts(args.prompts), args.style, args.seed, pipeline.names)
    start = time.perf_counter()
    with tqdm(total=args.steps, unit="step", disable=args.json) as progress:
        output = mix(
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
    save_animation(output.images, args.out, args.duration)
    seconds = round(time.perf_counter() - start, 3)
    renamed = {words: name for one in output.renamed for words, name in one.items()}
    report = {"path": str(args.out), "prompts": output.prompts, "frames": len(output.images)}
    report |= {"seconds": seconds, "device": str(pipeline.device), "renamed": renamed}
    made = f"{args.out}: {len(output.images)} frames, {seconds:.1f} s on {pipeline.device}"
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


def _add_drawing(parser: argparse.ArgumentParser) -> None:
    add_sampling(parser)
    add_style(parser)
    add_negative_prompt(parser)
