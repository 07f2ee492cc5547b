"""What a checkpoint learns from sixty pictures of a new thing, and what it forgets: python -m benchmarks.fine_tune

The thing is a blorp, a striped cyan blob with three eyes, drawn here. It is taught by `train dit --config lora`; key=value
words are passed on. A picture counts as a blorp when, to the judge's eye, it is nearer to the mean of the drawings learnt
from than to any concept that the judge knows, and no farther than the farthest of the drawings that were not learnt from.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image, ImageChops, ImageDraw
from torch import Tensor

from multimodal import TextToImagePipeline, rgba
from multimodal.__main__ import main as multimodal
from multimodal.checkpoint import load_vqvae
from multimodal.data.captions import Subject
from multimodal.evaluation.judge import Judge, load_judge
from multimodal.evaluation.prompts import Cell, judge_cells
from multimodal.evaluation.sampling import Sampling
from multimodal.hub import CHECKPOINT
from multimodal.sheets import image_grid
from multimodal.subsets import spread

MOODS = {"": 0.4, "happy ": 1.0, "sad ": -1.0, "sleeping ": 0.0}
SHAPES = {"": (1.0, 1.0), "tall ": (0.78, 1.12), "wide ": (1.15, 0.8), "small ": (0.7, 0.7)}
EXTRAS = ("", "", "", " with a hat", " with legs")
SIZE, OVERSAMPLING = 128, 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT)
    parser.add_argument("--out", type=Path, default=Path("outputs/fine_tune"), help="a new folder")
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--steps", type=int, default=8, help="of sampling")
    args, words = parser.parse_known_args()
    data, mine = args.out / "blorps", args.out / "checkpoint"
    drawings, captions = zip(*(draw_blorp(random.Random(k)) for k in range(args.pictures + 40)), strict=True)
    write_folder(data, drawings[: args.pictures], captions[: args.pictures])
    learnt, held_out = drawings[: args.pictures], drawings[args.pictures :]

    start, cpu_start = time.perf_counter(), time.process_time()
    train = ["train", "dit", "--config", "lora", "--from", str(args.checkpoint), "--data", str(data), "--out", str(mine)]
    if multimodal(["dataset", str(data)]) or multimodal([*train, *words]):
        sys.exit(1)
    minutes, cpu_minutes = (time.perf_counter() - start) / 60, (time.process_time() - cpu_start) / 60

    judge, sampling = load_judge(args.checkpoint / "judge"), Sampling(args.steps, style="")
    mean = F.normalize(features(judge, learnt).mean(dim=0), dim=0)
    least = (features(judge, held_out) @ mean).min().item()
    cells = known_cells(judge, 400)
    rows = {}
    for name, checkpoint in (("before", args.checkpoint), ("after", mine)):
        pipeline = TextToImagePipeline.from_pretrained(checkpoint)
        made = sampling.generate(pipeline, [*["a blorp"] * 20, *captions[args.pictures : args.pictures + 20]], name)
        known = judge_cells(judge, cells, sampling.generate(pipeline, [cell.prompt for cell in cells], "known names"))
        right = sum(known.concept) / len(cells)
        rows[name] = blorps(judge, mean, least, made), distance(args.checkpoint, made, held_out), right
        image_grid([*held_out[:8], *made[:8], *made[20:36]], columns=8).save(args.out / f"{name}.png")
    print(f"{args.pictures} pictures, {minutes:.1f} minutes of training, {cpu_minutes:.1f} of CPU time")
    print(f"{'':26} {'blorps':>8} {'latent distance':>16} {'known names':>12}")
    for name, (share, far, right) in rows.items():
        print(f"{name:26} {share:8.1%} {far:16.3f} {right:12.1%}")
    share, far = blorps(judge, mean, least, held_out), distance(args.checkpoint, held_out, held_out)
    print(f"{'drawings not learnt from':26} {share:8.1%} {far:16.3f}")
    print(f"known names: {rows['after'][2] / rows['before'][2]:.1%} of before")


def draw_blorp(rng: random.Random) -> tuple[Image.Image, str]:
    """One of many blorps, (128, 128) RGBA, and its caption."""
    mood, shape, extra = rng.choice(["", *MOODS]), rng.choice(["", "", *SHAPES]), rng.choice(EXTRAS)
    size = SIZE * OVERSAMPLING
    width, height = (0.36 * size * part * rng.uniform(0.95, 1.05) for part in SHAPES[shape])
    x, y = size * rng.uniform(0.47, 0.53), size * rng.uniform(0.53, 0.57)
    lobes, phase = rng.choice((5, 6, 7)), rng.uniform(0, math.tau)
    outline = []
    for k in range(120):
        angle = k * math.tau / 120
        radius = 1 + 0.06 * math.sin(lobes * angle + phase)
        outline.append((x + width * radius * math.cos(angle), y + height * radius * math.sin(angle)))
    image = Image.new("RGBA", (size, size))
    draw = ImageDraw.Draw(image)
    if extra == " with legs":
        for side in (-0.45, 0.45):
            left = x + side * width - 22
            draw.rounded_rectangle((left, y + 0.7 * height, left + 44, y + height + 40), 20, fill="#0b7285")
    body = Image.new("L", image.size)
    ImageDraw.Draw(body).polygon(outline, fill=255)
    stripes, count = Image.new("L", image.size), rng.choice((4, 5, 6))
    for k in range(count):
        middle = y - height + (2 * k + 1) * height / count
        ImageDraw.Draw(stripes).line(
            (0, middle + rng.uniform(-10, 10), size, middle + rng.uniform(-10, 10)),
            fill=255,
            width=int(0.8 * height / count),
        )
    image.paste(rng.choice(("#22d3ee", "#3bc9db", "#15d1e0")), mask=body)
    image.paste("#0b7285", mask=ImageChops.multiply(body, stripes))
    draw.line([*outline, *outline[:2]], fill="#083344", width=10, joint="curve")
    for k in (-1, 0, 1):
        _draw_eye(draw, x + k * 0.42 * width, y - (0.42 - 0.14 * abs(k)) * height, 0.2 * width, mood == "sleeping ")
    curve, mouth = MOODS[mood], 0.35 * width
    points = [(x + mouth * u / 8, y + 0.42 * height + curve * 36 * (0.5 - (u / 8) ** 2)) for u in range(-8, 9)]
    draw.line(points, fill="#083344", width=14, joint="curve")
    if extra == " with a hat":
        top = y - height
        draw.rectangle((x - 90, top - 5, x + 90, top + 18), fill="#e03131")
        draw.rectangle((x - 55, top - 70, x + 55, top), fill="#e03131")
    return image.convert("RGBa").resize((SIZE, SIZE), Image.Resampling.BOX).convert("RGBA"), f"a {mood}{shape}blorp{extra}"


def _draw_eye(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, closed: bool) -> None:
    box = (x - radius, y - radius, x + radius, y + radius)
    draw.ellipse(box, fill="#0b7285" if closed else "white", outline="#083344", width=8)
    if closed:
        draw.line((box[0], y, box[2], y), fill="#083344", width=10)
    else:
        draw.ellipse([(edge + middle) / 2 for edge, middle in zip(box, (x, y, x, y), strict=True)], fill="black")


def write_folder(folder: Path, images: Sequence[Image.Image], captions: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for k, (image, caption) in enumerate(zip(images, captions, strict=True)):
        image.save(folder / f"{k:02}.png")
        lines.append(json.dumps({"file_name": f"{k:02}.png", "text": caption}))
    (folder / "metadata.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def features(judge: Judge, images: Sequence[Image.Image]) -> Tensor:
    """(N, embed_dim) unit vectors in which the judge compares pictures with concepts."""
    seen: list[Tensor] = []
    handle = judge.embed_norm.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    judge.judge(images)
    handle.remove()
    return F.normalize(torch.cat(seen), dim=1)


def blorps(judge: Judge, mean: Tensor, least: float, images: Sequence[Image.Image]) -> float:
    """The share of pictures that are nearer to the mean blorp than to any concept that the judge knows, and near enough."""
    embeddings = features(judge, images)
    others = (embeddings @ F.normalize(judge.concepts.detach(), dim=1).T).amax(dim=1)
    return (embeddings @ mean > others.clamp(min=least - 1e-6)).float().mean().item()


@torch.no_grad()
def distance(checkpoint: Path, images: Sequence[Image.Image], drawings: Sequence[Image.Image]) -> float:
    """The mean squared difference of latents between pictures and the nearest other of some drawings."""
    vqvae = load_vqvae(checkpoint / "vqvae")
    first, second = (
        vqvae.encode(torch.stack([rgba.to_tensor(image, vqvae.config.image_size) for image in some])).flatten(1)
        for some in (images, drawings)
    )
    distances = torch.cdist(first, second).square() / first.shape[1]
    return distances.masked_fill(distances < 1e-6, math.inf).amin(dim=1).mean().item()


def known_cells(judge: Judge, count: int) -> list[Cell]:
    """Names that the judge knows, spread over all of them, each in one of the styles."""
    classes = judge.classes
    return [
        Cell(Subject(classes.concepts[k], {"en": classes.names[k]}, {}), classes.styles[i % len(classes.styles)])
        for i, k in enumerate(spread(range(len(classes.concepts)), count))
    ]


if __name__ == "__main__":
    main()
