"""CachedTextEncoder: the tower's own encodings, made once per prompt, whatever a prompt is encoded with."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from multimodal.checkpoint import load_clip
from multimodal.models.cached_text_encoder import BATCH, CachedTextEncoder
from multimodal.models.clip import CLIP
from multimodal.models.text_encoder import CLIPTextEncoder

PROMPTS = ["a fox", "a red apple, noto style", "", "a fox", "a rocket and a star"]


@pytest.fixture
def clip(tiny_checkpoint: Path) -> CLIP:
    return load_clip(tiny_checkpoint / "clip")


@pytest.fixture
def encoder(clip: CLIP) -> CachedTextEncoder:
    return CachedTextEncoder.from_clip(clip)


def count_rows(encoder: CachedTextEncoder, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list to which the size of every batch that the tower gets is added."""
    rows: list[int] = []
    encode = encoder.encode

    def counted(ids: torch.Tensor) -> object:
        rows.append(len(ids))
        return encode(ids)

    monkeypatch.setattr(encoder, "encode", counted)
    return rows


def test_it_gives_what_the_encoder_gives(clip: CLIP, encoder: CachedTextEncoder) -> None:
    long = [*PROMPTS, "a red apple " * 50]
    plain, first, again = CLIPTextEncoder.from_clip(clip)(long), encoder(long), encoder(long)
    assert torch.equal(first.context_mask, plain.context_mask)
    mask = plain.context_mask
    assert torch.allclose(first.context[mask], plain.context[mask], atol=1e-5)
    assert torch.allclose(first.pooled, plain.pooled, atol=1e-5)
    assert torch.equal(first.context, again.context)
    assert torch.equal(first.pooled, again.pooled)
    assert torch.allclose(encoder.embed(long), plain.pooled, atol=1e-5)


def test_a_prompt_is_encoded_once(encoder: CachedTextEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = count_rows(encoder, monkeypatch)
    encoder(PROMPTS)
    encoder(PROMPTS[::-1])
    assert rows == [BATCH]
    encoder([*PROMPTS, "an owl"])
    assert rows == [BATCH, BATCH]


def test_what_a_prompt_gives_does_not_depend_on_the_others(clip: CLIP) -> None:
    alone, late = CachedTextEncoder.from_clip(clip), CachedTextEncoder.from_clip(clip)
    late([f"{k} long words about a thing" for k in range(BATCH - 7)])
    company = [f"{k} foxes" for k in range(5)]
    first, second = alone(["a red apple"]), late([*company, "a red apple"])
    length = first.context.shape[1]
    assert torch.equal(first.context[0], second.context[-1, :length])
    assert torch.equal(first.pooled[0], second.pooled[-1])


def test_the_prompts_that_were_asked_for_longest_ago_are_forgotten(
    encoder: CachedTextEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder.capacity = 2
    encoder(["a fox", "an owl"])
    encoder(["a fox", "a cat"])  # forgets the owl
    rows = count_rows(encoder, monkeypatch)
    encoder(["a fox"])
    encoder(["a cat"])
    assert rows == []
    encoder(["an owl"])
    assert rows == [BATCH]
    assert len(encoder(["1", "2", "3"]).pooled) == 3  # more at once than are kept


def test_encodings_of_another_precision_are_others(encoder: CachedTextEncoder) -> None:
    single = encoder(["a fox"]).pooled
    with torch.autocast("cpu", torch.bfloat16):
        half = encoder(["a fox"]).pooled
    assert not torch.equal(single, half.float())
    assert torch.equal(encoder(["a fox"]).pooled, single)
