"""The words of a checkpoint: names (dit/names.json), those in each style (dit/styles.json) and those malformed in it
(dit/malformed.json), other words for them (clip/words.json), and what they are described by (clip/descriptions.json).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from multimodal.reading.encoded_names import Embed
from multimodal.reading.names import Names
from multimodal.tensor_folder import CheckpointError, present

NAMES_FILE, STYLES_FILE, MALFORMED_FILE = "names.json", "styles.json", "malformed.json"
WORDS_FILE, DESCRIPTIONS_FILE = "words.json", "descriptions.json"


def names_in(checkpoint: Path, embed: Embed | None, restyled: Mapping[str, Sequence[str]] | None = None) -> Names:
    """The names by which the prompts for a checkpoint folder are read. Raises CheckpointError.

    Args:
        embed, restyled: see `Names`.
    """
    clip, dit = checkpoint / "clip", checkpoint / "dit"
    words, descriptions = load_nested_lists(clip / WORDS_FILE), load_nested_lists(clip / DESCRIPTIONS_FILE)
    styles, malformed = load_lists(dit / STYLES_FILE), load_lists(dit / MALFORMED_FILE)
    return Names(load_name_table(dit), embed, words, styles, descriptions, restyled, malformed)


def load_names(folder: str | Path) -> dict[str, list[str]]:
    """The names of all that a DiT was shown, per language, the shortest first; nothing where its folder has no list.

    Raises:
        CheckpointError: the list is damaged.
    """
    table = load_name_table(folder)
    return {
        language: sorted(filter(None, set(names)), key=lambda name: (len(name), name)) for language, names in table.items()
    }


def load_name_table(folder: str | Path) -> dict[str, list[str]]:
    """The names of all that a DiT was shown: row k of every language is one thing's name, or "" where it has none there."""
    path = present(Path(folder)) / NAMES_FILE
    names = _lists(_load(path), path)
    if len({len(known) for known in names.values()}) > 1:
        raise CheckpointError(f"{path} is no list of names: the languages have different numbers of them")
    if names and "en" not in names:
        raise CheckpointError(f"{path} has no English names, by which prompts are read")
    return names


def load_lists(path: Path) -> dict[str, list[str]]:
    """A file of lists: style → English names in styles.json and malformed.json; nothing where there is no such file.

    Raises:
        CheckpointError: it is damaged.
    """
    path = present(path.parent) / path.name
    return _lists(_load(path), path)


def load_nested_lists(path: Path) -> dict[str, dict[str, list[str]]]:
    """A file of such lists: language, or kind of words, → English name → words in words.json and descriptions.json.

    Raises:
        CheckpointError: it is damaged.
    """
    path = present(path.parent) / path.name
    return {str(kind): _lists(words, path) for kind, words in _load(path).items()}


def _load(path: Path) -> dict[str, Any]:
    """A JSON object, an empty one where there is no file. Raises CheckpointError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read ({error})") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} is no list of names")
    return content


def _lists(content: Any, path: Path) -> dict[str, list[str]]:
    """Lists of words by keys. Raises CheckpointError where it is something else."""
    if not isinstance(content, dict) or not all(isinstance(words, list) for words in content.values()):
        raise CheckpointError(f"{path} is no list of names")
    return {str(key): [str(word) for word in words] for key, words in content.items()}
