"""The settings of a picture, and how they are written into its PNG file."""

from __future__ import annotations

import base64
import binascii
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from multimodal import __version__, rgba
from multimodal.arguments import DEFAULT_GUIDANCE, DEFAULT_SAMPLER, DEFAULT_STEPS, MAX_SEED, check_number, clean_prompt
from multimodal.config import from_dict

A1111_KEY, JSON_KEY = "parameters", "multimodal"


@dataclass(frozen=True)
class Settings:
    """All that it takes to make one picture again."""

    prompt: str
    seed: int
    negative_prompt: str = ""
    num_inference_steps: int = DEFAULT_STEPS
    guidance_scale: float = DEFAULT_GUIDANCE
    sampler: str = DEFAULT_SAMPLER
    image: str = ""  # the codebook indices of the picture that this one was made from, as `pack_indices` writes them
    strength: float = 1.0  # how far it went from there
    mask: str = ""  # where it was drawn anew, packed in the same way; "" is everywhere
    model_id: str = ""  # the name and the hash of the checkpoint that made it, where that is known

    def arguments(self, prompts: Sequence[str] = (), seeds: Sequence[int] = ()) -> dict[str, Any]:
        """What to call a pipeline with; the style is that of the prompt. ValueError where a grid holds no indices.

        Args:
            prompts, seeds: of several pictures with these settings, instead of the one.
        """
        grids = {key: unpack_indices(text) if text else None for key, text in (("image", self.image), ("mask", self.mask))}
        asked = {"prompt": list(prompts) or self.prompt, "seed": list(seeds) or self.seed}
        given = {key: value for key, value in asdict(self).items() if key != "model_id"}
        return {**given, **grids, **asked, "strength": self.strength if self.image else None, "style": ""}

    def is_of(self, model_id: str) -> bool:
        """Whether that model, whatever its folder is called, makes this picture again, as far as is known."""
        return not self.model_id or self.model_id.rpartition("-")[2] == model_id.rpartition("-")[2]

    def to_png_text(self, size: tuple[int, int]) -> dict[str, str]:
        """PNG text chunks: the line that AUTOMATIC1111 writes and its many readers know, and JSON."""
        lines = [self.prompt]
        if self.negative_prompt:
            lines.append(f"Negative prompt: {self.negative_prompt}")
        sampler = "LMS" if self.sampler == "lms" else self.sampler.capitalize()
        strength = f"Denoising strength: {self.strength:g}, " if self.image else ""
        name, _, digits = self.model_id.rpartition("-")
        model = f"Model hash: {digits}, Model: {name}, " if self.model_id else ""
        lines.append(
            f"Steps: {self.num_inference_steps}, Sampler: {sampler}, CFG scale: {self.guidance_scale:g}, "
            f"Seed: {self.seed}, Size: {size[0]}x{size[1]}, {model}{strength}Version: multimodal {__version__}"
        )
        return {A1111_KEY: "\n".join(lines), JSON_KEY: json.dumps(asdict(self), ensure_ascii=False)}

    @property
    def file_name(self) -> str:
        """The prompt's words and the seed, safe as a file name everywhere."""
        return f"{slug(self.prompt) or 'picture'}-{self.seed}.png"


def slug(text: str) -> str:
    """The words of a text, at most 48 letters of them, safe in a file name everywhere; "" where it has none."""
    return re.sub(r"\W+", "-", text).strip("-")[:48].strip("-")


def pack_indices(codebook_indices: Tensor) -> str:
    """(…, h, w) indices below 65,536 as text: the shape, and 16-bit numbers in base 64."""
    shape = "x".join(map(str, codebook_indices.shape))
    return f"{shape}:{base64.b64encode(codebook_indices.numpy().astype('<u2').tobytes()).decode()}"


def unpack_indices(text: str) -> Tensor:
    """The inverse of `pack_indices`; ValueError where the text is of another kind."""
    shape, _, data = text.partition(":")
    try:
        numbers = np.frombuffer(base64.b64decode(data, validate=True), "<u2").astype(np.int64)
        return torch.from_numpy(numbers).reshape([int(side) for side in shape.split("x")])
    except (binascii.Error, ValueError, RuntimeError) as error:
        raise ValueError(f"the settings hold no codebook indices ({error})") from None


def save_picture(image: Image.Image, settings: Settings, folder: Path, inside: bool = True) -> Path:
    """Write a picture with its alpha channel and, where they are to be `inside`, its settings; returns the path.

    A picture that has this name already, and is another one, stays: then the name gets a number.
    """
    data = rgba.png_bytes(image, settings.to_png_text(image.size) if inside else None)
    return write_new(data, folder / settings.file_name)


def write_new(data: bytes, path: Path, sign: str = "-") -> Path:
    """Write a file, with a sign and a number in its name where there is another one of this name; returns its path."""
    paths = (path if number == 1 else path.with_stem(f"{path.stem}{sign}{number}") for number in itertools.count(1))
    free = next(path for path in paths if not path.exists() or path.read_bytes() == data)
    free.write_bytes(data)
    return free


def read_settings(path: Path) -> Settings:
    """The settings inside a PNG: ours, or what AUTOMATIC1111 and its kin write, as far as they mean something here.

    Raises:
        ValueError: there are none.
    """
    try:
        with Image.open(path, formats=("PNG",)) as image:
            text = image.info
        found = from_dict(Settings, json.loads(text[JSON_KEY])) if JSON_KEY in text else parse_a1111(text[A1111_KEY])
        check_number("seed", found.seed, 0, MAX_SEED, whole=True)
    except (
        OSError, KeyError, ValueError, TypeError, AttributeError, RecursionError, Image.DecompressionBombError,
    ):  # whatever strangers write  # fmt: skip
        raise ValueError(
            f"{path.name} holds no settings: take a PNG as it was downloaded, not a screenshot of it"
        ) from None
    return replace(found, negative_prompt=clean_prompt(found.negative_prompt))  # such that a PNG can hold it again


def parse_a1111(text: str) -> Settings:
    """The prompt, the negative prompt and a line such as "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5"."""
    *head, last = text.strip().splitlines()
    prompt, _, negative_prompt = "\n".join(head).partition("Negative prompt: ")
    values = dict(re.findall(r"([\w ]+): ([^,]*)(?:, |$)", last))
    return Settings(
        prompt.strip(),
        int(values["Seed"]),
        negative_prompt.strip(),
        int(values["Steps"]),
        float(values["CFG scale"]),
        next((name for name in ("lms", "heun") if name in values["Sampler"].lower()), "euler"),
    )
