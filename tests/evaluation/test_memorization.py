"""Memorisation: copies are found, and other pictures are not taken for copies."""

import torch
from PIL import Image

from multimodal import rgba
from multimodal.data.images import load_captioned_images
from multimodal.evaluation.memorization import SIZE, evaluate_memorization, nearest_distances, thumbnails


def test_a_picture_is_at_no_distance_from_itself_and_black_from_white_at_two() -> None:
    white, black, clear = (Image.new("RGBA", (64, 64), color) for color in ("white", "black", (0, 0, 0, 0)))
    pictures = thumbnails([white, black, clear])
    assert pictures.shape == (3, 4 * SIZE**2)
    assert torch.allclose(nearest_distances(pictures, pictures), torch.zeros(3), atol=1e-3)
    assert torch.allclose(nearest_distances(pictures[:1], pictures[2:]), torch.tensor(2.0))


def share(result: dict, label: str) -> float:
    [row] = [row for row in result["tables"]["Distance to the nearest training picture"] if row["pictures"] == label]
    return row["copies"]["mean"]


def test_copies_of_training_pictures_are_found_and_noise_is_none(fake_pipeline, data, train) -> None:
    first = rgba.open_image(load_captioned_images(train)[0]["image"]["bytes"])
    copying = evaluate_memorization(fake_pipeline(lambda prompt: first), data, train, limit=4)
    assert share(copying, "pairs") == 1
    noise = Image.effect_noise((32, 32), 200).convert("RGBA")
    inventing = evaluate_memorization(fake_pipeline(lambda prompt: noise), data, train, limit=4)
    assert share(inventing, "pairs") == 0
