"""What the app shows of the training set: codebook statistics over all of it, and a handful of pictures with attribution.

python -m multimodal.inspection.training_set DATA.parquet ...
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from multimodal import rgba
from multimodal.checkpoint import load_vqvae
from multimodal.data.images import decode_images, load_captioned_images
from multimodal.inspection.codebook import CodebookStatistics, codebook_statistics, save_statistics, vqvae_sha256
from multimodal.models.vqvae import VQVAE

EXAMPLES = {  # three pictures of each style
    "3d": ["rainbow", "rocket", "octopus"],
    "color": ["cat", "hot beverage", "sunflower"],
    "flat": ["red apple", "octopus", "sunflower"],
    "line": ["fox", "rocket", "hot beverage"],
    "noto": ["red apple", "fox", "rainbow"],
    "twemoji": ["cat", "rocket", "red apple"],
}
FLUENT = ("Fluent Emoji, microsoft/fluentui-emoji", "Microsoft Corporation", "MIT")
SOURCES = {  # style → source, author, licence
    **dict.fromkeys(("3d", "color", "flat", "line"), FLUENT),
    "noto": ("Noto Emoji, googlefonts/noto-emoji", "Google LLC", "Apache-2.0"),
    "twemoji": ("Twemoji, jdecked/twemoji", "Twitter, Inc and other contributors", "CC BY 4.0"),
}


def write_codebook_statistics(
    checkpoint: str | Path, data: Sequence[str | Path], out: str | Path | None = None
) -> CodebookStatistics:
    """Count the codes that the VQ-VAE of a checkpoint gives to whole tables of pictures, and save the counts.

    Args:
        checkpoint: a checkpoint folder with vqvae/.
        data: parquet tables or imagefolders with the columns `image`, `name` and `style`.
        out: where to write; by default the folder codebook/ of the checkpoint.
    Raises:
        CheckpointError: the VQ-VAE cannot be loaded.
        DataError: a table cannot be read.
    """
    checkpoint = Path(checkpoint)
    vqvae = load_vqvae(checkpoint / "vqvae")
    names, styles, codes = [], [], []
    for path in data:
        table = load_captioned_images(path)
        codes.append(encode_pictures(vqvae, decode_images(table, vqvae.config.image_size)))
        names += [str(name) for name in table["name"]]
        styles += [str(style) for style in table["style"]]
    sha256 = vqvae_sha256(checkpoint)
    statistics = codebook_statistics(torch.cat(codes), vqvae.config.codebook_size, names, styles, sha256)
    save_statistics(out or checkpoint / "codebook", statistics)
    return statistics


@torch.inference_mode()
def encode_pictures(vqvae: VQVAE, pixels: Tensor, batch_size: int = 64) -> Tensor:
    """(N, 4, H, W) uint8 premultiplied RGBA → (N, groups, h, w) codebook indices on the CPU."""
    device = next(vqvae.parameters()).device
    batches = (rgba.from_uint8(batch.to(device)) for batch in pixels.split(batch_size))
    return torch.cat([vqvae.quantize(vqvae.encode(batch)).cpu() for batch in batches])


def write_training_examples(data: str | Path, out: str | Path) -> list[Path]:
    """Write three training pictures of each style as PNG, each with its title, source, author and licence inside.

    Args:
        data: the parquet table of training pictures, with the columns `image`, `name` and `style`.
        out: a folder; ATTRIBUTION.md is written beside the pictures.
    Raises:
        DataError: the table cannot be read.
        ValueError: it lacks one of the pictures.
    """
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    table = load_captioned_images(data)
    rows = {key: row for row, key in enumerate(zip(table["style"], table["name"], strict=True))}
    paths, lines = [], [ATTRIBUTION]
    for style, names in EXAMPLES.items():
        source, author, licence = SOURCES[style]
        for name in names:
            if (style, name) not in rows:
                raise ValueError(f"{data} has no picture {name!r} in the style {style}")
            path = out / f"{name.replace(' ', '-')}-{style}.png"
            text = {"Title": name, "Style": style, "Source": source, "Author": author, "License": licence}
            rgba.save_png(rgba.open_image(table[rows[style, name]]["image"]["bytes"]), path, text)
            lines.append(f"| {path.name} | {name} | {style} | {source} | {author} | {licence} |")
            paths.append(path)
    (out / "ATTRIBUTION.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


ATTRIBUTION = """\
# Pictures from the training set

Scaled to 128 x 128 pixels, otherwise unchanged. The PNG files carry the same words.

| File | Shows | Style | Source | Author | Licence |
| --- | --- | --- | --- | --- | --- |"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Codebook statistics of a checkpoint, and example training pictures.")
    parser.add_argument("data", nargs="+", type=Path, help="parquet tables; the examples come from the first")
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoints/emoji"))
    parser.add_argument("--examples", type=Path, default=Path("assets/training_examples"), help="where the examples go")
    arguments = parser.parse_args()
    paths = write_training_examples(arguments.data[0], arguments.examples)
    print(f"{len(paths)} training pictures in {arguments.examples}")
    statistics = write_codebook_statistics(arguments.checkpoint, arguments.data)
    for group, (usage, perplexity) in enumerate(zip(statistics.usage, statistics.perplexity, strict=True), start=1):
        print(f"group {group}: {usage:.1%} of the codes in use, perplexity {perplexity:.0f}")


if __name__ == "__main__":
    main()
