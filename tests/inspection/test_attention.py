"""Attention by word: that it is the model's own, and what it means."""

from __future__ import annotations

import threading

import pytest
import torch
from PIL import Image

from multimodal.diffusion.samplers import SAMPLERS
from multimodal.inspection.attention import (
    AttentionRecorder,
    WordAttention,
    attention_weights,
    heat_overlay,
    pieces,
    words_of_tokens,
)
from multimodal.models.attention import Attention
from multimodal.pipeline import TextToImageOutput, TextToImagePipeline

STEPS = 3


def record(
    pipeline: TextToImagePipeline, prompts: str | list[str], **options
) -> tuple[TextToImageOutput, list[WordAttention]]:
    with AttentionRecorder(pipeline.dit) as recorder:
        output = pipeline(prompts, **{"num_inference_steps": STEPS, **options})
    return output, recorder.by_word(pipeline.text_encoder, output.prompts)


@pytest.mark.parametrize("prompt", ["fox", "a red apple", "红苹果", "a red apple " * 20, ["fox", "a red apple, 3d style"]])
def test_shares_sum_to_one_at_each_place_in_each_layer_and_step(pipeline: TextToImagePipeline, prompt) -> None:
    _, attentions = record(pipeline, prompt)
    assert len(attentions) == (len(prompt) if isinstance(prompt, list) else 1)
    for attention in attentions:
        assert attention.shares.shape == (STEPS, 2, len(attention.words) + 1, 4, 4)
        assert attention.shares.min() >= 0
        assert attention.shares[:, :, :-1].amax() > 0
        torch.testing.assert_close(attention.shares.sum(dim=2), torch.ones(STEPS, 2, 4, 4))
        torch.testing.assert_close(attention.heat().sum(dim=0), torch.ones(4, 4))


def test_the_weights_are_those_that_the_model_attends_with() -> None:
    torch.manual_seed(0)
    attention = Attention(32, 4, context_dim=16)
    x, context = torch.randn(2, 5, 32), torch.randn(2, 7, 16)
    mask = torch.arange(7) < torch.tensor([[7], [3]])
    weights = attention_weights(attention, x, context, mask)
    assert weights[1, :, :, 3:].abs().max() == 0, "masked tokens get nothing"
    value = attention.project(x, context)[2]
    output = attention.out((weights @ value).transpose(1, 2).flatten(2))
    torch.testing.assert_close(output, attention(x, context, mask))


def test_padding_gets_nothing_and_a_word_the_sum_of_its_tokens(pipeline: TextToImagePipeline) -> None:
    with AttentionRecorder(pipeline.dit) as recorder:
        output = pipeline(["fox", "zebra zebra"], num_inference_steps=1)
    _, mask, _ = pipeline.text_encoder.tokenize(output.prompts)
    assert not mask[0].all()
    for weights in recorder.weights:
        assert weights[0][:, ~mask[0]].abs().max() == 0
    words, owners = words_of_tokens(pipeline.text_encoder, "zebra zebra")
    attention = recorder.by_word(pipeline.text_encoder, output.prompts)[1]
    assert attention.words == words == ["zebra", "zebra"]
    for word in range(2):
        tokens = torch.tensor([owner == word for owner in owners])
        assert tokens.sum() > 1
        by_hand = recorder.weights[1][1][:, tokens].sum(dim=1).view(4, 4)
        torch.testing.assert_close(attention.shares[0, 1, word], by_hand)


def test_registers_are_left_out_and_places_lie_as_in_the_picture(pipeline: TextToImagePipeline) -> None:
    cross_attention, seen = pipeline.dit.blocks[1].cross_attention, []
    handle = cross_attention.register_forward_hook(lambda _, args, output: seen.append(args))
    try:
        _, [attention] = record(pipeline, "fox", num_inference_steps=1, guidance_scale=1.0)
    finally:
        handle.remove()
    [(x, context, mask)] = seen
    assert x.shape[1] == 1 + 16, "one register, then the places row by row"
    with torch.inference_mode():
        query, key, _ = cross_attention.project(x, context)
        scores = torch.einsum("bhnd,bhld->bhnl", query, key) / query.shape[-1] ** 0.5
    start_and_end = scores.softmax(dim=-1).mean(dim=1)[0][:, [0, -1]].sum(dim=1)  # (1 + 16,)
    assert mask.all()
    for row in range(4):
        for column in range(4):
            expected = float(start_and_end[1 + 4 * row + column])
            assert float(attention.shares[0, 1, -1, row, column]) == pytest.approx(expected, rel=1e-4)


def test_a_picture_of_a_batch_has_the_attention_that_it_has_alone(pipeline: TextToImagePipeline) -> None:
    _, together = record(pipeline, ["fox", "a rocket and a star"], seed=4)
    _, alone = record(pipeline, "a rocket and a star", seed=5)
    assert together[1].words == alone[0].words
    torch.testing.assert_close(together[1].shares, alone[0].shares, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_only_the_passes_of_the_prompt_count(pipeline: TextToImagePipeline, sampler: str) -> None:
    _, [guided] = record(pipeline, "a fox", negative_prompt="a star", guidance_scale=5.0, sampler=sampler)
    _, [plain] = record(pipeline, "a fox", guidance_scale=1.0, sampler=sampler)
    _, [negative] = record(pipeline, "a star", guidance_scale=1.0, sampler=sampler)
    assert len(guided.shares) == len(plain.shares) == (2 * STEPS - 1 if sampler == "heun" else STEPS)
    assert torch.equal(guided.shares[0], plain.shares[0]), "both begin at the same noise"
    assert not torch.equal(guided.shares[0], negative.shares[0])


def test_recording_changes_no_bit_and_leaves_nothing_behind(pipeline: TextToImagePipeline) -> None:
    before = pipeline("a red apple", num_inference_steps=STEPS, seed=1, num_images_per_prompt=2)
    during, _ = record(pipeline, "a red apple", seed=1, num_images_per_prompt=2)
    assert torch.equal(before.codebook_indices, during.codebook_indices)
    assert [image.tobytes() for image in before.images] == [image.tobytes() for image in during.images]
    other = pipeline("a fox", num_inference_steps=STEPS, seed=1, num_images_per_prompt=2)
    assert not torch.equal(before.codebook_indices, other.codebook_indices), "these weights do listen to the prompt"
    for module in pipeline.dit.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_what_other_threads_make_is_not_seen(pipeline: TextToImagePipeline) -> None:
    with AttentionRecorder(pipeline.dit) as recorder:
        thread = threading.Thread(target=lambda: pipeline("a star", num_inference_steps=1))
        thread.start()
        thread.join()
        assert recorder.weights == []
    with pytest.raises(ValueError, match="no attention was recorded"):
        recorder.by_word(pipeline.text_encoder, ["a star"])


def test_an_error_takes_the_hooks_off_and_a_second_recording_starts_anew(pipeline: TextToImagePipeline) -> None:
    recorder = AttentionRecorder(pipeline.dit)
    with pytest.raises(ValueError, match="empty"), recorder:
        pipeline(" ")
    assert not pipeline.dit._forward_pre_hooks
    for prompt in ("a fox", "a star"):
        with recorder:
            pipeline(prompt, num_inference_steps=1)
    assert len(recorder.by_word(pipeline.text_encoder, ["a star"])[0].shares) == 1
    with pytest.raises(ValueError, match="attention of 1 pictures was recorded, not of 2"):
        recorder.by_word(pipeline.text_encoder, ["a star", "a fox"])
    with pytest.raises(ValueError, match="not that of the prompt 'a star and a fox'"):
        recorder.by_word(pipeline.text_encoder, ["a star and a fox"])


def test_one_layer_and_one_step_on_request(pipeline: TextToImagePipeline) -> None:
    _, [attention] = record(pipeline, "a fox")
    assert torch.equal(attention.heat(evaluation=2, layer=1), attention.shares[2, 1])
    torch.testing.assert_close(attention.heat(layer=0), attention.shares[:, 0].mean(dim=0))
    with pytest.raises(ValueError, match="layer must be a whole number from 0 to 1, not 2"):
        attention.heat(layer=2)
    with pytest.raises(ValueError, match="evaluation must be a whole number from 0 to"):
        attention.heat(evaluation=-1)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("fox", ["fox"]),
        ("a fox, 3d style", ["a", "fox", "3d", "style"]),
        ("红苹果", ["红苹果"]),  # one token of the tiny tokenizer
        ("红 fox", ["红", "fox"]),
        ("& fox", ["&", "fox"]),
        ("a red apple " * 20, None),
    ],
)
def test_every_token_belongs_to_one_word_or_to_none(
    pipeline: TextToImagePipeline, prompt: str, words: list[str] | None
) -> None:
    found, owners = words_of_tokens(pipeline.text_encoder, prompt)
    ids, _, dropped = pipeline.text_encoder.tokenize([prompt])
    assert len(owners) == ids.shape[1]
    assert owners[0] == owners[-1] == len(found), "start and end are no word's"
    assert owners[1:-1] == sorted(owners[1:-1])
    assert set(owners) == set(range(len(found) + 1))
    if words is not None:
        assert found == words
    else:
        assert found == prompt.split()[: len(found)], "what did not fit is left out"
        assert dropped[0].endswith(prompt[-12:].strip())


def test_a_weight_is_no_word(pipeline: TextToImagePipeline) -> None:
    _, [weighted] = record(pipeline, "a (red:1.5) apple")
    _, [plain] = record(pipeline, "a red apple")
    assert weighted.words == plain.words == ["a", "red", "apple"]
    torch.testing.assert_close(weighted.shares[0], plain.shares[0])


@pytest.mark.parametrize("prompt", ["a fox, 3d style", "红苹果 zebra", "a red apple " * 20])
def test_pieces_are_those_of_the_tokenizer(pipeline: TextToImagePipeline, prompt: str) -> None:
    tokenizer = pipeline.text_encoder.tower.tokenizer
    room = pipeline.text_encoder.context_length - 2
    offsets = tokenizer.encode(prompt, add_special_tokens=False).offsets[:room]
    expected = [prompt[slice(*places)].strip() for places in offsets]
    found = pieces(pipeline.text_encoder, prompt)
    assert [piece for piece, _ in found] == [piece for piece in expected if piece], "a blank belongs to what follows it"
    assert sum(count for _, count in found) == len(offsets)


def test_a_character_of_several_tokens_is_one_piece(pipeline: TextToImagePipeline) -> None:
    assert pieces(pipeline.text_encoder, "🦊 fox") == [("🦊", 4), ("fox", 1)]


def test_an_overlay_is_lightest_where_the_heat_is() -> None:
    heat = torch.zeros(4, 4)
    heat[1, 2] = 0.3
    shown = heat_overlay(Image.new("RGBA", (32, 32), (90, 90, 90, 255)), heat)
    assert (shown.mode, shown.size) == ("RGB", (32, 32))
    light = shown.convert("L")
    assert light.getpixel((20, 12)) > light.getpixel((4, 28)) + 50
    heat_overlay(Image.new("RGBA", (32, 32)), torch.zeros(4, 4))
