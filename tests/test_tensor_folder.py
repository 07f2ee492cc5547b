"""Folders of tensors: written whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from multimodal.tensor_folder import WEIGHTS, CheckpointError, copy_checkpoint, load_tensors, save_tensors

ROOT = Path(__file__).resolve().parent.parent


SAVE_AND_DIE = """
import os, random, shutil, signal, sys, time
from pathlib import Path
import torch
from multimodal.tensor_folder import load_tensors, save_tensors

torch.set_num_threads(1)
folder = Path(sys.argv[1])

def save(name, step):
    save_tensors(folder / name, {"step": torch.full((20_000,), float(step))}, {"step": step})

def check(name):
    tensors, description = load_tensors(folder / name)
    assert (tensors["step"] == description["step"]).all()

def fork(child, seconds=None):
    if (pid := os.fork()) == 0:
        child()
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)

def save_under_new_names():
    with open(folder / "log", "w") as log:
        for step in range(1_000_000):
            save(f"step-{step:08d}", step)
            print(f"step-{step:08d}", file=log, flush=True)

def replace_and_die(last):
    rename, renamed = Path.rename, []
    def rename_and_die(self, target):
        rename(self, target)
        renamed.append(target)
        if len(renamed) == last:
            os._exit(0)
    Path.rename = rename_and_die
    save("model", 1)

rng = random.Random(0)
for _ in range(50):
    (folder / "log").write_text("")
    fork(save_under_new_names, rng.random() * 0.03)
    for name in {*(folder / "log").read_text().split(), *(path.name for path in folder.glob("step-*"))}:
        check(name)
        shutil.rmtree(folder / name)
for last in (1, 2):
    save("model", 0)
    fork(lambda: replace_and_die(last))
    check("model")
print("complete")
"""


def test_a_killed_save_leaves_a_complete_checkpoint(tmp_path: Path) -> None:
    """Killed at 50 random moments of saves under new names, then right after each of the two renames of a replacement."""
    command = [sys.executable, "-c", SAVE_AND_DIE, str(tmp_path)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.stdout == "complete\n", result.stderr


def test_a_file_can_be_added_to_a_folder(tmp_path: Path) -> None:
    save_tensors(tmp_path / "a", {"x": torch.ones(1)}, {"note": "é"}, files={"words.txt": "red"})
    weights = (tmp_path / "a" / WEIGHTS).read_bytes()
    copy_checkpoint(tmp_path / "a", tmp_path / "a", {"more.txt": "红", "words.txt": "blue"})
    tensors, description = load_tensors(tmp_path / "a")
    assert tensors["x"] == 1
    assert description["note"] == "é"
    assert (tmp_path / "a" / WEIGHTS).read_bytes() == weights
    assert [(tmp_path / "a" / name).read_text(encoding="utf-8") for name in ("more.txt", "words.txt")] == ["红", "blue"]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_further_files_are_kept_and_checked(tmp_path: Path) -> None:
    save_tensors(tmp_path / "a", {"x": torch.ones(1)}, {"note": "é"}, files={"words.txt": "红苹果"})
    assert load_tensors(tmp_path / "a")[1]["note"] == "é"
    assert (tmp_path / "a" / "words.txt").read_text(encoding="utf-8") == "红苹果"
    (tmp_path / "a" / "words.txt").write_text("")
    with pytest.raises(CheckpointError, match=r"words.txt is damaged"):
        load_tensors(tmp_path / "a")
