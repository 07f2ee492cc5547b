"""CLIPTextEncoder: the bundled CLIP, an open_clip model or a transformers folder behind one interface, without network."""

from __future__ import annotations

import json
import time
from pathlib import Path

import open_clip
import pytest
import torch
from transformers import AutoTokenizer

from multimodal.checkpoint import load_clip
from multimodal.config import TextEncoderConfig
from multimodal.models.clip import CLIP
from multimodal.models.text_encoder import CLIPTextEncoder

CONTEXT_LENGTH, WIDTH, EMBED_DIM = 12, 32, 16
PROMPTS = ["a fox", "a red apple", ""]


@pytest.fixture(scope="module")
def open_clip_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model, known to open_clip as tiny-clip, with its weights in a file."""
    folder = tmp_path_factory.mktemp("open_clip")
    config = {
        "embed_dim": EMBED_DIM,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "head_width": 16, "patch_size": 16},
        "text_cfg": {"context_length": CONTEXT_LENGTH, "vocab_size": 49408, "width": WIDTH, "heads": 2, "layers": 3},
    }
    (folder / "tiny-clip.json").write_text(json.dumps(config))
    open_clip.add_model_config(folder / "tiny-clip.json")
    torch.manual_seed(0)
    torch.save(open_clip.create_model("tiny-clip").state_dict(), folder / "weights.pt")
    return folder / "weights.pt"


@pytest.fixture(params=["bundled", "open_clip", "transformers"])
def encoder(request: pytest.FixtureRequest, tiny_checkpoint: Path) -> CLIPTextEncoder:
    names = {"open_clip": ("tiny-clip", "open_clip_weights"), "transformers": ("", "transformers_folder")}
    name, fixture = names.get(request.param, ("", ""))
    path = str(request.getfixturevalue(fixture)) if fixture else ""
    config = TextEncoderConfig(request.param, name or path, path if name else "")
    return CLIPTextEncoder.from_config(config, lambda: load_clip(tiny_checkpoint / "clip"))


def test_all_encoders_give_the_same_kind_of_encoding(encoder: CLIPTextEncoder) -> None:
    encoding = encoder(PROMPTS)
    assert (encoder.context_dim, encoder.pooled_dim) == (WIDTH, EMBED_DIM)
    length = int(encoding.context_mask.sum(dim=1).max())
    assert encoding.context.shape == (3, length, WIDTH)
    assert encoding.context_mask.shape == (3, length)
    assert encoding.pooled.shape == (3, EMBED_DIM)
    assert encoding.context_mask[2].sum() == 2  # "" is a begin and an end
    assert encoder.tokenize(PROMPTS).dropped == ["", "", ""]
    assert not any(parameter.requires_grad for parameter in encoder.parameters())
    assert not encoding.context.requires_grad


def test_padding_changes_neither_tokens_nor_pooled(encoder: CLIPTextEncoder) -> None:
    together = encoder(PROMPTS)
    for k, prompt in enumerate(PROMPTS):
        alone = encoder([prompt])
        assert torch.allclose(alone.pooled[0], together.pooled[k], atol=1e-5)
        assert torch.allclose(alone.context[0], together.context[k, together.context_mask[k]], atol=1e-5)
    assert not torch.allclose(together.pooled[0], together.pooled[1], atol=1e-3)


def test_embeddings_come_in_the_order_of_the_prompts(encoder: CLIPTextEncoder) -> None:
    prompts = ["a long description of a red apple", "a", "red apple", "", "a fox in the snow"]
    alone = torch.cat([encoder([prompt]).pooled for prompt in prompts])
    assert torch.allclose(encoder.embed(prompts, batch_size=2), alone, atol=1e-5)


def test_tokens_are_counted_up_to_the_room_there_is(encoder: CLIPTextEncoder) -> None:
    none, room = encoder.count_tokens("")
    few, _ = encoder.count_tokens("a fox")
    many, _ = encoder.count_tokens("a red apple " * 50)
    assert none == 0 < few < many == room == encoder.context_length - 2


def test_what_does_not_fit_is_reported(encoder: CLIPTextEncoder) -> None:
    prompt = "zebra yak xylophone " * 4 + "quit"
    dropped, nothing = encoder.tokenize([prompt, "a"]).dropped
    assert dropped.endswith("quit")
    assert prompt.replace(" ", "").endswith(dropped.replace(" ", ""))
    assert nothing == ""
    assert encoder.tokenize([prompt[: -len("quit")] + "fish"]).dropped[0].endswith("fish")
    assert torch.equal(encoder([prompt + " fish"]).pooled, encoder([prompt]).pooled)  # it is the end that is dropped


def test_exactly_what_is_beyond_the_context_is_reported(open_clip_weights: Path, transformers_folder: Path) -> None:
    words, room = list("abcdefghijklmnop"), CONTEXT_LENGTH - 2  # each word is a token; a begin and an end are added
    for encoder in (
        CLIPTextEncoder.from_open_clip("tiny-clip", str(open_clip_weights)),
        CLIPTextEncoder.from_transformers(str(transformers_folder)),
    ):
        assert encoder.tokenize([" ".join(words), " ".join(words[:room])]).dropped == [" ".join(words[room:]), ""]


def test_what_is_too_long_is_cut_without_a_change_to_the_tokenizer(
    transformers_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As another thread may be counting the tokens of what is being typed."""
    tokenizer = AutoTokenizer.from_pretrained(str(transformers_folder))
    monkeypatch.setattr(AutoTokenizer, "from_pretrained", lambda *_, **__: tokenizer)
    encoder = CLIPTextEncoder.from_transformers(str(transformers_folder))
    long, short = " ".join("abcdefghijklmnop"), "a b"
    tokens = encoder.tokenize([long, short])
    assert tokens.ids.shape == tokens.mask.shape == (2, CONTEXT_LENGTH)
    assert tokens.ids[0, -1] == encoder.tokenize([short]).ids[0, -1], "the end stays"
    assert tokens.mask.sum(dim=1).tolist() == [CONTEXT_LENGTH, 4]
    assert tokenizer.backend_tokenizer.truncation is None


def test_the_weights_are_those_of_the_file(open_clip_weights: Path, transformers_folder: Path) -> None:
    stored = torch.load(open_clip_weights, weights_only=True)
    tower = CLIPTextEncoder.from_open_clip("tiny-clip", str(open_clip_weights)).tower
    assert torch.equal(tower.state_dict()["token_embedding.weight"], stored["token_embedding.weight"])
    first, second = (CLIPTextEncoder.from_transformers(str(transformers_folder)) for _ in range(2))
    assert torch.equal(first(["a fox"]).pooled, second(["a fox"]).pooled)


def test_the_states_are_those_of_the_last_layer_but_one(open_clip_weights: Path, tiny_checkpoint: Path) -> None:
    """Applying the last layer to them gives what the pooled embedding is made of."""
    clip = load_clip(tiny_checkpoint / "clip")
    own, other = CLIPTextEncoder.from_clip(clip), CLIPTextEncoder.from_open_clip("tiny-clip", str(open_clip_weights))
    for encoder, model in ((own, clip.model), (other, other.tower)):
        assert isinstance(encoder.tower, CLIP | open_clip.CLIP)
        encoding = encoder(["a fox"])
        length = encoding.context.shape[1]
        last = model.transformer.resblocks[-1](encoding.context, attn_mask=model.attn_mask[:length, :length])
        pooled = model.ln_final(last)[:, -1] @ model.text_projection
        assert torch.allclose(pooled, encoding.pooled, atol=1e-5)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (TextEncoderConfig("transformers", "./no/such/folder"), "there is no folder ./no/such/folder"),
        (TextEncoderConfig("transformers", "clip"), "there is no folder clip"),
        (TextEncoderConfig("transformers", "nobody/no-such-clip"), "'nobody/no-such-clip' cannot be loaded"),
        (TextEncoderConfig("open_clip", "no-such-model"), "'no-such-model'"),
        (TextEncoderConfig("open_clip", "ViT-B-32", "no-such-tag"), "'no-such-tag' cannot be had"),
    ],
    ids=lambda value: value.name if isinstance(value, TextEncoderConfig) else "",
)
def test_what_cannot_be_had_is_named_at_once(config: TextEncoderConfig, message: str) -> None:
    start = time.monotonic()
    with pytest.raises(ValueError, match=message):
        CLIPTextEncoder.from_config(config, lambda: pytest.fail("the bundled CLIP was not asked for"))
    assert time.monotonic() - start < 10


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be loaded"):
        CLIPTextEncoder.from_transformers(str(tmp_path))
