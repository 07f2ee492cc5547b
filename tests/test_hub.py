"""Checkpoints from and to the hub, whose interface is played by a folder; nothing goes over a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.utils import HFValidationError, filter_repo_objects

from multimodal import TextToImagePipeline
from multimodal.__main__ import main
from multimodal.hub import HubError, find_checkpoint
from multimodal.tensor_folder import CheckpointError
from multimodal.ui.models import Models

ROOT = Path(__file__).resolve().parent.parent
HERE = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
ID = "someone/stickers.v2"


class Hub:
    """The calls of huggingface_hub that are made, on repositories that are folders of one folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.private, self.made = root, True, list[dict[str, Any]]()

    def snapshot_download(self, repo_id: str, allow_patterns: list[str]) -> str:
        repository = self.root / repo_id
        if not repository.is_dir():
            raise FileNotFoundError(f"404 Client Error.\n\nRepository {repo_id} not found")
        return str(self.copy(repository, self.root / "cache" / repo_id / "4f1d", allow_patterns))

    def create_repo(self, repo_id: str, **settings: Any) -> str:
        self.made.append({"repo_id": repo_id, **settings})
        if "/" not in repo_id:
            raise HFValidationError("a repository needs a user")
        return f"https://hub.example/{repo_id}"

    def repo_info(self, repo_id: str, repo_type: str) -> SimpleNamespace:
        return SimpleNamespace(private=self.private)

    def file_exists(self, repo_id: str, filename: str, repo_type: str) -> bool:
        return (self.root / repo_id / filename).exists()

    def upload_folder(self, folder_path: Path, repo_id: str, repo_type: str, allow_patterns: list[str] | None) -> None:
        self.copy(Path(folder_path), self.root / repo_id, allow_patterns)

    def upload_file(self, path_or_fileobj: bytes, path_in_repo: str, repo_id: str, repo_type: str) -> None:
        (self.root / repo_id / path_in_repo).write_bytes(path_or_fileobj)

    def copy(self, source: Path, target: Path, patterns: list[str] | None) -> Path:
        target.mkdir(parents=True, exist_ok=True)
        names = [path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()]
        for name in filter_repo_objects(names, allow_patterns=patterns):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, target / name)
        return target


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    hub = Hub(tmp_path / "hub")
    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub.snapshot_download)
    monkeypatch.setattr(huggingface_hub, "HfApi", lambda: hub)
    monkeypatch.chdir(tmp_path)
    return hub


@pytest.fixture
def checkpoint(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """A copy with what must not leave the machine, or enter it."""
    folder = Path(shutil.copytree(tiny_checkpoint, tmp_path / "mine"))
    (folder / "training" / "dit").mkdir(parents=True)
    for name in ("training/dit/state.safetensors", "secret.txt", "dit/model.bin", "dit/setup.py"):
        (folder / name).write_text("private")
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


MODEL = {f"{part}/{name}" for part in ("clip", "vqvae", "dit") for name in ("config.json", "model.safetensors")}
MODEL |= {"clip/tokenizer.json"}


def test_a_pipeline_is_loaded_by_its_id_from_json_and_safetensors_alone(hub: Hub, checkpoint: Path) -> None:
    hub.copy(checkpoint, hub.root / ID, None)
    output = TextToImagePipeline.from_pretrained(ID)("a fox", num_inference_steps=1)
    assert output.images[0].mode == "RGBA"
    assert files(hub.root / "cache" / ID / "4f1d") == MODEL


def test_the_page_calls_a_model_of_the_hub_by_its_name(hub: Hub, checkpoint: Path, bundled_checkpoint: Path) -> None:
    hub.copy(checkpoint, hub.root / ID, None)
    models = Models(ID, bundled_checkpoint.parent)
    assert ("stickers.v2", str(models.folder)) in models.choices()
    assert models.folder == hub.root / "cache" / ID / "4f1d"


def test_local_folders_come_first_and_typing_errors_in_them_ask_no_hub(hub: Hub, checkpoint: Path) -> None:
    hub.copy(checkpoint, hub.root / "user/name", None)
    local = Path("user/name")
    local.mkdir(parents=True)
    assert find_checkpoint("user/name") == local
    hub.copy(checkpoint, hub.root / "checkpoints/emoji", None)
    for name in ("user/nmae", "mien", "../user/name", "a/b/c", "checkpoints/emoji"):
        with pytest.raises(HubError, match=f"^there is no folder {name} in {hub.root.parent}$"):
            TextToImagePipeline.from_pretrained(name)
    with pytest.raises(HubError, match=r"^there is no folder /user/name$"):
        find_checkpoint("/user/name")


def test_an_installation_without_the_bundled_checkpoint_says_so(tmp_path: Path) -> None:
    """As a wheel has the code alone."""
    shutil.copytree(ROOT / "multimodal", tmp_path / "multimodal", ignore=shutil.ignore_patterns("__pycache__", "fonts"))
    command = [sys.executable, "-m", "multimodal", "generate", "a cat"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=HERE)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "error: this installation has no bundled checkpoint: give --checkpoint\n"


def test_what_the_hub_does_not_have_is_told_in_one_sentence(
    hub: Hub, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", "a fox", "--checkpoint", "nobody/nothing"]) == 1
    told = capsys.readouterr().err.strip()
    assert told.startswith("error: there is no folder nobody/nothing, and the hub gives no checkpoint of this id: 404")
    assert "\n" not in told
    shutil.rmtree(checkpoint / "vqvae")
    hub.copy(checkpoint, hub.root / ID, None)
    with pytest.raises(CheckpointError, match=r"vqvae/config.json is missing"):
        TextToImagePipeline.from_pretrained(ID)


@pytest.mark.skipif(os.environ.get("HF_HUB_OFFLINE") != "1", reason="would ask the network")
def test_without_a_network_an_unknown_id_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(HubError, match="there is no folder nobody/nothing, and the hub gives no checkpoint"):
        find_checkpoint("nobody/nothing")


def test_a_part_that_a_crash_left_under_its_old_name_goes_along(checkpoint: Path, tmp_path: Path) -> None:
    (checkpoint / "vqvae").rename(checkpoint / ".vqvae.old")
    assert main(["space", "--checkpoint", str(checkpoint), "--out", str(tmp_path / "space")]) == 0
    TextToImagePipeline.from_pretrained(tmp_path / "space" / "checkpoints" / "emoji")


def test_a_pushed_checkpoint_comes_back_and_has_a_card(
    hub: Hub, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["push", ID, "--checkpoint", str(checkpoint), "--private", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"address": f"https://hub.example/{ID}"}
    assert hub.made == [{"repo_id": ID, "repo_type": "model", "space_sdk": None, "private": True, "exist_ok": True}]
    assert files(hub.root / ID) == {*MODEL, "README.md"}
    card = (hub.root / ID / "README.md").read_text(encoding="utf-8")
    assert f'from_pretrained("{ID}")' in card
    assert "# stickers.v2\n\nMakes 32 × 32 RGBA" in card
    assert not (checkpoint / "README.md").exists()  # so that another id gets a card of its own
    assert TextToImagePipeline.from_pretrained(ID).dit.config == TextToImagePipeline.from_pretrained(checkpoint).dit.config


def test_a_card_that_is_there_is_kept(hub: Hub, checkpoint: Path) -> None:
    (checkpoint / "README.md").write_text("my own")
    assert main(["push", ID, "--checkpoint", str(checkpoint)]) == 0
    assert (hub.root / ID / "README.md").read_text() == "my own"


def test_a_card_that_was_written_on_the_hub_is_kept(hub: Hub, checkpoint: Path) -> None:
    assert main(["push", ID, "--checkpoint", str(checkpoint)]) == 0
    (hub.root / ID / "README.md").write_text("written there")
    assert main(["push", ID, "--checkpoint", str(checkpoint)]) == 0
    assert (hub.root / ID / "README.md").read_text() == "written there"


def test_a_space_is_the_app_with_the_checkpoint(hub: Hub, checkpoint: Path) -> None:
    assert main(["push", ID, "--checkpoint", str(checkpoint), "--space"]) == 0
    assert hub.made[0]["repo_type"] == "space"
    assert hub.made[0]["space_sdk"] == "gradio"
    assert {"app.py", "README.md", "checkpoints/emoji/dit/model.safetensors"} <= files(hub.root / ID)
    assert {name.removeprefix("emoji/") for name in files(hub.root / ID / "checkpoints")} == MODEL  # nothing private


@pytest.mark.parametrize("part", ["dit", "judge"])
def test_a_broken_checkpoint_is_refused_before_the_hub_is_asked(part: str, hub: Hub, checkpoint: Path) -> None:
    if part == "judge":
        shutil.copytree(checkpoint / "dit", checkpoint / "judge")
    weights = checkpoint / part / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert main(["push", ID, "--checkpoint", str(checkpoint)]) == 1
    assert hub.made == []


def test_nothing_is_put_into_a_public_repository_that_was_to_be_private(
    hub: Hub, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.private = False
    assert main(["push", ID, "--checkpoint", str(checkpoint), "--private"]) == 1
    assert "is there already, and public" in capsys.readouterr().err
    assert not (hub.root / ID).exists()
    assert main(["push", "stickers", "--checkpoint", str(checkpoint)]) == 1
    assert "error: stickers cannot be pushed: a repository needs a user" in capsys.readouterr().err
