"""The view of one code; those of the command line are tested with it."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from multimodal.inspection.codebook import codebook_statistics
from multimodal.inspection.tokens import codebook_patches
from multimodal.inspection.views import Views
from multimodal.pipeline import TextToImagePipeline


@pytest.mark.parametrize("view", ["attention", "trajectory", "restoration"])
def test_of_choices_the_first_is_drawn_and_looked_into(view: str, pipeline: TextToImagePipeline) -> None:
    sampling = {"seed": 3, "num_inference_steps": 1}
    chosen, alone = (getattr(Views(pipeline), view)(prompt, sampling) for prompt in ("a {red|green} fox", "a red fox"))
    assert chosen.report == alone.report


def test_a_code_is_shown_with_what_is_counted_of_it(pipeline: TextToImagePipeline) -> None:
    indices = torch.zeros(3, 2, 8, 8, dtype=torch.long)
    indices[0, 0, 2, 5] = indices[1, 0, 2, 5] = indices[1, 0, 3, 3] = 7
    indices[:, 1] = 4
    statistics = codebook_statistics(indices, 16, ["fox", "star", "moon"], ["noto", "3d", "flat"])
    report, pictures = Views(pipeline).code(statistics, 1, 7)
    assert (report["count"], report["rank"], report["beside"]) == (3, 2, {"2": [4]})
    assert report["share"] == pytest.approx(3 / 192, abs=1e-6)
    assert (report["fields"][2][5], report["fields"][3][3]) == (2, 1)
    assert report["styles"] == {"3d": 2, "flat": 0, "noto": 1}
    assert report["pictures"] == [
        {"name": "star", "style": "3d", "count": 2},
        {"name": "fox", "style": "noto", "count": 1},
    ]
    patch = codebook_patches(pipeline, statistics)[0][7]
    shown = pictures["code-1-7.png"]
    assert isinstance(shown, Image.Image)
    assert shown.size == (256, 128)
    assert shown.crop((0, 0, 128, 128)).resize(patch.size, 0).tobytes() == patch.tobytes()


def test_without_statistics_there_is_the_patch_alone(pipeline: TextToImagePipeline) -> None:
    report, pictures = Views(pipeline).code(None, 2, 15)
    assert report == {"group": 2, "code": 15}
    assert pictures["code-2-15.png"].size == (128, 128)  # type: ignore[union-attr]


@pytest.mark.parametrize(("group", "code"), [(0, 0), (3, 0), (1, -1), (1, 16), (1.5, 0), (1, True)])
def test_codes_that_are_not_there_are_refused(group: int, code: int, pipeline: TextToImagePipeline) -> None:
    with pytest.raises(ValueError, match="must be a"):
        Views(pipeline).code(None, group, code)
