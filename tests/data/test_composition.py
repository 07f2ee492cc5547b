"""Composites: what the description says is in the pixels."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from PIL import ImageColor
from scipy import ndimage
from torch import Tensor

from multimodal.collage.colors import HUES, dominant_hue
from multimodal.data.captions import Composite, Subject
from multimodal.data.composition import KINDS, SHAPE_COLORS, Composer

SIZE = 64
CONCEPTS = {"red": (255, 0, 0), "lime": (0, 255, 0), "navy": (0, 0, 160), "cyan": (0, 255, 255)}


def square(color: tuple[int, int, int]) -> Tensor:
    picture = torch.zeros(4, SIZE, SIZE, dtype=torch.uint8)
    picture[:, 12:52, 12:52] = torch.tensor([*color, 255], dtype=torch.uint8).view(4, 1, 1)
    return picture


@pytest.fixture(scope="module")
def composites() -> dict[str, list[tuple[Tensor, Composite]]]:
    """Composites of squares, whose colour tells which is which, by kind."""
    subjects = [Subject(name, {"en": name}, {}, style, colors=("x",)) for style in ("3d", "flat") for name in CONCEPTS]
    composer = Composer(torch.stack([square(CONCEPTS[subject.concept]) for subject in subjects]), subjects)
    result: dict[str, list[tuple[Tensor, Composite]]] = {kind: [] for kind in KINDS}
    for seed in range(400):
        picture, composite = composer.compose(random.Random(seed))
        assert picture.shape == (4, SIZE, SIZE)
        assert picture.dtype == torch.uint8
        assert (picture[:3] <= picture[3:]).all()  # premultiplied
        result[composite.kind].append((picture, composite))
    assert all(len(made) >= 5 for made in result.values())
    return result


def where(picture: Tensor, subject: Subject) -> np.ndarray:
    """The mask of the pixels that have the subject's colour."""
    color = torch.tensor([*CONCEPTS[subject.concept], 255]).view(4, 1, 1)
    return ((picture.int() - color).abs().amax(dim=0) < 48).numpy()


@pytest.mark.parametrize("kind", ["and", "left", "right", "above", "below"])
def test_two_things_are_where_the_description_says(kind: str, composites: dict) -> None:
    for picture, composite in composites[kind]:
        (y1, x1), (y2, x2) = (
            ndimage.center_of_mass(where(picture, subject)) for subject in (composite.first, composite.second)
        )
        difference = {"and": x2 - x1, "left": x2 - x1, "right": x1 - x2, "above": y2 - y1, "below": y1 - y2}[kind]
        assert difference > SIZE / 4
        assert composite.first.concept != composite.second.concept
        assert composite.first.style == composite.second.style


def test_the_big_thing_is_bigger(composites: dict) -> None:
    for picture, composite in composites["big_small"]:
        assert where(picture, composite.first).sum() > 2 * where(picture, composite.second).sum() > 0


def test_there_are_as_many_things_as_it_says(composites: dict) -> None:
    for picture, composite in composites["count"]:
        components, count = ndimage.label(picture[3].numpy() > 127)
        assert count == composite.number
        for k in range(count):
            assert where(picture, composite.first)[components == k + 1].mean() > 0.5
    assert {composite.number for _, composite in composites["count"]} == {2, 3, 4, 5}


def test_a_recoloured_thing_has_the_named_colour(composites: dict) -> None:
    for picture, composite in composites["colored"]:
        hue = dominant_hue(picture)
        assert hue is not None
        assert abs((hue - HUES[composite.color] + 180) % 360 - 180) <= 12
        assert composite.first.colors == ()  # the old colours are not true any more


@pytest.mark.parametrize("kind", ["disc", "square"])
def test_a_thing_lies_on_a_shape_of_the_named_colour(kind: str, composites: dict) -> None:
    for picture, composite in composites[kind]:
        color = [*ImageColor.getrgb(SHAPE_COLORS[composite.color]), 255]
        assert picture[:, 5, SIZE // 2].tolist() == color
        assert picture[:, 5, 5].tolist() == (color if kind == "square" else [0, 0, 0, 0])
        assert picture[:, 0, 0].tolist() == [0, 0, 0, 0]
        assert where(picture, composite.first)[SIZE // 2, SIZE // 2]


def test_a_seed_gives_one_composite() -> None:
    composer = Composer(torch.stack([square((255, 0, 0)), square((0, 0, 255))]), [Subject(n, {"en": n}, {}) for n in "ab"])
    first, second = (composer.compose(random.Random(3)) for _ in range(2))
    assert torch.equal(first[0], second[0])
    assert first[1] == second[1]


def test_one_grey_thing_alone_can_be_composed() -> None:
    composer = Composer(square((120, 120, 120))[None], [Subject("stone", {"en": "stone"}, {})])
    assert {composer.compose(random.Random(seed))[1].kind for seed in range(40)} == {"count", "disc", "square"}
