"""What all commands have in common: how they end, and what they take."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import pytest

from multimodal.__main__ import main


@pytest.mark.parametrize(
    "command", [["export", "a.png", "--size", "64"], ["doctor"], ["space", "--out", "a"], ["push", "a/b"]]
)
def test_weights_are_kept_off_the_gpu_only_where_pictures_are_drawn(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*command, "--cpu-offload"])
    assert "unrecognized arguments: --cpu-offload" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["generate", "  "], "the prompt is empty"),
        (["generate", "a fox", "--steps", "0"], "--steps must be"),
        (["generate", "a fox", "--guidance-scale", "nan"], "--guidance-scale must be"),
        (["generate", "a fox", "--style", "oil"], "style must be one of"),
        (["generate", "a fox", "--seed", "-1"], "seed must be"),
        (["mix", "a fox", "a star", "--out", "a.png"], "an animation is written as .webp or .gif, not as a.png"),
        (["mix", "a fox", "a star", "--frames", "1", "--out", "a.gif"], "--frames must be"),
        (["reconstruct", "missing.png"], "there is no file missing.png"),
        (["reconstruct", "missing.png", "--out", "a.jpg"], "this is written as .png, not as a.jpg"),
        (["export", "missing/a.png", "--for", "slack"], "there is no file missing/a.png"),
        (["evaluate", "reconstruction", "--data", "missing.parquet"], "there is no data at missing.parquet"),
    ],
)
def test_bad_input_is_a_sentence_and_status_1(
    arguments: list[str], sentence: str, tiny_checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--checkpoint", str(tiny_checkpoint)]) == 1
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--image", "missing.png"], "there is no file missing.png"),
        (["--image", "missing.png", "--strength", "2"], "strength must be"),
        (["-n", "0"], "--number must be"),
        (["--sampler", "ddim"], "sampler must be one of"),
    ],
)
def test_what_can_be_told_before_the_models_are_loaded_is(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multimodal.commands.pictures.load_pipeline", Mock(side_effect=AssertionError("loaded")))
    assert main(["generate", "a fox", *arguments]) == 1
    assert sentence in capsys.readouterr().err


def test_ctrl_c_ends_quietly(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multimodal.commands.files.load_pipeline", Mock(side_effect=KeyboardInterrupt))
    assert main(["reconstruct", "fox.png"]) == 130
    assert capsys.readouterr() == ("", "")
