"""A folder for Hugging Face Spaces, from which the app starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from multimodal import space
from multimodal.space import write_space

START = """
import sys
import multimodal
from multimodal.ui.demo import build_demo, launch_settings
from multimodal.ui.models import Models
from multimodal.hub import CHECKPOINT
assert multimodal.__file__.startswith(sys.argv[1])
demo = build_demo(Models(CHECKPOINT))
demo.launch(prevent_thread_lock=True, quiet=True, **launch_settings())
print(demo.local_url)
demo.close()
"""


def test_the_app_starts_from_the_folder(tiny_checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "space"
    write_space(out, tiny_checkpoint)
    front_matter = (out / "README.md").read_text(encoding="utf-8").split("---")[1]
    assert "sdk: gradio" in front_matter
    assert "app_file: app.py" in front_matter
    assert not list(out.rglob("__pycache__"))
    command = [sys.executable, "-c", START, str(out.resolve())]
    started = subprocess.run(command, cwd=out, capture_output=True, text=True, timeout=300, check=False)
    assert started.stdout.startswith("http://127.0.0.1"), started.stderr


def test_nothing_is_overwritten(tiny_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(ValueError, match="not empty"):
        write_space(tmp_path, tiny_checkpoint)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_installed_package_alone_is_not_enough(
    tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app.py").touch()
    monkeypatch.setattr(space, "ROOT", tmp_path)
    with pytest.raises(FileNotFoundError, match="lacks requirements"):
        write_space(tmp_path / "out", tiny_checkpoint)
