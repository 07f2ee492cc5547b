"""Whether generated pictures are copies: how close the nearest training picture is, beside how close it is to real ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.data.images import load_captioned_images, open_stored
from multimodal.evaluation.composition import KINDS, load_cases
from multimodal.evaluation.sampling import DEFAULT_SAMPLING, Sampling
from multimodal.evaluation.statistics import mean_interval
from multimodal.pipeline import TextToImagePipeline
from multimodal.subsets import spread

SIZE = 32  # pixels, at which pictures are compared
COPY_QUANTILE = 0.05  # of the distances of held-out pictures; what is closer counts as a copy


def evaluate_memorization(
    pipeline: TextToImagePipeline,
    data: Path,
    train: Path,
    limit: int | None = None,
    sampling: Sampling = DEFAULT_SAMPLING,
) -> dict[str, Any]:
    """Look for the training picture nearest to each picture of a composed prompt, which no training picture shows.

    Args:
        data: a table of pictures that were not trained on; the distances of those are what is usual.
        train: the table that the models were trained on.
        limit: use so many prompts of each kind, and so many held-out pictures, only, spread evenly.
    Returns:
        A result as `tables` describes it.
    """
    training = thumbnails(_pictures(train))
    usual = nearest_distances(thumbnails(_pictures(data, limit)), training)
    threshold = usual.quantile(COPY_QUANTILE)
    rows = [_row("held-out real pictures", usual, threshold)]
    for kind in KINDS:
        images = sampling.generate(pipeline, [case.prompt for case in spread(load_cases(kind), limit)], kind)
        rows.append(_row(kind, nearest_distances(thumbnails(images), training), threshold))
    return {
        "title": "Memorisation",
        "settings": {"data": data.name, "train": train.name, **sampling.settings()},
        "tables": {"Distance to the nearest training picture": rows},
        "notes": [
            f"Distance: root mean square difference of premultiplied RGBA in [-1, 1], at {SIZE} x {SIZE} pixels.",
            f"Copies: nearer to a training picture than {1 - COPY_QUANTILE:.0%} of the held-out real pictures are.",
        ],
    }


def thumbnails(images: Iterable[Image.Image]) -> Tensor:
    """Pictures as (N, 4 * SIZE²) premultiplied RGBA in [-1, 1]."""
    return torch.stack([rgba.to_tensor(image, SIZE).flatten() for image in images])


def nearest_distances(pictures: Tensor, others: Tensor) -> Tensor:
    """For each of (N, D) pictures the root mean square difference to the nearest of (M, D) others, (N,)."""
    return torch.cdist(pictures, others).amin(dim=1) / pictures.shape[1] ** 0.5


def _row(label: str, distances: Tensor, threshold: Tensor) -> dict[str, Any]:
    return {
        "pictures": label,
        "count": len(distances),
        "distance": mean_interval(distances.tolist()),
        "copies": mean_interval((distances < threshold).float().tolist()),
    }


def _pictures(path: Path, limit: int | None = None) -> Iterable[Image.Image]:
    table = load_captioned_images(path)
    for image in table.select(spread(range(len(table)), limit))["image"]:
        yield open_stored(image)
