"""Names and their embeddings: which name is most like a text."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import torch
import torch.nn.functional as F
from torch import Tensor

BATCH = 64  # names that are encoded at a time
Embed = Callable[[list[str]], Tensor]


class EncodedNames:
    """Names and their embeddings, which are made when they are first asked for, or a batch at a time before, and kept.

    Args:
        embed: texts → (N, D) embeddings in which like texts are near.
    """

    def __init__(self, names: Iterable[str], embed: Embed) -> None:
        self.names, self.embed = list(names), embed
        self._batches: list[Tensor] = []  # of the first names
        self._lock = threading.Lock()  # a thread encodes them before they are asked for

    def encode_batch(self) -> bool:
        """Encode the next names; False where there are none left."""
        with self._lock:
            start = BATCH * len(self._batches)
            if start < len(self.names):
                self._batches.append(F.normalize(self.embed(self.names[start : start + BATCH]), dim=-1))
            return start + BATCH < len(self.names)

    def similarity(self, embedding: Tensor) -> Tensor:
        """(D,) an embedding → (N,) its cosines with those of the names."""
        while self.encode_batch():
            pass
        return torch.cat(self._batches) @ F.normalize(embedding, dim=-1)

    def nearest(self, text: str) -> str:
        """The name whose embedding is most like the text's."""
        return self.names[int(self.similarity(self.embed([text])[0]).argmax())]
