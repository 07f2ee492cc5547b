"""Captions: what a picture is called, in many ways and languages, drawn anew each time it is seen."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datasets import Dataset, load_dataset

from multimodal.data.folders import caption_column, known_columns
from multimodal.data.images import DataError
from multimodal.data.phrases import ARTICLE, COLORS, IRREGULAR, LANGUAGES, NUMBERS, PATTERNS, phrase

OPPOSITE = {"left": "right", "right": "left", "above": "below", "below": "above"}


@dataclass(frozen=True)
class Subject:
    """What one picture shows."""

    concept: str  # pictures of one concept share it, in whatever style
    names: dict[str, str]  # language → name; "en" is always there
    keywords: dict[str, list[str]]
    style: str = ""
    colors: tuple[str, ...] = ()
    character: str = ""  # the emoji itself, where it is one

    def name(self, language: str) -> str:
        return self.names.get(language, self.names["en"])


@dataclass(frozen=True)
class Composite:
    """Two or more things in one picture, or one thing changed; `kind` is a key of PATTERNS."""

    kind: str
    first: Subject
    second: Subject | None = None
    number: int = 1
    color: str = ""


def load_subjects(table: Dataset, names: Path | None = None) -> list[Subject]:
    """One subject per row of a table of captioned pictures.

    Args:
        table: has a column name, text or caption; may have base (the concept), codepoints, keywords, style.
        names: a parquet table of codepoints, language, name, keywords that adds other languages: the names of the concept,
            which say no skin tone, as the caption does not; where it has none, those of the row's codepoints.
    Raises:
        DataError: the table has no caption column, a caption is empty, or something is no text; the message names the row.
    """
    column = caption_column(table.column_names)
    if column is None:
        raise DataError(f"the table needs a column name, text or caption; it has {', '.join(table.column_names)}")
    translations = _load_names(names) if names else {}
    subjects = []
    for number, row in enumerate(table.remove_columns("image")):
        try:
            row = known_columns(row)
        except ValueError as error:
            raise DataError(f"row {number}: {error}") from None
        caption = (row[column] or "").strip()
        if not caption:
            raise DataError(f"row {number} has an empty {column}")
        known = translations.get(row.get("base") or "") or translations.get(row.get("codepoints") or "", {})
        subjects.append(
            Subject(
                concept=row.get("base") or caption,
                names={language: entry["name"] for language, entry in known.items()} | {"en": caption},
                keywords={language: entry["keywords"] for language, entry in known.items()}
                | {"en": row.get("keywords", [])},
                style=row.get("style") or "",
                character=_character(row.get("codepoints") or ""),
            )
        )
    return subjects


def drawn_styles(subjects: Sequence[Subject]) -> tuple[str, ...]:
    """The styles of the pictures, where there are things in two of them, from which one can learn what makes a style."""
    seen = {(subject.concept, subject.style) for subject in subjects if subject.style}
    styles = sorted({style for _, style in seen})
    return tuple(styles) if len(seen) > len({concept for concept, _ in seen}) else ()


def name_table(subjects: Sequence[Subject], before: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[str]]:
    """Language → names, row k of each being one thing's, or ""; those known `before` first, in a table of this kind."""
    before = before or {}
    rows = [dict(zip(before, names, strict=True)) for names in zip(*before.values(), strict=True)]
    rows += [subject.names for subject in subjects]
    languages = sorted({language for row in rows for language in row})
    unique = dict.fromkeys(tuple(row.get(language, "") for language in languages) for row in rows)
    return {language: list(names) for language, names in zip(languages, zip(*unique, strict=True), strict=True)}


def names_by_style(subjects: Sequence[Subject], before: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[str]]:
    """Style → English names of what is drawn in it; those known `before` first, in a table of this kind."""
    names = {style: dict.fromkeys(drawn) for style, drawn in (before or {}).items()}
    for subject in subjects:
        if subject.style:
            names.setdefault(subject.style, {})[subject.names["en"]] = None
    return {style: list(drawn) for style, drawn in sorted(names.items())}


def caption(subject: Subject, rng: random.Random) -> str:
    """A random caption: four in ten long and structured, three short, three in another language."""
    return _long_caption(subject, rng) if rng.random() < 0.4 else short_caption(subject, rng, english=0.5)


def short_caption(subject: Subject, rng: random.Random, english: float = 0.6) -> str:
    """The name, perhaps with the style: in English with the probability `english`, else in another language."""
    if rng.random() < english:
        return with_style(with_article(subject.name("en"), rng), subject, rng, 0.7)
    return with_style(subject.name(rng.choice(LANGUAGES[1:])), subject, rng, 0.5)


def composite_caption(composite: Composite, rng: random.Random) -> str:
    """A random caption of a composite, in English two times in three, and from either thing's point of view."""
    language = "en" if rng.random() < 0.66 else rng.choice(LANGUAGES[1:])
    if composite.second and composite.kind in OPPOSITE and rng.random() < 0.3:
        composite = replace(composite, kind=OPPOSITE[composite.kind], first=composite.second, second=composite.first)
    first, second = composite.first, composite.second
    values: dict[str, Any] = {"a": first.name(language), "b": second.name(language) if second else ""}
    if language == "en" and composite.kind in ("and", "left", "right", "above", "below", "disc", "square"):
        values = {key: with_article(name, rng) for key, name in values.items()}
    if composite.kind == "count":
        values["n"] = str(composite.number) if rng.random() < 0.3 else phrase(NUMBERS, composite.number, language)
        if language == "en":
            values["a"] = plural(values["a"])
    if composite.color:
        values["color"] = phrase(COLORS, composite.color, language)
    text = phrase(PATTERNS, composite.kind, language).format(**values)
    if composite.kind == "colored" and language == "en":
        text = with_article(text, rng)
    return with_style(text, first, rng, 0.7)


def contrary(composite: Composite, rng: random.Random) -> Composite | None:
    """A composite that is easily taken for this one: its two things change places, or it gets another number or colour.

    None where its caption says nothing of places, numbers or colours.
    """
    if composite.second and (composite.kind in OPPOSITE or composite.kind == "big_small"):
        return replace(composite, first=composite.second, second=composite.first)
    if composite.kind == "count":
        return replace(composite, number=rng.choice([number for number in NUMBERS if number != composite.number]))
    if composite.color:
        return replace(composite, color=rng.choice([color for color in COLORS if color != composite.color]))
    return None


def with_style(text: str, subject: Subject, rng: random.Random, probability: float) -> str:
    """Add ", 3d style" with a probability, where the subject has a style."""
    return f"{text}, {subject.style} style" if subject.style and rng.random() < probability else text


def with_article(noun: str, rng: random.Random) -> str:
    """Add "a" or "an" to an English noun that has no article yet, six times in ten."""
    if not noun or rng.random() < 0.4 or ARTICLE.match(noun):
        return noun
    return f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def plural(noun: str) -> str:
    """A simple English plural: apples, boxes, cherries, tomatoes, wine glasses, snowmen, mice."""
    for several, one in IRREGULAR.items():
        if re.search(rf"\b{one}$", noun):
            return noun.removesuffix(one) + several
    if noun.endswith("man") and not noun.endswith("human"):
        return noun[:-2] + "en"
    if noun.endswith(("us", "ss", "x", "z", "ch", "sh", "ato")):
        return noun + "es"
    if noun.endswith("s"):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def _long_caption(subject: Subject, rng: random.Random) -> str:
    name = subject.name("en")
    keywords = [word for word in subject.keywords.get("en", []) if word not in name.lower()]
    parts = rng.sample(keywords, min(len(keywords), rng.randint(0, 4)))
    if subject.colors and rng.random() < 0.6:
        parts.append(" and ".join(subject.colors))
    if subject.style and rng.random() < 0.85:
        parts.append(f"{subject.style} style")
    rng.shuffle(parts)
    return ", ".join([with_article(name, rng), *parts])


def _character(codepoints: str) -> str:
    """The emoji of code points as names.parquet has them, "1f9d1-200d-1f9bd"; nothing where they are something else."""
    found = re.fullmatch(r"[0-9a-f]{2,5}(?:-[0-9a-f]{2,5})*", codepoints)
    return "".join(chr(int(codepoint, 16)) for codepoint in found[0].split("-")) if found else ""


def _load_names(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    if not path.exists():
        raise DataError(f"there is no table of names at {path}")
    result: dict[str, dict[str, dict[str, Any]]] = {}
    for row in load_dataset("parquet", data_files=str(path), split="train"):
        result.setdefault(row["codepoints"], {})[row["language"]] = row
    return result
