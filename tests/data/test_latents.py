"""The latent cache: shards that several processes write, each once, made anew when what they depend on has changed."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from multimodal.data import composition
from multimodal.data.captions import Subject
from multimodal.data.images import fingerprint
from multimodal.data.latents import LatentCache, Rows

PIXELS = (torch.arange(5 * 4 * 16 * 16) % 251).to(torch.uint8).view(5, 4, 16, 16)
SUBJECTS = [Subject(name, {"en": name}, {}) for name in "abcde"]


class Encoder:
    """Counts the pictures it is given, up to where it fails; the indices say which picture they are from."""

    def __init__(self, last: int = 1000) -> None:
        self.pictures, self.last = 0, last

    def __call__(self, pictures: Tensor) -> Tensor:
        self.pictures += len(pictures)
        if self.pictures > self.last:
            raise InterruptedError
        return pictures[:, :2, :2, :2].long() + 300  # more than a byte holds


def open_cache(root: Path, key: str = "k", pixels: Tensor = PIXELS, num_composites: int = 3) -> LatentCache:
    return LatentCache(root, fingerprint(pixels, key), pixels, SUBJECTS[: len(pixels)], num_composites, shard_rows=3)


def make(root: Path, encoder: Encoder, **changes: object) -> Tensor:
    cache = open_cache(root, **changes)
    cache.write(encoder, batch_size=2)
    rows = cache.read()
    return rows[torch.arange(len(rows))]


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.glob("*/*"))


def test_pictures_come_first_then_composites_and_the_second_time_from_the_shards(tmp_path: Path) -> None:
    encoder, root = Encoder(), tmp_path / "run" / "latents"
    made = make(root, encoder)
    assert encoder.pictures == 5 + 3
    assert made.shape == (8, 2, 2, 2)
    assert torch.equal(made[:5].long(), PIXELS[:, :2, :2, :2].long() + 300)
    assert torch.equal(make(root, encoder), made)
    assert encoder.pictures == 5 + 3
    assert files(root) == [f"0000{k}.safetensors" for k in range(3)]


def test_no_shard_is_begun_after_the_deadline(tmp_path: Path) -> None:
    encoder = Encoder()
    cache = LatentCache(tmp_path, "key", PIXELS, SUBJECTS, 3, shard_rows=3)
    assert not cache.write(encoder, deadline=0)
    assert encoder.pictures == 0
    assert cache.write(encoder)


def test_processes_write_the_shards_that_one_would_write(tmp_path: Path) -> None:
    make(tmp_path / "one", Encoder())
    encoders = Encoder(), Encoder()
    for process in (1, 0):
        open_cache(tmp_path / "two").write(encoders[process], process, 2)
    assert [encoder.pictures for encoder in encoders] == [3 + 2, 3]
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).glob("*/*")} for name in ("one", "two"))
    assert one == two


def test_a_run_that_was_killed_goes_on_with_the_missing_shards(tmp_path: Path) -> None:
    with pytest.raises(InterruptedError):
        make(tmp_path, Encoder(last=5))
    assert files(tmp_path) == ["00000.safetensors"]
    encoder = Encoder()
    made = make(tmp_path, encoder)
    assert encoder.pictures == 5
    assert torch.equal(made, make(tmp_path / "whole", Encoder()))


def test_a_killed_write_is_no_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", lambda *_: Encoder(0)(PIXELS))
        with pytest.raises(InterruptedError):
            make(tmp_path, Encoder())
    assert files(tmp_path) == ["00000.tmp"]
    assert torch.equal(make(tmp_path, Encoder()), make(tmp_path / "whole", Encoder()))
    assert files(tmp_path)[:3] == [f"0000{k}.safetensors" for k in range(3)]


@pytest.mark.parametrize(
    "change",
    [{"key": "other"}, {"num_composites": 4}, {"pixels": PIXELS[:4]}, {"pixels": PIXELS.flip(0)}],
    ids=lambda change: "".join(change),
)
def test_another_key_other_pictures_or_composites_make_them_anew(change: dict, tmp_path: Path) -> None:
    make(tmp_path / "run", Encoder())
    again, fresh = Encoder(), Encoder()
    made = make(tmp_path / "run", again, **change)
    expected = make(tmp_path / "other", fresh, **change)
    assert again.pictures == fresh.pictures
    assert torch.equal(made, expected)
    assert len(list((tmp_path / "run").iterdir())) == 1  # the old ones are gone


@pytest.mark.parametrize(
    ("name", "value"),
    [("recolor", lambda picture, _: 255 - picture), ("KINDS", {"count": 1})],
    ids=["paint", "choose"],
)
def test_composites_painted_or_chosen_otherwise_are_encoded_anew(
    name: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = torch.zeros(5, 4, 16, 16, dtype=torch.uint8)
    pixels[:, [0, 3]] = 255  # red things, which can be turned to other colours
    before = open_cache(tmp_path, pixels=pixels, num_composites=64)
    assert "colored" in {composite.kind for composite in before.composites}
    monkeypatch.setattr(composition, name, value)
    assert open_cache(tmp_path, pixels=pixels, num_composites=64).folder != before.folder


def test_rows_of_several_tensors_are_as_those_of_one() -> None:
    whole = torch.randn(9, 2)
    rows = Rows([whole[:4], whole[4:4], whole[4:5], whole[5:]])
    order = torch.tensor([8, 0, 3, 4, 5, 4])
    assert len(rows) == 9
    assert torch.equal(rows[order], whole[order])
