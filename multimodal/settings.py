"""The settings of a picture, and how they are written into its PNG file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

from multimodal import __version__, rgba

A1111_KEY, JSON_KEY = "parameters", "multimodal"


@dataclass(frozen=True)
class Settings:
    """All that it takes to make one picture again."""

    prompt: str
    seed: int
    negative_prompt: str = ""
    num_inference_steps: int = 24
    guidance_scale: float = 3.0
    sampler: str = "euler"

    def to_png_text(self, size: tuple[int, int]) -> dict[str, str]:
        """PNG text chunks: the line that AUTOMATIC1111 writes and its many readers know, and JSON."""
        lines = [self.prompt]
        if self.negative_prompt:
            lines.append(f"Negative prompt: {self.negative_prompt}")
        lines.append(
            f"Steps: {self.num_inference_steps}, Sampler: {self.sampler.capitalize()}, CFG scale: {self.guidance_scale:g}, "
            f"Seed: {self.seed}, Size: {size[0]}x{size[1]}, Version: multimodal {__version__}"
        )
        return {A1111_KEY: "\n".join(lines), JSON_KEY: json.dumps(asdict(self), ensure_ascii=False)}

    @property
    def file_name(self) -> str:
        """The prompt's words and the seed, safe as a file name everywhere."""
        words = re.sub(r"\W+", "-", self.prompt).strip("-")[:48].strip("-")
        return f"{words or 'picture'}-{self.seed}.png"


def save_picture(image: Image.Image, settings: Settings, folder: Path) -> Path:
    """Write a picture with its alpha channel and its settings; returns the path."""
    path = folder / settings.file_name
    rgba.save_png(image, path, settings.to_png_text(image.size))
    return path


def read_settings(path: Path) -> Settings:
    """The settings inside a PNG that `save_picture` wrote.

    Raises:
        ValueError: there are none.
    """
    with Image.open(path, formats=("PNG",)) as image:
        text = image.info.get(JSON_KEY, "")
    try:
        return Settings(**json.loads(text))
    except TypeError as error:
        raise ValueError(f"{path} holds no settings ({error})") from None
