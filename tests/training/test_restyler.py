"""Training the restyler: which pictures make a pair, and that it learns what a style is."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from multimodal import rgba
from multimodal.__main__ import main
from multimodal.checkpoint import load_restyler, save_model
from multimodal.config import RestylerConfig
from multimodal.data.captions import Subject
from multimodal.data.images import DataError
from multimodal.models.vqvae import VQVAE
from multimodal.restyling import restyle
from multimodal.tensor_folder import load_description
from multimodal.training.presets import PRESETS
from multimodal.training.restyler import reconstructions, style_pairs, train_restyler
from multimodal.training.run_config import Sources

CONFIG = PRESETS["restyler"]["tiny"]


def disc(number: int, style: str, size: int = 32) -> Image.Image:
    """A coloured disc, or, in the style line, its silhouette."""
    image = Image.new("RGBA", (size, size))
    box = (2 + number % 5, 3, 20 + number % 7, 28 - number % 3)
    ImageDraw.Draw(image).ellipse(box, "black" if style == "line" else (40 * (number % 6), 90, 255 - 30 * (number % 5)))
    return image


def distance(first: Image.Image, second: Image.Image) -> float:
    return (rgba.to_tensor(first, 32) - rgba.to_tensor(second, 32)).abs().mean().item()


@pytest.fixture(scope="module")
def discs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve discs, flat and in line."""
    folder, rows = tmp_path_factory.mktemp("discs"), []
    for number in range(12):
        for style in ("flat", "line"):
            rows.append({"file_name": f"{number}-{style}.png", "text": f"disc {number}", "style": style})
            disc(number, style).save(folder / rows[-1]["file_name"])
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


def test_it_learns_what_a_style_is_and_draws_what_it_never_saw(discs: Path, tmp_path: Path) -> None:
    config = dataclasses.replace(
        CONFIG, steps=150, batch_size=8, learning_rate=1e-2, ema_decay=0.9, sample_every=150, save_every=150
    )
    train_restyler(config, Sources(discs), tmp_path)
    model = load_restyler(tmp_path / "restyler")
    flat, line = (restyle(model, [disc(33, "flat")], [style])[0] for style in ("flat", "line"))
    assert distance(line, disc(33, "line")) < 0.2 * distance(disc(33, "flat"), disc(33, "line"))
    assert distance(flat, disc(33, "flat")) > distance(flat, disc(33, "line")), "of which there was no pair"
    assert list((tmp_path / "training" / "restyler" / "samples").glob("*.png"))


def test_a_stopped_run_goes_on_where_it_was(discs: Path, tmp_path: Path) -> None:
    for name in ("whole", "parts"):
        train_restyler(CONFIG, Sources(discs), tmp_path / name)
    shutil.rmtree(tmp_path / "parts" / "training" / "restyler" / "step-00000004")
    train_restyler(CONFIG, Sources(discs), tmp_path / "parts")
    whole, parts = (load_restyler(tmp_path / name / "restyler").state_dict() for name in ("whole", "parts"))
    assert all(whole[key].equal(parts[key]) for key in whole)


def test_with_a_vqvae_it_learns_from_what_that_decodes(
    discs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vqvae = VQVAE(PRESETS["vqvae"]["tiny"].model)
    save_model(tmp_path / "vqvae", vqvae, vqvae.config, {})
    assert (
        main(["train", "restyler", "--config", "tiny", "--data", str(discs), "--out", str(tmp_path), "image_size=64"]) == 0
    )
    assert "learning from 12 pairs of pictures" in capsys.readouterr().out
    assert load_description(tmp_path / "restyler")["training"]["run"]["image_size"] == 32
    train_restyler(CONFIG, Sources(discs), tmp_path / "without")
    weights = [load_restyler(folder / "restyler").final.weight for folder in (tmp_path, tmp_path / "without")]
    assert not torch.equal(*weights)


def test_only_the_rows_asked_for_are_reconstructed() -> None:
    torch.manual_seed(0)
    vqvae = VQVAE(PRESETS["vqvae"]["tiny"].model).eval()
    pixels = torch.randint(256, (5, 4, 32, 32), dtype=torch.uint8)
    decoded = reconstructions(vqvae, pixels, torch.tensor([1, 3]), noise=0.5)
    assert [torch.equal(*both) for both in zip(decoded, pixels, strict=True)] == [True, False, True, False, True]


def test_pairs_lead_from_a_source_to_another_style_of_the_same_thing() -> None:
    cells = [
        ("fox", "flat"),
        ("fox", "line"),
        ("fox", "3d"),
        ("fox", "noto"),
        ("fox", "flat"),
        ("star", "line"),
        ("ox", ""),
    ]
    subjects = [Subject(concept, {"en": concept}, {"en": []}, style) for concept, style in cells]
    config = RestylerConfig(styles=("3d", "line", "flat"), sources=("flat", "3d"))
    pairs = {tuple(pair) for pair in style_pairs(subjects, config).tolist()}
    assert pairs == {(2, 0, 2), (0, 1, 1), (2, 1, 1), (0, 2, 0)}
    with pytest.raises(DataError, match="nothing was drawn in two of the styles 3d, line, flat"):
        style_pairs(subjects[5:], config)
