"""CLIPTextEncoder: one frozen text encoder for the DiT, whichever CLIP it comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from multimodal.config import TextEncoderConfig
from multimodal.models.clip import CLIP, TextFeatures, Tokens


class TextEncoding(NamedTuple):
    context: Tensor  # (B, L, context_dim) token states
    context_mask: Tensor  # (B, L) bool, True at tokens
    pooled: Tensor  # (B, pooled_dim)


class CLIPTextEncoder(nn.Module):
    """A frozen CLIP text tower: prompts in, token states of the last layer but one and a pooled embedding out.

    Use one of `from_clip`, `from_open_clip`, `from_transformers`, or `from_config`, which chooses.
    """

    def __init__(
        self,
        tower: nn.Module,
        tokenize: Callable[[list[str]], Tokens],
        encode: Callable[[Tensor], TextFeatures],
        context_dim: int,
        pooled_dim: int,
        context_length: int,
    ) -> None:
        super().__init__()
        self.tower = tower.eval().requires_grad_(False)
        self.tokenize, self.encode = tokenize, encode
        self.context_dim, self.pooled_dim, self.context_length = context_dim, pooled_dim, context_length

    @classmethod
    def from_config(cls, config: TextEncoderConfig, load_bundled: Callable[[], CLIP]) -> CLIPTextEncoder:
        """The encoder that a DiT's config names; `load_bundled` loads the checkpoint's own CLIP when that is the one."""
        if config.kind == "open_clip":
            return cls.from_open_clip(config.name, config.pretrained)
        if config.kind == "transformers":
            return cls.from_transformers(config.name)
        return cls.from_clip(load_bundled())

    @classmethod
    def from_clip(cls, clip: CLIP) -> CLIPTextEncoder:
        """The CLIP that this project trains."""
        config = clip.config
        return cls(clip, clip.tokenize, clip.encode_text, config.text_width, config.embed_dim, config.context_length)

    @classmethod
    def from_open_clip(cls, name: str, pretrained: str = "") -> CLIPTextEncoder:
        """A model that open_clip knows by name, with a pretrained tag or a weights file.

        Raises:
            ValueError: open_clip does not know the name or the tag, or has no causal text tower of its own for it.
        """
        import open_clip

        try:
            model = open_clip.create_model(name, pretrained=pretrained or None)
            tokenizer = open_clip.get_tokenizer(name)
        except (RuntimeError, OSError) as error:
            raise ValueError(f"open_clip model {name!r} with pretrained {pretrained!r} cannot be had: {error}") from error
        if not isinstance(model, open_clip.CLIP):
            raise ValueError(f"open_clip model {name!r} has no plain CLIP text tower; its transformers version may do")
        end = tokenizer.eot_token_id

        def tokenize(prompts: list[str]) -> Tokens:
            room = model.context_length - 2
            pieces = [tokenizer.encode(prompt) for prompt in prompts]
            dropped = [tokenizer.decode(row[room:]).strip() if len(row) > room else "" for row in pieces]
            ids = tokenizer(prompts)  # (B, context_length), zeros after the end
            mask = torch.arange(ids.shape[1]) <= (ids == end).int().argmax(dim=1, keepdim=True)
            length = int(mask.sum(dim=1).max())
            return Tokens(ids[:, :length], mask[:, :length], dropped)

        def encode(ids: Tensor) -> TextFeatures:
            full = nn.functional.pad(ids, (0, model.context_length - ids.shape[1]))
            output = model.forward_intermediates(text=full, normalize=False)
            states = output["text_intermediates"]
            return TextFeatures(states[max(0, len(states) - 2)][:, : ids.shape[1]], output["text_features"])

        dims = model.ln_final.weight.shape[0], model.text_projection.shape[1]
        return cls(model, tokenize, encode, *dims, model.context_length)

    @classmethod
    def from_transformers(cls, name: str) -> CLIPTextEncoder:
        """A transformers CLIP in a folder, or by hub id.

        Raises:
            ValueError: there is neither such a folder nor such a model in reach.
        """
        from transformers import AutoTokenizer, CLIPTextModelWithProjection

        local = Path(name).is_dir()
        if not local and (name.count("/") != 1 or name.startswith((".", "/", "~"))):
            raise ValueError(f"there is no folder {name}, and it is no hub id either")
        try:
            model = CLIPTextModelWithProjection.from_pretrained(name, local_files_only=local)
            tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
        except (OSError, ValueError) as error:
            raise ValueError(f"transformers CLIP {name!r} cannot be loaded: {error}") from error
        room = int(model.config.max_position_embeddings)

        def tokenize(prompts: list[str]) -> Tokens:
            whole: list[list[int]] = tokenizer(prompts)["input_ids"]  # to truncate would change it, for other threads too
            fitting = [row if len(row) <= room else [*row[: room - 1], row[-1]] for row in whole]
            dropped = [tokenizer.decode(row[room - 1 : -1]).strip() if len(row) > room else "" for row in whole]
            rows = tokenizer.pad({"input_ids": fitting}, return_tensors="pt")
            return Tokens(rows["input_ids"], rows["attention_mask"].bool(), dropped)

        def encode(ids: Tensor) -> TextFeatures:
            output: Any = model(input_ids=ids, output_hidden_states=True)
            return TextFeatures(output.hidden_states[-2], output.text_embeds)

        return cls(model, tokenize, encode, model.config.hidden_size, model.config.projection_dim, room)

    def count_tokens(self, prompt: str) -> tuple[int, int]:
        """How many tokens of a prompt are used, and for how many there is room; begin and end are not counted."""
        return int(self.tokenize([prompt]).mask.sum()) - 2, self.context_length - 2

    @torch.no_grad()
    def forward(self, prompts: list[str]) -> TextEncoding:
        """Encode prompts; "" is the unconditional one."""
        tokens = self.tokenize(prompts)
        device = next(self.tower.parameters()).device
        features = self.encode(tokens.ids.to(device))
        return TextEncoding(features.tokens, tokens.mask.to(device), features.pooled)

    def embed(self, prompts: list[str], batch_size: int = 256) -> Tensor:
        """The pooled embeddings alone, (B, pooled_dim), of any number of prompts: those of like length together."""
        order = sorted(range(len(prompts)), key=lambda k: len(prompts[k].encode()))
        batches = [order[k : k + batch_size] for k in range(0, len(order), batch_size)]
        pooled = torch.cat([self([prompts[k] for k in batch]).pooled for batch in batches])  # (B, pooled_dim)
        return pooled[torch.tensor(order, device=pooled.device).argsort()]
