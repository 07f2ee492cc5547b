"""The latent cache is made once, and made anew when what it depends on has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from multimodal.data.captions import Subject
from multimodal.data.latents import LatentCache, load_or_make_latents

PIXELS = (torch.arange(5 * 4 * 16 * 16) % 251).to(torch.uint8).view(5, 4, 16, 16)
SUBJECTS = [Subject(name, {"en": name}, {}) for name in "abcde"]


class Encoder:
    """Counts its calls; the indices say which picture they are from."""

    def __init__(self) -> None:
        self.pictures = 0

    def __call__(self, pictures: Tensor) -> Tensor:
        self.pictures += len(pictures)
        return pictures[:, :2, :2, :2].long() + 300  # more than a byte holds


def make(path: Path, encoder: Encoder, key: str = "k", pixels: Tensor = PIXELS, num_composites: int = 3) -> LatentCache:
    return load_or_make_latents(path, key, pixels, SUBJECTS[: len(pixels)], num_composites, encoder, batch_size=2)


def test_pictures_come_first_then_composites_and_the_second_time_from_the_file(tmp_path: Path) -> None:
    encoder, path = Encoder(), tmp_path / "cache" / "latents.safetensors"
    made = make(path, encoder)
    assert encoder.pictures == 5 + 3
    assert made.codebook_indices.shape == (8, 2, 2, 2)
    assert torch.equal(made.codebook_indices[:5].long(), PIXELS[:, :2, :2, :2].long() + 300)
    assert len(made.composites) == 3
    loaded = make(path, encoder)
    assert encoder.pictures == 5 + 3
    assert torch.equal(loaded.codebook_indices, made.codebook_indices)
    assert loaded.composites == made.composites
    assert [path.name for path in path.parent.iterdir()] == ["latents.safetensors"]


@pytest.mark.parametrize(
    "change",
    [{"key": "other"}, {"num_composites": 4}, {"pixels": PIXELS[:4]}, {"pixels": PIXELS.flip(0)}],
    ids=lambda change: "".join(change),
)
def test_another_key_other_pictures_or_composites_make_it_anew(change: dict, tmp_path: Path) -> None:
    make(tmp_path / "latents", Encoder())
    again, fresh = Encoder(), Encoder()
    made = make(tmp_path / "latents", again, **change)
    expected = make(tmp_path / "other", fresh, **change)
    assert again.pictures == fresh.pictures
    assert torch.equal(made.codebook_indices, expected.codebook_indices)
