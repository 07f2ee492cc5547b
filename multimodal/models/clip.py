"""CLIP: the contrastive text-image model that this project trains, an open_clip model with a tokenizer of its own."""

from __future__ import annotations

from typing import NamedTuple

import open_clip
import torch
import torch.nn.functional as F
from open_clip.model import CLIPTextCfg, CLIPVisionCfg
from tokenizers import Tokenizer
from torch import Tensor, nn

from multimodal.config import CLIPConfig

PAD, BOS, EOS = "<pad>", "<bos>", "<eos>"


class Tokens(NamedTuple):
    ids: Tensor  # (B, L) int64, padded at the end; L is the longest prompt of the batch
    mask: Tensor  # (B, L) bool, True at tokens, False at padding
    dropped: list[str]  # per prompt, the text that did not fit, or ""


class TextFeatures(NamedTuple):
    tokens: Tensor  # (B, L, text_width) states of the last layer but one
    pooled: Tensor  # (B, embed_dim) embedding of the whole text, not normalised


class CLIP(nn.Module):
    """Text and image towers of open_clip with a custom config, and a multilingual BPE tokenizer.

    Args:
        config: sizes of the two towers.
        tokenizer_json: a `tokenizers` file with `<pad>`, `<bos>` and `<eos>`; its size is `config.vocab_size` or less.
    """

    def __init__(self, config: CLIPConfig, tokenizer_json: str) -> None:
        super().__init__()
        self.config = config
        self.tokenizer = Tokenizer.from_str(tokenizer_json)
        self.tokenizer.encode_special_tokens = True  # "<eos>" in a prompt is text
        if self.tokenizer.get_vocab_size() > config.vocab_size:
            raise ValueError(f"the tokenizer has {self.tokenizer.get_vocab_size()} tokens, more than {config.vocab_size}")
        self.model = open_clip.CLIP(
            embed_dim=config.embed_dim,
            vision_cfg=CLIPVisionCfg(
                layers=config.vision_layers,
                width=config.vision_width,
                head_width=config.vision_head_width,
                patch_size=config.vision_patch_size,
                image_size=config.image_size,
            ),
            text_cfg=CLIPTextCfg(
                context_length=config.context_length,
                vocab_size=config.vocab_size,
                width=config.text_width,
                heads=config.text_heads,
                layers=config.text_layers,
                pool_type="eos",
                pad_id=self.tokenizer.token_to_id(PAD),
                eos_id=self.tokenizer.token_to_id(EOS),
            ),
        )

    def forward(self, images: Tensor | None, *ids: Tensor) -> tuple[Tensor, ...]:
        """Embed pictures, if any, and batches of token ids as unit vectors, (B, embed_dim) each; then the logit scale."""
        embeddings = [] if images is None else [self.encode_image(images)]
        embeddings += [self.encode_text(batch).pooled for batch in ids]
        return *(F.normalize(embedding, dim=-1) for embedding in embeddings), self.logit_scale

    def tokenize(self, prompts: list[str]) -> Tokens:
        """Turn prompts into token ids, and say what was too long for the context."""
        room = self.config.context_length - 2
        rows, dropped = [], []
        for prompt, encoding in zip(prompts, self.tokenizer.encode_batch(prompts, add_special_tokens=False), strict=True):
            rows.append(torch.tensor([self._id(BOS), *encoding.ids[:room], self._id(EOS)]))
            dropped.append(prompt[encoding.offsets[room][0] :].strip() if len(encoding.ids) > room else "")
        ids = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=self._id(PAD))
        return Tokens(ids, ids != self._id(PAD), dropped)

    def encode_text(self, ids: Tensor) -> TextFeatures:
        """Encode (B, L) token ids, L up to `context_length`."""
        model, length = self.model, ids.shape[1]
        x = model.token_embedding(ids) + model.positional_embedding[:length]  # (B, L, D)
        x, states = model.transformer.forward_intermediates(x, attn_mask=model.attn_mask[:length, :length])
        x = model.ln_final(x)  # (B, L, D)
        ends = (ids == model.text_eos_id).int().argmax(dim=1)
        pooled = x[torch.arange(len(x), device=x.device), ends] @ model.text_projection  # (B, embed_dim)
        return TextFeatures(states[-2] if len(states) > 1 else states[-1], pooled)

    def encode_image(self, images: Tensor) -> Tensor:
        """Embed (B, 4, H, W) premultiplied RGBA in [-1, 1], laid on grey; (B, embed_dim), not normalised."""
        color, alpha = images[:, :3], images[:, 3:]
        on_grey = color + (1 - alpha) / 2  # premultiplied over grey, which is 0 in [-1, 1]: c + (1 - a) / 2
        size = self.config.image_size
        resized = F.interpolate(on_grey, size=(size, size), mode="bilinear", antialias=True, align_corners=False)
        return self.model.encode_image(resized)

    @property
    def logit_scale(self) -> Tensor:
        """The learnt inverse temperature of the contrastive loss."""
        return self.model.logit_scale.clamp(max=4.6).exp()  # at most 100 (Radford et al. 2021)

    def _id(self, token: str) -> int:
        index = self.tokenizer.token_to_id(token)
        if index is None:
            raise ValueError(f"the tokenizer has no token {token}")
        return index
