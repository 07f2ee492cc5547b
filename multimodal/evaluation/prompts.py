"""How often a judge recognises what a prompt asked for, beside how often it recognises the real pictures."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from datasets import Dataset
from PIL import Image

from multimodal.data.captions import Subject, load_subjects
from multimodal.data.images import DataError, load_captioned_images, open_stored
from multimodal.data.phrases import LANGUAGES
from multimodal.evaluation.judge import Judge
from multimodal.evaluation.sampling import DEFAULT_SAMPLING, Sampling
from multimodal.evaluation.statistics import mean_interval, ratio_interval
from multimodal.pipeline import TextToImagePipeline
from multimodal.subsets import spread

LANGUAGE_CONCEPTS = 72


class Cell(NamedTuple):
    """A concept in a style, and the row of the table with its real picture, where there is one."""

    subject: Subject
    style: str
    row: int | None = None

    @property
    def prompt(self) -> str:
        return f"{self.subject.name('en')}, {self.style} style"


class Judged(NamedTuple):
    concept: list[bool]  # per picture, whether its concept was recognised
    style: list[bool]


def evaluate_prompts(
    pipeline: TextToImagePipeline,
    judge: Judge,
    data: Path,
    names: Path | None = None,
    limit: int | None = None,
    *,
    train: Path | None = None,
    sampling: Sampling = DEFAULT_SAMPLING,
) -> dict[str, Any]:
    """Generate a picture for each concept × style cell of a table and let the judge say what it shows.

    Three sets of prompts: "name, … style" of the table's cells, which are held out; of the same concepts in a style that
    the table has not got for them, which are known from training; and the names alone, in each language. A picture is right
    when the judge's first choice is the concept, or another of the same English name. The ceiling is the judge's share of
    right answers on the real pictures of the same cells.

    Args:
        data: a table with name, base (the concept) and style. Rows that give the same prompt, as skin tones do, count once.
        names: a table of names in other languages.
        limit: use so many cells only, spread evenly over the table.
        train: the table that the models were trained on. With it, known cells are taken from its rows, and their ceiling
            is the judge's on its pictures, which the judge was trained on too. Without it, known cells may be of styles in
            which the concept was never drawn, and the ceiling of the held-out cells stands in.
    Returns:
        A result as `tables` describes it.
    Raises:
        DataError: the data cannot be read, or has no concepts and styles.
    """
    table, cells = load_cells(data, names)
    taken = {(cell.subject.concept, cell.style) for cell in cells}
    cells = spread(cells, limit)
    subjects = list({cell.subject.concept: cell.subject for cell in cells}.values())
    if train is None:
        known_table, known = None, known_cells(subjects, taken, judge.classes.styles)
    else:
        known_table, train_cells = load_cells(train)
        known = known_cells(subjects, taken, judge.classes.styles, train_cells)

    def generate(prompts: Sequence[str], label: str) -> list[Image.Image]:
        return sampling.generate(pipeline, prompts, label)

    real = judge_cells(judge, cells, _pictures(table, cells))
    held_out = judge_cells(judge, cells, generate([cell.prompt for cell in cells], "held-out cells"))
    generated = judge_cells(judge, known, generate([cell.prompt for cell in known], "known cells")) if known else None
    known_real = judge_cells(judge, known, _pictures(known_table, known)) if known_table and known else None
    sets = [_summary("held-out cells", held_out, real)]
    if generated:
        sets.append(_summary("known cells", generated, known_real or real, paired=known_real is not None))
    tables = {"Recognised": sets, "Held-out cells by style": _by_style(cells, held_out, real)}
    if names:
        some = spread(subjects, LANGUAGE_CONCEPTS)
        tables["Names alone, by language"] = [
            {"language": language, **_language(judge, some, language, generate)} for language in LANGUAGES
        ]
    return {
        "title": "Prompts",
        "settings": {"data": data.name, "cells": len(cells), **sampling.settings()},
        "tables": tables,
        "notes": _notes(judge, subjects, known_real is not None),
    }


def known_cells(
    subjects: Sequence[Subject],
    taken: set[tuple[str, str]],
    styles: Sequence[str],
    train_cells: Sequence[Cell] | None = None,
) -> list[Cell]:
    """For each concept, one style that the evaluated table has not got for it; a concept that has all is left out.

    Args:
        taken: the (concept, style) cells of the whole evaluated table.
        styles: to choose from.
        train_cells: choose among these only, where given.
    """
    rows = {(cell.subject.concept, cell.style): cell.row for cell in train_cells or ()}
    cells = []
    for subject in subjects:
        free = [style for style in sorted(styles) if (subject.concept, style) not in taken]
        if train_cells is not None:
            free = [style for style in free if (subject.concept, style) in rows]
        if free:
            style = free[zlib.crc32(subject.concept.encode()) % len(free)]
            cells.append(Cell(subject, style, rows.get((subject.concept, style))))
    return cells


def judge_cells(judge: Judge, cells: Sequence[Cell], images: Sequence[Image.Image]) -> Judged:
    """Whether the judge sees in each picture what its cell says."""
    verdict = judge.judge(images)
    classes = judge.classes
    concept = [
        classes.concepts[best] == cell.subject.concept or classes.names[best] == cell.subject.name("en")
        for cell, best in zip(cells, verdict.concepts[:, 0].tolist(), strict=True)
    ]
    style = [classes.styles[best] == cell.style for cell, best in zip(cells, verdict.styles.tolist(), strict=True)]
    return Judged(concept, style)


def load_cells(path: Path, names: Path | None = None) -> tuple[Dataset, list[Cell]]:
    """The table, and its cells: the first row of each prompt."""
    table = load_captioned_images(path)
    missing = {"base", "style"} - set(table.column_names)
    if missing:
        raise DataError(f"{path} has no column {' and '.join(sorted(missing))}: prompts are judged by concept and style")
    cells: dict[str, Cell] = {}
    for row, subject in enumerate(load_subjects(table, names)):
        cell = Cell(subject, subject.style, row)
        cells.setdefault(cell.prompt, cell)
    return table, list(cells.values())


def _pictures(table: Dataset, cells: Sequence[Cell]) -> list[Image.Image]:
    rows = table.select([cell.row for cell in cells])
    return [open_stored(image) for image in rows["image"]]


def _summary(label: str, generated: Judged, real: Judged, paired: bool = True) -> dict[str, Any]:
    return {
        "prompts": label,
        "count": len(generated.concept),
        "generated top-1": mean_interval(generated.concept),
        "real top-1": mean_interval(real.concept),
        "ratio": _ratio(generated.concept, real.concept, paired),
        "generated style": mean_interval(generated.style),
        "real style": mean_interval(real.style),
    }


def _ratio(generated: Sequence[bool], real: Sequence[bool], paired: bool) -> dict[str, float] | float | None:
    if paired:
        return ratio_interval(generated, real)
    ceiling = sum(real) / len(real)
    return sum(generated) / len(generated) / ceiling if ceiling else None


def _by_style(cells: Sequence[Cell], generated: Judged, real: Judged) -> list[dict[str, Any]]:
    result = []
    for style in sorted({cell.style for cell in cells}):
        rows = [k for k, cell in enumerate(cells) if cell.style == style]
        of_style = [Judged([j.concept[k] for k in rows], [j.style[k] for k in rows]) for j in (generated, real)]
        result.append(_summary(style, of_style[0], of_style[1]))
    return result


def _language(judge: Judge, subjects: Sequence[Subject], language: str, generate: Any) -> dict[str, Any]:
    named = [subject for subject in subjects if language in subject.names]
    if not named:
        return {"count": 0, "generated top-1": None}
    images = generate([subject.name(language) for subject in named], language)
    judged = judge_cells(judge, [Cell(subject, subject.style) for subject in named], images)
    return {"count": len(named), "generated top-1": mean_interval(judged.concept)}


def _notes(judge: Judge, subjects: Sequence[Subject], own_ceiling: bool) -> list[str]:
    notes = ["Top-1 by the judge, 95 % bootstrap intervals in brackets; the ratio is generated to real."]
    notes.append(
        "Known cells: the ceiling is the judge's on the training pictures, which it was trained on."
        if own_ceiling
        else "Known cells: their real pictures were not given, so the ceiling is that of the held-out cells."
    )
    unknown = len({subject.concept for subject in subjects} - set(judge.classes.concepts))
    if unknown:
        notes.append(f"{unknown} of {len(subjects)} concepts are unknown to the judge and count as wrong everywhere.")
    return notes
