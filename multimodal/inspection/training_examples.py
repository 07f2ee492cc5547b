"""The handful of training pictures that the repository carries, with attribution.

python -m multimodal.inspection.training_examples DATA.parquet
"""

from __future__ import annotations

import argparse
from pathlib import Path

from multimodal import rgba
from multimodal.data.images import load_captioned_images
from multimodal.inspection.training_set import SOURCES

EXAMPLES = {  # three pictures of each style
    "3d": ["rainbow", "rocket", "octopus"],
    "color": ["cat", "hot beverage", "sunflower"],
    "flat": ["red apple", "octopus", "sunflower"],
    "line": ["fox", "rocket", "hot beverage"],
    "noto": ["red apple", "fox", "rainbow"],
    "twemoji": ["cat", "rocket", "red apple"],
}


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
    parser = argparse.ArgumentParser(description="Write the example training pictures.")
    parser.add_argument("data", type=Path, help="the parquet table of training pictures")
    parser.add_argument("--out", type=Path, default=Path("assets/training_examples"), help="folder")
    arguments = parser.parse_args()
    print(f"{len(write_training_examples(arguments.data, arguments.out))} training pictures in {arguments.out}")


if __name__ == "__main__":
    main()
