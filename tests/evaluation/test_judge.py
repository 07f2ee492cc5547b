import dataclasses

import pytest
import torch
from PIL import Image

from multimodal.checkpoint import save_model
from multimodal.config import JudgeConfig
from multimodal.evaluation.judge import CLASSES, Classes, Judge, load_judge
from multimodal.tensor_folder import CheckpointError


def save(folder, judge, classes=None, dtype=torch.float32):
    save_model(folder, judge, judge.config, {}, dtype, files={CLASSES: (classes or judge.classes).to_json()})


def test_it_overfits_a_handful_of_pictures(judge, data, rows):
    pictures, concepts, styles = rows(data)
    verdict = judge.judge(pictures, top=2)
    assert verdict.concepts.shape == (len(pictures), 2)
    assert [judge.classes.concepts[best] for best in verdict.concepts[:, 0]] == concepts
    assert [judge.classes.styles[best] for best in verdict.styles] == styles


def test_a_verdict_does_not_depend_on_the_batch(judge, data, rows):
    pictures, _, _ = rows(data)
    assert judge.judge(pictures, batch_size=2).concepts.equal(judge.judge(pictures).concepts)


def test_save_and_load_are_bit_equal(judge, tmp_path):
    save(tmp_path / "judge", judge)
    loaded = load_judge(tmp_path / "judge")
    assert loaded.classes == judge.classes
    assert not loaded.training
    images = torch.rand(3, 4, 32, 32) * 2 - 1
    with torch.no_grad():
        for ours, theirs in zip(judge(judge.look(images)), loaded(loaded.look(images)), strict=True):
            assert ours.equal(theirs)


def test_half_precision_keeps_the_verdict(judge, tmp_path, data, rows):
    save(tmp_path / "judge", judge, dtype=torch.float16)
    pictures, _, _ = rows(data)
    assert load_judge(tmp_path / "judge").judge(pictures).concepts.equal(judge.judge(pictures).concepts)


def test_pictures_of_any_size_are_resized(judge):
    assert judge.look(torch.zeros(2, 4, 128, 128)).shape == (2, 4, 32, 32)


def test_transparent_is_seen_as_white(judge):
    seen = judge.look(torch.full((1, 4, 32, 32), -1.0))
    assert (seen[:, :3] == 1).all()
    assert (seen[:, 3] == -1).all()


def test_the_default_is_small():
    names = tuple(map(str, range(1906)))
    with torch.device("meta"):
        judge = Judge(JudgeConfig(), Classes(names, names, tuple("abcdef")))
    assert sum(parameter.numel() for parameter in judge.parameters()) < 2.6e6


def test_classes_must_fit_the_weights(judge, tmp_path):
    more = dataclasses.replace(judge.classes, concepts=(*judge.classes.concepts, "06"), names=(*judge.classes.names, "six"))
    save(tmp_path / "judge", judge, more)
    with pytest.raises(CheckpointError, match="concepts is"):
        load_judge(tmp_path / "judge")


@pytest.mark.parametrize("content", ["[]", "{", '{"concepts": [], "names": [], "styles": []}', '{"concepts": ["a"]}'])
def test_bad_classes_are_named(judge, tmp_path, content):
    save(tmp_path / "judge", judge)
    (tmp_path / "judge" / CLASSES).write_text(content)
    with pytest.raises(CheckpointError, match=CLASSES):
        load_judge(tmp_path / "judge")


def test_a_missing_judge_says_how_to_train_one(tmp_path):
    with pytest.raises(CheckpointError, match="train judge"):
        load_judge(tmp_path)


def test_an_opaque_picture_is_judged_too(judge):
    assert judge.judge([Image.new("RGB", (50, 20), "red")]).concepts.shape == (1, 1)
