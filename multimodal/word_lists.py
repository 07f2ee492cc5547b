"""The words of a checkpoint: its pictures' names (dit/names.json), and words near to those (clip/words.json)."""

from __future__ import annotations

import json
from pathlib import Path

from multimodal.checkpoint import CheckpointError

NAMES, WORDS = "names.json", "words.json"


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
    """The same as a table: row k of every language is one thing's name, or "" where it has none in that language."""
    path = Path(folder) / NAMES
    names = _load_lists(path)
    if len({len(known) for known in names.values()}) > 1:
        raise CheckpointError(f"{path} is not a list of names (the languages have different numbers of them)")
    return names


def load_words(folder: str | Path) -> dict[str, list[str]]:
    """Name → words that are nearest to it, as a CLIP was taught; nothing where its folder has no such list.

    Raises:
        CheckpointError: the list is damaged.
    """
    return _load_lists(Path(folder) / WORDS)


def _load_lists(path: Path) -> dict[str, list[str]]:
    """A JSON file of lists of words, by keys; an empty one where there is none. Raises CheckpointError."""
    try:
        lists = json.loads(path.read_text(encoding="utf-8"))
        return {str(key): [str(word) for word in words] for key, words in lists.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path} is not a list of names ({error})") from error
