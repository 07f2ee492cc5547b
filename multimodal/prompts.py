"""Lists of prompts in one line: "a {red|green} apple" is "a red apple" and "a green apple"."""

from __future__ import annotations

import itertools
import math
import re

MAX_PROMPTS = 1000


def expand(prompt: str) -> list[str]:
    """All prompts that a line with {choices|in|braces} stands for, the last choice changing fastest.

    Raises:
        ValueError: a brace without its other half, one choice inside another, or too many prompts.
    """
    parts = re.split(r"\{([^{}]*)\}", prompt)  # text, choices, text, …, text
    if any(brace in text for text in parts[::2] for brace in "{}"):
        raise ValueError("the braces in the prompt do not match: write choices as {red|green}, none inside another")
    choices = [part.split("|") if k % 2 else [part] for k, part in enumerate(parts)]
    if math.prod(map(len, choices)) > MAX_PROMPTS:
        raise ValueError(f"the choices in the prompt make more than {MAX_PROMPTS:,} prompts")
    return list(dict.fromkeys(" ".join("".join(words).split()) for words in itertools.product(*choices)))
