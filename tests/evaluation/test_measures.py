"""Which measures are taken of what there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from multimodal.data.images import DataError
from multimodal.evaluation.measures import MEASURES, Evaluation
from multimodal.evaluation.sampling import Sampling


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A folder with all the parts that measures ask for, none of which is opened before it is used."""
    for part in ("judge", "super_resolution"):
        (tmp_path / "checkpoint" / part).mkdir(parents=True)
    return tmp_path / "checkpoint"


def test_all_is_what_the_checkpoint_and_the_data_allow(blank, whole: Path, data: Path, train: Path, tmp_path: Path) -> None:
    everything = Evaluation(blank, whole, data, lambda image: [], train=train)
    assert everything.choose("all") == (list(MEASURES), [])
    folder = tmp_path / "mine"
    folder.mkdir()
    Image.new("RGBA", (32, 32), "red").save(folder / "red square.png")
    chosen, left_out = Evaluation(blank, whole, folder).choose("all")
    assert chosen == ["reconstruction", "composition", "super-resolution"]
    assert [sentence.partition(":")[0] for sentence in left_out] == [
        f"{measure} is left out" for measure in ("prompts", "zero-shot", "memorization")
    ]
    assert "has no column base and style" in left_out[0]
    assert Evaluation(blank, tmp_path, folder).choose("all")[0] == ["reconstruction"]
    assert blank.calls == []


def test_what_is_asked_for_and_lacks_something_is_refused(blank, data: Path, tmp_path: Path) -> None:
    evaluation = Evaluation(blank, tmp_path, data)
    for measure, sentence in {
        "prompts": "has no judge; train one: python -m multimodal train judge",
        "composition": "has no judge",
        "super-resolution": "has no super_resolution",
        "zero-shot": "a CLIP of its own",
        "memorization": "it needs --train",
    }.items():
        with pytest.raises(ValueError, match=sentence):
            evaluation.choose(measure)
    with pytest.raises(DataError, match="there is no data at missing"):
        Evaluation(blank, tmp_path, data, train=Path("missing.parquet")).choose("all")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"style": "oil"}, "style must be one of mixed, .*, not 'oil'"),
        ({"num_inference_steps": 0}, "num_inference_steps must be"),
        ({"guidance_scale": 99.0}, "guidance_scale must be"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_before_anything_is_measured(
    wrong: dict[str, Any], sentence: str, blank, data: Path, tmp_path: Path
) -> None:
    for what in ("all", "reconstruction"):
        with pytest.raises(ValueError, match=sentence):
            Evaluation(blank, tmp_path, data, sampling=Sampling(**wrong)).choose(what)


def test_each_measure_is_the_one_that_it_is_called(blank, whole: Path, data: Path, train: Path) -> None:
    evaluation = Evaluation(blank, whole, data, lambda image, count: [], train=train, limit=1)
    assert [evaluation.run(measure)["title"] for measure in ("zero-shot", "memorization")] == ["Zero-shot", "Memorisation"]
