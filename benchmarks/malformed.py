"""Which animals a DiT draws badly in which style, beside what it learnt: python -m benchmarks.malformed --data …

A face that is wrong hardly counts in the error of a whole picture. So the error is that of the worst window of 20 x 20 of
128 x 128 pixels, on white. With --write the cells above --limit are listed in the checkpoint's dit/malformed.json, which
"mixed" styles pass over.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from tqdm.auto import tqdm

from multimodal import TextToImagePipeline, rgba
from multimodal.data.images import open_stored
from multimodal.evaluation.prompts import load_cells
from multimodal.reading.syntax import MIXED_STYLES
from multimodal.sheets import image_grid
from multimodal.tensor_folder import copy_checkpoint
from multimodal.word_lists import MALFORMED_FILE

SIZE, WINDOW, BATCH = 128, 20, 8
ANIMALS = ("animal", "bird", "bug", "fish", "pet")  # keywords


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the table that the models learnt from")
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoints/emoji"))
    parser.add_argument("--limit", type=float, default=0.0505, help="error above which a cell is malformed, 0 … 1")
    parser.add_argument("--write", action="store_true", help="list them in the checkpoint")
    parser.add_argument("--sheet", type=Path, help="where to draw the worst 48, each beside what was learnt")
    args = parser.parse_args()
    pipeline = TextToImagePipeline.from_pretrained(args.checkpoint)
    table, cells = load_cells(args.data)
    cells = [
        cell
        for cell in cells
        if cell.style in MIXED_STYLES and any(pipeline.names.has_keyword(cell.subject.name("en"), word) for word in ANIMALS)
    ]
    found: list[tuple[float, str, str, list[Image.Image]]] = []
    for first in tqdm(range(0, len(cells), BATCH)):
        batch = cells[first : first + BATCH]
        drawn = pipeline([cell.prompt for cell in batch], style="").images
        for cell, picture in zip(batch, drawn, strict=True):
            learnt = open_stored(table[cell.row]["image"])
            found.append((worst_window(picture, learnt), cell.style, cell.subject.name("en"), [picture, learnt]))
    found.sort(key=lambda one: one[0], reverse=True)
    malformed: dict[str, list[str]] = defaultdict(list)
    for error, style, name, _ in found:
        if error > args.limit:
            print(f"{error:.3f} {name}, {style}")
            malformed[style].append(name)
    print(f"{sum(map(len, malformed.values()))} of {len(found)} cells are malformed")
    if args.sheet:
        pictures = [rgba.to_image(rgba.to_tensor(picture, SIZE)) for *_, pair in found[:48] for picture in pair]
        image_grid(pictures, columns=12).save(args.sheet)
    if args.write:
        dit = args.checkpoint / "dit"
        copy_checkpoint(dit, dit, {MALFORMED_FILE: json.dumps(malformed, ensure_ascii=False, indent=0) + "\n"})


def worst_window(picture: Image.Image, learnt: Image.Image) -> float:
    """The mean squared error, 0 … 1, of the window where two pictures are least alike."""
    one, other = (rgba.composite(rgba.to_tensor(image, SIZE)[None], 1.0) for image in (picture, learnt))
    error = ((one - other) / 2).square().mean(dim=1, keepdim=True)  # (1, 1, SIZE, SIZE)
    return float(F.avg_pool2d(error, WINDOW, stride=4).max())


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    main()
