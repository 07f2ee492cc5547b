"""CachedTextEncoder: a text encoder that runs once for each prompt, for training with a large one."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from multimodal.models.text_encoder import CLIPTextEncoder, TextEncoding

BATCH = 64  # prompts that are encoded at a time


class Encoded(NamedTuple):
    """What the tower gave for one prompt."""

    context: Tensor  # (L, context_dim), without padding
    pooled: Tensor  # (pooled_dim,)


class CachedTextEncoder(CLIPTextEncoder):
    """Keeps what a frozen tower gave for the last `capacity` prompts.

    Prompts are encoded in batches of one shape, however many there are, so that what a prompt gives does not depend on
    those that it is encoded with, nor a resumed run on what was kept when it stopped.
    """

    capacity = 32_768  # about 10 tokens each: 0.4 GB in half precision for a context of 512

    def __init__(self, *args: object, **settings: object) -> None:
        super().__init__(*args, **settings)  # type: ignore[arg-type]
        self.kept: OrderedDict[tuple[str, torch.dtype | None], Encoded] = OrderedDict()

    @torch.no_grad()
    def forward(self, prompts: list[str]) -> TextEncoding:
        """As `CLIPTextEncoder.forward`."""
        device = next(self.tower.parameters()).device
        autocast = torch.get_autocast_dtype(device.type) if torch.is_autocast_enabled(device.type) else None
        keys = [(prompt, autocast) for prompt in prompts]
        new = [key for key in dict.fromkeys(keys) if key not in self.kept]
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self.kept |= zip(batch, self._encode([prompt for prompt, _ in batch], device), strict=True)
        for key in keys:
            self.kept.move_to_end(key)
        encoded = [self.kept[key] for key in keys]
        while len(self.kept) > self.capacity:
            self.kept.popitem(last=False)
        lengths = torch.tensor([len(each.context) for each in encoded], device=device)
        context = pad_sequence([each.context for each in encoded], batch_first=True)  # (B, L, context_dim)
        mask = torch.arange(context.shape[1], device=device) < lengths[:, None]  # (B, L)
        pooled = torch.stack([each.pooled for each in encoded])  # (B, pooled_dim)
        return TextEncoding(context, mask, pooled)

    def _encode(self, prompts: list[str], device: torch.device) -> list[Encoded]:
        tokens = self.tokenize([*prompts, *[""] * (BATCH - len(prompts))])
        ids = F.pad(tokens.ids, (0, self.context_length - tokens.ids.shape[1]))  # (BATCH, context_length)
        features = self.encode(ids.to(device))
        return [
            Encoded(features.tokens[k, : int(tokens.mask[k].sum())].clone(), features.pooled[k].clone())
            for k in range(len(prompts))
        ]
