"""Provenance: a training picture finds itself, and a stranger is as far as strangers are."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.checkpoint import load_vqvae
from multimodal.data.images import DataError
from multimodal.inspection.provenance import (
    FOLDER,
    Provenance,
    index_training_pictures,
    load_training_pictures,
)
from multimodal.inspection.training_set import SOURCES, TrainingPictures
from multimodal.models.vqvae import VQVAE
from multimodal.pipeline import TextToImagePipeline
from multimodal.tensor_folder import CheckpointError

NUMBER = 40


@pytest.fixture(scope="module")
def vqvae(tiny_checkpoint: Path) -> VQVAE:
    return load_vqvae(tiny_checkpoint / "vqvae")


@pytest.fixture(scope="module")
def indices() -> Tensor:
    return torch.randint(0, 16, (NUMBER, 2, 8, 8), generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def provenance(vqvae: VQVAE, indices: Tensor) -> Provenance:
    """Twenty emoji in two styles each."""
    names = [f"emoji {k // 2}" for k in range(NUMBER)]
    return Provenance(vqvae, TrainingPictures(indices, names, ["noto", "mine"] * (NUMBER // 2)))


def test_each_training_picture_finds_itself_first_at_distance_zero(provenance: Provenance, indices: Tensor) -> None:
    for row in range(NUMBER):
        first, second = provenance.nearest(indices[row], count=2)
        assert (first.row, first.name, first.style) == (row, f"emoji {row // 2}", ["noto", "mine"][row % 2])
        assert first.distance == first.quantile == 0
        assert second.distance > 0


def test_matches_carry_their_licence(provenance: Provenance, indices: Tensor) -> None:
    noto, mine = (provenance.nearest(indices[row], count=1)[0] for row in (0, 1))
    assert (noto.source, noto.author, noto.licence) == SOURCES["noto"]
    assert (mine.source, mine.author, mine.licence) == ("", "", "")


def test_distances_are_those_of_latents_and_rise(provenance: Provenance, vqvae: VQVAE, indices: Tensor) -> None:
    query = indices[3].clone()
    query[:, :4] = indices[17, :, :4]
    matches = provenance.nearest(query, count=NUMBER)
    assert [match.distance for match in matches] == sorted(match.distance for match in matches)
    latents = vqvae.lookup(torch.cat([query[None], indices]))
    by_hand = (latents[1:] - latents[0]).square().mean(dim=(1, 2, 3)).sqrt().sort().values
    torch.testing.assert_close(torch.tensor([match.distance for match in matches]), by_hand)


def test_usual_is_the_distance_to_the_nearest_picture_of_another_name(
    provenance: Provenance, vqvae: VQVAE, indices: Tensor
) -> None:
    latents = vqvae.lookup(indices).flatten(1)
    by_hand = sorted(
        min(
            float((latents[a] - latents[b]).square().mean().sqrt())
            for b in range(NUMBER)
            if a // 2 != b // 2  # another style of the same emoji is no other emoji
        )
        for a in range(NUMBER)
    )
    torch.testing.assert_close(provenance.usual, torch.tensor(by_hand), rtol=1e-4, atol=1e-4)
    stranger = torch.randint(0, 16, (2, 8, 8), generator=torch.Generator().manual_seed(9))
    match = provenance.nearest(stranger, count=NUMBER)[-1]
    assert match.quantile == 1, "the farthest of all is farther than the nearest other emoji of any"
    near = indices[5].clone()
    near[0, 0, 0] = (near[0, 0, 0] + 1) % 16
    assert 0 < provenance.nearest(near)[0].distance < provenance.usual[0]
    assert provenance.nearest(near)[0].quantile == 0


def test_one_name_only_is_refused(vqvae: VQVAE, indices: Tensor) -> None:
    with pytest.raises(ValueError, match="at least two different names"):
        Provenance(vqvae, TrainingPictures(indices, ["fox"] * NUMBER, [""] * NUMBER))


def write_table(path: Path, names: dict[str, list[str]]) -> list[Image.Image]:
    pictures, cells = [], []
    for k in range(6):
        noise = np.random.default_rng(k).integers(0, 256, (32, 32, 4), dtype=np.uint8)
        picture = Image.fromarray(noise)
        buffer = io.BytesIO()
        picture.save(buffer, format="PNG")
        pictures.append(picture)
        cells.append({"bytes": buffer.getvalue(), "path": f"{k}.png"})
    pq.write_table(pa.table({"image": cells, **names}), path)
    return pictures


def test_a_table_is_indexed_kept_and_searched_with_a_picture(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="provenance is missing: the pictures"):
        load_training_pictures(checkpoint)
    pictures = write_table(tmp_path / "train.parquet", {"text": [f"emoji {k}" for k in range(6)]})
    made = index_training_pictures(checkpoint, [tmp_path / "train.parquet"])
    loaded = load_training_pictures(checkpoint)
    assert torch.equal(loaded.codebook_indices, made.codebook_indices)
    assert (loaded.names, loaded.styles) == ([f"emoji {k}" for k in range(6)], [""] * 6)
    pipeline = TextToImagePipeline.from_pretrained(checkpoint)
    rgba.save_png(pictures[4], tmp_path / "four.png")
    output = pipeline.reconstruct(rgba.open_image(tmp_path / "four.png"))
    first = Provenance(pipeline.vqvae, loaded).nearest(output.codebook_indices)[0]
    assert (first.name, first.distance) == ("emoji 4", 0)


def test_what_does_not_fit_gets_a_sentence(checkpoint: Path, tmp_path: Path) -> None:
    write_table(tmp_path / "nameless.parquet", {"label": ["x"] * 6})
    with pytest.raises(DataError, match="has no column name, text, caption"):
        index_training_pictures(checkpoint, [tmp_path / "nameless.parquet"])
    write_table(tmp_path / "train.parquet", {"name": [f"emoji {k}" for k in range(6)], "style": ["noto"] * 6})
    index_training_pictures(checkpoint, [tmp_path / "train.parquet"])
    write_table(tmp_path / "foxes.parquet", {"name": ["fox"] * 6})
    with pytest.raises(ValueError, match="at least two different names"):
        index_training_pictures(checkpoint, [tmp_path / "foxes.parquet"])
    assert load_training_pictures(checkpoint).names[5] == "emoji 5", "what was there stays"
    config = checkpoint / "vqvae" / "config.json"
    text = config.read_text()
    config.write_text(text.replace('"model.safetensors": "', '"model.safetensors": "0'))
    with pytest.raises(CheckpointError, match="made with another VQ-VAE"):
        load_training_pictures(checkpoint)
    config.write_text(text)
    words = checkpoint / FOLDER / "pictures.json"
    words.write_text(words.read_text().replace("emoji 3", "emoji 9"))
    with pytest.raises(CheckpointError, match=r"pictures\.json is damaged"):
        load_training_pictures(checkpoint)
