"""Pictures drawn again in another style: which are, and which stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from multimodal.checkpoint import save_model
from multimodal.commands.doctor import diagnose
from multimodal.config import RestylerConfig
from multimodal.models.restyler import Restyler
from multimodal.restyling import find_restyler, restyle
from multimodal.tensor_folder import CheckpointError
from tests.generating import same

CONFIG = RestylerConfig(widths=(8, 16))


@pytest.fixture(scope="module")
def restyler() -> Restyler:
    torch.manual_seed(0)
    restyler = Restyler(CONFIG).eval()
    for parameter in restyler.parameters():
        torch.nn.init.normal_(parameter, std=0.2)  # at first the styles are one
    return restyler


def test_pictures_are_drawn_again_in_the_style_that_is_asked_for(restyler: Restyler) -> None:
    images = [Image.new("RGBA", (32, 32), color) for color in ("red", "blue", "green")]
    restyled = restyle(restyler, images, ["line", "", "3d"])
    assert [same(*both) for both in zip(images, restyled, strict=True)] == [False, True, False]
    assert {(image.size, image.mode) for image in restyled} == {((32, 32), "RGBA")}
    assert same(restyled[2], restyle(restyler, images[2:], ["3d"])[0])
    assert restyle(restyler, images, ["", "", ""]) == images


def test_a_checkpoint_without_it_has_none_and_a_damaged_one_is_named(restyler: Restyler, tmp_path: Path) -> None:
    assert find_restyler(tmp_path) is None
    save_model(tmp_path / "restyler", restyler, CONFIG, {"steps": 3})
    found = find_restyler(tmp_path)
    assert found
    assert found.config == CONFIG
    assert {finding.subject: finding.status for finding in diagnose(tmp_path)}["checkpoint restyler"] == "ok"
    (tmp_path / "restyler" / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(CheckpointError, match="restyler"):
        find_restyler(tmp_path)
