"""Codebook statistics over a whole training set: how often each code is used, in which style, where, beside which."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from multimodal import metrics
from multimodal.tensor_folder import CheckpointError, load_tensors, part, present, save_tensors, weights_sha256

TOP_PICTURES = 6  # per code
FIELDS = 8  # on each side of a picture, in which positions are counted; single ones would take four times the space
PICTURES = "pictures.json"
TABLES = ("style_counts", "positions", "partners", "top_pictures", "top_counts")


@dataclass(frozen=True)
class CodebookStatistics:
    """Counts over `num_pictures` pictures; `codebook_size` is K."""

    style_counts: Tensor  # (styles, groups, K) how often each code is used
    positions: Tensor  # (groups, K, rows, columns) how often in each of at most FIELDS x FIELDS fields of the picture
    partners: Tensor  # (groups, K, groups) the code of each group that most often stands at the same position
    top_pictures: Tensor  # (groups, K, TOP_PICTURES) rows of `pictures` that use the code most; -1 where there is none
    top_counts: Tensor  # (groups, K, TOP_PICTURES) how often they use it
    styles: list[str]  # "" is that of pictures without one
    pictures: list[tuple[str, str]]  # (name, style) of what `top_pictures` points to, in the order of the styles
    num_pictures: int
    vqvae_sha256: str = ""  # of the weights that the statistics were made with

    @cached_property
    def counts(self) -> Tensor:
        """(groups, K) how often each code is used, in all styles together."""
        return self.style_counts.sum(dim=0)

    @property
    def usage(self) -> list[float]:
        """Per group, the share of the codes that are used at all."""
        return metrics.usage(self.counts).tolist()

    @property
    def perplexity(self) -> list[float]:
        """Per group, the exponential of the entropy of the code frequencies: how many codes are in even use."""
        return metrics.perplexity(self.counts).tolist()

    @property
    def by_style(self) -> dict[str, tuple[list[float], list[float]]]:
        """Style → usage and perplexity, both per group, in the pictures of that style alone; "", no style, is left out."""
        tables = zip(metrics.usage(self.style_counts).tolist(), metrics.perplexity(self.style_counts).tolist(), strict=True)
        return {style: table for style, table in zip(self.styles, tables, strict=True) if style}

    def count_by_style(self, group: int, code: int) -> dict[str, int]:
        """Style → how often a code is used in its pictures; "", no style, is left out."""
        counts = zip(self.styles, self.style_counts[:, group, code].tolist(), strict=True)
        return {style: count for style, count in counts if style}

    def companions(self, group: int, code: int, other: int) -> list[int]:
        """Codes of another group: the one most often beside a code, then those that it is most often beside, by use."""
        if not self.counts[group, code]:
            return []
        first = int(self.partners[group, code, other])
        beside = ((self.partners[other, :, group] == code) & (self.counts[other] > 0)).nonzero().flatten().tolist()
        return [first, *sorted(set(beside) - {first}, key=lambda k: -int(self.counts[other, k]))]

    def most_in(self, group: int, code: int) -> list[tuple[str, str, int]]:
        """The pictures that use a code most: name, style, and how often it stands there."""
        rows, counts = self.top_pictures[group, code].tolist(), self.top_counts[group, code].tolist()
        return [(*self.pictures[row], count) for row, count in zip(rows, counts, strict=True) if row >= 0]


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
    n, _, height, width = codebook_indices.shape
    if not n == len(names) == len(styles):
        raise ValueError(f"{n} pictures need as many names and styles, not {len(names)} and {len(styles)}")
    order = sorted(range(n), key=styles.__getitem__)
    found = sorted(set(styles))
    owners = torch.tensor([found.index(styles[row]) for row in order])[:, None]  # (N, 1)
    rows, columns = min(FIELDS, height), min(FIELDS, width)
    down, across = torch.arange(height) * rows // height, torch.arange(width) * columns // width
    fields = (down[:, None] * columns + across).flatten()  # (h*w,)
    flat = codebook_indices[order].long().flatten(2).transpose(0, 1)  # (groups, N, h*w)
    pictures = torch.arange(n)[:, None]
    per_picture = torch.stack([_count(pictures, group, n, codebook_size).T.int() for group in flat])  # (groups, K, N)
    top_counts, tops = per_picture.topk(min(TOP_PICTURES, n), dim=-1)  # (groups, K, TOP_PICTURES)
    kept, pointers = tops[top_counts > 0].unique(return_inverse=True)
    top_pictures = torch.full_like(tops, -1)
    top_pictures[top_counts > 0] = pointers
    positions = torch.stack([_count(group, fields, codebook_size, rows * columns) for group in flat])
    return CodebookStatistics(
        style_counts=torch.stack([_count(owners, group, len(found), codebook_size) for group in flat], dim=1),
        positions=positions.unflatten(2, (rows, columns)),
        partners=_partners(flat, codebook_size),
        top_pictures=top_pictures,
        top_counts=top_counts.long(),
        styles=found,
        pictures=[(names[order[row]], styles[order[row]]) for row in kept.tolist()],
        num_pictures=n,
        vqvae_sha256=vqvae_sha256,
    )


def save_statistics(folder: str | Path, statistics: CodebookStatistics) -> None:
    """Write the statistics as a checked folder, each table in the smallest integers that hold it."""
    tables = {name: getattr(statistics, name) for name in TABLES}
    description = {"num_pictures": statistics.num_pictures, "vqvae_sha256": statistics.vqvae_sha256}
    names = {style: [name for name, other in statistics.pictures if other == style] for style in statistics.styles}
    pictures = json.dumps(names, ensure_ascii=False)
    save_tensors(folder, {name: _compact(table) for name, table in tables.items()}, description, {PICTURES: pictures})


def load_statistics(folder: str | Path) -> CodebookStatistics:
    """Read what `save_statistics` wrote.

    Raises:
        CheckpointError: a file is missing or damaged, or holds something else.
    """
    folder = present(Path(folder))
    tables, description = load_tensors(folder)
    try:
        names = json.loads((folder / PICTURES).read_text(encoding="utf-8"))
        return CodebookStatistics(
            **{name: tables[name].long() for name in TABLES},
            styles=list(names),
            pictures=[(str(name), style) for style, known in names.items() for name in known],
            num_pictures=int(description["num_pictures"]),
            vqvae_sha256=str(description["vqvae_sha256"]),
        )
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder} holds no codebook statistics ({error})") from error


def statistics_of(checkpoint: str | Path) -> CodebookStatistics | None:
    """The statistics that a checkpoint folder carries in codebook/, or None where it has none or those of another VQ-VAE.

    Raises:
        CheckpointError: they are damaged.
    """
    folder = part(checkpoint, "codebook")
    if not folder:
        return None
    statistics = load_statistics(folder)
    return statistics if statistics.vqvae_sha256 == weights_sha256(Path(checkpoint) / "vqvae") else None


def _count(first: Tensor, second: Tensor, size: int, other_size: int) -> Tensor:
    """(size, other_size): how often two numbers, in 0 … size - 1 and in 0 … other_size - 1, stand at the same place."""
    pairs = (first * other_size + second).flatten()
    return torch.bincount(pairs, minlength=size * other_size).view(size, other_size)


def _partners(flat: Tensor, codebook_size: int) -> Tensor:
    """(groups, N, h*w) indices → (groups, K, groups) most frequent companions; of itself, each code is its own."""
    groups = len(flat)
    partners = torch.arange(codebook_size)[None, :, None].repeat(groups, 1, groups)
    for g in range(groups):
        for other in set(range(groups)) - {g}:
            partners[g, :, other] = _count(flat[g], flat[other], codebook_size, codebook_size).argmax(dim=1)
    return partners


def _compact(table: Tensor) -> Tensor:
    low, high = int(table.min()), int(table.max())
    for dtype in (torch.uint8, torch.int16, torch.uint16, torch.int32):
        if torch.iinfo(dtype).min <= low and high <= torch.iinfo(dtype).max:
            return table.to(dtype)
    return table
