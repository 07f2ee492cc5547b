"""`python -m multimodal train` and `evaluate` on tiny models, in one process and in two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from multimodal.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


def test_evaluate_writes_what_it_has_before_something_fails(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, written = tmp_path / "data", tmp_path / "results" / "all.json"
    data.mkdir()
    Image.new("RGBA", (32, 32), "red").save(data / "red square.png")
    (checkpoint / "judge").mkdir()  # which is damaged
    options = ["--data", str(data), "--checkpoint", str(checkpoint), "--search-steps", "0", "--json", str(written)]
    assert main(["evaluate", "all", *options]) == 1
    captured = capsys.readouterr()
    assert "prompts is left out: " in captured.out
    assert "judge/classes.json is missing" in captured.err
    assert [result["title"] for result in json.loads(written.read_text(encoding="utf-8"))] == ["Reconstruction"]


def test_training_refuses_an_unknown_setting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "vqvae", "--config", "tiny", "--data", str(tmp_path), "stepz=3"]) == 1
    assert "has no setting stepz" in capsys.readouterr().err


def test_all_three_models_train_from_the_command_line_and_then_generate(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "mine"
    data.mkdir()
    with (data / "metadata.jsonl").open("w") as file:
        for number, color in enumerate(("red", "green", "blue", "yellow", "black", "orange")):
            Image.new("RGBA", (32, 32), color).save(data / f"{number}.png")
            file.write(json.dumps({"file_name": f"{number}.png", "text": f"a {color} square"}) + "\n")
    for model in ("vqvae", "clip", "dit"):
        assert main(["train", model, "--config", "tiny", "--data", str(data), "--out", str(out)]) == 0
    assert (
        main(["generate", "a red square", "--checkpoint", str(out), "--steps", "1", "--out", str(tmp_path / "made")]) == 0
    )
    assert len(list((tmp_path / "made").glob("*.png"))) == 1


def test_training_runs_on_two_processes_through_accelerate(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "mine"
    data.mkdir()
    for number, color in enumerate(("red", "green", "blue", "yellow")):
        Image.new("RGBA", (32, 32), color).save(data / f"{number}.png")
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "-m", "multimodal"]
    command = [*launch, "train", "all", "--config", "tiny", "--data", str(data), "--out", str(out)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for model in ("vqvae", "clip", "dit"):
        training = json.loads((out / model / "config.json").read_text())["training"]
        assert (training["steps"], training["processes"]) == (4, 2)
