"""The latent cache: every training picture as codebook indices, with the composites that are added to them, in shards."""

from __future__ import annotations

import math
import os
import random
import shutil
import time
from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor
from tqdm.auto import tqdm

from multimodal.data.captions import Subject
from multimodal.data.composition import Composer
from multimodal.data.images import Pictures, fingerprint

SHARD_ROWS = 8192  # few enough for many processes to have some each


class LatentCache:
    """N pictures, then M composites of them, which `composites` describes: encoded once, in any number of processes.

    Row k of all of them is row k % `shard_rows` of shard k // `shard_rows`, whoever wrote it. A shard is there whole or not
    at all, so a run that was killed goes on with those that are missing. With other data, the shards are made anew.

    Args:
        root: the shards are in a folder of it that is named after what they depend on: which composites there are, what
            each kind of them looks like, and `key`.
        key: a checksum of all else that the indices depend on: the pictures, what is known of them, and the autoencoder.
        pixels: N pictures, (4, S, S) uint8 premultiplied RGBA; or anything else of N rows that `encode` makes pictures of.
    """

    def __init__(
        self,
        root: Path,
        key: str,
        pixels: Tensor | Pictures,
        subjects: Sequence[Subject] = (),
        num_composites: int = 0,
        shard_rows: int = SHARD_ROWS,
    ) -> None:
        self.pixels, self.composer = pixels, Composer(pixels, subjects)
        self.composites = [self.composer.choose(_draw(k))[0] for k in range(num_composites)]
        one_of_each = {(each.kind, each.number, each.color): k for k, each in enumerate(self.composites)}
        painted = (self._picture(len(pixels) + k) for k in one_of_each.values())
        self.folder = root / fingerprint(painted, self.composites, key)
        self.shard_rows = shard_rows
        self.shards = -(-(len(pixels) + num_composites) // shard_rows)

    def write(
        self,
        encode: Callable[[Tensor], Tensor],
        process_index: int = 0,
        num_processes: int = 1,
        batch_size: int = 32,
        doing: str = "encoding",
        deadline: float = math.inf,
    ) -> bool:
        """Write this process's part of the shards, every `num_processes`-th, where they are not there yet.

        Args:
            encode: maps (B, 4, S, S) uint8 pictures to (B, groups, h, w) indices below 2¹⁵.
            doing: what the progress bar says is done.
            deadline: when to stop, as `time.monotonic` says it; no shard is begun after it.
        Returns:
            whether its part is complete.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if process_index == 0:
            for old in self.folder.parent.iterdir():
                if old != self.folder and old.is_dir():
                    shutil.rmtree(old)
        missing = [k for k in range(process_index, self.shards, num_processes) if not self._path(k).exists()]
        number = sum(len(self._rows(shard)) for shard in missing)
        with tqdm(total=number, desc=doing, unit="picture", disable=process_index > 0 or not number) as progress:
            for shard in missing:
                if time.monotonic() >= deadline:
                    return False
                indices: list[Tensor] = []
                for first in range(0, len(rows := self._rows(shard)), batch_size):
                    pictures = torch.stack([*map(self._picture, rows[first : first + batch_size])])
                    indices.append(encode(pictures))
                    progress.update(len(pictures))
                temporary = self._path(shard).with_suffix(".tmp")
                save_file({"codebook_indices": torch.cat(indices).to(torch.int16)}, temporary)
                with temporary.open("rb+") as file:
                    os.fsync(file.fileno())
                temporary.rename(self._path(shard))
        return True

    def read(self) -> Rows:
        """(N + M, groups, h, w) int16, read when they are asked for. All processes must have written their parts before."""
        return Rows([_map(self._path(shard)) for shard in range(self.shards)])

    def _rows(self, shard: int) -> range:
        last = min((shard + 1) * self.shard_rows, len(self.pixels) + len(self.composites))
        return range(shard * self.shard_rows, last)

    def _picture(self, row: int) -> Tensor:
        composite = row - len(self.pixels)
        return self.pixels[row] if composite < 0 else self.composer.compose(_draw(composite))[0]

    def _path(self, shard: int) -> Path:
        return self.folder / f"{shard:05d}.safetensors"


class Rows:
    """The rows of several tensors, one after the other, as if they were one."""

    def __init__(self, parts: Sequence[Tensor]) -> None:
        self.parts = parts
        self._firsts = [0, *accumulate(map(len, parts))]

    def __len__(self) -> int:
        return self._firsts[-1]

    def __getitem__(self, rows: Tensor) -> Tensor:
        """(B,) int64 → (B, …), in that order."""
        places = [(bisect(self._firsts, row) - 1, row) for row in rows.tolist()]
        return torch.stack([self.parts[part][row - self._firsts[part]] for part, row in places])


def _draw(composite: int) -> random.Random:
    return random.Random(f"composite {composite}")


def _map(path: Path) -> Tensor:
    """A tensor that stays in its file, which is mapped into memory, until it is looked at."""
    with safe_open(path, "pt") as file:
        return file.get_tensor("codebook_indices")
