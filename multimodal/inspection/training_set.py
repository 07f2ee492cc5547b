"""The pictures that a model was trained on, as codes: what is counted of them, and what provenance looks through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from multimodal.checkpoint import load_vqvae
from multimodal.data.folders import CAPTION_COLUMNS, caption_column
from multimodal.data.images import DataError, decode_images, load_captioned_images
from multimodal.encoding import encode_pictures
from multimodal.inspection.codebook import CodebookStatistics, codebook_statistics, save_statistics
from multimodal.models.vqvae import VQVAE
from multimodal.tensor_folder import weights_sha256

FLUENT = ("Fluent Emoji, microsoft/fluentui-emoji", "Microsoft Corporation", "MIT")
SOURCES = {  # style → source, author, licence of the art that the bundled models were trained on
    **dict.fromkeys(("3d", "color", "flat", "line"), FLUENT),
    "noto": ("Noto Emoji, googlefonts/noto-emoji", "Google LLC", "Apache-2.0"),
    "twemoji": ("Twemoji, jdecked/twemoji", "Twitter, Inc and other contributors", "CC BY 4.0"),
}


@dataclass(frozen=True)
class TrainingPictures:
    """The N pictures that a model was trained on, as codes."""

    codebook_indices: Tensor  # (N, groups, h, w)
    names: list[str]
    styles: list[str]  # "" where the data has none


def encode_training_pictures(vqvae: VQVAE, data: Sequence[str | Path]) -> TrainingPictures:
    """Encode whole tables of pictures.

    Args:
        data: what `load_captioned_images` reads, with one of CAPTION_COLUMNS and, where there is one, `style`.
    Raises:
        DataError: a table cannot be read.
    """
    codes: list[Tensor] = []
    names: list[str] = []
    styles: list[str] = []
    for path in data:
        table = load_captioned_images(path)
        name = caption_column(table.column_names)
        if name is None:
            raise DataError(f"{path} has no column {', '.join(CAPTION_COLUMNS)}")
        codes.append(encode_pictures(vqvae, decode_images(table, vqvae.config.image_size)))
        names += [str(one) for one in table[name]]
        styles += [str(one or "") for one in table["style"]] if "style" in table.column_names else [""] * len(table)
    return TrainingPictures(torch.cat(codes), names, styles)


def write_codebook_statistics(checkpoint: str | Path, data: Sequence[str | Path]) -> CodebookStatistics:
    """Count the codes of whole tables of pictures and keep the counts in the checkpoint's folder codebook/.

    Args:
        data: as for `encode_training_pictures`.
    Raises:
        CheckpointError: the VQ-VAE cannot be loaded.
        DataError: a table cannot be read.
    """
    checkpoint = Path(checkpoint)
    vqvae = load_vqvae(checkpoint / "vqvae")
    pictures, sha256 = encode_training_pictures(vqvae, data), weights_sha256(checkpoint / "vqvae")
    codebook_size = vqvae.config.codebook_size
    statistics = codebook_statistics(pictures.codebook_indices, codebook_size, pictures.names, pictures.styles, sha256)
    save_statistics(checkpoint / "codebook", statistics)
    return statistics
