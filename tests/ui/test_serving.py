"""Files that programs are given."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import gradio as gr
import pytest

from multimodal.ui.serving import MINUTE, new_folder, serving


def test_files_are_added_while_gradio_looks_through_them() -> None:
    with gr.Blocks() as demo:
        served = serving(demo)
    served(Path("0"))
    [written] = [files for files in demo.temp_file_sets if "0" in files]
    adding = threading.Thread(target=lambda: [served(Path(str(k))) for k in range(20_000)])
    adding.start()
    while adding.is_alive():
        assert "0" in list(written)
    assert len(list(written)) == 20_000


def test_folders_go_whose_files_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    empty, full, new = new_folder(), new_folder(), new_folder()
    (full / "a.png").touch()
    for folder in (empty, full):
        os.utime(folder, (0, folder.stat().st_mtime - 2 * MINUTE))
    new_folder()
    assert [folder.exists() for folder in (empty, full, new)] == [False, True, True]
