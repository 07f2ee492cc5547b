"""The example pictures of the Create tab, made by the bundled model.

python -m multimodal.ui.examples
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import gradio as gr

from multimodal.pipeline import TextToImagePipeline
from multimodal.settings import Settings, read_settings, save_picture
from multimodal.ui.texts import i18n

EXAMPLES = (
    Settings("a cat in a top hat, 3d style", seed=1),
    Settings('a robot saying "LGTM", 3d style', seed=1),
    Settings("a sad cloud, flat style", seed=1),
    Settings("a panda riding a bike, noto style", seed=2),
    Settings("un chat de Noël, 3d style", seed=3),
    Settings("a frog with a crown and sunglasses, 3d style", seed=3),
    Settings("a sleepy koala, 3d style", seed=1),
    Settings("a raccoon eating pizza, flat style", seed=1),
    Settings("a soccer ball on fire, 3d style", seed=1),
    Settings("a pirate parrot, 3d style", seed=1),
    Settings("a rainbow unicorn, 3d style", seed=1),
    Settings("红苹果, flat style", seed=2),
)


def load_examples(folder: Path) -> list[tuple[Path, Settings]]:
    """The pictures in a folder, which may be missing, with the settings inside them."""
    examples = []
    for path in sorted(folder.glob("*.png")):
        try:
            examples.append((path, read_settings(path)))
        except (OSError, ValueError):
            continue  # a picture that somebody else put there
    return examples


def example_gallery(pictures: Sequence[tuple[Path, str]], title: str, elem_id: str) -> gr.Gallery:
    """Draw pictures to choose one of, each with a caption, under a title: a key of the texts."""
    gr.Markdown(i18n(title), elem_id=f"{elem_id}-title")
    return gr.Gallery(
        [(str(path), caption) for path, caption in pictures],
        label=i18n(title),
        show_label=False,
        columns=6,
        allow_preview=False,
        object_fit="contain",
        interactive=False,
        buttons=[],
        elem_id=elem_id,
        elem_classes="checkered",
    )


def write_examples(pipeline: TextToImagePipeline, folder: Path) -> list[Path]:
    """Make the pictures of `EXAMPLES`, numbered in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, settings in enumerate(EXAMPLES, start=1):
        output = pipeline(**settings.arguments())
        path = save_picture(output.images[0], replace(settings, model_id=output.model_id), folder)
        paths.append(path.rename(folder / f"{number:02d}-{path.name}"))
    return paths


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the example pictures of the Create tab.")
    parser.add_argument("--checkpoint", default="checkpoints/emoji")
    parser.add_argument("--out", type=Path, default=Path("assets/examples"))
    arguments = parser.parse_args()
    for path in write_examples(TextToImagePipeline.from_pretrained(arguments.checkpoint), arguments.out):
        print(path)


if __name__ == "__main__":
    main()
