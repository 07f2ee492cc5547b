"""What `python -m multimodal doctor` finds."""

from __future__ import annotations

import importlib
import importlib.metadata
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from multimodal.__main__ import main
from multimodal.commands.doctor import diagnose, explain_import_error


def problems(checkpoint: Path) -> dict[str, str]:
    return {finding.subject: finding.detail for finding in diagnose(checkpoint) if finding.status == "problem"}


def test_a_whole_checkpoint_has_no_problems(tiny_checkpoint: Path) -> None:
    assert problems(tiny_checkpoint) == {}
    parts = [finding.subject for finding in diagnose(tiny_checkpoint) if finding.subject.startswith("checkpoint")]
    assert parts == ["checkpoint clip", "checkpoint vqvae", "checkpoint dit"]


def test_each_damaged_or_missing_part_is_named(tiny_checkpoint: Path, tmp_path: Path) -> None:
    checkpoint = Path(shutil.copytree(tiny_checkpoint, tmp_path / "mine"))
    shutil.rmtree(checkpoint / "vqvae")
    weights = checkpoint / "dit" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    (checkpoint / "restyler").mkdir()
    found = problems(checkpoint)
    assert found.keys() == {"checkpoint vqvae", "checkpoint dit", "checkpoint restyler"}
    assert "vqvae/config.json is missing" in found["checkpoint vqvae"]
    assert "model.safetensors is damaged" in found["checkpoint dit"]


def test_its_status_says_whether_all_is_well(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--checkpoint", str(checkpoint)]) == 0  # it has no judge, and needs none
    (checkpoint / "dit" / "model.safetensors").write_bytes(b"")
    capsys.readouterr()
    assert main(["doctor", "--checkpoint", str(checkpoint)]) == 1
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith("problem  checkpoint dit")]


def test_a_clip_is_missed_only_where_there_should_be_one(checkpoint: Path) -> None:
    shutil.rmtree(checkpoint / "clip")
    assert problems(checkpoint).keys() == {"checkpoint clip"}
    config = checkpoint / "dit" / "config.json"
    config.write_text(config.read_text().replace('"bundled"', '"open_clip"'))
    assert "checkpoint clip" not in problems(checkpoint)


def test_a_missing_package_and_builds_that_do_not_fit_come_with_their_mend(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, load = importlib.metadata.version, importlib.import_module

    def no_gradio(name: str) -> str:
        if name == "gradio":
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    def no_torchvision(name: str) -> ModuleType:
        if name == "torchvision":
            raise RuntimeError("operator torchvision::nms does not exist")
        return load(name)

    monkeypatch.setattr(importlib.metadata, "version", no_gradio)
    monkeypatch.setattr(importlib, "import_module", no_torchvision)
    found = problems(tiny_checkpoint)
    assert found.keys() == {"gradio", "torch with torchvision"}
    assert found["gradio"] == "not installed; pip install -r requirements.txt"
    assert "pip uninstall -y torch torchvision" in found["torch with torchvision"]


def test_any_other_import_error_says_how_to_install() -> None:
    assert explain_import_error(ImportError("No module named 'gradio'")).startswith("No module named 'gradio'. Install")
