"""Codebook statistics over a whole training set: how often each code is used, where, beside which, and in what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from multimodal import metrics
from multimodal.checkpoint import CheckpointError, load_description, load_tensors, save_tensors

TOP_PICTURES = 6  # per code
PICTURES = "pictures.json"
TABLES = ("counts", "positions", "partners", "top_pictures", "top_counts")


@dataclass(frozen=True)
class CodebookStatistics:
    """Counts over `num_pictures` pictures; `codebook_size` is K."""

    counts: Tensor  # (groups, K) how often each code is used
    positions: Tensor  # (groups, K, h, w) how often at each position
    partners: Tensor  # (groups, K, groups) the code of each group that most often stands at the same position
    top_pictures: Tensor  # (groups, K, TOP_PICTURES) rows of `pictures` that use the code most; -1 where there is none
    top_counts: Tensor  # (groups, K, TOP_PICTURES) how often they use it
    pictures: list[tuple[str, str]]  # (name, style) of the training pictures that `top_pictures` points to
    num_pictures: int
    vqvae_sha256: str = ""  # of the weights that the statistics were made with

    @property
    def usage(self) -> list[float]:
        """Per group, the share of the codes that are used at all."""
        return metrics.usage(self.counts).tolist()

    @property
    def perplexity(self) -> list[float]:
        """Per group, the exponential of the entropy of the code frequencies: how many codes are in even use."""
        return metrics.perplexity(self.counts).tolist()


def codebook_statistics(
    codebook_indices: Tensor, codebook_size: int, names: Sequence[str], styles: Sequence[str], vqvae_sha256: str = ""
) -> CodebookStatistics:
    """Count the codes of a whole set of pictures.

    Args:
        codebook_indices: (N, groups, h, w) in 0 … codebook_size - 1.
        names, styles: of the N pictures.
    Raises:
        ValueError: there are not N names and N styles.
    """
    n, groups, height, width = codebook_indices.shape
    if not n == len(names) == len(styles):
        raise ValueError(f"{n} pictures need as many names and styles, not {len(names)} and {len(styles)}")
    flat = codebook_indices.long().flatten(2).transpose(0, 1)  # (groups, N, h*w)
    per_picture = torch.zeros(groups, codebook_size, n, dtype=torch.int32)
    positions = torch.zeros(groups, codebook_size, height * width, dtype=torch.long)
    ones = torch.ones_like(flat[0])
    for g in range(groups):
        per_picture[g] = torch.zeros(n, codebook_size, dtype=torch.int32).scatter_add_(1, flat[g], ones.int()).T
        positions[g].scatter_add_(0, flat[g], ones)
    top_counts, rows = per_picture.topk(min(TOP_PICTURES, n), dim=-1)  # (groups, K, TOP_PICTURES)
    kept, top_pictures = rows[top_counts > 0].unique(return_inverse=True)
    pointers = torch.full_like(rows, -1)
    pointers[top_counts > 0] = top_pictures
    return CodebookStatistics(
        counts=positions.sum(dim=-1),
        positions=positions.view(groups, codebook_size, height, width),
        partners=_partners(flat, codebook_size),
        top_pictures=pointers,
        top_counts=top_counts.long(),
        pictures=[(names[row], styles[row]) for row in kept.tolist()],
        num_pictures=n,
        vqvae_sha256=vqvae_sha256,
    )


def save_statistics(folder: str | Path, statistics: CodebookStatistics) -> None:
    """Write the statistics as a checked folder, each table in the smallest integers that hold it."""
    tables = {name: getattr(statistics, name) for name in TABLES}
    description = {"num_pictures": statistics.num_pictures, "vqvae_sha256": statistics.vqvae_sha256}
    pictures = json.dumps(statistics.pictures, ensure_ascii=False)
    save_tensors(folder, {name: _compact(table) for name, table in tables.items()}, description, {PICTURES: pictures})


def load_statistics(folder: str | Path) -> CodebookStatistics:
    """Read what `save_statistics` wrote.

    Raises:
        CheckpointError: a file is missing or damaged, or holds something else.
    """
    folder = Path(folder)
    tables, description = load_tensors(folder)
    try:
        pictures = [(str(name), str(style)) for name, style in json.loads((folder / PICTURES).read_text(encoding="utf-8"))]
        return CodebookStatistics(
            **{name: tables[name].long() for name in TABLES},
            pictures=pictures,
            num_pictures=int(description["num_pictures"]),
            vqvae_sha256=str(description["vqvae_sha256"]),
        )
    except (KeyError, OSError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder} holds no codebook statistics ({error})") from error


def statistics_of(checkpoint: str | Path) -> CodebookStatistics | None:
    """The statistics that a checkpoint folder carries in codebook/, or None where it has none or those of another VQ-VAE.

    Raises:
        CheckpointError: they are damaged.
    """
    folder = Path(checkpoint) / "codebook"
    if not folder.is_dir():
        return None
    statistics = load_statistics(folder)
    return statistics if statistics.vqvae_sha256 == vqvae_sha256(checkpoint) else None


def vqvae_sha256(checkpoint: str | Path) -> str:
    """The checksum that tells this checkpoint's VQ-VAE from others."""
    return str(load_description(Path(checkpoint) / "vqvae")["sha256"]["model.safetensors"])


def _partners(flat: Tensor, codebook_size: int) -> Tensor:
    """(groups, N, h*w) indices → (groups, K, groups) most frequent companions; of itself, each code is its own."""
    groups = len(flat)
    partners = torch.arange(codebook_size)[None, :, None].repeat(groups, 1, groups)
    for g in range(groups):
        for other in set(range(groups)) - {g}:
            pairs = (flat[g] * codebook_size + flat[other]).flatten()
            counts = torch.bincount(pairs, minlength=codebook_size**2).view(codebook_size, codebook_size)
            partners[g, :, other] = counts.argmax(dim=1)
    return partners


def _compact(table: Tensor) -> Tensor:
    low, high = int(table.min()), int(table.max())
    for dtype in (torch.uint8, torch.int16, torch.uint16, torch.int32):
        if torch.iinfo(dtype).min <= low and high <= torch.iinfo(dtype).max:
            return table.to(dtype)
    return table
