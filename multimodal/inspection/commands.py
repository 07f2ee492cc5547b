"""`python -m multimodal inspect …`: views of the insides as PNG, GIF and JSON. Heavy imports happen in the functions."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multimodal.inspection.codebook_commands import code, codebook, tokens
from multimodal.inspection.reports import file_path, load_pipeline, write_report

if TYPE_CHECKING:
    from multimodal.inspection.provenance import Match


def attention(args: argparse.Namespace) -> None:
    """Where in the picture the DiT looks at each word of the prompt: the picture, then one heat map per word."""
    from multimodal.inspection.attention import AttentionRecorder, heat_overlay
    from multimodal.inspection.trajectory import film_strip

    pipeline = load_pipeline(args)
    with AttentionRecorder(pipeline.dit) as recorder:
        output = pipeline(args.prompt, interpret=False, **_sampling(args))
    found = recorder.by_word(pipeline.text_encoder, output.prompts)[0]
    heat = found.heat(args.evaluation, args.layer)  # (W + 1, h, w)
    path = file_path(args, "attention.png", args.prompt)
    tiles = [output.images[0], *(heat_overlay(output.images[0], word).convert("RGBA") for word in heat[:-1])]
    film_strip(tiles).save(path)
    words = [
        {"word": word, "share": round(float(h.mean()), 6), "heat": h.double().round(decimals=6).tolist()}
        for word, h in zip(found.words, heat, strict=False)
    ]
    rest = round(float(heat[-1].mean()), 6)
    report = {"prompt": args.prompt, **_sampling(args), "words": words, "rest": rest, "dropped": output.dropped[0]}
    lines = [f"{word['share']:8.2%}  {word['word']}" for word in words] + [f"{rest:8.2%}  (start and end of the prompt)"]
    write_report(args, report, [path], lines)


def trajectory(args: argparse.Namespace) -> None:
    """What the picture was expected to become at each step: a film strip, an animation, and how many codes changed."""
    from multimodal.inspection.trajectory import Trajectory, changed_codes, film_strip, save_animation, settled

    pipeline = load_pipeline(args)
    steps = Trajectory(pipeline)
    pipeline(args.prompt, **_sampling(args), callback=steps)
    frames, indices = steps.frames(), steps.codebook_indices()
    strip, animation = (file_path(args, f"trajectory.{kind}", args.prompt) for kind in ("png", "gif"))
    film_strip(frames).save(strip)
    save_animation(frames, animation)
    changed = changed_codes(indices)
    report = {"prompt": args.prompt, **_sampling(args), "times": steps.times, "codes": indices[0].numel()}
    report |= {"changed_codes": changed, "settled": settled(indices).tolist()}
    lines = [f"step {k}: {count} of {report['codes']} codes changed" for k, count in enumerate(changed, start=2)]
    write_report(args, report, [strip, animation], lines)


def restoration(args: argparse.Namespace) -> None:
    """The picture, noised up to four times and restored by the DiT: above with the prompt, below without."""
    from multimodal.inspection.restoration import TIMES, restore
    from multimodal.inspection.trajectory import film_strip

    pipeline = load_pipeline(args)
    output = pipeline(args.prompt, interpret=False, **_sampling(args))
    other_noise = {**_sampling(args), "seed": args.seed - 1 if args.seed else 1}
    restored = restore(pipeline, output.codebook_indices[0], args.prompt, TIMES, **other_noise)
    path = file_path(args, "restoration.png", args.prompt)
    film_strip([one.images[row] for row in (0, 1) for one in restored], columns=len(restored)).save(path)
    times = [{"t": one.t, "psnr": round(one.psnr[0], 2), "psnr_without_prompt": round(one.psnr[1], 2)} for one in restored]
    report = {"prompt": args.prompt, **_sampling(args), "noise_seed": other_noise["seed"], "restored": times}
    lines = [f"t = {one.t:g}: {one.psnr[0]:.1f} dB with the prompt, {one.psnr[1]:.1f} dB without" for one in restored]
    write_report(args, report, [path], lines)


def reading(args: argparse.Namespace) -> None:
    """How CLIP reads the prompt: the pieces that it is cut into, and the known names nearest to it."""
    from multimodal.arguments import check_number, check_prompts
    from multimodal.inspection.attention import pieces
    from multimodal.inspection.names import load_names
    from multimodal.inspection.words import NearestNames
    from multimodal.prompts import parse_weights

    check_number("number", args.number, 1, 100, whole=True)
    [prompt] = check_prompts([args.prompt])
    pipeline, text = load_pipeline(args), parse_weights(prompt).text
    used, room = pipeline.text_encoder.count_tokens(text)
    *_, [dropped] = pipeline.text_encoder.tokenize([text])
    cut = pieces(pipeline.text_encoder, text)
    known = load_names(args.checkpoint / "dit")
    near = NearestNames(pipeline, known).to_prompt(text, args.language, args.number) if known else []
    report = {"prompt": args.prompt, "tokens": used, "room": room, "dropped": dropped}
    report["pieces"] = [{"piece": piece, "tokens": count} for piece, count in cut]
    report["near"] = [{"name": name, "similarity": round(similarity, 6)} for name, similarity in near]
    lines = [" | ".join(piece for piece, _ in cut), *(f"{similarity:8.2f}  {name}" for name, similarity in near)]
    write_report(args, report, [], lines, file_path(args, "reading.json", args.prompt))


def words(args: argparse.Namespace) -> None:
    """The known names that CLIP takes to be likeliest for a picture."""
    from multimodal import rgba
    from multimodal.arguments import check_number
    from multimodal.inspection.names import load_names
    from multimodal.inspection.words import NearestNames

    check_number("number", args.number, 1, 100, whole=True)
    picture = rgba.open_image(args.file)
    names = NearestNames(load_pipeline(args), load_names(args.checkpoint / "dit"))
    language = names.language(args.language)
    found = names.to_picture(picture, language, args.number)
    report = {"file": str(args.file), "language": language, "names": len(names.names[language])}
    report["found"] = [{"name": name, "probability": round(probability, 6)} for name, probability in found]
    lines = [f"{probability:8.2%}  {name}" for name, probability in found]
    write_report(args, report, [], lines, file_path(args, "words.json", args.file.stem))


def provenance(args: argparse.Namespace) -> None:
    """The training pictures nearest to a picture, with their licences, beside how near two different emoji usually are."""
    from multimodal import rgba
    from multimodal.arguments import check_number
    from multimodal.inspection.provenance import Provenance, index_training_pictures, load_training_pictures
    from multimodal.inspection.trajectory import film_strip

    check_number("number", args.number, 1, 100, whole=True)
    picture = rgba.open_image(args.file)
    pipeline = load_pipeline(args)
    pictures = (
        index_training_pictures(args.checkpoint, args.train) if args.train else load_training_pictures(args.checkpoint)
    )
    searched = Provenance(pipeline.vqvae, pictures)
    output = pipeline.reconstruct(picture)
    matches = searched.nearest(output.codebook_indices, args.number)
    shown = pipeline.decode_codebook_indices(pictures.codebook_indices[[match.row for match in matches]])
    path = file_path(args, "provenance.png", args.file.stem)
    film_strip([output.image, *shown]).save(path)
    usual = float(searched.usual.median())
    report = {"file": str(args.file), "pictures": len(pictures.names), "usual_distance": round(usual, 4)}
    report["matches"] = [{**vars(match), "distance": round(match.distance, 4)} for match in matches]
    lines = [f"{match.distance:.3f}  {_describe(match)}" for match in matches]
    lines.append(f"{usual:.3f}  is how near the nearest other emoji usually is (median)")
    write_report(args, report, [path], lines)


VIEWS: tuple[Callable[[argparse.Namespace], None], ...] = (
    reading, attention, trajectory, restoration, words, provenance, tokens, codebook, code,
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser, view: Callable[..., None], add_sampling: Callable[..., None]) -> None:
    """What a view takes beside --checkpoint and --json."""
    if view in (reading, attention, trajectory, restoration):
        parser.add_argument("prompt", help="what the picture shows")
    if view in (attention, trajectory, restoration):
        add_sampling(parser)
        parser.add_argument("--negative-prompt", default="")
        parser.add_argument("--sampler", default="euler", help="euler or heun")
    if view is attention:
        parser.add_argument("--layer", type=int, help="one block of the DiT, from 0 (default: the mean of all)")
        parser.add_argument("--evaluation", type=int, help="one evaluation of the DiT, from 0 (default: the mean of all)")
    if view in (words, provenance, tokens):
        parser.add_argument("file", type=Path)
    if view in (reading, words, provenance):
        parser.add_argument("-n", "--number", type=int, default=5, help="how many to find")
    if view in (reading, words):
        parser.add_argument("--language", default="en", help="of the names, such as zh (default: en)")
    if view is provenance:
        text = "tables that the VQ-VAE was trained on; needed the first time, kept in the checkpoint's folder training/"
        parser.add_argument("--train", type=Path, nargs="+", help=text)
    if view is code:
        parser.add_argument("code", type=int, help="its number, from 0")
        parser.add_argument("--group", type=int, default=1, help="of the codebook, from 1 (default: 1)")
    parser.add_argument("--out", type=Path, default=Path("outputs") / "inspection", help="folder")


def _sampling(args: argparse.Namespace) -> dict[str, Any]:
    return {
        "negative_prompt": args.negative_prompt,
        "num_inference_steps": args.steps,
        "guidance_scale": args.guidance_scale,
        "seed": args.seed,
        "sampler": args.sampler,
    }


def _describe(match: Match) -> str:
    origin = f" ({match.source}, {match.author}, {match.licence})" if match.licence else ""
    style = f", {match.style}" if match.style else ""
    return f"{match.name}{style}{origin}; {match.quantile:.1%} of training pictures have another emoji as near"
