"""`python -m multimodal inspect …` on tiny models: the files that it writes, and what stands in them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from multimodal.__main__ import main
from multimodal.checkpoint import save_model
from multimodal.config import RestylerConfig
from multimodal.inspection.codebook import statistics_of
from multimodal.inspection.training_set import write_codebook_statistics
from multimodal.models.restyler import Restyler
from multimodal.pipeline import TextToImagePipeline


@pytest.fixture
def train(tmp_path: Path) -> Path:
    """A table of three pictures of noise, which lie as files beside it."""
    cells = []
    for k, name in enumerate(("fox", "star", "moon")):
        Image.fromarray(np.random.default_rng(k).integers(0, 256, (32, 32, 4), dtype=np.uint8)).save(
            tmp_path / f"{name}.png"
        )
        cells.append({"bytes": (tmp_path / f"{name}.png").read_bytes(), "path": None})
    columns = {"image": cells, "name": ["fox", "star", "moon"], "style": ["noto", "twemoji", "mine"]}
    pq.write_table(pa.table(columns), tmp_path / "train.parquet")
    return tmp_path / "train.parquet"


def inspect(*words: str | Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> dict:
    """The report of a view, which must be the same on the screen and on disk, and must name files that are there."""
    out = checkpoint.parent / "out"
    assert main(["inspect", *map(str, words), "--checkpoint", str(checkpoint), "--out", str(out), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    [written] = out.glob("*.json")
    assert json.loads(written.read_text(encoding="utf-8")) == report
    assert sorted(out.iterdir()) == sorted([written, *map(Path, report["files"])])
    return report


def test_attention(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["attention", "a red fox", "--seed", "7", "--steps", "2", "--layer", "1"]
    report = inspect(*words, checkpoint=checkpoint, capsys=capsys)
    assert (report["prompt"], report["seed"], report["num_inference_steps"]) == ("a red fox", 7, 2)
    assert Path(report["files"][0]).name == "a-red-fox-7-attention.png"
    assert [word["word"] for word in report["words"]] == ["a", "red", "fox"]
    heat = np.array([word["heat"] for word in report["words"]])
    assert heat.shape == (3, 4, 4)
    assert heat.mean(axis=(1, 2)) == pytest.approx([word["share"] for word in report["words"]], abs=1e-5)
    assert sum(word["share"] for word in report["words"]) + report["rest"] == pytest.approx(1, abs=1e-5)
    with Image.open(report["files"][0]) as strip:
        assert strip.size == (4 * 32, 32)
        made = TextToImagePipeline.from_pretrained(checkpoint)("a red fox", seed=7, num_inference_steps=2).images[0]
        assert strip.crop((0, 0, 32, 32)).tobytes() == made.tobytes(), "the strip begins with the picture"


def test_expectation(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = inspect("expectation", "a fox", checkpoint=checkpoint, capsys=capsys)
    assert report["pictures"] == ["mean", "as asked"]  # this checkpoint knows no styles
    with Image.open(report["files"][0]) as strip:
        assert strip.size == (2 * 32, 32)


def test_trajectory(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = inspect("trajectory", "a fox", "--steps", "3", checkpoint=checkpoint, capsys=capsys)
    assert report["times"] == pytest.approx([2 / 3, 1 / 3, 0])
    assert (len(report["changed_codes"]), report["codes"]) == (2, 128)
    assert np.array(report["settled"]).shape == (8, 8)
    strip, animation = report["files"]
    with Image.open(strip) as image:
        assert image.size == (3 * 32, 32)
        made = TextToImagePipeline.from_pretrained(checkpoint)("a fox", num_inference_steps=3).images[0]
        assert image.crop((64, 0, 96, 32)).tobytes() == made.tobytes(), "the last frame is the picture"
    with Image.open(animation) as image:
        assert image.format == "GIF"


def test_restoration(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = inspect("restoration", "a fox", "--steps", "4", "--seed", "3", checkpoint=checkpoint, capsys=capsys)
    assert report["seed"] != report["noise_seed"], "from its own noise a picture would come back by itself"
    assert [one["t"] for one in report["restored"]] == [0, 0.25, 0.5, 0.75]
    assert (report["restored"][0]["psnr"], report["restored"][0]["psnr_without_prompt"]) == (100, 100)
    assert Path(report["files"][0]).name == "a-fox-3-restoration.png"
    with Image.open(report["files"][0]) as strip:
        assert strip.size == (4 * 32, 2 * 32)
        made = TextToImagePipeline.from_pretrained(checkpoint)("a fox", seed=3, num_inference_steps=4).images[0]
        for row in range(2):
            assert strip.crop((0, 32 * row, 32, 32 * row + 32)).tobytes() == made.tobytes(), "t = 0 is the picture"


def test_words(checkpoint: Path, train: Path, capsys: pytest.CaptureFixture[str]) -> None:
    star = train.parent / "star.png"
    assert main(["inspect", "words", str(star), "--checkpoint", str(checkpoint)]) == 1
    assert "this checkpoint has no list of names" in capsys.readouterr().err
    (checkpoint / "dit" / "names.json").write_text(
        '{"en": ["fox", "star", "moon"], "zh": ["狐狸", "", ""]}', encoding="utf-8"
    )
    report = inspect("words", star, "-n", "2", checkpoint=checkpoint, capsys=capsys)
    assert (report["language"], report["names"], report["files"]) == ("en", 3, [])
    first, second = report["found"]
    assert 1 >= first["probability"] >= second["probability"] > 0
    assert {first["name"], second["name"]} < {"fox", "star", "moon"}
    report = inspect("words", star, "--language", "zh", checkpoint=checkpoint, capsys=capsys)
    assert report["found"] == [{"name": "狐狸", "probability": 1}]


def test_provenance(checkpoint: Path, train: Path, capsys: pytest.CaptureFixture[str]) -> None:
    star = train.parent / "star.png"
    report = inspect("provenance", star, "--train", train, "-n", "2", checkpoint=checkpoint, capsys=capsys)
    first, second = report["matches"]
    assert (first["name"], first["distance"], first["quantile"]) == ("star", 0, 0)
    assert (first["author"], first["licence"]) == ("Twitter, Inc and other contributors", "CC BY 4.0")
    assert second["distance"] >= report["usual_distance"] * 0.5 > 0
    assert report["pictures"] == 3
    assert Path(report["files"][0]).name == "star-provenance.png"
    with Image.open(report["files"][0]) as strip:
        assert strip.size == (3 * 32, 32)
        assert strip.crop((0, 0, 32, 32)).tobytes() == strip.crop((32, 0, 64, 32)).tobytes(), "it and its match are one"
    again = inspect("provenance", star, "-n", "2", checkpoint=checkpoint, capsys=capsys)
    assert again == report, "the second time the tables are not needed"


def test_styles(checkpoint: Path, train: Path, capsys: pytest.CaptureFixture[str]) -> None:
    star = train.parent / "star.png"
    assert main(["inspect", "styles", str(star), "--checkpoint", str(checkpoint)]) == 1
    assert "this checkpoint has no restyler" in capsys.readouterr().err
    config = RestylerConfig(styles=("ink", "paint"), widths=(8, 16))
    restyler = Restyler(config)
    for parameter in restyler.parameters():
        torch.nn.init.normal_(parameter, std=0.2)  # at first the styles are one
    save_model(checkpoint / "restyler", restyler, config, {})
    report = inspect("styles", star, checkpoint=checkpoint, capsys=capsys)
    assert report["styles"] == ["ink", "paint"]
    assert [Path(file).name for file in report["files"]] == ["star-style-ink.png", "star-style-paint.png"]
    ink, paint = (Image.open(file) for file in report["files"])
    assert (ink.size, ink.mode) == ((32, 32), "RGBA")
    assert ink.tobytes() != paint.tobytes()


def test_codebook(checkpoint: Path, train: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = inspect("codebook", checkpoint=checkpoint, capsys=capsys)
    assert report["pictures"] == 0
    assert [(group["group"], group["codes"], "usage" in group) for group in report["groups"]] == [
        (1, 16, False),
        (2, 16, False),
    ]
    statistics = write_codebook_statistics(checkpoint, [train])
    report = inspect("codebook", checkpoint=checkpoint, capsys=capsys)
    assert report["pictures"] == 3
    for k, group in enumerate(report["groups"]):
        assert group["usage"] == pytest.approx(statistics.usage[k], abs=1e-4)
        assert group["perplexity"] == pytest.approx(statistics.perplexity[k], abs=0.1)
        assert group["unused"] == [code for code in range(16) if statistics.counts[k, code] == 0]
        assert list(group["styles"]) == ["mine", "noto", "twemoji"]
        for style, (usage, perplexity) in statistics.by_style.items():
            assert group["styles"][style]["usage"] == pytest.approx(usage[k], abs=1e-4)
            assert group["styles"][style]["perplexity"] == pytest.approx(perplexity[k], abs=0.1)
        with Image.open(report["files"][2 * k]) as sheet, Image.open(report["files"][2 * k + 1]) as drawn:
            assert sheet.size == (16 * 4, 4), "16 patches of 4 pixels in a row"
            assert drawn.size == (64 * 4, 64 * 4)
        assert 0 < group["variance_of_map"] <= 1


def test_the_codebook_of_ones_own_pictures(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("fox", "star"):
        Image.new("RGBA", (32, 32), "red").save(folder / f"{name}.png")
    options = ["--checkpoint", str(checkpoint), "--out", str(tmp_path / "out")]
    assert main(["inspect", "codebook", "--train", str(folder), *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": usage")[0] for line in lines[:2]] == ["group 1", "group 2"]
    assert lines[2].endswith(".png"), "there are no styles to speak of"
    statistics = statistics_of(checkpoint)
    assert statistics is not None
    assert (statistics.num_pictures, statistics.counts.sum().item()) == (2, 2 * 2 * 64)
    assert main(["inspect", "code", str(int(statistics.counts[0].argmax())), *options]) == 0
    assert capsys.readouterr().out.splitlines()[0] == f"{int(statistics.counts[0].max())} times"


def test_a_code(checkpoint: Path, train: Path, capsys: pytest.CaptureFixture[str]) -> None:
    statistics = write_codebook_statistics(checkpoint, [train])
    code = int(statistics.counts[1].argmax())
    report = inspect("code", str(code), "--group", "2", checkpoint=checkpoint, capsys=capsys)
    assert report["count"] == statistics.counts[1, code] == sum(map(sum, report["fields"]))
    assert list(report["styles"].values()) == statistics.style_counts[:, 1, code].tolist()
    assert report["beside"] == {"1": statistics.companions(1, code, 0)}
    assert sum(picture["count"] for picture in report["pictures"]) == report["count"], "there are only three pictures"
    with Image.open(report["files"][0]) as image:
        assert image.size == (2 * 8 * 16, 8 * 16)


def test_the_report_of_a_code_is_called_as_its_picture(checkpoint: Path, tmp_path: Path) -> None:
    assert main(["inspect", "code", "1", "--checkpoint", str(checkpoint), "--out", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["code-1-1.json", "code-1-1.png"]


def test_a_language_without_names_is_refused_with_those_that_have_some(
    checkpoint: Path, train: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkpoint / "dit" / "names.json").write_text('{"en": ["fox"], "zh": ["狐狸"]}', encoding="utf-8")
    for words in (["reading", "a fox"], ["words", str(train.parent / "star.png")]):
        assert main(["inspect", *words, "--language", "xx", "--checkpoint", str(checkpoint)]) == 1
        assert "language must be one of en, zh, not 'xx'" in capsys.readouterr().err


def test_tokens(checkpoint: Path, train: Path, capsys: pytest.CaptureFixture[str]) -> None:
    star = train.parent / "star.png"
    report = inspect("tokens", star, checkpoint=checkpoint, capsys=capsys)
    with Image.open(star) as image:
        codes = TextToImagePipeline.from_pretrained(checkpoint).reconstruct(image).codebook_indices
    assert report["codebook_indices"] == codes.tolist()
    assert [Path(file).name for file in report["files"]] == ["star-tokens-1.png", "star-tokens-2.png"]
    with Image.open(report["files"][1]) as drawn:
        cells = np.asarray(drawn.resize((8, 8), Image.Resampling.NEAREST)).reshape(64, 3)
    assert len({tuple(cell) for cell in cells.tolist()}) == len(codes[1].unique()), "one colour per code"


def test_reading(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = inspect("reading", "a (red:1.3) fox", checkpoint=checkpoint, capsys=capsys)
    assert [piece["piece"] for piece in report["pieces"]] == ["a", "red", "fox"]
    assert report["tokens"] == sum(piece["tokens"] for piece in report["pieces"]) <= report["room"]
    assert (report["near"], report["dropped"]) == ([], "")
    assert report["drawn"] == [{"thing": "a (red:1.3) fox", "colors": [], "place": "", "style": ""}]
    (checkpoint / "dit" / "names.json").write_text('{"en": ["fox", "a red fox", "moon"]}', encoding="utf-8")
    options = ["-n", "2", "--other", "a red fox"]
    report = inspect("reading", "a (red:1.3) fox", *options, checkpoint=checkpoint, capsys=capsys)
    assert (report["other"], report["similarity"]) == ("a red fox", pytest.approx(1, abs=1e-5))
    first, second = report["near"]
    assert (first["name"], first["similarity"]) == ("a red fox", pytest.approx(1, abs=1e-5))
    assert second["similarity"] <= 1


def test_reading_of_a_figure(checkpoint: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkpoint / "dit" / "names.json").write_text('{"en": ["fox", "moon"]}', encoding="utf-8")
    report = inspect("reading", "a fox with a blue moon", checkpoint=checkpoint, capsys=capsys)
    assert report["drawn"] == [
        {"thing": "a fox", "colors": [], "place": "", "style": ""},
        {"thing": "moon", "colors": ["blue"], "place": "hand", "style": ""},
    ]


def test_without_json_the_report_is_for_people(
    checkpoint: Path, train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--checkpoint", str(checkpoint), "--out", str(tmp_path / "out")]
    for words, line in (
        (["attention", "红苹果", "--steps", "1"], "%  红苹果\n"),
        (["trajectory", "a fox", "--steps", "2"], "step 2: "),
        (
            ["provenance", str(tmp_path / "star.png"), "--train", str(train)],
            "0.000  star, twemoji (Twemoji, jdecked/twemoji",
        ),
        (["restoration", "a fox", "--steps", "2"], "t = 0: 100.0 dB with the prompt, 100.0 dB without\n"),
        (["codebook"], "the checkpoint has no codebook statistics of its own"),
    ):
        assert main(["inspect", *words, *options]) == 0
        assert line in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["attention", " "], "the prompt is empty"),
        (["attention", "a fox", "--steps", "1", "--layer", "2"], "layer must be a whole number from 0 to 1, not 2"),
        (["code", "16"], "code must be a whole number from 0 to 15"),
        (["reading", " "], "the prompt is empty"),
        (["provenance", "missing.png"], "there is no file missing.png"),
        (["provenance", "missing.png", "-n", "0"], "number must be a whole number from 1 to 100"),
    ],
)
def test_bad_input_is_a_sentence(
    words: list[str], sentence: str, checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", *words, "--checkpoint", str(checkpoint), "--out", str(tmp_path)]) == 1
    assert sentence in capsys.readouterr().err


def test_provenance_without_the_training_pictures_says_what_is_missing(
    checkpoint: Path, train: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["inspect", "provenance", str(train.parent / "fox.png"), "--checkpoint", str(checkpoint)]) == 1
    assert "provenance is missing: the pictures that the models were trained on" in capsys.readouterr().err
