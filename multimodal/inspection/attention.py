"""Attention by word: where in the picture the DiT looks at each word of the prompt (DAAM, Tang et al. 2022).

    with AttentionRecorder(pipeline.dit) as recorder:
        output = pipeline("a red fox", interpret=False)
    attention = recorder.by_word(pipeline.text_encoder, output.prompts)[0]
    attention.words, attention.heat()  # ["a", "red", "fox"], (3 + 1, h, w)

One thing only is measured: what cross-attention weighs. The pooled embedding and the mean tell the DiT of the prompt too.
"""

from __future__ import annotations

import re
import string
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.hooks import RemovableHandle

from multimodal.arguments import check_number
from multimodal.inspection.tokens import ramp
from multimodal.models.attention import Attention
from multimodal.models.dit import DiT, DiTBlock
from multimodal.models.text_encoder import CLIPTextEncoder
from multimodal.reading.syntax import parse_weights

# Kana and Han are written without blanks: there each character may be a word, everywhere else what stands between blanks.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
CHARACTER = re.compile(r"\S")
PUNCTUATION = string.punctuation + "，。！？、；：“”‘’…"


@dataclass(frozen=True)
class WordAttention:
    """How the places of one picture share their attention among the words of its prompt."""

    words: list[str]  # W words in the prompt's order; those that did not fit into the context are left out
    shares: Tensor  # (evaluations, depth, W + 1, h, w): sums to 1 over words; the last is the rest: start and end token

    def heat(self, evaluation: int | None = None, layer: int | None = None) -> Tensor:
        """Shares averaged over whatever is not chosen, (W + 1, h, w); they sum to 1 over the words and the rest.

        Args:
            evaluation: of the DiT, from 0; a Heun step has two, but for the last, others one.
            layer: a block of the DiT, from 0.
        Raises:
            ValueError: there is no such evaluation or layer.
        """
        shares = self.shares
        for name, index, axis in (("evaluation", evaluation, 0), ("layer", layer, 1)):
            if index is None:
                shares = shares.mean(axis, keepdim=True)
            else:
                check_number(name, index, 0, shares.shape[axis] - 1, whole=True)
                shares = shares.narrow(axis, int(index), 1)  # JSON may say 1.0
        return shares[0, 0]


class AttentionRecorder:
    """Keeps the cross-attention of a DiT while it makes pictures, and changes nothing of what it computes.

    Within `with`, hooks compute each block's attention weights a second time; outside there are no hooks, and no cost.
    Only what the thread that entered does is kept, so that other visitors of an app are not seen. Of guided sampling only
    the prompt's own passes are kept, not those of the negative prompt. One recording holds one sampling.
    """

    def __init__(self, dit: DiT) -> None:
        self.dit = dit
        self.weights: list[Tensor] = []  # per evaluation and layer (B, h * w, L), averaged over heads, on the CPU
        self.mask = torch.zeros(0, 0, dtype=torch.bool)  # (B, L), True at the tokens of the prompts
        self._handles: list[RemovableHandle] = []
        self._thread = 0
        self._prompt: int | None = None  # where in memory the prompt's context lies
        self._recording = False

    def __enter__(self) -> AttentionRecorder:
        self.weights.clear()
        self._thread, self._prompt, self._recording = threading.get_ident(), None, False
        self._handles = [self.dit.register_forward_pre_hook(self._start, with_kwargs=True)]
        for block in self.dit.blocks:
            assert isinstance(block, DiTBlock)
            self._handles.append(block.cross_attention.register_forward_hook(self._keep))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for handle in self._handles:
            handle.remove()

    def by_word(self, text_encoder: CLIPTextEncoder, prompts: list[str]) -> list[WordAttention]:
        """The recording, with the tokens of each word added up.

        Args:
            prompts: of the B pictures that were made, as `TextToImageOutput.prompts`; weights are left aside.
        Raises:
            ValueError: nothing was recorded, or pictures of other prompts.
        """
        if not self.weights:
            raise ValueError("no attention was recorded: make pictures while the recorder is on")
        if len(prompts) != len(self.weights[0]):
            raise ValueError(f"attention of {len(self.weights[0])} pictures was recorded, not of {len(prompts)}")
        side = self.dit.config.latent_size // self.dit.config.patch_size
        weights = torch.stack(self.weights).unflatten(0, (-1, self.dit.config.depth))  # (evaluations, depth, B, N, L)
        found = {prompt: words_of_tokens(text_encoder, parse_weights(prompt).text) for prompt in set(prompts)}
        result = []
        for k, prompt in enumerate(prompts):
            words, owners = found[prompt]
            if len(owners) != self.mask[k].sum():
                raise ValueError(f"the attention that was recorded is not that of the prompt {prompt!r:.80}")
            padded = owners + [len(words)] * (weights.shape[-1] - len(owners))  # padding is masked: it adds nothing
            shares = torch.zeros(*weights.shape[:2], side * side, len(words) + 1)
            shares.index_add_(3, torch.tensor(padded), weights[:, :, k])
            result.append(WordAttention(words, shares.transpose(2, 3).unflatten(3, (side, side))))
        return result

    def _start(self, dit: DiT, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Before a pass: is it one of the prompt's? `guided` asks for the prompt first, then for the negative one."""
        if threading.get_ident() != self._thread:
            return
        context = kwargs["context"] if "context" in kwargs else args[2]
        if self._prompt is None:
            self._prompt = context.data_ptr()
        self._recording = context.data_ptr() == self._prompt

    def _keep(self, attention: Attention, args: tuple[Tensor, Tensor, Tensor], output: Tensor) -> None:
        if self._recording and threading.get_ident() == self._thread:
            weights = attention_weights(attention, *args).mean(dim=1)  # (B, R + N, L)
            self.mask = args[2].cpu()
            self.weights.append(weights[:, self.dit.config.num_registers :].float().cpu())


@torch.no_grad()
def attention_weights(attention: Attention, x: Tensor, context: Tensor, mask: Tensor) -> Tensor:
    """softmax(Q Kᵀ / √d) (Vaswani et al. 2017, eq. 1), which the fused attention never shows.

    Args:
        x, context, mask: as for `Attention.forward`.
    Returns:
        (B, heads, N, L), sums to 1 over L; 0 where the mask is False.
    """
    query, key, _ = attention.project(x, context)
    scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5  # (B, heads, N, L)
    return scores.masked_fill(~mask[:, None, None, :], float("-inf")).softmax(dim=-1)


def words_of_tokens(
    text_encoder: CLIPTextEncoder, prompt: str, pattern: re.Pattern[str] = WORD
) -> tuple[list[str], list[int]]:
    """The words of a prompt, and whose each token is; works with any tokenizer that reads from left to right.

    A word ends where the prompt up to there has the tokens that the whole prompt begins with; where it has not, because
    a token reaches over the end, the word goes on.

    Args:
        pattern: what may be a word.
    Returns:
        W words without the punctuation around them, and for each token of the prompt a number in 0 … W - 1, or W: no word.
    """
    matches = list(pattern.finditer(prompt))
    ids, mask, _ = text_encoder.tokenize([prompt, *(prompt[: match.end()] for match in matches)])
    lengths = (mask.sum(dim=1) - 1).tolist()  # without the end token
    words: list[str] = []
    owners, start = [-1], 0  # the start token is no word's
    for row, match in enumerate(matches, start=1):
        last = row == len(matches)
        if not last and not torch.equal(ids[row, : lengths[row]], ids[0, : lengths[row]]):
            continue
        new_tokens = lengths[0 if last else row] - len(owners)
        if new_tokens > 0:
            owners += [len(words)] * new_tokens
            word = prompt[start : match.end()].strip()
            words.append(word.strip(PUNCTUATION) or word)
        start = match.end()
    return words, [len(words) if owner < 0 else owner for owner in [*owners, -1]]


def pieces(text_encoder: CLIPTextEncoder, prompt: str) -> list[tuple[str, int]]:
    """The pieces that a tokenizer cuts a prompt into, and of how many tokens each is: rare characters are of several."""
    found, owners = words_of_tokens(text_encoder, prompt, CHARACTER)
    return [(piece, owners.count(number)) for number, piece in enumerate(found)]


def heat_overlay(image: Image.Image, heat: Tensor) -> Image.Image:
    """A heat map over a picture: its colours are the heat, from 0 to the map's own largest; its light is the picture's.

    Args:
        image: RGBA.
        heat: (h, w), 0 or more.
    Returns:
        RGB of the picture's size.
    """
    share = (heat / heat.max().clamp(min=1e-12)).numpy().astype(np.float32)
    smooth = Image.fromarray(share).resize(image.size, Image.Resampling.BICUBIC)
    white = Image.new("RGBA", image.size, "white")
    light = Image.alpha_composite(white, image.convert("RGBA")).convert("L").convert("RGB")
    return Image.blend(light, Image.fromarray(ramp(np.asarray(smooth).clip(0, 1))), 0.6)
