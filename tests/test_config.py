"""Configs: strict from_dict, its inverse, and overrides from the command line."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from multimodal.config import (
    CLIPConfig,
    DiTConfig,
    RestylerConfig,
    TextEncoderConfig,
    VQVAEConfig,
    from_dict,
    to_dict,
    with_overrides,
)
from multimodal.training.run_config import DiTRunConfig, SuperResolutionRunConfig, VQVAERunConfig


@pytest.mark.parametrize(
    "config",
    [
        VQVAEConfig(widths=(8, 16)),
        CLIPConfig(embed_dim=7),
        DiTRunConfig(steps=3, model=DiTConfig(text_encoder=TextEncoderConfig("transformers", "a/b"))),
    ],
)
def test_from_dict_is_the_inverse_of_to_dict(config: object) -> None:
    assert from_dict(type(config), to_dict(config)) == config


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"depht": 3}, "DiTConfig has no setting depht"),
        ({"depth": "3"}, r"DiTConfig.depth must be of type int, not '3'"),
        ({"depth": 3.0}, r"DiTConfig.depth must be of type int"),
        ({"depth": True}, r"DiTConfig.depth must be of type int"),
        ({"depth": None}, r"DiTConfig.depth must be of type int"),
        ({"text_encoder": "bundled"}, r"DiTConfig.text_encoder must be an object"),
        ({"text_encoder": {"knd": "x"}}, "TextEncoderConfig has no setting knd"),
        ({"text_encoder": {"kind": "bert"}}, "'bert' is not one of bundled, open_clip, transformers"),
        ({"text_encoder": {"kind": "open_clip"}}, "needs a name"),
    ],
)
def test_from_dict_names_what_is_wrong(data: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_dict(DiTConfig, data)


def test_lists_become_tuples_and_whole_numbers_floats() -> None:
    config = from_dict(VQVAERunConfig, {"model": {"widths": [8, 16]}, "learning_rate": 1})
    assert config.model.widths == (8, 16)
    assert isinstance(config.learning_rate, float)
    with pytest.raises(ValueError, match=r"widths must be of type int"):
        from_dict(VQVAEConfig, {"widths": [8, "16"]})
    with pytest.raises(ValueError, match="learning_rate is too large a number"):
        from_dict(VQVAERunConfig, {"learning_rate": 10**400})


def test_overrides_reach_nested_settings_and_leave_the_rest() -> None:
    before = DiTRunConfig(batch_size=5)
    after = with_overrides(
        before, ["steps=7", "model.depth=2", "model.text_encoder.kind=transformers", "model.text_encoder.name=x"]
    )
    model = dataclasses.replace(before.model, depth=2, text_encoder=TextEncoderConfig("transformers", "x"))
    assert after == dataclasses.replace(before, steps=7, model=model)
    assert before == DiTRunConfig(batch_size=5)


@pytest.mark.parametrize(
    "word", ["steps", "stepz=3", "steps=many", "model.depht=3", "modle.depth=3", "steps.x=1", "model=3"]
)
def test_overrides_that_do_not_fit_are_refused(word: str) -> None:
    with pytest.raises(ValueError, match=word.partition("=")[0].rpartition(".")[2].replace("x", "steps.x")):
        with_overrides(DiTRunConfig(), [word])


def test_what_a_picture_costs() -> None:
    assert VQVAEConfig().bytes_per_image == 640  # 16 x 16 positions, two groups of 10 bits
    assert VQVAEConfig(codebook_size=1000).bytes_per_image == 640  # whole bits
    assert VQVAEConfig(stem_patch=1, widths=(8, 8)).latent_size == 64


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("batch_size=0", "DiTRunConfig.batch_size must be 1 or more, not 0"),
        ("gradient_accumulation_steps=0", "gradient_accumulation_steps must be 1 or more"),
        ("log_every=0", "log_every must be 1 or more"),
        ("sample_every=0", "sample_every must be 1 or more"),
        ("save_every=-5", "save_every must be 1 or more, not -5"),
        ("mean.batch_size=0", "RunConfig.batch_size must be 1 or more"),
        ("steps=-1", "DiTRunConfig.steps must be 0 or more, not -1"),
        ("model.patch_size=0", "DiTConfig.patch_size must be 1 or more"),
        ("model.prediction=eps", "DiTConfig.prediction 'eps' is not one of x0, velocity"),
        ("model.guidance_interval=[1.0, 0.1]", r"guidance_interval must be two times, the smaller first, not \(1.0, 0.1\)"),
        ("model.guidance_interval=[0.5]", "guidance_interval must be two times"),
        ("composite_fraction=-0.1", "DiTRunConfig.composite_fraction must be from 0 to 1, not -0.1"),
        ("prompt_dropout=2", "prompt_dropout must be from 0 to 1, not 2.0"),
        ("ema_decay=1.1", "ema_decay must be from 0 to 1"),
    ],
)
def test_settings_that_no_run_or_model_can_have_are_refused(word: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        with_overrides(DiTRunConfig(), [word])


def test_counts_may_be_zero_where_that_leaves_something_out() -> None:
    words = ["steps=0", "warmup_steps=0", "num_composites=0", "lora_rank=0", "model.refiner_depth=0", "model.mean_detail=0"]
    assert with_overrides(DiTRunConfig(), words).model.refiner_depth == 0
    with pytest.raises(ValueError, match=r"VQVAEConfig.widths must be 1 or more"):
        VQVAEConfig(widths=(8, 0))


@pytest.mark.parametrize(
    ("config", "word", "message"),
    [
        (VQVAEConfig(), "widths=[]", "VQVAEConfig.widths must not be empty"),
        (RestylerConfig(), "styles=[]", "RestylerConfig.styles must not be empty"),
        (CLIPConfig(), "text_heads=3", "text_width 256 must be a multiple of text_heads 3"),
        (CLIPConfig(), "vision_head_width=50", "vision_width 192 must be a multiple of vision_head_width 50"),
        (VQVAERunConfig(), "crop_size=30", "crop_size 30 must be a multiple of 8"),
        (SuperResolutionRunConfig(), "image_size=30", "image_size 30 must be a multiple of 4"),
        (SuperResolutionRunConfig(), "crop_size=30", "crop_size 30 must be a multiple of 4"),
        (SuperResolutionRunConfig(), "image_size=32", "crop_size 64 must be at most image_size 32"),
    ],
)
def test_sizes_that_do_not_go_together_are_refused(config: Any, word: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        with_overrides(config, [word])


@pytest.mark.parametrize("part", ["mean", "translator"])
@pytest.mark.parametrize(("key", "value"), [("mixed_precision", "bf16"), ("seed", "5")])
def test_a_setting_that_would_not_be_read_is_refused(part: str, key: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{part}.{key} is not read"):
        with_overrides(DiTRunConfig(), [f"{part}.{key}={value}"])


def test_pictures_are_drawn_again_from_the_style_most_alike() -> None:
    config = RestylerConfig(styles=("3d", "color", "flat", "line"), sources=("photo", "flat", "color", "3d"))
    assert config.sources_by_style == {
        "3d": ["color", "flat", "photo"],
        "color": ["flat", "3d", "photo"],
        "flat": ["color", "3d", "photo"],
        "line": ["flat", "color", "3d", "photo"],
    }
