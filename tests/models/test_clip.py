"""The project's own CLIP: padding, batches, and words that do not fit."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from multimodal.checkpoint import load_clip
from multimodal.models.clip import CLIP


@pytest.fixture(scope="module")
def clip(tiny_checkpoint: Path) -> CLIP:
    return load_clip(tiny_checkpoint / "clip")


def test_tokens_begin_and_end_and_are_padded(clip: CLIP) -> None:
    ids, mask, dropped = clip.tokenize(["a red apple", ""])
    bos, eos, pad = (clip.tokenizer.token_to_id(token) for token in ("<bos>", "<eos>", "<pad>"))
    assert ids[0, 0] == ids[1, 0] == bos
    assert ids[0, mask[0]][-1] == eos
    assert ids[1].tolist() == [bos, eos] + [pad] * (ids.shape[1] - 2)
    assert torch.equal(mask, ids != pad)
    assert dropped == ["", ""]


@pytest.mark.parametrize("prompt", ["a <eos> fox", "<pad>", "<bos><bos>"])
def test_special_tokens_that_people_write_are_plain_text(prompt: str, clip: CLIP) -> None:
    ids = clip.tokenize([prompt]).ids[0].tolist()
    special = [clip.tokenizer.token_to_id(token) for token in ("<bos>", "<eos>", "<pad>")]
    assert [token for token in ids if token in special] == [special[0], special[1]]


@torch.no_grad()
@pytest.mark.parametrize("prompt", ["a fox", "", "红苹果"])
def test_padding_changes_nothing(prompt: str, clip: CLIP) -> None:
    alone = clip.encode_text(clip.tokenize([prompt]).ids)
    tokens = clip.tokenize([prompt, "a rocket and a star"])
    assert tokens.ids.shape[1] > alone.tokens.shape[1]
    beside = clip.encode_text(tokens.ids)
    assert torch.allclose(beside.pooled[:1], alone.pooled, atol=1e-5)
    assert torch.allclose(beside.tokens[0, tokens.mask[0]], alone.tokens[0], atol=1e-5)
    assert not torch.allclose(beside.pooled[0], beside.pooled[1], atol=1e-3)


@torch.no_grad()
def test_the_pooled_embedding_is_that_of_open_clip(clip: CLIP) -> None:
    ids = clip.tokenize(["a fox", "a rocket and a star"]).ids
    padded = torch.nn.functional.pad(
        ids, (0, clip.config.context_length - ids.shape[1]), value=clip.tokenizer.token_to_id("<pad>")
    )
    assert torch.allclose(clip.encode_text(ids).pooled, clip.model.encode_text(padded), atol=1e-5)


def test_what_does_not_fit_is_reported(clip: CLIP) -> None:
    words = "apple star rocket fox " * 9
    tokens = clip.tokenize([words, "a fox"])
    assert tokens.ids.shape[1] == clip.config.context_length
    assert tokens.ids[0, -1] == clip.tokenizer.token_to_id("<eos>")
    assert words.strip().endswith(tokens.dropped[0])  # the end of the prompt, as it was written
    kept = words.strip().removesuffix(tokens.dropped[0])
    assert len(clip.tokenize([kept]).ids[0]) == clip.config.context_length
    assert clip.tokenize([kept]).dropped == [""]
    assert tokens.dropped[1] == ""


@torch.no_grad()
def test_pictures_and_texts_are_embedded_on_the_unit_sphere(clip: CLIP) -> None:
    ids = clip.tokenize(["a fox", "a star"]).ids
    *embeddings, scale = clip(torch.rand(2, 4, 48, 48) * 2 - 1, ids, ids)
    assert scale.shape == ()
    assert [embedding.shape for embedding in embeddings] == [(2, 16)] * 3
    assert torch.allclose(torch.stack(embeddings).norm(dim=-1), torch.ones(3, 2))
    assert torch.equal(embeddings[1], embeddings[2])


@torch.no_grad()
def test_pictures_are_seen_on_grey(clip: CLIP) -> None:
    transparent = torch.full((1, 4, 32, 32), -1.0)
    solid_grey = torch.tensor([0.0, 0, 0, 1]).view(1, 4, 1, 1).expand(1, 4, 32, 32)
    solid_black = torch.tensor([-1.0, -1, -1, 1]).view(1, 4, 1, 1).expand(1, 4, 32, 32)
    assert torch.allclose(clip.encode_image(transparent), clip.encode_image(solid_grey), atol=1e-6)
    assert not torch.allclose(clip.encode_image(transparent), clip.encode_image(solid_black), atol=1e-3)


def test_the_temperature_is_bounded(clip: CLIP) -> None:
    model = CLIP(clip.config, clip.tokenizer.to_str())
    torch.nn.init.constant_(model.model.logit_scale, 9.0)
    assert model.logit_scale.item() == pytest.approx(100, rel=0.01)


def test_a_tokenizer_that_is_too_large_is_refused(clip: CLIP) -> None:
    size = clip.tokenizer.get_vocab_size()
    with pytest.raises(ValueError, match=f"the tokenizer has {size} tokens, more than {size - 1}"):
        CLIP(dataclasses.replace(clip.config, vocab_size=size - 1), clip.tokenizer.to_str())
