"""The settings of a picture that starts from another one: image, strength and mask."""

from __future__ import annotations

from typing import Any

from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.arguments import SEARCH_STEPS, check_start
from multimodal.pipeline import TextToImagePipeline
from multimodal.settings import pack_indices


def start_from(
    pipeline: TextToImagePipeline,
    image: Image.Image | Tensor,
    mask: Image.Image | Tensor | None = None,
    strength: float | None = None,
) -> dict[str, Any]:
    """The fields `image`, `strength` and, with a mask, `mask` of `Settings`, for a picture that starts from another.

    Args:
        image: a picture of any size, or the (groups, h, w) codebook indices of one.
        mask: white where the picture is drawn anew, as large as `image`; or an (h, w) grid, True there.
        strength: 0 … 1 (0.6, with a mask 1), as for the pipeline.
    Raises:
        ValueError: `strength` is out of its range, or the mask empty or of another size than its picture.
    """
    fields: dict[str, Any] = {"strength": check_start(True, mask is not None, strength)}
    if mask is not None:
        grid = rgba.mask_grid(mask, image, pipeline.vqvae.config.image_size, pipeline.dit.config.latent_size)
        fields["mask"] = pack_indices(grid)
    steps = 0 if mask is None else SEARCH_STEPS  # what is kept should be near to the picture
    indices = pipeline.reconstruct(image, steps).codebook_indices if isinstance(image, Image.Image) else image
    return {**fields, "image": pack_indices(indices)}
