"""The denoising trajectory."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from multimodal.diffusion.samplers import SAMPLERS
from multimodal.inspection.trajectory import (
    FRAME_MS,
    LAST_FRAME_MS,
    Trajectory,
    changed_codes,
    save_film,
    settled,
)
from multimodal.pipeline import TextToImagePipeline


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_last_frame_is_the_picture(pipeline: TextToImagePipeline, sampler: str) -> None:
    trajectory = Trajectory(pipeline)
    options = {"num_inference_steps": 5, "seed": 2, "num_images_per_prompt": 2, "sampler": sampler}
    output = pipeline("a fox", **options, callback=trajectory)
    assert torch.equal(output.codebook_indices, pipeline("a fox", **options).codebook_indices), "watching changes nothing"
    assert trajectory.times == pytest.approx([0.8, 0.6, 0.4, 0.2, 0.0])
    for k in range(2):
        indices, frames = trajectory.codebook_indices(k), trajectory.frames(k)
        assert indices.shape == (5, 2, 8, 8)
        assert torch.equal(indices[-1], output.codebook_indices[k])
        assert frames[-1].tobytes() == output.images[k].tobytes()
        assert frames[0].tobytes() != frames[-1].tobytes()
        assert max(changed_codes(indices)) > 0


def test_a_second_sampling_replaces_the_first(pipeline: TextToImagePipeline) -> None:
    trajectory = Trajectory(pipeline)
    for steps in (4, 2):
        pipeline("a fox", num_inference_steps=steps, callback=trajectory)
    assert len(trajectory.times) == len(trajectory.frames()) == 2
    with pytest.raises(ValueError, match="no trajectory of picture 1"):
        trajectory.codebook_indices(1)
    with pytest.raises(ValueError, match="no trajectory of picture 0"):
        Trajectory(pipeline).frames()


# Four steps of a picture with one group of codes at 1 x 3 places, and a second group that never changes.
INDICES = torch.tensor([[[5, 1, 1]], [[5, 2, 3]], [[5, 2, 1]], [[5, 2, 4]]])[:, None].repeat(1, 2, 1, 1)
INDICES[:, 1] = 7


def test_changes_are_counted_and_places_settle_for_good() -> None:
    assert changed_codes(INDICES) == [2, 1, 1]
    assert settled(INDICES).tolist() == [[1, 2, 4]]
    assert settled(INDICES[:1]).tolist() == [[1, 1, 1]]


def test_an_animation_rests_on_its_end(tmp_path: Path) -> None:
    frames = [Image.new("RGBA", (4, 4), (60 * k, 0, 0, 255)) for k in range(4)] + [Image.new("RGBA", (4, 4))]
    save_film(frames, tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as animation:
        assert animation.n_frames == 5
        durations = []
        for k in range(5):
            animation.seek(k)
            durations.append(animation.info["duration"])
        assert animation.convert("RGB").getpixel((0, 0)) == (255, 255, 255), "nothing is white"
    assert durations == [FRAME_MS] * 4 + [LAST_FRAME_MS]
