"""What a prompt's signs mean: {red|green} is each of its choices, (red:1.3) a weight, "hi" what is written on the picture,
", 3d style" a style.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from multimodal.data.phrases import COLOR_WORDS
from multimodal.reading.phrasebook import any_of, any_said, compiled, said
from multimodal.reading.phrases import ON_SIGNS

MIXED = "mixed"  # the style that is another one for each seed:
MIXED_STYLES = ("3d", "noto", "flat", "twemoji", "color")  # not line, which is lost on dark backgrounds
MAX_PROMPTS = 1000
MAX_WEIGHT, MAX_WEIGHTS = 3.0, 8
QUOTES = '"([^"]*)"|“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»|»([^«»]*)«|「([^「」]*)」|『([^『』]*)』'
QUOTED = re.compile(
    rf"(?:[,:]? *\b(?:{any_said('before_quotes')}))?[,:]? *(?:{QUOTES})(?:\s*(?:{any_said('after_quotes')})\s*)?",
    re.IGNORECASE,
)
UNQUOTED = re.compile(  # "a sign that says NO"; "saying" where it has an article
    r"(?P<text>(?P<article>(?:an?|the|my) |(?=.*(?:bubble|balloon|sign|screen)\b))?.*\w(?<! but)(?<! and)),? *(?<!\w)"
    rf"(?:{any_said('before_words')}):? *(?P<written>.{{1,40}})",
    re.IGNORECASE | re.DOTALL,
)
ON_SIGN = re.compile(  # "a BRB sign", "LGTM sign"
    rf"(?P<article>(?:an? |the )?)(?P<written>(?i:{ON_SIGNS})|[A-Z][A-Z!?'’ ]+[A-Z!?]) (?P<text>sign|screen|placard|banner)"
)
WITHIN = compiled(said("words_within"))  # the same where these words are no end of a text
NOTHING_ELSE = "speech balloon"  # is drawn where all of a prompt is in quotes
BUBBLE = re.compile(  # "in a green bubble"
    rf"^(?:(?:in|inside) )?(?P<color>(?:an? )?(?:big |little |small )?(?:(?:{any_of(COLOR_WORDS)}) )?)"
    r"(?:(?:speech|talk) (?:bubble|balloon)|bubble)(?: with)?$",
    re.IGNORECASE,
)
SCHILD = re.compile(r"\bSchild\b", re.IGNORECASE)  # a sign in German where it has words on it, else a shield
WEIGHT_SIGN = r"\([^()]*:\s*[-+.]?\d"  # an opening parenthesis with a colon and a number; any other is text


class WeightedPart(NamedTuple):
    without: str  # the prompt without these words
    weight: float  # 0 … MAX_WEIGHT


class WeightedPrompt(NamedTuple):
    text: str  # all words, without the signs
    parts: tuple[WeightedPart, ...]  # those whose weight is not 1


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


def parse_weights(prompt: str) -> WeightedPrompt:
    """A prompt's words, and those that have a weight, as (word:1.3); other parentheses are text.

    Raises:
        ValueError: a weight that is not closed, has no words, is no number or is out of its range, stands in another or
            beside one; or too many weights.
    """
    pieces = re.split(r"\(([^()]*):\s*([-+.]?\d[^()]*)\)", prompt)  # text, words, weight, text, …, text
    texts, words, weights = pieces[::3], pieces[1::3], pieces[2::3]
    if re.search(WEIGHT_SIGN, "·".join(texts)):
        raise ValueError("the weights in the prompt do not match: write them as (word:1.3), none inside another")
    if len(weights) > MAX_WEIGHTS:  # each takes a run of the DiT in every step
        raise ValueError(f"at most {MAX_WEIGHTS} parts of a prompt may have a weight; this one has {len(weights)}")
    for words_here, weight in zip(words, weights, strict=True):
        if not words_here.strip():
            raise ValueError(f"the weight {weight.strip():.20} in the prompt has no words: write it as (word:1.3)")
        if re.search(r"[^\W\d]:\s*[-+.]?\d", words_here):
            raise ValueError("of several weights in the prompt each needs its own parentheses: (red:1.3) (big:0.5)")
        if not re.fullmatch(r"\d*\.?\d+", weight.strip()) or not 0 <= float(weight) <= MAX_WEIGHT:
            raise ValueError(f"a weight in the prompt must be a number from 0 to {MAX_WEIGHT:g}, not {weight.strip():.20}")

    def joined(left_out: int | None = None) -> str:
        kept = ["" if k == left_out else word for k, word in enumerate(words)]
        return " ".join("".join(itertools.chain(*zip(texts, [*kept, ""], strict=True))).split())

    parts = [WeightedPart(joined(k), float(weight)) for k, weight in enumerate(weights)]
    return WeightedPrompt(joined(), tuple(part for part in parts if part.weight != 1))


def split_quoted(prompt: str, styles: Sequence[str]) -> tuple[str, str]:
    """A prompt without what is in quotes, nor how that is said ("a cat saying “hi”" is a cat); and the words in them.

    Without quotes it is what comes last, "a sign that says NO", or first, "a BRB sign".
    """
    written = " ".join(filter(None, ("".join(filter(None, found.groups())).strip() for found in QUOTED.finditer(prompt))))
    if not written:
        text, style = split_style(prompt, styles)
        if found := ON_SIGN.fullmatch(text):
            return found["article"] + found["text"] + style, found["written"].upper()
        found = next(filter(None, (pattern.fullmatch(text) for pattern in (UNQUOTED, *WITHIN))), None)
        return (_board(found["text"]) + style, found["written"].strip(" '‘’")) if found else (prompt, "")
    text, style = split_style(QUOTED.sub(" ", prompt), styles)
    text = _board(re.sub(r" +(?=,|$)", "", " ".join(text.split())))
    return (text if text.strip(" ,.:!") else NOTHING_ELSE) + style, written


def _board(text: str) -> str:
    """A text that says what something is written on, in words of names."""
    return BUBBLE.sub(rf"\g<color>{NOTHING_ELSE}", SCHILD.sub("placard", text))


def split_style(prompt: str, styles: Sequence[str]) -> tuple[str, str]:
    """A prompt without that one of these styles that it says, and that: ", 3d style", or "" where there is none."""
    for pattern in _style_patterns(tuple(styles)):
        if found := pattern.fullmatch(prompt):
            said = found["style"].lower()
            style = next(style for style in styles if style.lower() == said)
            return found["article"] + found["text"], f", {style} style"
    return prompt, ""


def in_style(prompt: str, style: str, styles: Sequence[str]) -> str:
    """A prompt in a style, unless it says one of the `styles` itself."""
    text, own = split_style(prompt, styles)
    return text + (own or (f", {style} style" if style else ""))


def style_name(prompt: str, styles: Sequence[str]) -> str:
    """The style that a prompt says by its name, "3d", or "" where there is none."""
    return split_style(prompt, styles)[1].removeprefix(", ").removesuffix(" style")


@functools.lru_cache(maxsize=8)
def _style_patterns(styles: tuple[str, ...]) -> list[re.Pattern[str]]:
    """How a prompt says a style: "a fox, 3d style", "a fox in 3D", "a line drawing of a fox", "a line art fox"."""
    named = [rf"(?:{'|'.join(map(re.escape, styles))})(?=[- ]style)"]
    named += ["3d"] * ("3d" in styles) + ["line(?=[- ]?art|[- ]drawing)"] * ("line" in styles)
    said = rf"(?:in )?(?P<style>{'|'.join(named)})(?:[- ]?art|[- ]drawing)?+(?:[- ]style)?+"
    forms = (
        rf"(?P<article>)(?P<text>.*?)(?:, ?| ){said}",
        rf"(?P<article>)(?:an? )?{said} (?:(?:drawing|icon|image|picture|render) )?of (?P<text>.+)",
        rf"(?P<article>(?:an? )?){said} (?P<text>.+)",
    )
    return [re.compile(form, re.IGNORECASE | re.DOTALL) for form in forms]
