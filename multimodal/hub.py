"""Checkpoints on the Hugging Face hub: fetched by their id, and pushed with a model card."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDED_PARTS = ("clip", "vqvae", "dit")  # of a checkpoint folder
OPTIONAL_PARTS = ("restyler", "super_resolution", "judge", "codebook")
PARTS = NEEDED_PARTS + OPTIONAL_PARTS
FILES = [f"{part}/*.{kind}" for part in PARTS for kind in ("json", "safetensors")]  # none of which can hold code
HUB_ID = re.compile(r"(?!checkpoints/)[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
CHECKPOINT = Path(__file__).resolve().parents[1] / "checkpoints" / "emoji"  # the bundled one, of a clone

CARD = """---
library_name: multimodal
pipeline_tag: text-to-image
tags:
- multimodal
---

# {name}

Makes {size} × {size} RGBA pictures from a prompt, with the Python package multimodal:

```python
from multimodal import TextToImagePipeline

TextToImagePipeline.from_pretrained("{repo_id}")("a red apple", seed=1).images[0].save("apple.png")
```

| Part | Architecture |
| --- | --- |
{parts}

What it was trained on, and what it may be used for, its author has yet to say here.
"""


class HubError(RuntimeError):
    """What is not there, or what the hub did not give or take, in one sentence."""


def find_checkpoint(checkpoint: str | Path) -> Path:
    """The folder of a checkpoint; where there is none, but the name looks like a hub id, it is fetched from the hub.

    Only JSON and safetensors files are fetched, into the cache of huggingface_hub, which serves without a network too.

    Args:
        checkpoint: a folder, seen from where Python runs, or `user/name`; never `checkpoints/name`, a folder of a clone.
    Raises:
        HubError: there is neither such a folder nor such a checkpoint on the hub, or it cannot be reached.
    """
    path = Path(checkpoint)
    if path.exists():
        return path
    if path == CHECKPOINT:
        raise HubError("this installation has no bundled checkpoint: give --checkpoint")
    name = path.as_posix()
    if not is_hub_id(path):
        raise HubError(f"there is no folder {name}" + ("" if path.is_absolute() else f" in {Path.cwd()}"))
    from huggingface_hub import snapshot_download

    with hub_errors(f"there is no folder {name}, and the hub gives no checkpoint of this id"):
        return Path(snapshot_download(name, allow_patterns=FILES))


def is_hub_id(name: str | Path) -> bool:
    """Whether a name is no path here, and looks like user/name; not where there is a folder `user`, nor checkpoints/…"""
    path = Path(name)
    return not path.exists() and not path.parent.exists() and HUB_ID.fullmatch(path.as_posix()) is not None


def push(
    folder: Path,
    repo_id: str,
    private: bool = False,
    space: bool = False,
    files: list[str] | None = None,
    card: str | None = None,
) -> str:
    """Upload a folder into a repository of the hub, which is made if it is not there; returns its address.

    Args:
        repo_id: `user/name`.
        private: only its owner sees it; a public repository that is there already is then refused.
        space: a Space that runs the app rather than a model.
        files: patterns of what is uploaded; everything without.
        card: a README.md for it, where neither the folder nor the repository has one.
    Raises:
        HubError: the id is none, nobody is logged in, or the hub refuses.
    """
    from huggingface_hub import HfApi

    api, kind = HfApi(), "space" if space else "model"
    with hub_errors(f"{repo_id} cannot be pushed"):
        sdk = "gradio" if space else None
        address = api.create_repo(repo_id, repo_type=kind, space_sdk=sdk, private=private or None, exist_ok=True)
        if private and not api.repo_info(repo_id, repo_type=kind).private:
            raise HubError(f"{repo_id} is there already, and public: choose another name or change it on the hub")
        api.upload_folder(folder_path=folder, repo_id=repo_id, repo_type=kind, allow_patterns=files)
        if card and not api.file_exists(repo_id, "README.md", repo_type=kind):  # nor in the folder
            api.upload_file(path_or_fileobj=card.encode(), path_in_repo="README.md", repo_id=repo_id, repo_type=kind)
    return str(address)


def model_card(checkpoint: Path, repo_id: str) -> str:
    """A model card for a checkpoint folder that has none, for its author to go on with."""
    parts = {part: checkpoint / part / "config.json" for part in PARTS}
    configs = {part: json.loads(file.read_text(encoding="utf-8")) for part, file in parts.items() if file.is_file()}
    rows = [f"| `{part}/` | {config['architecture']} |" for part, config in configs.items() if "architecture" in config]
    size = configs["vqvae"]["config"]["image_size"]
    return CARD.format(name=repo_id.partition("/")[2], repo_id=repo_id, size=size, parts="\n".join(rows))


@contextmanager
def hub_errors(what: str) -> Iterator[None]:
    """Turn the errors of huggingface_hub into a HubError that says what could not be done, and why."""
    try:
        yield
    except HubError:
        raise
    except Exception as error:  # without a network, those of whatever HTTP library carries it
        reason = " ".join(str(error).split()) or type(error).__name__
        raise HubError(f"{what}: {reason[:400]}") from error
