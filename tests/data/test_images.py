"""Captioned pictures from a folder or a table; what is wrong with them is named with its line or row."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from multimodal import rgba
from multimodal.data.captions import load_subjects
from multimodal.data.images import DataError, Pictures, decode_images, fingerprint, load_captioned_images


def test_a_folder_and_a_table_give_the_same(folder: Path, parquet: Path) -> None:
    first, second = load_captioned_images(folder), load_captioned_images(parquet)
    assert list(first["text"]) == list(second["text"]) == ["red disc", "blue disc", "黄色圆"]
    pixels = decode_images(first, 24)
    assert pixels.shape == (3, 4, 24, 24)
    assert pixels.dtype == torch.uint8
    assert torch.equal(pixels, decode_images(second, 24))
    assert pixels[0, :, 12, 12].tolist() == [255, 0, 0, 255]
    assert pixels[1, :, 12, 12].tolist() == [0, 0, 128, 128]  # premultiplied
    assert pixels[0, :, 12, 0].tolist() == [0, 0, 0, 0]


def replace_line(line: bytes) -> Callable[[Path], None]:
    """Put `line` in the place of the second line of metadata.jsonl."""

    def damage(folder: Path) -> None:
        lines = (folder / "metadata.jsonl").read_bytes().splitlines()
        (folder / "metadata.jsonl").write_bytes(b"\n".join([lines[0], line, *lines[2:]]))

    return damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (replace_line(b'{"file_name": "../b.webp", "text": "x"}'), r"line 2: \.\./b.webp lies outside the folder"),
        (replace_line(b'{"file_name": "/etc/passwd", "text": "x"}'), "line 2: /etc/passwd lies outside the folder"),
        (replace_line(b'{"file_name": "none.png", "text": "x"}'), "line 2: there is no file none.png"),
        (replace_line(b'{"file_name": "b.webp", "text": "\xff"}'), "line 2: not UTF-8"),
        (replace_line(b'{"file_name": "b.webp"'), "line 2: needs an object with file_name"),
        (replace_line(b'{"text": "x"}'), "line 2: needs an object with file_name"),
        (replace_line(b'["b.webp"]'), "line 2: needs an object with file_name"),
        (replace_line(b'{"file_name": 5, "text": "x"}'), "line 2: needs an object with file_name"),
        (shutil.rmtree, "there is no data at"),
        (lambda folder: [path.unlink() for path in folder.iterdir()], "pictures"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused_with_its_line(damage: Callable, message: str, folder: Path) -> None:
    load_captioned_images(folder)
    damage(folder)
    with pytest.raises(DataError, match=message):
        load_captioned_images(folder)


@pytest.mark.parametrize("content", [b"no picture", b""])
def test_a_damaged_picture_is_named_with_its_row(content: bytes, folder: Path) -> None:
    (folder / "b.webp").write_bytes(content)
    with pytest.raises(DataError, match=r"row 1 \(.*b.webp\): .*not a PNG, JPEG, WebP or GIF"):
        decode_images(load_captioned_images(folder), 8)


def test_pictures_are_decoded_when_they_are_asked_for_and_the_latest_are_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[tuple[int, int]] = []
    decode = rgba.fit_pixels
    monkeypatch.setattr(rgba, "fit_pixels", lambda image, size: decoded.append(image.size) or decode(image, size))
    table = load_captioned_images(folder)
    pictures = Pictures(table, 8, kept_bytes=2 * 4 * 8 * 8)
    assert (len(pictures), len(decoded)) == (3, 0)
    assert torch.equal(torch.stack([*pictures]), decode_images(table, 8))
    decoded.clear()
    for row in (2, 1, 2, 1, 0):
        assert pictures[row].shape == (4, 8, 8)
    assert len(decoded) == 1


def test_a_row_without_a_picture_is_named(tmp_path: Path, parquet: Path) -> None:
    images = [*pq.read_table(parquet)["image"].to_pylist()[:2], None]
    pq.write_table(pa.table({"image": images, "text": ["a", "b", "c"]}), tmp_path / "gap.parquet")
    with pytest.raises(DataError, match="row 2"):
        decode_images(load_captioned_images(tmp_path / "gap.parquet"), 8)


def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, parquet: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(parquet.read_bytes()[:100])
    with pytest.raises(DataError, match=r"broken.parquet cannot be read"):
        load_captioned_images(broken)
    pq.write_table(pa.table({"picture": [1], "text": ["x"]}), tmp_path / "other.parquet")
    with pytest.raises(DataError, match=r"other.parquet has no column 'image'; it has picture, text"):
        load_captioned_images(tmp_path / "other.parquet")
    pq.write_table(pq.read_table(parquet).slice(0, 0), tmp_path / "empty.parquet")
    with pytest.raises(DataError, match="empty"):
        load_captioned_images(tmp_path / "empty.parquet")


@pytest.mark.parametrize("caption", ["", "  ", None])
def test_an_empty_caption_is_named_with_its_row(caption: str | None, tmp_path: Path, parquet: Path) -> None:
    table = pq.read_table(parquet)
    captions = pa.array(["a", caption, "c"], pa.string())
    pq.write_table(table.set_column(1, "text", captions), tmp_path / "captions.parquet")
    with pytest.raises(DataError, match="row 1 has an empty text"):
        load_subjects(load_captioned_images(tmp_path / "captions.parquet"))


def test_a_table_without_captions_says_what_it_has(tmp_path: Path, parquet: Path) -> None:
    pq.write_table(pq.read_table(parquet).rename_columns(["image", "words"]), tmp_path / "words.parquet")
    with pytest.raises(DataError, match="needs a column name, text or caption; it has image, words"):
        load_subjects(load_captioned_images(tmp_path / "words.parquet"))


def test_numbers_are_captions_and_keywords_may_be_one_text(tmp_path: Path, parquet: Path) -> None:
    columns = {"image": pq.read_table(parquet)["image"], "text": [7, 8, 9], "keywords": ["digit, odd", "", None]}
    pq.write_table(pa.table(columns), tmp_path / "digits.parquet")
    subjects = load_subjects(load_captioned_images(tmp_path / "digits.parquet"))
    assert [subject.name("en") for subject in subjects] == ["7", "8", "9"]
    assert [subject.keywords["en"] for subject in subjects] == [["digit", "odd"], [], []]


def test_subjects_take_names_and_keywords_of_other_languages(tmp_path: Path, parquet: Path) -> None:
    table = pa.table(
        {
            "image": pq.read_table(parquet)["image"],
            "name": ["red apple", "green apple", "star"],
            "base": ["apple", "apple", None],
            "codepoints": ["1f34e", "1f34f", "2b50"],
            "keywords": [["fruit"], ["fruit"], None],
            "style": ["3d", None, "flat"],
        }
    )
    pq.write_table(table, tmp_path / "table.parquet")
    names = pa.table({"codepoints": ["1f34e"], "language": ["zh"], "name": ["红苹果"], "keywords": [["水果"]]})
    pq.write_table(names, tmp_path / "names.parquet")
    subjects = load_subjects(load_captioned_images(tmp_path / "table.parquet"), tmp_path / "names.parquet")
    assert [subject.concept for subject in subjects] == ["apple", "apple", "star"]
    assert subjects[0].names == {"en": "red apple", "zh": "红苹果"}
    assert subjects[0].keywords == {"en": ["fruit"], "zh": ["水果"]}
    assert subjects[1].name("zh") == "green apple"  # English, where there is no other
    assert [subject.style for subject in subjects] == ["3d", "", "flat"]
    assert [subject.character for subject in subjects] == ["🍎", "🍏", "⭐"]
    with pytest.raises(DataError, match="there is no table of names"):
        load_subjects(load_captioned_images(tmp_path / "table.parquet"), tmp_path / "none.parquet")


def test_names_in_other_languages_are_those_of_the_concept_without_a_skin_tone(tmp_path: Path, parquet: Path) -> None:
    image = pq.read_table(parquet)["image"]
    codepoints = ["1f468-1f3fb", "1f468-1f3ff", "2b50"]
    table = {"image": image, "name": ["man", "man", "star"], "base": ["1f468", "1f468", None], "codepoints": codepoints}
    pq.write_table(pa.table(table), tmp_path / "table.parquet")
    names = {"codepoints": ["1f468-1f3fb", "1f468", "2b50"], "language": ["de"] * 3, "keywords": [[]] * 3}
    pq.write_table(pa.table(names | {"name": ["Mann: helle Hautfarbe", "Mann", "Stern"]}), tmp_path / "names.parquet")
    subjects = load_subjects(load_captioned_images(tmp_path / "table.parquet"), tmp_path / "names.parquet")
    assert [subject.name("de") for subject in subjects] == ["Mann", "Mann", "Stern"]


def test_a_csv_names_pictures_too_with_keywords_separated_by_commas(folder: Path) -> None:
    expected = load_captioned_images(folder)
    (folder / "metadata.jsonl").unlink()
    lines = ["file_name,text,keywords", 'a.png,red disc,"round, red"', "b.webp,blue disc,", "c.jpg,黄色圆,"]
    (folder / "metadata.csv").write_text("\n".join(lines), encoding="utf-8-sig")  # as spreadsheets write it
    table = load_captioned_images(folder)
    assert list(table["text"]) == list(expected["text"])
    assert torch.equal(decode_images(table, 8), decode_images(expected, 8))
    assert load_subjects(table)[0].keywords == {"en": ["round", "red"]}
    (folder / "metadata.csv").write_text("file_name,text\na.png,red, round", encoding="utf-8")
    with pytest.raises(DataError, match="line 2: has more cells"):
        load_captioned_images(folder)
    (folder / "metadata.csv").write_text("file_name,text\n../a.png,red", encoding="utf-8")
    with pytest.raises(DataError, match=r"line 2: .*outside the folder"):
        load_captioned_images(folder)
    (folder / "metadata.csv").write_text('file_name,text\na.png,"' + "red " * 50_000, encoding="utf-8")
    with pytest.raises(DataError, match=r"is no CSV \(field larger than .*\): is a quotation mark left open"):
        load_captioned_images(folder)


def test_without_metadata_captions_are_in_text_files_or_names(folder: Path) -> None:
    (folder / "metadata.jsonl").unlink()
    (folder / "a.png").rename(folder / "red_disc (2).png")
    (folder / "b.webp").rename(folder / "0012.webp")
    (folder / "0012.webp").with_suffix(".txt").write_text("a blue disc,\n half transparent\n", encoding="utf-8")
    (folder / "yellow-circle").mkdir()
    (folder / "c.jpg").rename(folder / "yellow-circle" / "7.JPG")
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "notes.txt").write_text("no picture beside it")
    table = load_captioned_images(folder)
    assert list(table["text"]) == ["a blue disc, half transparent", "red disc", "yellow circle"]
    assert [subject.concept for subject in load_subjects(table)] == list(table["text"])
    assert decode_images(table, 8).shape == (3, 4, 8, 8)
    (folder / "0012.txt").write_bytes(b"\xff")
    with pytest.raises(DataError, match=r"0012.txt: not UTF-8"):
        load_captioned_images(folder)
    (folder / "0012.txt").write_bytes(b" \n")
    with pytest.raises(DataError, match=r"0012.txt: has no caption"):
        load_captioned_images(folder)


def test_a_name_that_is_a_number_alone_is_the_caption(folder: Path) -> None:
    (folder / "metadata.jsonl").unlink()
    (folder / "a.png").rename(folder / "(1).png")
    (folder / "b.webp").rename(folder / "7.webp")
    (folder / "c.jpg").rename(folder / "_8 (2).jpg")
    assert [subject.concept for subject in load_subjects(load_captioned_images(folder))] == ["(1)", "7", "8"]


def test_metadata_in_a_sub_folder_is_not_overlooked(folder: Path) -> None:
    with pytest.raises(DataError, match=r"metadata.jsonl: lies in a sub-folder.* give .*pictures as the folder"):
        load_captioned_images(folder.parent)


def test_columns_that_only_some_lines_have_are_kept(folder: Path) -> None:
    replace_line(b'{"file_name": "b.webp", "text": "blue disc", "style": "flat"}')(folder)
    assert [subject.style for subject in load_subjects(load_captioned_images(folder))] == ["", "flat", ""]


def test_a_fingerprint_tells_data_apart() -> None:
    pixels = torch.arange(2 * 4 * 3 * 3, dtype=torch.uint8).view(2, 4, 3, 3)
    prints = {fingerprint(pixels), fingerprint(pixels.flip(0)), fingerprint(pixels, "a"), fingerprint(pixels, "b")}
    assert len(prints) == 4
    assert fingerprint(pixels.flip(0).flip(0), "a") in prints
