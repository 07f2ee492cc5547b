import dataclasses
import io

import pytest
import torch
from datasets import Dataset
from PIL import Image

from multimodal import rgba
from multimodal.config import JudgeConfig
from multimodal.evaluation.judge import load_judge
from multimodal.training.judge import (
    augment,
    growing_size,
    random_affine,
    random_blur,
    random_colors,
    random_cutout,
    train_judge,
    with_margin,
)
from multimodal.training.run_config import JudgeRunConfig, Sources

CONFIG = JudgeRunConfig(
    steps=4,
    batch_size=4,
    log_every=1,
    save_every=2,
    smallest_size=16,
    model=JudgeConfig(image_size=32, widths=(8, 8), embed_dim=8),
)


@pytest.fixture
def data(tmp_path):
    rows = []
    for concept, color in (("01", "red"), ("02", "blue"), ("03", "green")):
        for style, size in (("big", 32), ("small", 16)):
            buffer = io.BytesIO()
            Image.new("RGBA", (size, size), color).save(buffer, format="PNG")
            picture = {"bytes": buffer.getvalue(), "path": None}
            rows.append({"image": picture, "base": concept, "name": f"name of {concept}", "style": style})
    path = tmp_path / "data.parquet"
    Dataset.from_list(rows).to_parquet(path)
    return path


@pytest.fixture
def images():
    torch.manual_seed(0)
    picture = Image.new("RGBA", (32, 32))
    picture.paste("orange", (8, 8, 24, 24))
    return rgba.to_tensor(picture, 32).repeat(64, 1, 1, 1)


def test_training_writes_a_judge_that_loads(data, tmp_path):
    train_judge(CONFIG, Sources(data), tmp_path / "out")
    judge = load_judge(tmp_path / "out" / "judge")
    assert judge.classes.concepts == ("01", "02", "03")
    assert judge.classes.names == ("name of 01", "name of 02", "name of 03")
    assert judge.classes.styles == ("big", "small")
    assert judge.judge([Image.new("RGBA", (32, 32), "red")]).styles.shape == (1,)


def test_a_stopped_run_goes_on_where_it_was(data, tmp_path):
    train_judge(CONFIG, Sources(data), tmp_path / "whole")
    train_judge(CONFIG, Sources(data), tmp_path / "parts")
    for folder in (tmp_path / "parts" / "training" / "judge").glob("step-00000004"):
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    train_judge(CONFIG, Sources(data), tmp_path / "parts")
    whole, parts = (load_judge(tmp_path / name / "judge").state_dict() for name in ("whole", "parts"))
    assert all(whole[key].equal(parts[key]) for key in whole)


def test_the_right_concept_must_win_by_a_margin():
    logits = torch.tensor([[3.0, 2.0, 1.0], [0.0, 0.0, 5.0]])
    pushed = with_margin(logits, torch.tensor([0, 2]), torch.tensor(1.5))
    assert pushed.tolist() == [[1.5, 2.0, 1.0], [0.0, 0.0, 3.5]]


def test_pictures_too_small_to_be_seen_are_refused():
    with pytest.raises(ValueError, match="smallest_size 4 must be from 8 to image_size"):
        JudgeRunConfig(smallest_size=4)


def test_pictures_grow_to_full_size():
    config = dataclasses.replace(CONFIG, steps=100, smallest_size=32, model=JudgeConfig(image_size=64))
    sizes = [growing_size(config, step) for step in range(100)]
    assert sizes == sorted(sizes)
    assert sizes[0] == 32
    assert set(sizes[70:]) == {64}
    assert all(size % 8 == 0 for size in sizes)


@pytest.mark.parametrize("size", [16, 32])
def test_augmented_pictures_are_in_range(images, size):
    seen = augment(images, size)
    assert seen.shape == (64, 4, size, size)
    assert seen.min() >= -1 - 1e-5
    assert seen.max() <= 1 + 1e-5
    assert (seen - seen[:1]).abs().amax(dim=(1, 2, 3))[1:].min() > 0  # no two alike


def test_moved_pictures_stay_premultiplied_and_keep_their_size(images):
    moved = random_affine(images, 32)
    color, alpha = (moved[:, :3] + 1) / 2, (moved[:, 3:] + 1) / 2
    assert (color <= alpha + 1e-5).all()
    area = alpha.mean(dim=(1, 2, 3))
    assert area.min() > 0.25 * (0.9 * 0.95) ** 2 - 0.02
    assert area.max() < 0.25 * (1.1 * 1.05) ** 2 + 0.02
    assert (moved[:, :, 0, 0] == -1).float().mean() > 0.9  # outside is transparent, not black


def test_colours_change_and_alpha_does_not(images):
    changed = random_colors(images)
    assert changed[:, 3].sub(images[:, 3]).abs().max() < 1e-6
    assert (changed[:, :3] <= changed[:, 3:] + 1e-5).all()  # still premultiplied
    assert changed[:, :3, 16, 16].std(dim=0).min() > 0.05
    assert (changed[:, :3, 0, 0] == -1).all()


def test_cut_out_pictures_only_lose(images):
    cut = random_cutout(images)
    assert ((cut == images) | (cut == -1)).all()
    untouched = (cut == images).all(dim=(1, 2, 3)).float().mean()
    assert 0.6 < untouched < 0.98


def test_blur_keeps_the_mean_and_leaves_most_pictures_alone(images):
    blurred = random_blur(images)
    assert blurred.mean(dim=(1, 2, 3)).sub(images.mean(dim=(1, 2, 3))).abs().max() < 1e-4
    assert (blurred == images).all(dim=(1, 2, 3)).float().mean() > 0.4
