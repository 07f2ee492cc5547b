"""Everything from scratch in a few minutes: handwritten digits by their names: python -m benchmarks.digits

The 1,797 digits of scikit-learn (Alpaydin & Kaynak 1998), black on transparent, train a VQ-VAE, a CLIP and a DiT.
A classifier, trained apart on the same drawings, says what each "handwritten seven" shows. key=value words are passed on.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

from multimodal import TextToImagePipeline
from multimodal.__main__ import main as multimodal
from multimodal.evaluation.sampling import Sampling
from multimodal.sheets import image_grid

NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SIZE = 32
SETTINGS = (
    "vqvae.model.widths=[32,64]", "vqvae.model.codebook_size=64", "vqvae.crop_size=32", "vqvae.steps=600",
    "vqvae.learning_rate=2e-3", "clip.model.vocab_size=512", "clip.steps=150", "clip.locked_image_fraction=0",
    "dit.model.latent_size=8", "dit.model.hidden_size=96", "dit.model.depth=3", "dit.model.num_heads=3",
    "dit.model.mean_width=64", "dit.steps=2000", "dit.learning_rate=2e-3", "dit.num_composites=0", "dit.mean.steps=300",
    "dit.mean.batch_size=64", "dit.mean.learning_rate=2e-3", "batch_size=64", "warmup_steps=50", "ema_decay=0.99",
    "log_every=50", "sample_every=5000", "save_every=5000",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("outputs/digits"), help="a new folder")
    parser.add_argument("--each", type=int, default=20, help="pictures of each digit that are judged")
    args, words = parser.parse_known_args()
    digits = load_digits()
    pictures = [to_picture(values) for values in digits.images]
    write_folder(args.out / "pictures", pictures, digits.target.tolist())

    start, cpu_start = time.perf_counter(), time.process_time()
    mine = args.out / "checkpoint"
    train = ["train", "all", "--config", "tiny", "--data", str(args.out / "pictures"), "--out", str(mine)]
    if multimodal([*train, *SETTINGS, *words]):
        sys.exit(1)
    minutes, cpu_minutes = (time.perf_counter() - start) / 60, (time.process_time() - cpu_start) / 60

    values = np.stack([to_values(picture) for picture in pictures])
    learnt, held_out, learnt_target, held_out_target = train_test_split(
        values, digits.target, test_size=0.3, random_state=0
    )
    classifier = SVC().fit(learnt, learnt_target)
    target = np.repeat(np.arange(10), args.each)
    prompts = [f"a handwritten {NAMES[digit]}" for digit in target]
    made = Sampling(batch_size=20).generate(TextToImagePipeline.from_pretrained(mine), prompts, "digits")
    image_grid([made[digit * args.each + k] for digit in range(10) for k in range(min(10, args.each))], columns=10).save(
        args.out / "digits.png"
    )
    right = classifier.predict(np.stack([to_values(picture) for picture in made])) == target
    print(f"{minutes:.1f} minutes of training, {cpu_minutes:.1f} of CPU time")
    print(f"drawn digits that the classifier has not seen: {classifier.score(held_out, held_out_target):.1%} recognised")
    print(f"generated digits: {right.mean():.1%} of {len(target)} recognised")
    print(", ".join(f"{name} {right[target == digit].mean():.0%}" for digit, name in enumerate(NAMES)))


def to_picture(values: np.ndarray) -> Image.Image:
    """An (8, 8) digit of 0 … 16, black on transparent."""
    alpha = Image.fromarray((values * 255 / 16).astype(np.uint8)).resize((28, 28), Image.Resampling.BICUBIC)
    picture = Image.new("RGBA", (SIZE, SIZE))
    picture.paste("black", ((SIZE - 28) // 2,) * 2, alpha)
    return picture


def to_values(picture: Image.Image) -> np.ndarray:
    """A picture, (32, 32) RGBA, as the 196 numbers in 0 … 1 that the classifier sees of it."""
    return np.asarray(picture.getchannel("A").resize((14, 14), Image.Resampling.BOX)).flatten() / 255


def write_folder(folder: Path, pictures: Sequence[Image.Image], target: Sequence[int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for k, (picture, digit) in enumerate(zip(pictures, target, strict=True)):
        picture.save(folder / f"{k:04}.png")
        lines.append(json.dumps({"file_name": f"{k:04}.png", "text": f"a handwritten {NAMES[digit]}"}))
    (folder / "metadata.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
