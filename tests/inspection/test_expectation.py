"""What a prompt alone lets one expect."""

from __future__ import annotations

import pytest
import torch

from multimodal import rgba
from multimodal.inspection.expectation import expect
from multimodal.pipeline import TextToImagePipeline
from multimodal.training.mean import with_mean


def test_the_mean_is_what_the_dit_is_told(pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    dit = with_mean(pipeline.dit, pipeline.dit.config.mean_width, 0, ("flat", "line")).eval()
    torch.nn.init.normal_(dit.mean_predictor.mlp.view_embedding.weight)
    monkeypatch.setattr(pipeline, "dit", dit)
    expectation = expect(pipeline, "a (fox:1.3)")
    condition = pipeline.encode_prompt(["a fox"])
    with torch.inference_mode():
        [mean] = rgba.to_images(pipeline.vqvae.decode(condition.mean))
        [line] = rgba.to_images(pipeline.vqvae.decode(dit.mean_predictor.mlp(condition.pooled, torch.tensor([2]))))
    assert expectation.mean.tobytes() == mean.tobytes()
    assert list(expectation.views) == ["", "flat", "line"]
    assert expectation.views["line"].tobytes() == line.tobytes()
    assert 0 < expectation.familiar < 1
    assert len({picture.tobytes() for picture in expectation.views.values()}) == 3


def test_without_styles_the_mean_is_the_only_view(pipeline: TextToImagePipeline) -> None:
    mean, views, familiar = expect(pipeline, "a fox")
    assert familiar == 1
    assert list(views) == [""]
    assert views[""].tobytes() == mean.tobytes()


def test_an_empty_prompt_is_refused(pipeline: TextToImagePipeline) -> None:
    with pytest.raises(ValueError, match="empty"):
        expect(pipeline, " ")
