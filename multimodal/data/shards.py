"""Pictures and captions in tar files, as WebDataset lays them out: 0001.png, 0001.txt or 0001.json, 0002.png, …"""

from __future__ import annotations

import itertools
import json
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PureWindowsPath
from typing import Any

from datasets import Dataset, Features, Value
from datasets import List as ListFeature

from multimodal.data.folders import CAPTION_COLUMNS, METADATA, SUFFIXES, TEXTS, known_columns

FEATURES = Features(
    {
        "image": {"bytes": Value("binary"), "path": Value("string")},
        "text": Value("string"),
        **{name: Value("string") for name in TEXTS},
        "keywords": ListFeature(Value("string")),
    }
)


class ShardError(ValueError):
    """What is wrong with a tar file, with the place in it."""


def find_shards(path: Path) -> list[Path]:
    """The file itself if it is a .tar, or the .tar files of a folder that has neither pictures nor metadata beside them."""
    if path.suffix == ".tar" and path.is_file():
        return [path]
    beside = [file for file in path.iterdir() if not file.name.startswith(".")] if path.is_dir() else []
    if any(file.suffix.lower() in SUFFIXES or file.name in METADATA for file in beside):
        return []
    return sorted(file for file in beside if file.suffix == ".tar")


def load_shards(paths: Sequence[Path]) -> Dataset:
    """All samples of some tar files as a table, which `datasets` keeps in its cache.

    Raises:
        ShardError: a file is no tar, a name leads out of it, or a sample has no picture or a damaged caption.
    """
    states = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    try:
        table = Dataset.from_generator(read_shards, features=FEATURES, gen_kwargs={"states": states})
    except Exception as error:  # in which datasets wraps those of `read_shards`
        raise error.__cause__ if isinstance(error.__cause__, ShardError) else error from None
    assert isinstance(table, Dataset)
    empty = [name for name in table.column_names if name != "image" and not any(table[name])]
    return table.remove_columns(empty)


def read_shards(states: Sequence[tuple[str, int, int]]) -> Iterator[dict[str, Any]]:
    """The rows of tar files, which are given with size and time of change, so that datasets reads changed ones anew."""
    empty = True
    for path, *_ in states:
        try:
            with tarfile.open(path, "r:") as tar:
                for key, sample in itertools.groupby(_files(path, tar), lambda file: file[0]):
                    empty = False
                    yield _row(f"{path}: {key}", {kind: data for _, kind, data in sample})
        except (tarfile.TarError, EOFError) as error:
            raise ShardError(f"{path} is damaged, or no tar file: {error}") from error
    if empty:
        raise ShardError("there are no pictures in it")


def _files(path: str, tar: tarfile.TarFile) -> Iterator[tuple[str, str, bytes]]:
    """The key of each file, its name up to the first dot; what follows there; and its content."""
    for member in tar:
        name = PureWindowsPath(member.name)  # which knows drives and both kinds of slashes, whatever the system is
        if name.anchor or ".." in name.parts:
            raise ShardError(f"{path}: {member.name} lies outside; names must be relative, without ..")
        key, dot, kind = name.name.partition(".")
        file = tar.extractfile(member) if member.isfile() and key else None  # no links, no hidden files
        if file:
            yield name.with_name(key).as_posix(), dot + kind.lower(), file.read()


def _row(place: str, files: dict[str, bytes]) -> dict[str, Any]:
    picture = next((suffix for suffix in SUFFIXES if suffix in files), None)
    if picture is None:
        raise ShardError(f"{place} has no PNG, JPEG or WebP picture, only {', '.join(files)}")
    try:
        values = json.loads(files.get(".json", b"{}"))
        text = files.get(".txt", b"").decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ShardError(f"{place}: its caption is not UTF-8") from None
    except ValueError:
        raise ShardError(f"{place}: its .json is damaged") from None
    if not isinstance(values, dict):
        raise ShardError(f"{place}: its .json is no object with a caption")
    try:
        known = known_columns(values)
    except ValueError as error:
        raise ShardError(f"{place}: in its .json {error}") from None
    caption = next((known[name] for name in CAPTION_COLUMNS if known.get(name)), text)
    return {
        "image": {"bytes": files[picture], "path": place + picture},
        "text": " ".join(caption.split()),
        **{name: known.get(name) or "" for name in TEXTS},
        "keywords": known.get("keywords", []),
    }
