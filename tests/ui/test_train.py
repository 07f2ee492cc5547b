"""The Train tab: runs are processes that start, stop, go on, and say what is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from multimodal.tensor_folder import save_tensors
from multimodal.ui.demo import build_demo
from multimodal.ui.models import Models
from multimodal.ui.train import TrainingRun

PATIENCE = 400  # seconds, for a machine that is busy with something else


@pytest.fixture
def run(tmp_path: Path) -> Iterator[TrainingRun]:
    run = TrainingRun(tmp_path / "checkpoints")
    yield run
    run.stop()
    if run.process:
        run.process.wait(PATIENCE)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for color in ("red", "green", "blue", "yellow"):
        Image.new("RGBA", (32, 32), color).save(folder / f"{color}-square.png")
    return folder


def wait_for(condition: Callable[[], bool], run: TrainingRun) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, run.lines()
        time.sleep(0.2)


def test_a_run_starts_stops_and_goes_on(run: TrainingRun, pictures: Path) -> None:
    endless = ["vqvae.steps=1000000"]
    run.start(str(pictures), "mine", "tiny", overrides=endless)
    wait_for(lambda: " loss " in run.lines()[-1] if run.lines() else False, run)
    assert "/1000000" in run.lines()[-1]
    wait_for(lambda: run.sample() is not None, run)
    with pytest.raises(ValueError, match="running already"):
        run.start(str(pictures), "other", "tiny")
    run.stop()
    assert run.process is not None
    assert run.process.wait(PATIENCE) == 0
    assert "the same command goes on from there" in run.lines()[-1]
    with pytest.raises(ValueError, match=f"mine learns from {pictures} \\(tiny\\): choose another name"):
        run.start(str(pictures.parent), "mine", "tiny")

    run.start(str(pictures), "mine", "tiny", overrides=endless)
    wait_for(lambda: any(line.startswith("resumed ") for line in run.lines()), run)
    assert run.is_running


def test_a_run_goes_on_from_where_it_started_whatever_model_is_in_use_now(
    run: TrainingRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def popen(command: list[str], **_: object) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(poll=lambda: 0, wait=lambda *_: 0)

    monkeypatch.setattr("multimodal.ui.train.subprocess.Popen", popen)

    def starts_from(start: str) -> str:
        run.start("data", "mine", "lora", Path(start))
        return next(word for word in commands[-1] if word.startswith("--from="))

    assert starts_from("typed wrong") == "--from=typed wrong"
    assert starts_from("emoji") == "--from=emoji", "nothing was learnt yet"
    training = run.parent / "mine" / "training" / "dit"
    (training / "samples").mkdir(parents=True)
    (training / "samples" / "step-00000001.png").touch()
    assert starts_from("other") == "--from=other", "a picture is no state"
    save_tensors(training / "step-00000002", {}, {})
    assert starts_from("emoji") == "--from=other"
    (training / "step-00000002").rename(training / "mean")
    save_tensors(training / "mean" / "step-00000002", {}, {})
    assert starts_from("emoji") == "--from=other", "the mean is learnt first"
    with pytest.raises(ValueError, match="mine learns from data"):
        run.start("other data", "mine", "lora", Path("emoji"))


def test_what_is_wrong_with_the_data_is_in_the_log(run: TrainingRun, tmp_path: Path) -> None:
    run.start(str(tmp_path / "missing"), "mine", "tiny")
    assert run.process is not None
    assert run.process.wait(PATIENCE) == 1
    assert run.lines() == [f"error: there is no data at {tmp_path / 'missing'}"]


@pytest.mark.parametrize("name", ["", "a b", "../mine", "/tmp/mine", "-rf", ".mine", "there"])
def test_a_run_writes_into_new_folders_beside_the_checkpoints_alone(name: str, run: TrainingRun, pictures: Path) -> None:
    for part in ("dit", "training/provenance"):  # as `inspect provenance` leaves one
        (run.parent / "there" / part).mkdir(parents=True)
    with pytest.raises(ValueError, match="name"):
        run.start(str(pictures), name, "tiny")
    assert run.process is None
    assert [path.name for path in run.parent.iterdir()] == ["there"]


def test_of_a_line_that_is_written_over_the_last_state_is_shown(run: TrainingRun) -> None:
    run.folder = run.parent / "mine"
    run.log(run.folder).parent.mkdir(parents=True)
    run.log(run.folder).write_text("plan\n 1/9 loss 0.3\r 2/9 loss 0.2\r\n 3/9\r 4/9 loss 0.1\r")
    assert run.lines() == ["plan", " 2/9 loss 0.2", " 4/9 loss 0.1"]


def test_strangers_cannot_train(tiny_checkpoint: Path, tmp_path: Path) -> None:
    def has_tab(models: Models) -> bool:
        return any(getattr(block, "elem_id", None) == "train-start" for block in build_demo(models).blocks.values())

    assert has_tab(Models(tiny_checkpoint, tmp_path))
    assert not has_tab(Models(tiny_checkpoint))
