"""`python -m multimodal export` and `reconstruct`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from multimodal.__main__ import main


def test_an_exported_file_has_the_ending_of_what_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGBA", (8, 8), "red").save(tmp_path / "red.png")
    assert main(["export", str(tmp_path / "red.png"), "--for", "telegram", "--out", str(tmp_path / "red-2.png")]) == 1
    assert "this is written as .webp, not as red-2.png" in capsys.readouterr().err
    assert not (tmp_path / "red-2.png").exists()


def test_no_exported_file_takes_the_place_of_another(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "new").mkdir()
    Image.new("RGBA", (8, 8), "red").save(tmp_path / "mycat.png")
    command = ["export", str(tmp_path / "mycat.png"), "--checkpoint", str(tiny_checkpoint), "--json"]
    made = []
    for options in (["--size", "512"], ["--for", "slack"], ["--for", "slack", "--outline"], ["--for", "slack"]):
        assert main([*command, *options]) == 0
        made.append(Path(json.loads(capsys.readouterr().out)["path"]).relative_to(tmp_path).as_posix())
    slack = "sticker_mycat_slack.png"
    assert made == ["sticker_mycat_512.png", slack, "sticker_mycat_slack_2.png", slack]
    (tmp_path / "猫.png").write_bytes((tmp_path / "mycat.png").read_bytes())
    assert main(["export", str(tmp_path / "猫.png"), "--size", "64", "--checkpoint", str(tiny_checkpoint)]) == 0
    assert re.search(r"/sticker_[0-9a-f]{8}_64\.png", capsys.readouterr().out)
    assert main([*command, "--for", "ios", "--out", str(tmp_path / "new")]) == 0
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["sticker_mycat_ios.png"]


def test_a_size_is_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "a.png", "--size", "abc"])
    assert "abc is no number of pixels" in capsys.readouterr().err


def test_an_unknown_messenger_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "a.png", "--for", "fax"])
    assert "'fax' is none of slack, discord-emoji" in capsys.readouterr().err


def test_reconstruct_reports_what_it_cost(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "in.png", tmp_path / "out.png"
    Image.new("RGBA", (50, 20), "red").save(source)
    options = ["--checkpoint", str(tiny_checkpoint), "--out", str(target), "--json"]
    assert main(["reconstruct", str(source), *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["num_bytes"] == 64  # 2 groups of 4 bits at 8 x 8 positions
    assert report["original_bytes"] == source.stat().st_size
    with Image.open(target) as image:
        assert image.mode == "RGBA"
