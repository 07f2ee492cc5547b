"""The look through a data set: everything is counted, and everything that is wrong is named at once."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image
from pyarrow import Table

from multimodal.__main__ import main
from multimodal.data.captions import load_subjects
from multimodal.data.check import check_dataset
from multimodal.data.images import DataError, load_captioned_images


def test_a_folder_and_a_table_are_counted_alike(folder: Path, parquet: Path) -> None:
    for path in (folder, parquet):
        report = check_dataset(path)
        assert (report.pictures, report.captions, report.problems, report.duplicates) == (3, 3, [], [])
        assert report.sizes == {"48 x 40": 3}
        assert report.modes == {"RGBA": 2, "RGB": 1}
        assert [sample["caption"] for sample in report.samples] == ["red disc", "blue disc", "黄色圆"]
        assert report.images[0].getpixel((64, 64)) == (255, 0, 0, 255)
        assert not any(line.startswith("problem") for line in report.lines())


def test_pictures_with_the_same_pixels_are_named_together(folder: Path) -> None:
    (folder / "metadata.jsonl").unlink()
    with Image.open(folder / "a.png") as image:
        pixels = image.copy()
    pixels.putpixel((0, 0), (9, 9, 9, 0))  # under full transparency, where it is not seen
    pixels.save(folder / "d.webp", lossless=True, exact=True)
    pixels.putpixel((0, 0), (9, 9, 9, 255))
    pixels.save(folder / "e.png")
    report = check_dataset(folder)
    assert report.duplicates == [[str(folder / "a.png"), str(folder / "d.webp")]]
    assert any(line.startswith("same pixels") and "count 2 times" in line for line in report.lines())


def test_all_problems_are_named_at_once_with_their_lines(folder: Path) -> None:
    (folder / "b.webp").write_bytes((folder / "b.webp").read_bytes()[:30])
    with (folder / "metadata.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"file_name": "../a.png", "text": "x"}\n{"file_name": "C:\\\\a.png", "text": "x"}\n')
        file.write('{"file_name": "a.png", "text": " "}\nno json\n')
    Image.new("RGB", (4, 4)).save(folder / "unnamed.png")
    report = check_dataset(folder)
    assert report.pictures == 2
    for number, words in ((2, "b.webp"), (4, "outside the folder"), (5, "outside"), (6, "empty caption"), (7, "an object")):
        assert [problem for problem in report.problems if f"line {number}:" in problem and words in problem], number
    assert len(report.problems) == 5
    assert any("left out" in note and "unnamed.png" in note for note in report.notes)
    assert "training refuses this data" in report.lines()[-1]


def test_what_is_no_problem_here_is_none_in_training(folder: Path) -> None:
    lines = ['{"file_name": "a.png", "text": 0}', '{"file_name": "b.webp", "text": "one"}', "", ""]
    (folder / "metadata.jsonl").write_text("\n".join(lines), encoding="utf-8")
    report = check_dataset(folder)
    assert (report.problems, [sample["caption"] for sample in report.samples]) == ([], ["0", "one"])
    assert [subject.name("en") for subject in load_subjects(load_captioned_images(folder))] == ["0", "one"]


USED = {"text": "a", "style": 3, "keywords": "round, red"}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (USED | {"keywords": [1, 2]}, ""),
        (USED | {"keywords": 7, "text": 8, "extra": {"nested": [1]}}, ""),
        (USED | {"keywords": True}, "keywords must be a text, not True"),
        (USED | {"keywords": [["a"]]}, r"keywords must be a text, not \['a'\]"),
        (USED | {"keywords": {"a": "b"}}, "keywords must be a text"),
        (USED | {"codepoints": True}, "codepoints must be a text, not True"),
        (USED | {"style": ["ink"]}, r"style must be a text, not \['ink'\]"),
        (USED | {"text": ["a"]}, r"text must be a text, not \['a'\]"),
    ],
)
@pytest.mark.parametrize("kind", ["folder", "parquet"])
def test_what_metadata_may_say_is_the_same_here_and_in_training(
    values: dict[str, Any], problem: str, kind: str, folder: Path, tmp_path: Path
) -> None:
    lines = [{"file_name": "a.png", "text": "one", "extra": "a"}, {"file_name": "b.webp", **values}]
    path = folder
    if kind == "folder":
        (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    else:
        path = tmp_path / "table.parquet"
        table = Table.from_pylist([{"image": {"bytes": (folder / "b.webp").read_bytes(), "path": None}, **values}])
        pq.write_table(table, path)
    report = check_dataset(path)
    assert len(report.problems) == bool(problem)
    if problem:
        assert re.search(problem, report.problems[0])
        with pytest.raises(DataError, match=problem):
            load_subjects(load_captioned_images(path))
    else:
        assert load_subjects(load_captioned_images(path))[-1].style == "3"


def test_where_captions_come_from_is_said(folder: Path) -> None:
    (folder / "metadata.jsonl").unlink()
    (folder / "a.txt").write_text("a red disc")
    (folder / "LICENSE").write_text("")
    notes = check_dataset(folder).notes
    assert notes[0] == "captions are taken from .txt files (1), names of files (2)"
    assert notes[1] == "without a .txt file, so that another name is the caption: b.webp, c.jpg"
    assert notes[2].endswith(": LICENSE")


def test_captions_that_are_nowhere_are_missed_once(folder: Path) -> None:
    (folder / "metadata.jsonl").write_text('{"file_name": "a.png"}')
    report = check_dataset(folder)
    assert (report.pictures, report.captions, report.problems) == (1, 0, [])
    assert any("only the VQ-VAE" in note for note in report.notes)


def test_no_pictures_at_all_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_bytes(b"GIF89a")
    with pytest.raises(DataError, match="holds no pictures"):
        check_dataset(tmp_path)
    with pytest.raises(DataError, match="there is no data at"):
        check_dataset(tmp_path / "none.parquet")


def test_the_command_reports_and_writes_a_sheet(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "sheet.png"
    assert main(["dataset", str(folder), "--json", "--sheet", str(sheet)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["pictures"], report["captions"], len(report["samples"])) == (3, 3, 3)
    with Image.open(sheet) as image:
        assert image.size == (3 * 132 + 4, 136)
        assert image.getpixel((68, 68)) == (255, 0, 0)
    (folder / "c.jpg").write_bytes(b"")
    assert main(["dataset", str(folder)]) == 1
    captured = capsys.readouterr()
    assert "line 3: c.jpg is not a PNG, JPEG, WebP or GIF picture" in captured.out
    assert "there are problems" in captured.err
