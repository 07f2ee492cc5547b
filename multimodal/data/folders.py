"""A folder of pictures and where their captions are: in a metadata file, in .txt files beside them, or in their names."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from pathlib import Path, PureWindowsPath
from typing import Any, NamedTuple

METADATA = ("metadata.jsonl", "metadata.csv")
CAPTION_COLUMNS = ("name", "text", "caption")  # the first of these that a table has
TEXTS = ("base", "codepoints", "style")  # what else may be said of a picture, with keywords
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


class FolderContent(NamedTuple):
    rows: list[dict[str, Any]]  # "image" is the path of a picture; the other columns are what `known_columns` gives
    places: list[str]  # where each row comes from: a line of the metadata file, or the picture's path
    problems: list[str]  # what has to be mended, each with its place
    notes: list[str]  # where the captions come from, and which files are left out


def caption_column(columns: Container[str]) -> str | None:
    """The column of a table that its captions are in, if it has any."""
    return next((column for column in CAPTION_COLUMNS if column in columns), None)


def read_folder(folder: Path) -> FolderContent:
    """List the pictures of a folder, none of them opened yet, with their captions.

    With a metadata.jsonl or metadata.csv (`file_name` and any other columns) these are the pictures that it names. Without,
    they are all PNG, JPEG and WebP files, also in sub-folders, and the caption of each is the first of these that it has: a
    .txt file of the same name beside it, the name of its sub-folder, its own name without a number at the end, unless it
    is nothing else.
    """
    metadata = next((folder / name for name in METADATA if (folder / name).is_file()), None)
    return _read_metadata(folder, metadata) if metadata else _read_names(folder)


def _read_metadata(folder: Path, metadata: Path) -> FolderContent:
    content = FolderContent([], [], [], [])
    for number, values in _lines(metadata):
        place = f"{metadata}, line {number}"
        problem = values if isinstance(values, str) else _file_problem(folder, values.get("file_name"))
        if problem:
            content.problems.append(f"{place}: {problem}")
        elif isinstance(values, dict):
            try:
                content.rows.append({**known_columns(values), "image": str(folder / values["file_name"])})
            except ValueError as error:
                content.problems.append(f"{place}: {error}")
            else:
                content.places.append(place)
    content.notes.append(f"captions are taken from {metadata.name}")
    named = {Path(row["image"]) for row in content.rows}
    others = [file for file in _files(folder) if file.suffix.lower() in SUFFIXES and file not in named]
    _note_files(content, folder, others, f"left out, as {metadata.name} does not name them")
    return content


def _lines(metadata: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The number of each line with its columns, or with what is wrong with it."""
    if metadata.suffix == ".csv":
        try:
            reader = csv.DictReader(io.StringIO(metadata.read_text(encoding="utf-8-sig"), newline=""))
            for row in reader:
                if None in row:
                    yield reader.line_num, 'has more cells than the first line; a caption with a comma needs "quotes"'
                    continue
                yield reader.line_num, row
        except UnicodeDecodeError:
            yield 1, "not UTF-8"
        except csv.Error as error:
            yield reader.line_num, f"is no CSV ({error}): is a quotation mark left open?"
        return
    for number, line in enumerate(metadata.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except UnicodeDecodeError:
            yield number, "not UTF-8"
        except ValueError:
            yield number, "needs an object with file_name"
        else:
            yield number, values if isinstance(values, dict) else "needs an object with file_name"


def known_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is used of a row: captions, TEXTS, and "keywords" as a list, in which form they may be or with commas between.

    Numbers become the text that they are in a CSV, so that a digit can be a caption beside words.

    Raises:
        ValueError: one is neither a text nor a number.
    """
    texts = {column: values[column] for column in (*CAPTION_COLUMNS, *TEXTS) if column in values}
    known: dict[str, Any] = {column: text if text is None else _text(column, text) for column, text in texts.items()}
    if keywords := values.get("keywords"):
        listed = keywords if isinstance(keywords, list) else _text("keywords", keywords).split(",")
        known["keywords"] = [word for word in (_text("keywords", one).strip() for one in listed) if word]
    return known


def _text(column: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError(f"{column} must be a text, not {value!r}")
    return str(value)


def _file_problem(folder: Path, name: object) -> str:
    if not isinstance(name, str) or not name or "\0" in name:
        return "needs an object with file_name, the name of a picture"
    path = PureWindowsPath(name)  # which knows drives and both kinds of slashes, whatever the system is
    if path.anchor or ".." in path.parts or not (folder / name).resolve().is_relative_to(folder.resolve()):
        return f"{name} lies outside the folder; names must be relative to it, without .."
    return "" if (folder / name).is_file() else f"there is no file {name}"


def _read_names(folder: Path) -> FolderContent:
    content = FolderContent([], [], [], [])
    sources: Counter[str] = Counter()
    files = _files(folder)
    pictures = [file for file in files if file.suffix.lower() in SUFFIXES]
    texts = {picture.with_suffix(".txt") for picture in pictures}
    bare = []  # pictures without a text
    for picture in pictures:
        inside = picture.relative_to(folder).parent
        text = picture.with_suffix(".txt")
        if text.is_file():
            source = ".txt files"
            try:
                caption = " ".join(text.read_text(encoding="utf-8-sig").split())
            except UnicodeDecodeError:
                content.problems.append(f"{text}: not UTF-8")
                continue
            if not caption:
                content.problems.append(f"{text}: has no caption in it")
                continue
        else:
            bare.append(picture)
            if inside.name:
                source, caption = "names of sub-folders", _words(inside.name)
            else:
                source, caption = "names of files", re.sub(r"(?<=.)(\s+\d+|\s*\(\d+\))$", "", _words(picture.stem))
        sources[source] += 1
        content.rows.append({"image": str(picture), "text": caption})
        content.places.append(str(picture))
    for nested in (file for file in files if file.name in METADATA):
        content.problems.append(f"{nested}: lies in a sub-folder, where it is not read; give {nested.parent} as the folder")
    if sources:
        counts = ", ".join(f"{source} ({count})" for source, count in sources.items())
        content.notes.append(f"captions are taken from {counts}")
    if len(bare) < len(pictures):
        _note_files(content, folder, bare, "without a .txt file, so that another name is the caption")
    others = [file for file in files if file not in texts and file.suffix.lower() not in SUFFIXES]
    _note_files(content, folder, others, "left out, as neither PNG, JPEG or WebP nor a caption")
    return content


def _files(folder: Path) -> list[Path]:
    """All files in all sub-folders but hidden ones, in an order that is the same everywhere."""
    files = (file for file in folder.rglob("*") if file.is_file())
    visible = (file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts))
    return sorted(visible, key=lambda file: file.relative_to(folder).as_posix())


def _note_files(content: FolderContent, folder: Path, files: list[Path], what: str) -> None:
    if files:
        names = ", ".join(file.relative_to(folder).as_posix() for file in files[:5])
        more = f" and {len(files) - 5} more" if len(files) > 5 else ""
        content.notes.append(f"{what}: {names}{more}")


def _words(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip() or name
