"""The names that a model learned."""

from __future__ import annotations

import json
from pathlib import Path

from multimodal.checkpoint import NAMES, CheckpointError


def load_names(folder: str | Path) -> dict[str, list[str]]:
    """The names of all that a DiT was shown, per language, the shortest first; nothing where its folder has no list.

    Raises:
        CheckpointError: the list is damaged.
    """
    path = Path(folder) / NAMES
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
        return {str(language): [str(name) for name in known] for language, known in names.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path} is not a list of names ({error})") from error
