"""Tar files of pictures and captions, and data sets of the hub, which a function plays here."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import load_dataset
from PIL import Image

from multimodal.data import images
from multimodal.data.captions import load_subjects
from multimodal.data.check import check_dataset
from multimodal.data.images import DataError, decode_images, load_captioned_images


def write_tar(path: Path, files: dict[str, bytes | str]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def picture(color: str, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Two tar files, in which captions are given in both ways, and some files are to be passed over."""
    folder = tmp_path / "shards"
    folder.mkdir()
    more = json.dumps({"caption": "blue square", "style": "flat", "keywords": ["blue"], "width": 8})
    first = {"a/1.png": picture("red"), "a/1.txt": "a red\n square ", "a/2.JPG": picture("blue", "JPEG"), "a/2.json": more}
    write_tar(
        folder / "0.tar", {**first, "a/2.cls": "7", "a/._2.png": "Finder", "a/3.mask.png": "", "a/3.png": picture("lime")}
    )
    write_tar(folder / "1.tar", {"a/1.webp": picture("white", "WEBP"), "a/1.json": '{"text": "白色"}', "a/1.txt": "other"})
    return folder


def test_tar_files_are_read_in_their_order_with_both_kinds_of_captions(shards: Path) -> None:
    table = load_captioned_images(shards)
    assert list(table["text"]) == ["a red square", "blue square", "", "白色"]
    pixels = decode_images(table, 4)
    assert [tuple(pixel) for pixel in pixels[:, :3, 0, 0].tolist()][::2] == [(255, 0, 0), (0, 255, 0)]
    assert list(table["keywords"])[1] == ["blue"]
    assert load_captioned_images(shards / "1.tar")["text"][:] == ["白色"]
    with pytest.raises(DataError, match="row 2 has an empty text"):
        load_subjects(table)
    assert [one.style for one in load_subjects(table.select([0, 1]))] == ["", "flat"]


def test_a_changed_tar_file_is_read_anew(shards: Path) -> None:
    before = list(load_captioned_images(shards / "1.tar")["text"])
    write_tar(shards / "1.tar", {"b.png": picture("black"), "b.txt": "black"})
    assert (before, list(load_captioned_images(shards / "1.tar")["text"])) == (["白色"], ["black"])


def test_the_look_through_a_data_set_takes_tar_files_too(shards: Path) -> None:
    report = check_dataset(shards)
    assert (report.pictures, report.captions) == (3, 3)
    assert len(report.problems) == 1
    assert report.problems[0].endswith("0.tar: a/3.png): has an empty caption")


def test_pictures_without_any_caption_are_for_the_vqvae_alone(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "bare.tar", {"1.png": picture("red")})
    assert load_captioned_images(path).column_names == ["image"]
    assert "only the VQ-VAE and super-resolution" in " ".join(check_dataset(path).lines())


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "x/../../a.png", "C:\\\\a.png", "..\\\\a.png"])
def test_a_name_that_leads_out_of_a_tar_file_is_refused(name: str, tmp_path: Path) -> None:
    path = write_tar(tmp_path / "evil.tar", {"a.png": picture("red"), name: picture("red")})
    with pytest.raises(DataError, match="lies outside; names must be relative"):
        load_captioned_images(path)


def test_links_in_a_tar_file_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(picture("red"))
    with tarfile.open(tmp_path / "links.tar", "w") as tar:
        for name, kind in (("a.png", tarfile.SYMTYPE), ("b.png", tarfile.LNKTYPE)):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, str(tmp_path / "secret.png")
            tar.addfile(link)
    with pytest.raises(DataError, match="there are no pictures in it"):
        load_captioned_images(tmp_path / "links.tar")


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a.txt": "alone"}, r"broken.tar: a has no PNG, JPEG or WebP picture, only \.txt"),
        ({"a.png": b"", "a.txt": b"\xff"}, "broken.tar: a: its caption is not UTF-8"),
        ({"a.png": b"", "a.json": "{"}, "broken.tar: a: its .json is damaged"),
        ({"a.png": b"", "a.json": "[1]"}, "broken.tar: a: its .json is no object"),
        ({"a.png": b"", "a.json": '{"style": true}'}, "broken.tar: a: in its .json style must be a text, not True"),
    ],
)
def test_what_is_wrong_in_a_tar_file_is_named_with_its_place(files: dict[str, Any], told: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=told):
        load_captioned_images(write_tar(tmp_path / "broken.tar", files))


@pytest.mark.parametrize("keep", [100, 700])
def test_a_damaged_tar_file_is_named(keep: int, shards: Path) -> None:
    (shards / "1.tar").write_bytes((shards / "0.tar").read_bytes()[:keep])
    with pytest.raises(DataError, match=r"1\.tar is damaged, or no tar file"):
        load_captioned_images(shards)


def test_tar_files_among_pictures_are_reported_as_left_out(shards: Path) -> None:
    (shards / "star.png").write_bytes(picture("yellow"))
    report = check_dataset(shards)
    assert report.pictures == 1
    assert any("left out" in note and "0.tar, 1.tar" in note for note in report.notes)


def test_a_data_set_of_the_hub_is_loaded_by_its_id(shards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str, split: str) -> Any:
        if name != "someone/squares":
            raise FileNotFoundError(f"the hub has no {name}")
        write_tar(shards / "0.tar", {"1.png": picture("red"), "1.txt": "red", "2.png": picture("blue"), "2.txt": "blue"})
        return load_dataset("webdataset", data_files={split: str(shards / "0.tar")}, split=split)

    monkeypatch.setattr(images, "load_dataset", load)
    monkeypatch.chdir(shards)
    table = load_captioned_images("someone/squares")
    assert list(table["text"]) == ["red", "blue"]
    assert torch.equal(decode_images(table, 4)[:, :3, 0, 0], torch.tensor([[255, 0, 0], [0, 0, 255]], dtype=torch.uint8))
    assert check_dataset(Path("someone/squares")).pictures == 2
    with pytest.raises(DataError, match="someone/else cannot be read as captioned pictures: the hub has no someone/else"):
        load_captioned_images("someone/else")
