"""`python -m multimodal inspect …`: views of the insides as PNG, GIF and JSON. Heavy imports happen in the functions."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multimodal.inspection.provenance import Match
    from multimodal.pipeline import TextToImagePipeline


def attention(args: argparse.Namespace) -> None:
    """Where in the picture the DiT looks at each word of the prompt: the picture, then one heat map per word."""
    from multimodal.inspection.attention import AttentionRecorder, heat_overlay
    from multimodal.inspection.trajectory import film_strip

    pipeline = _load_pipeline(args)
    with AttentionRecorder(pipeline.dit) as recorder:
        output = pipeline(args.prompt, interpret=False, **_sampling(args))
    found = recorder.by_word(pipeline.text_encoder, output.prompts)[0]
    heat = found.heat(args.evaluation, args.layer)  # (W + 1, h, w)
    path = _path(args, "attention.png", args.prompt)
    tiles = [output.images[0], *(heat_overlay(output.images[0], word).convert("RGBA") for word in heat[:-1])]
    film_strip(tiles).save(path)
    words = [
        {"word": word, "share": round(float(h.mean()), 6), "heat": h.double().round(decimals=6).tolist()}
        for word, h in zip(found.words, heat, strict=False)
    ]
    rest = round(float(heat[-1].mean()), 6)
    report = {"prompt": args.prompt, **_sampling(args), "words": words, "rest": rest, "dropped": output.dropped[0]}
    lines = [f"{word['share']:8.2%}  {word['word']}" for word in words] + [f"{rest:8.2%}  (start and end of the prompt)"]
    _report(args, report, [path], lines)


def trajectory(args: argparse.Namespace) -> None:
    """What the picture was expected to become at each step: a film strip, an animation, and how many codes changed."""
    from multimodal.inspection.trajectory import Trajectory, changed_codes, film_strip, save_animation, settled

    pipeline = _load_pipeline(args)
    steps = Trajectory(pipeline)
    pipeline(args.prompt, **_sampling(args), callback=steps)
    frames, indices = steps.frames(), steps.codebook_indices()
    strip, animation = (_path(args, f"trajectory.{kind}", args.prompt) for kind in ("png", "gif"))
    film_strip(frames).save(strip)
    save_animation(frames, animation)
    changed = changed_codes(indices)
    report = {"prompt": args.prompt, **_sampling(args), "times": steps.times, "codes": indices[0].numel()}
    report |= {"changed_codes": changed, "settled": settled(indices).tolist()}
    lines = [f"step {k}: {count} of {report['codes']} codes changed" for k, count in enumerate(changed, start=2)]
    _report(args, report, [strip, animation], lines)


def restoration(args: argparse.Namespace) -> None:
    """The picture, noised up to four times and restored by the DiT: above with the prompt, below without."""
    from multimodal.inspection.restoration import TIMES, restore
    from multimodal.inspection.trajectory import film_strip

    pipeline = _load_pipeline(args)
    output = pipeline(args.prompt, interpret=False, **_sampling(args))
    other_noise = {**_sampling(args), "seed": args.seed - 1 if args.seed else 1}
    restored = restore(pipeline, output.codebook_indices[0], args.prompt, TIMES, **other_noise)
    path = _path(args, "restoration.png", args.prompt)
    film_strip([one.images[row] for row in (0, 1) for one in restored], columns=len(restored)).save(path)
    times = [{"t": one.t, "psnr": round(one.psnr[0], 2), "psnr_without_prompt": round(one.psnr[1], 2)} for one in restored]
    report = {"prompt": args.prompt, **_sampling(args), "noise_seed": other_noise["seed"], "restored": times}
    lines = [f"t = {one.t:g}: {one.psnr[0]:.1f} dB with the prompt, {one.psnr[1]:.1f} dB without" for one in restored]
    _report(args, report, [path], lines)


def words(args: argparse.Namespace) -> None:
    """The known names that CLIP takes to be likeliest for a picture."""
    from multimodal import rgba
    from multimodal.arguments import check_number
    from multimodal.inspection.names import load_names
    from multimodal.inspection.words import NearestNames

    check_number("number", args.number, 1, 100, whole=True)
    picture = rgba.open_image(args.file)
    names = NearestNames(_load_pipeline(args), load_names(args.checkpoint / "dit"))
    language = names.language(args.language)
    found = names.to_picture(picture, language, args.number)
    report = {"file": str(args.file), "language": language, "names": len(names.names[language])}
    report["found"] = [{"name": name, "probability": round(probability, 6)} for name, probability in found]
    lines = [f"{probability:8.2%}  {name}" for name, probability in found]
    _report(args, report, [], lines, _path(args, "words.json", args.file.stem))


def provenance(args: argparse.Namespace) -> None:
    """The training pictures nearest to a picture, with their licences, beside how near two different emoji usually are."""
    from multimodal import rgba
    from multimodal.arguments import check_number
    from multimodal.inspection.provenance import Provenance, index_training_pictures, load_training_pictures
    from multimodal.inspection.trajectory import film_strip

    check_number("number", args.number, 1, 100, whole=True)
    picture = rgba.open_image(args.file)
    pipeline = _load_pipeline(args)
    pictures = (
        index_training_pictures(args.checkpoint, args.train) if args.train else load_training_pictures(args.checkpoint)
    )
    searched = Provenance(pipeline.vqvae, pictures)
    output = pipeline.reconstruct(picture)
    matches = searched.nearest(output.codebook_indices, args.number)
    shown = pipeline.decode_codebook_indices(pictures.codebook_indices[[match.row for match in matches]])
    path = _path(args, "provenance.png", args.file.stem)
    film_strip([output.image, *shown]).save(path)
    usual = float(searched.usual.median())
    report = {"file": str(args.file), "pictures": len(pictures.names), "usual_distance": round(usual, 4)}
    report["matches"] = [{**vars(match), "distance": round(match.distance, 4)} for match in matches]
    lines = [f"{match.distance:.3f}  {_describe(match)}" for match in matches]
    lines.append(f"{usual:.3f}  is how near the nearest other emoji usually is (median)")
    _report(args, report, [path], lines)


def codebook(args: argparse.Namespace) -> None:
    """Every code as the patch it decodes to; over the training set, how many are in use, and their perplexity."""
    from multimodal.inspection.codebook import statistics_of
    from multimodal.inspection.tokens import atlas, codebook_patches

    pipeline = _load_pipeline(args)
    statistics = statistics_of(args.checkpoint)
    groups: list[dict[str, Any]] = []
    paths = []
    for group, patches in enumerate(codebook_patches(pipeline, statistics)):
        paths.append(_path(args, f"codebook-{group + 1}.png"))
        atlas(patches, columns=min(32, len(patches))).save(paths[-1])
        groups.append({"group": group + 1, "codes": len(patches)})
        if statistics is not None:
            groups[-1] |= {
                "usage": round(statistics.usage[group], 4),
                "perplexity": round(statistics.perplexity[group], 1),
                "unused": (statistics.counts[group] == 0).nonzero().flatten().tolist(),
            }
    report = {"pictures": statistics.num_pictures if statistics else 0, "groups": groups}
    lines = ["the checkpoint has no codebook statistics of its own"]
    if statistics is not None:
        lines = [
            f"group {g['group']}: usage {g['usage']:.1%}, perplexity {g['perplexity']} of {g['codes']}" for g in groups
        ]
    _report(args, report, paths, lines)


VIEWS: tuple[Callable[[argparse.Namespace], None], ...] = (attention, trajectory, restoration, words, provenance, codebook)


def add_arguments(parser: argparse.ArgumentParser, view: Callable[..., None], add_sampling: Callable[..., None]) -> None:
    """What a view takes beside --checkpoint and --json."""
    if view in (attention, trajectory, restoration):
        parser.add_argument("prompt", help="what the picture shows")
        add_sampling(parser)
        parser.add_argument("--negative-prompt", default="")
        parser.add_argument("--sampler", default="euler", help="euler or heun")
    if view is attention:
        parser.add_argument("--layer", type=int, help="one block of the DiT, from 0 (default: the mean of all)")
        parser.add_argument("--evaluation", type=int, help="one evaluation of the DiT, from 0 (default: the mean of all)")
    if view in (words, provenance):
        parser.add_argument("file", type=Path)
        parser.add_argument("-n", "--number", type=int, default=5, help="how many to find")
    if view is words:
        parser.add_argument("--language", default="en", help="of the names, such as zh (default: en)")
    if view is provenance:
        text = "tables that the VQ-VAE was trained on; needed the first time, kept in the checkpoint's folder training/"
        parser.add_argument("--train", type=Path, nargs="+", help=text)
    parser.add_argument("--out", type=Path, default=Path("outputs") / "inspection", help="folder")


def _load_pipeline(args: argparse.Namespace) -> TextToImagePipeline:
    from multimodal.pipeline import TextToImagePipeline

    return TextToImagePipeline.from_pretrained(args.checkpoint, offload=args.cpu_offload)


def _sampling(args: argparse.Namespace) -> dict[str, Any]:
    return {
        "negative_prompt": args.negative_prompt,
        "num_inference_steps": args.steps,
        "guidance_scale": args.guidance_scale,
        "seed": args.seed,
        "sampler": args.sampler,
    }


def _path(args: argparse.Namespace, ending: str, words: str = "") -> Path:
    """Where a file of this view goes: its name begins with the words, and with the seed where there is one."""
    args.out.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"\W+", "-", words).strip("-")[:48].strip("-")
    parts = [stem, str(args.seed) if "seed" in args else "", ending]
    return Path(args.out / "-".join(part for part in parts if part))


def _describe(match: Match) -> str:
    origin = f" ({match.source}, {match.author}, {match.licence})" if match.licence else ""
    style = f", {match.style}" if match.style else ""
    return f"{match.name}{style}{origin}; {match.quantile:.1%} of training pictures have another emoji as near"


def _report(
    args: argparse.Namespace, report: dict[str, Any], paths: list[Path], lines: list[str], path: Path | None = None
) -> None:
    """Write the report, beside the pictures where no path is given, and print it or the lines."""
    path = path or paths[0].with_name(paths[0].stem.removesuffix("-1") + ".json")
    text = json.dumps({**report, "files": [str(path) for path in paths]}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    print(text if args.json else "\n".join([*lines, *map(str, paths), str(path)]))
