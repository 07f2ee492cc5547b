"""Provenance: the training pictures nearest to a picture, and whether that is nearer than two emoji usually are.

What is compared is looked-up latents. The codes of all training pictures are those pictures, but for a loss: they are kept
in the folder training/ of the checkpoint, which is not given away with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from multimodal.checkpoint import load_vqvae
from multimodal.inspection.codebook import PICTURES
from multimodal.inspection.training_set import SOURCES, TrainingPictures, encode_training_pictures
from multimodal.models.vqvae import VQVAE
from multimodal.tensor_folder import CheckpointError, load_tensors, save_tensors, weights_sha256

FOLDER = Path("training") / "provenance"  # within a checkpoint
SAMPLE = 512  # training pictures of which it is measured how near the nearest other emoji is


@dataclass(frozen=True)
class Match:
    """A training picture, and how near it is."""

    row: int  # of `TrainingPictures`
    name: str
    style: str
    source: str  # of the art, its author and its licence; "" where the style is not of the bundled training set
    author: str
    licence: str
    distance: float  # root mean square difference of latents, whose deviation is 1: 0 is the same picture
    quantile: float  # in [0, 1], the share of training pictures to which some *other* emoji is as near as this


class Provenance:
    """Looks for the training pictures nearest to a picture.

    Raises:
        ValueError: the pictures all have one name, so that nothing says how near two different emoji are.
    """

    def __init__(self, vqvae: VQVAE, pictures: TrainingPictures) -> None:
        self.vqvae, self.pictures = vqvae, pictures
        self.latents = self._latents(pictures.codebook_indices)  # (N, D)
        self.usual = self._usual()  # (up to SAMPLE,) rising distances from a picture to the nearest other emoji

    def nearest(self, codebook_indices: Tensor, count: int = 5) -> list[Match]:
        """The `count` nearest training pictures, the nearest first, of one picture's (groups, h, w) indices."""
        query = self._latents(codebook_indices[None])
        # The faster way, by matrix products, would give a picture a distance to itself.
        distances = torch.cdist(query, self.latents, compute_mode="donot_use_mm_for_euclid_dist")[0]
        distances /= query.shape[1] ** 0.5
        found = []
        for row in distances.argsort(stable=True)[:count].tolist():
            distance, style = float(distances[row]), self.pictures.styles[row]
            quantile = float((self.usual <= distance).float().mean())
            found.append(Match(row, self.pictures.names[row], style, *SOURCES.get(style, ("",) * 3), distance, quantile))
        return found

    @torch.inference_mode()
    def _latents(self, codebook_indices: Tensor) -> Tensor:
        batches = codebook_indices.long().split(256)
        return torch.cat([self.vqvae.lookup(batch.to(self.vqvae.device)).flatten(1).cpu() for batch in batches])

    def _usual(self) -> Tensor:
        numbers = {name: k for k, name in enumerate(dict.fromkeys(self.pictures.names))}
        if len(numbers) < 2:
            raise ValueError("provenance needs training pictures of at least two different names")
        names = torch.tensor([numbers[name] for name in self.pictures.names])
        rows = torch.randperm(len(names), generator=torch.Generator().manual_seed(0))[:SAMPLE]
        distances = torch.cdist(self.latents[rows], self.latents) / self.latents.shape[1] ** 0.5
        distances[names[rows][:, None] == names] = torch.inf
        return distances.amin(dim=1).sort().values


def index_training_pictures(checkpoint: str | Path, data: Sequence[str | Path]) -> TrainingPictures:
    """Encode whole tables of training pictures and keep their codes in the checkpoint's folder training/.

    Args:
        data: as for `encode_training_pictures`.
    Raises:
        CheckpointError: the VQ-VAE cannot be loaded.
        DataError: a table cannot be read.
        ValueError: all pictures have the same name.
    """
    checkpoint = Path(checkpoint)
    vqvae = load_vqvae(checkpoint / "vqvae")
    pictures = encode_training_pictures(vqvae, data)
    Provenance(vqvae, pictures)  # pictures that are of no use do not take the place of others
    tables = {"codebook_indices": pictures.codebook_indices.to(torch.int32)}
    words = json.dumps(list(zip(pictures.names, pictures.styles, strict=True)), ensure_ascii=False)
    save_tensors(checkpoint / FOLDER, tables, {"vqvae_sha256": weights_sha256(checkpoint / "vqvae")}, {PICTURES: words})
    return pictures


def load_training_pictures(checkpoint: str | Path) -> TrainingPictures:
    """Read what `index_training_pictures` kept.

    Raises:
        CheckpointError: there is nothing, it is damaged, or it was made with another VQ-VAE.
    """
    folder = Path(checkpoint) / FOLDER
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is missing: the pictures that the models were trained on are to be given once")
    tables, description = load_tensors(folder)
    if description.get("vqvae_sha256") != weights_sha256(Path(checkpoint) / "vqvae"):
        raise CheckpointError(f"{folder} was made with another VQ-VAE: give the training pictures once more")
    try:
        pictures = [(str(name), str(style)) for name, style in json.loads((folder / PICTURES).read_text(encoding="utf-8"))]
        codebook_indices = tables["codebook_indices"].long()
    except (KeyError, OSError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder} holds no training pictures ({error})") from error
    if codebook_indices.ndim != 4 or len(codebook_indices) != len(pictures):
        raise CheckpointError(f"{folder} holds codes of shape {tuple(codebook_indices.shape)} for {len(pictures)} names")
    return TrainingPictures(codebook_indices, [name for name, _ in pictures], [style for _, style in pictures])
