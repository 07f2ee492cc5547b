"""Tables of training pictures as codes, and the statistics of these."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image

from multimodal.checkpoint import load_vqvae
from multimodal.data.images import DataError
from multimodal.encoding import encode_pictures
from multimodal.inspection.codebook import statistics_of
from multimodal.inspection.training_set import encode_training_pictures, write_codebook_statistics
from multimodal.rgba import fit_pixels


def write_folder(folder: Path, *rows: dict[str, str]) -> Path:
    folder.mkdir()
    for k, row in enumerate(rows):
        Image.new("RGBA", (32, 32), (255 - 40 * k, 40 * k, 80, 255)).save(folder / f"{k}.png")
        with (folder / "metadata.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"file_name": f"{k}.png", **row}) + "\n")
    return folder


def test_pictures_are_encoded_with_their_names_and_styles(tiny_checkpoint: Path, tmp_path: Path) -> None:
    styled = write_folder(tmp_path / "styled", {"name": "fox", "style": "flat"}, {"name": "star"})
    plain = write_folder(tmp_path / "plain", {"caption": "a moon"})
    vqvae = load_vqvae(tiny_checkpoint / "vqvae")
    pictures = encode_training_pictures(vqvae, [styled, plain])
    assert (pictures.names, pictures.styles) == (["fox", "star", "a moon"], ["flat", "", ""])
    with Image.open(plain / "0.png") as image:
        assert torch.equal(pictures.codebook_indices[2:], encode_pictures(vqvae, fit_pixels(image, 32)[None]))
    with pytest.raises(DataError, match="has no column name, text, caption"):
        encode_training_pictures(vqvae, [write_folder(tmp_path / "nameless", {"label": "x"})])


def test_statistics_are_those_of_the_codes_and_go_into_the_checkpoint(tiny_checkpoint: Path, tmp_path: Path) -> None:
    checkpoint = Path(shutil.copytree(tiny_checkpoint, tmp_path / "checkpoint"))
    folder = write_folder(tmp_path / "pictures", {"text": "a fox"}, {"text": "a star"})
    statistics = write_codebook_statistics(checkpoint, [folder, folder])
    assert (statistics.num_pictures, statistics.styles) == (4, [""])
    config = load_vqvae(checkpoint / "vqvae").config
    assert statistics.counts.sum(dim=1).tolist() == [4 * config.latent_size**2] * config.groups
    kept = statistics_of(checkpoint)
    assert kept is not None
    assert torch.equal(kept.counts, statistics.counts)
