"""Look through a data set before training on it: what is there, what is broken, and what will be done about it."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from multimodal import rgba
from multimodal.data.folders import CAPTION_COLUMNS, caption_column, known_columns, read_folder
from multimodal.data.images import DataError, load_captioned_images
from multimodal.data.shards import find_shards

NUM_SAMPLES = 5
SAMPLE_SIZE = 128
COUNTS_SHOWN = 4  # of sizes and modes


@dataclass
class DatasetReport:
    """What `check_dataset` found. Training refuses a data set that has problems; the rest is for the eye."""

    pictures: int = 0  # that can be opened and have a caption, or need none
    captions: int = 0  # different ones
    sizes: dict[str, int] = field(default_factory=dict)  # "width x height" → pictures, the most frequent first
    modes: dict[str, int] = field(default_factory=dict)  # Pillow's words, the most frequent first
    duplicates: list[list[str]] = field(default_factory=list)  # groups with the same pixels
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    samples: list[dict[str, str]] = field(default_factory=list)  # place and caption of some, drawn at random
    images: list[Image.Image] = field(default_factory=list, repr=False)  # those samples, 128 x 128 RGBA

    def to_dict(self) -> dict[str, Any]:
        """Everything but the pictures, as plain JSON data."""
        values = dataclasses.asdict(dataclasses.replace(self, images=[]))
        del values["images"]
        return values

    def lines(self) -> list[str]:
        """The report for people."""
        lines = [
            f"{self.pictures:,} pictures, {self.captions:,} different captions",
            f"sizes: {_counts(self.sizes)}; each is fitted whole into the model's square",
            f"modes: {_counts(self.modes)}; all become RGBA, and those without transparency are opaque to the edge",
            *self.notes,
        ]
        for group in self.duplicates:
            lines.append(f"same pixels: {', '.join(group)}; all are used, so they count {len(group)} times")
        lines += [f"sample: {sample['caption'] or '(no caption)'}  ({sample['place']})" for sample in self.samples]
        lines += [f"problem: {problem}" for problem in self.problems]
        if self.problems:
            problems = "problem above is" if len(self.problems) == 1 else f"{len(self.problems)} problems above are"
            lines.append(f"training refuses this data until the {problems} mended or removed")
        return lines


def check_dataset(path: Path) -> DatasetReport:
    """Open every picture, one at a time.

    Args:
        path: what `load_captioned_images` takes.
    Raises:
        DataError: there is nothing there, or nothing that is a picture.
    """
    report = DatasetReport()
    sizes: Counter[str] = Counter()
    modes: Counter[str] = Counter()
    same: dict[bytes, list[str]] = {}
    captions: set[str] = set()
    rng = random.Random(0)
    for place, source, caption in _rows(path, report):
        if source is None:
            report.problems.append(f"{place}: has no picture")
            continue
        try:
            image = rgba.open_image(source)
        except rgba.ImageError as error:
            report.problems.append(f"{place}: {error}")
            continue
        if caption is not None and not caption.strip():
            report.problems.append(f"{place}: has an empty caption")
            continue
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as header:
            modes[header.mode] += 1
        sizes[f"{image.width} x {image.height}"] += 1
        premultiplied = image.convert("RGBa")  # colours under full transparency make no difference
        same.setdefault(hashlib.sha256(repr(image.size).encode() + premultiplied.tobytes()).digest(), []).append(place)
        if caption:
            captions.add(caption)
        # Reservoir sampling (Vitter 1985): an even draw in one pass, whatever the number of pictures.
        slot = report.pictures if report.pictures < NUM_SAMPLES else rng.randrange(report.pictures + 1)
        if slot < NUM_SAMPLES:
            report.samples[slot : slot + 1] = [{"place": place, "caption": caption or ""}]
            report.images[slot : slot + 1] = [rgba.fit_square(image, SAMPLE_SIZE).convert("RGBA")]
        report.pictures += 1
    if not report.pictures and not report.problems:
        raise DataError(f"{path} holds no pictures; what can be used is PNG, JPEG and WebP")
    report.captions = len(captions)
    report.sizes, report.modes = dict(sizes.most_common()), dict(modes.most_common())
    report.duplicates = [group for group in same.values() if len(group) > 1]
    return report


def _rows(path: Path, report: DatasetReport) -> Iterator[tuple[str, str | bytes | None, str | None]]:
    """Place, picture and caption of each row; the caption is None where the data has none at all."""
    if path.is_dir() and not find_shards(path):
        content = read_folder(path)
        report.problems += content.problems
        report.notes += content.notes
        column = _caption_column({column for row in content.rows for column in row}, report)
        for place, row in zip(content.places, content.rows, strict=True):
            yield place, row["image"], _caption(row, column)
        return
    table = load_captioned_images(path)
    column = _caption_column(set(table.column_names), report)
    for number, row in enumerate(table):
        picture = row["image"]
        name = f" ({picture['path']})" if picture and picture["path"] else ""
        place = f"row {number}{name}"
        try:
            known = known_columns(row)
        except ValueError as error:
            report.problems.append(f"{place}: {error}")
            continue
        yield place, picture and (picture["bytes"] or picture["path"]), _caption(known, column)


def _caption_column(columns: set[str], report: DatasetReport) -> str | None:
    column = caption_column(columns)
    if column is None:
        report.notes.append(
            f"there are no captions (no {', '.join(CAPTION_COLUMNS)}): only the VQ-VAE and super-resolution can be trained"
        )
    return column


def _caption(row: dict[str, Any], column: str | None) -> str | None:
    return None if column is None else row.get(column) or ""


def _counts(counts: dict[str, int]) -> str:
    parts = [f"{name} ({count:,})" for name, count in list(counts.items())[:COUNTS_SHOWN]]
    more = [f"{len(counts) - COUNTS_SHOWN} others"] if len(counts) > COUNTS_SHOWN else []
    return ", ".join([*parts, *more]) or "none"
