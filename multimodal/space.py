"""A folder that can be pushed to Hugging Face as a Space: the app with one checkpoint."""

from __future__ import annotations

import shutil
from pathlib import Path

from multimodal import hub

ROOT = Path(__file__).resolve().parents[1]
FILES = ("app.py", "requirements.txt", "README.md", "LICENSE", "NOTICE")
FOLDERS = ("multimodal", "assets")
LARGE_FILES = "".join(
    f"*.{kind} filter=lfs diff=lfs merge=lfs -text\n" for kind in ("safetensors", "png", "webp", "gif", "otf", "ttf")
)


def write_space(out: Path, checkpoint: Path) -> None:
    """Copy the app and a checkpoint, which becomes the bundled one of the Space, into an empty or new folder.

    The front matter of README.md tells Spaces how to run it.

    Raises:
        ValueError: the folder is not empty.
        FileNotFoundError: the project's files are not there, as when only the package is installed.
    """
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"{out} is not empty: choose a new folder")
    missing = [name for name in (*FILES, *FOLDERS) if not (ROOT / name).exists()]
    if missing:
        raise FileNotFoundError(f"{ROOT} lacks {', '.join(missing)}: a Space is made from a clone of the repository")
    kept = (*hub.FILES, "README.md")  # no pictures that it learnt from
    for path in [path for pattern in kept for path in checkpoint.glob(pattern)]:
        target = out / "checkpoints" / "emoji" / path.relative_to(checkpoint)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, out / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, out / name)
    (out / ".gitattributes").write_text(LARGE_FILES, encoding="utf-8")
    (out / "packages.txt").write_text("libfribidi0\n", encoding="utf-8")  # joins the letters of Arabic and Hindi
