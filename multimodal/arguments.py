"""What a pipeline may be asked for: the bounds of its arguments, and sentences on what is outside."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import TYPE_CHECKING

from multimodal.config import VQVAEConfig

if TYPE_CHECKING:  # the command line reads the bounds without waiting for torch
    from torch import Tensor

DEFAULT_STEPS, DEFAULT_GUIDANCE, DEFAULT_SAMPLER = 4, 3.0, "lms"
SEARCH_STEPS = 30  # for codes, where two seconds may be spent on a picture
MAX_STEPS, MAX_GUIDANCE, MAX_IMAGES, MAX_PROMPT_CHARACTERS, MAX_SEED = 100, 20.0, 16, 2000, 2**32 - 1


def check_prompts(prompts: Sequence[str]) -> list[str]:
    """The prompts, cleaned; ValueError where there is none, or one is empty or too long."""
    if not prompts:
        raise ValueError("give at least one prompt")
    cleaned = [clean_prompt(prompt) for prompt in prompts]
    if not all(cleaned):
        raise ValueError("the prompt is empty: say what the picture should show")
    return cleaned


def clean_prompt(prompt: str) -> str:
    """The words of a prompt with one blank between them, without control characters; ValueError where it is too long.

    Letters with accents are one character each (NFC), digits of any script, and full-width letters, those of ASCII.
    """
    if not isinstance(prompt, str):
        raise ValueError(f"a prompt must be text, not {prompt!r}")
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise ValueError(
            f"a prompt may have {MAX_PROMPT_CHARACTERS} characters, its style among them; this one has {len(prompt)}"
        )
    text = prompt.encode("utf-8", "replace").decode()  # half of a surrogate pair is no character
    return " ".join("".join(map(_plain, unicodedata.normalize("NFC", text))).split())


def _plain(character: str) -> str:
    """A control character as a blank, a digit or a full-width letter as that of ASCII, any other as it is."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    full_width = category in ("Lu", "Ll") and "\uff21" <= character <= "\uff5a"
    return " " if category == "Cc" else unicodedata.normalize("NFKC", character) if full_width else character


def check_sampling(num_inference_steps: float, guidance_scale: float, seed: float = 0) -> None:
    """Raise ValueError, naming the argument, where one is out of its range."""
    check_number("num_inference_steps", num_inference_steps, 1, MAX_STEPS, whole=True)
    check_number("guidance_scale", guidance_scale, 0, MAX_GUIDANCE)
    check_number("seed", seed, 0, MAX_SEED, whole=True)


def check_images(number: float) -> int:
    """How many pictures a prompt is to have; ValueError where that is too many, or no number of pictures."""
    check_number("num_images_per_prompt", number, 1, MAX_IMAGES, whole=True)
    return int(number)


def check_seeds(seed: int | Sequence[int], number: int) -> list[int]:
    """The seeds of `number` pictures: in a row from the first, after the largest 0, or as given for each; all checked."""
    if not isinstance(seed, Sequence):
        check_number("seed", seed, 0, MAX_SEED, whole=True)
        return [(int(seed) + k) % (MAX_SEED + 1) for k in range(number)]
    for one in seed:
        check_number("seed", one, 0, MAX_SEED, whole=True)
    if len(seed) != number:
        raise ValueError(f"{len(seed)} seeds do not fit {number} pictures: give one for each, or only the first")
    return [int(one) for one in seed]


def check_start(image: bool, mask: bool, strength: float | None) -> float:
    """The time at which sampling starts: 1, noise, or with an image the strength, which by default redraws all of a mask.

    Raises:
        ValueError: the strength is out of its range, or there is one, or a mask, without an image.
    """
    if not image and (mask or strength is not None):
        raise ValueError("a mask or a strength needs the picture that it belongs to: give an image too")
    if strength is None:
        strength = 1.0 if mask else 0.6
    check_number("strength", strength, 0, 1)
    return float(strength) if image else 1.0


def check_number(name: str, value: float, low: float, high: float, whole: bool = False) -> None:
    """Raise ValueError, naming the argument, unless low ≤ value ≤ high, finite, and whole where asked."""
    if isinstance(value, bool) or not isinstance(value, Real) or value != value or value in (math.inf, -math.inf):
        raise ValueError(f"{name} must be a number, not {'empty' if value is None else repr(value)}")
    if not low <= value <= high or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} must be {kind} from {low:.10g} to {high:.10g}, not {value!r:.40}")


def check_choice(name: str, value: str, choices: Iterable[str]) -> None:
    """Raise ValueError, with the choices, where the value is none of them."""
    if str(value) not in choices:
        raise ValueError(f"{name} must be one of {', '.join(filter(None, choices))}, not {str(value)!r:.40}")


def check_indices(codebook_indices: Tensor, config: VQVAEConfig) -> Tensor:
    """The indices themselves; ValueError where they are not (B, groups, h, w), or not in the codebook."""
    if codebook_indices.ndim != 4 or codebook_indices.shape[1] != config.groups:
        raise ValueError(f"codebook_indices must be (B, {config.groups}, h, w), not {tuple(codebook_indices.shape)}")
    if codebook_indices.is_floating_point() or codebook_indices.is_complex():
        raise ValueError(f"codebook_indices must be whole numbers, not {codebook_indices.dtype}")
    if not ((codebook_indices >= 0) & (codebook_indices < config.codebook_size)).all():
        raise ValueError(f"codebook_indices must lie in 0 … {config.codebook_size - 1}")
    return codebook_indices.long()
