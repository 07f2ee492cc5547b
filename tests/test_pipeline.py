"""The pipeline from prompt to picture, with tiny random models."""

from __future__ import annotations

import dataclasses
import math
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from multimodal import TextToImagePipeline, rgba
from multimodal.arguments import MAX_PROMPT_CHARACTERS, MAX_SEED, check_prompts
from multimodal.checkpoint import save_model
from multimodal.collage.layout import Layout, Thing, put_together
from multimodal.config import RestylerConfig, VQVAEConfig
from multimodal.diffusion.samplers import SAMPLERS, SamplingCancelled
from multimodal.lettering import write
from multimodal.models.code_search import search_codes
from multimodal.models.dit import DiT
from multimodal.models.restyler import Restyler
from multimodal.models.vqvae import VQVAE
from multimodal.outputs import PipelineStep
from multimodal.reading.names import Names
from multimodal.restyling import restyle
from multimodal.tensor_folder import CheckpointError
from tests.generating import generate, same


def searched(pipeline: TextToImagePipeline, picture: Image.Image) -> Tensor:
    """The codes of what was put together, as `generate` finds them in its three steps."""
    return search_codes(pipeline.vqvae, rgba.to_tensor(picture, picture.width)[None], steps=3)[0]


@pytest.mark.parametrize("seed", [0, 7, MAX_SEED])
def test_a_seed_gives_one_picture(seed: int, pipeline: TextToImagePipeline) -> None:
    first, second, other = (generate(pipeline, seed=s) for s in (seed, seed, (seed + 1) % 2**32))
    assert first.images[0].mode == "RGBA"
    assert first.images[0].size == (32, 32)
    assert first.codebook_indices.shape == (1, 2, 8, 8)
    assert same(first.images[0], second.images[0])
    assert not same(first.images[0], other.images[0])


def test_each_picture_may_have_a_seed_of_its_own(pipeline: TextToImagePipeline) -> None:
    output = generate(pipeline, ["a fox", "a star"], seed=[7, 7])
    assert output.seeds == [7, 7]
    for prompt, image in zip(output.prompts, output.images, strict=True):
        assert same(generate(pipeline, prompt, seed=7).images[0], image)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_picture_of_a_batch_is_what_its_seed_gives_alone(sampler: str, pipeline: TextToImagePipeline) -> None:
    def last_latents(prompt: str | list[str], **settings) -> tuple[torch.Tensor, list[str], list[int]]:
        steps: list[PipelineStep] = []
        output = generate(pipeline, prompt, sampler=sampler, callback=steps.append, **settings)
        return steps[-1].latents, output.prompts, output.seeds

    latents, prompts, seeds = last_latents(["a fox", "a rocket and a star"], seed=MAX_SEED - 1, num_images_per_prompt=2)
    assert prompts == ["a fox", "a fox", "a rocket and a star", "a rocket and a star"]
    assert seeds == [MAX_SEED - 1, MAX_SEED, 0, 1]
    for k in range(4):
        alone, _, _ = last_latents(prompts[k], seed=seeds[k])
        assert torch.allclose(latents[k], alone[0], atol=1e-4)


def test_several_things_are_drawn_one_by_one_and_put_together(
    pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "names", Names({"en": ["fox", "star"]}))
    shown: list[PipelineStep] = []
    output = generate(pipeline, ["a fox", "a fox and a star", "a star"], callback=shown.append)
    assert [len(step.preview()) for step in shown] == [3, 3, 3]  # pictures, not things
    alone = [generate(pipeline, prompt, seed=k) for k, prompt in ((0, "a fox"), (2, "a star"))]
    assert torch.equal(output.codebook_indices[[0, 2]], torch.cat([one.codebook_indices for one in alone]))
    things = [generate(pipeline, prompt, seed=1).images[0] for prompt in ("a fox", "a star")]
    (expected,) = put_together(things, [Layout((Thing("a fox"), Thing("a star")), "and")])
    assert torch.equal(output.codebook_indices[1], searched(pipeline, expected))
    assert output.prompts[1] == "a fox and a star"
    whole = generate(pipeline, "a fox and a star", seed=1, interpret=False)
    assert not torch.equal(whole.codebook_indices[0], output.codebook_indices[1])


def test_what_was_never_seen_in_a_style_is_drawn_in_another_and_then_again(
    pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = RestylerConfig(widths=(8, 16))
    torch.manual_seed(0)
    names = Names({"en": ["fox", "star"]}, styles={"flat": ["fox"], "line": ["star"]}, restyled=config.sources_by_style)
    monkeypatch.setattr(pipeline, "restyler", Restyler(config).eval())
    monkeypatch.setattr(pipeline, "names", names)
    output = generate(pipeline, ["a star, line style", "a fox, line style", "two foxes and a star, line style"], seed=4)
    flat, star = generate(pipeline, "a fox, flat style", seed=5), generate(pipeline, "a star, line style", seed=4)
    assert same(output.images[0], star.images[0])
    (expected,) = restyle(pipeline.restyler, flat.images, ["line"])
    assert torch.equal(output.codebook_indices[1], searched(pipeline, expected))
    star, flat = (generate(pipeline, prompt, seed=6).images[0] for prompt in ("a star, line style", "fox, flat style"))
    (fox,) = restyle(pipeline.restyler, [flat], ["line"])
    (together,) = put_together([fox, fox, star], [Layout((Thing("fox"), Thing("fox"), Thing("a star")), "count", 3)])
    assert torch.equal(output.codebook_indices[2], searched(pipeline, together))
    picture = generate(pipeline, "a fox, line style", image=flat, strength=0.0)
    assert torch.equal(picture.codebook_indices[0], pipeline.encode_image(flat))


def test_other_words_are_drawn_as_the_name_that_they_mean_or_that_is_nearest(
    pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        pipeline, "names", Names({"en": ["fox", "star"], "de": ["Fuchs", "Stern"]}, pipeline.text_encoder.embed)
    )
    output = generate(pipeline, ["fox", "ein Fuchs", "zzz"], seed=3, num_images_per_prompt=1)
    nearest = pipeline.names.nearest("zzz")
    assert nearest in ("fox", "star")
    assert output.renamed == [{}, {}, {"zzz": nearest}]
    assert output.prompts == ["fox", "ein Fuchs", "zzz"]
    for k, name in ((1, "fox"), (2, nearest)):
        assert same(output.images[k], generate(pipeline, name, seed=3 + k).images[0])
    as_it_is = generate(pipeline, "zzz", seed=5, interpret=False)
    assert as_it_is.renamed == [{}]
    assert not same(as_it_is.images[0], output.images[2])


def test_words_in_quotes_are_written_on_the_picture_and_not_drawn(pipeline: TextToImagePipeline) -> None:
    plain, written = (generate(pipeline, prompt, seed=1) for prompt in ("a fox", 'a fox saying "hi"'))
    assert torch.equal(plain.codebook_indices, written.codebook_indices)
    assert same(written.images[0], write(plain.images[0], "hi"))
    assert same(generate(pipeline, ['a fox "hi"', "a star"], seed=[1, 1]).images[0], written.images[0])


def test_words_that_cannot_be_written_are_refused_before_anything_is_drawn(pipeline: TextToImagePipeline) -> None:
    with pytest.raises(ValueError, match="“ฉ” in “ฉัน” cannot be written"):
        generate(pipeline, 'a fox "ฉัน"', callback=lambda step: pytest.fail("was drawn"))


def test_a_dit_that_knows_guidance_runs_once_a_step(pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    dit = DiT(dataclasses.replace(pipeline.dit.config, max_guidance_scale=5.0)).eval()
    for parameter in dit.parameters():
        torch.nn.init.normal_(parameter, std=0.15)
    monkeypatch.setattr(pipeline, "dit", dit)
    scales: list[list[float]] = []
    dit.register_forward_pre_hook(lambda module, arguments: scales.append(arguments[-1].tolist()))
    times = [1.0, 0.9, 0.3, 0.05]
    for settings, expected in (
        ({"guidance_scale": 3}, [[3.0]] * 4),
        ({"guidance_scale": 1}, [[1.0]] * 4),
        ({"guidance_scale": 8}, [[1.0]] * 8),  # above what it knows
        ({"guidance_scale": 3, "negative_prompt": "a fox"}, [[1.0]] * 8),
    ):
        scales.clear()
        generate(pipeline, num_inference_steps=4, **settings)
        assert scales == expected
    condition = pipeline.encode_prompt(["a fox"])
    scales.clear()
    for t in times:
        pipeline.dit_velocity(condition, 3.0)(pipeline.make_noise([0]), torch.tensor([t]))
    assert scales == [[3.0], [3.0], [3.0], [1.0]]  # none at the end of the path, as in two runs


def test_prompts_and_settings_have_an_influence(pipeline: TextToImagePipeline) -> None:
    reference = generate(pipeline).images[0]
    for changed in (
        generate(pipeline, "a fox"),
        generate(pipeline, negative_prompt="a fox"),
        generate(pipeline, guidance_scale=5),
        generate(pipeline, num_inference_steps=4),
        generate(pipeline, sampler="heun"),
    ):
        assert not same(changed.images[0], reference)
    unguided = generate(pipeline, guidance_scale=1, negative_prompt="a fox")
    assert same(unguided.images[0], generate(pipeline, guidance_scale=1).images[0])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"prompt": ""}, "the prompt is empty"),
        ({"prompt": " \n\t\0 "}, "the prompt is empty"),
        ({"prompt": ["a fox", ""]}, "the prompt is empty"),
        ({"prompt": []}, "at least one prompt"),
        ({"prompt": "x" * (MAX_PROMPT_CHARACTERS + 1)}, "2000 characters, its style among them; this one has 2001"),
        ({"prompt": "x" * MAX_PROMPT_CHARACTERS, "style": "flat"}, "its style among them; this one has 2012"),
        (
            {"negative_prompt": "x" * (MAX_PROMPT_CHARACTERS + 1)},
            "2000 characters, its style among them; this one has 2001",
        ),
        ({"num_inference_steps": math.nan}, "num_inference_steps must be a number"),
        ({"num_inference_steps": 0}, "num_inference_steps must be a whole number from 1 to 100, not 0"),
        ({"num_inference_steps": 20.7}, r"num_inference_steps must be a whole number from 1 to 100, not 20.7"),
        ({"num_inference_steps": 10**9}, "num_inference_steps must be"),
        ({"num_inference_steps": "9"}, "num_inference_steps must be a number, not '9'"),
        ({"num_inference_steps": True}, "num_inference_steps must be a number"),
        ({"guidance_scale": math.inf}, "guidance_scale must be a number"),
        ({"guidance_scale": -1}, "guidance_scale must be a number from 0 to 20, not -1"),
        ({"guidance_scale": None}, "guidance_scale must be a number"),
        ({"seed": -1}, "seed must be"),
        ({"seed": [1, 2**32]}, "seed must be"),
        ({"seed": [1, 2]}, "2 seeds do not fit 1 pictures"),
        ({"seed": 2**64}, "seed must be"),
        ({"seed": 10**400}, "seed must be"),
        ({"num_images_per_prompt": 0}, "num_images_per_prompt must be"),
        ({"num_images_per_prompt": 17}, "num_images_per_prompt must be"),
        ({"style": "anime"}, "style must be one of mixed, 3d, color, flat, line, noto, twemoji, not 'anime'"),
        ({"sampler": "ddim"}, "sampler must be one of lms, euler, heun, not 'ddim'"),
    ],
)
def test_bad_input_is_refused_by_name(settings: dict, message: str, pipeline: TextToImagePipeline) -> None:
    with pytest.raises(ValueError, match=message):
        generate(pipeline, **settings)


def test_whole_numbers_may_be_floats(pipeline: TextToImagePipeline) -> None:
    floats = generate(pipeline, seed=5.0, num_images_per_prompt=2.0, num_inference_steps=3.0)
    whole = generate(pipeline, seed=5, num_images_per_prompt=2)
    assert [same(a, b) for a, b in zip(floats.images, whole.images, strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("prompt", "cleaned"),
    [
        ("  a fox ", "a fox"),
        ("a\0 fox", "a fox"),
        ("a\nfox", "a fox"),
        ("a\tred\r\nfox", "a red fox"),
        ("a\x7ffox", "a fox"),
    ],
)
def test_blanks_and_control_characters_are_cleaned(prompt: str, cleaned: str) -> None:
    assert check_prompts([prompt]) == [cleaned]


def test_digits_letters_and_accents_are_read_in_every_form() -> None:
    forms = {"３匹の猫": "3匹の猫", "٣ قطط": "3 قطط", "ＣＡＴ，㊙": "CAT，㊙"}
    forms[unicodedata.normalize("NFD", "ein Bär")] = "ein Bär"
    assert check_prompts([*forms]) == [*forms.values()]


@pytest.mark.parametrize(
    "prompt", ["<script>alert(1)</script>", "\u202eكلب", "🦊", "\ud800 fox", "a" * MAX_PROMPT_CHARACTERS]
)
def test_strange_prompts_give_a_picture(prompt: str, pipeline: TextToImagePipeline) -> None:
    assert len(generate(pipeline, prompt, num_inference_steps=1).images) == 1


def test_words_that_do_not_fit_are_reported_once_per_prompt(
    pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "names", Names({"en": ["fox", "star"]}))
    output = generate(pipeline, ["a fox", "apple star rocket " * 9 + "quail"], num_images_per_prompt=2)
    assert len(output.images) == 4
    assert len(output.dropped) == 2
    assert output.dropped[0] == ""
    assert output.dropped[1].endswith("quail")
    for prompt in ("a fox", "a fox and a star"):
        output = generate(pipeline, prompt, negative_prompt="apple star rocket " * 9 + "quail")
        assert output.dropped[0].endswith("quail")
        assert output.dropped[0].count("quail") == 1


def test_the_callback_sees_every_step_and_can_show_a_preview(pipeline: TextToImagePipeline) -> None:
    steps: list[PipelineStep] = []
    previews: list[Image.Image] = []

    def callback(step: PipelineStep) -> None:
        steps.append(step)
        previews.extend(step.preview())

    output = generate(pipeline, callback=callback)
    assert [(step.step, step.num_inference_steps) for step in steps] == [(1, 3), (2, 3), (3, 3)]
    assert [step.t for step in steps] == pytest.approx([2 / 3, 1 / 3, 0])
    assert same(previews[-1], output.images[0])
    assert not same(previews[0], previews[-1])


def test_a_cancelled_run_stops_within_its_step_and_the_next_one_works(pipeline: TextToImagePipeline) -> None:
    steps: list[int] = []

    def callback(step: PipelineStep) -> bool:
        steps.append(step.step)
        return False

    with pytest.raises(SamplingCancelled):
        generate(pipeline, callback=callback)
    assert steps == [1]
    assert len(generate(pipeline).images) == 1


def test_an_error_in_the_callback_leaves_the_pipeline_usable(pipeline: TextToImagePipeline) -> None:
    def run_out_of_memory(_: PipelineStep) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        generate(pipeline, callback=run_out_of_memory)
    assert len(generate(pipeline).images) == 1


def test_a_callback_may_ask_the_pipeline_for_more(pipeline: TextToImagePipeline) -> None:
    decoded: list[Image.Image] = []

    def callback(step: PipelineStep) -> None:
        decoded.extend(pipeline.decode_codebook_indices(pipeline.vqvae.quantize(step.denoised)))

    generate(pipeline, callback=callback)
    assert len(decoded) == 3


def test_choices_in_braces_are_a_prompt_each(pipeline: TextToImagePipeline) -> None:
    output = generate(pipeline, "a {red|blue} fox", seed=5, num_images_per_prompt=2)
    assert output.prompts == ["a red fox"] * 2 + ["a blue fox"] * 2
    assert output.seeds == [5, 6, 7, 8]
    with pytest.raises(ValueError, match="the prompt is empty"):
        generate(pipeline, "{|a fox}")


def test_a_picture_to_start_from_keeps_its_own_style(pipeline: TextToImagePipeline) -> None:
    picture = generate(pipeline, "a fox").images[0]
    assert generate(pipeline, "a fox", image=picture).prompts == ["a fox"]
    with pytest.raises(ValueError, match="needs the picture"):
        generate(pipeline, "a fox", strength=0.5)


def test_two_threads_take_turns(pipeline: TextToImagePipeline) -> None:
    order: list[str] = []

    def second_run() -> None:
        generate(pipeline, "a fox", callback=lambda _: order.append("second"))
        pipeline.reconstruct(Image.new("RGBA", (8, 8)))

    thread = threading.Thread(target=second_run)

    def callback(step: PipelineStep) -> None:
        if step.step == 1:
            thread.start()
        time.sleep(0.1)  # long enough for the other to cut in, were it let in
        order.append("first")

    generate(pipeline, callback=callback)
    thread.join(timeout=60)
    assert order == ["first"] * 3 + ["second"] * 3


def last_latents(pipeline: TextToImagePipeline, prompt: str | list[str], **settings) -> torch.Tensor:
    steps: list[PipelineStep] = []
    generate(pipeline, prompt, callback=steps.append, **settings)
    return steps[-1].latents


def test_a_weight_of_one_changes_nothing_and_of_none_leaves_the_words_out(pipeline: TextToImagePipeline) -> None:
    apple, plain = (last_latents(pipeline, prompt) for prompt in ("a red apple", "a apple"))
    assert torch.equal(last_latents(pipeline, "a (red:1.0) apple"), apple)
    assert torch.allclose(last_latents(pipeline, "a (red:0) apple"), plain, atol=1e-4)
    assert (apple - plain).abs().max() > 0.01


def test_a_weight_leads_on_in_the_direction_of_its_words(pipeline: TextToImagePipeline) -> None:
    settings = {"num_inference_steps": 1, "guidance_scale": 1}  # then the latents are linear in the velocity
    plain, apple, redder = (
        last_latents(pipeline, prompt, **settings) for prompt in ("a apple", "a red apple", "a (red:1.5) apple")
    )
    assert torch.allclose(redder - apple, (apple - plain) / 2, atol=1e-4)
    assert (apple - plain).abs().max() > 0.01


def test_prompts_of_a_batch_keep_their_own_weights(pipeline: TextToImagePipeline) -> None:
    prompts = ["a fox", "a (red:1.5) apple", "(a rocket:0.5) and (a star:2)"]
    together = last_latents(pipeline, prompts, seed=4, negative_prompt="a (blue:1.2) fox")
    for k, prompt in enumerate(prompts):
        alone = last_latents(pipeline, prompt, seed=4 + k, negative_prompt="a (blue:1.2) fox")
        assert torch.allclose(together[k], alone[0], atol=1e-4)


def test_a_malformed_weight_is_a_sentence_and_leaves_the_pipeline_usable(pipeline: TextToImagePipeline) -> None:
    for settings in ({"prompt": "a (fox:1.3"}, {"negative_prompt": "a (fox:7)"}):
        with pytest.raises(ValueError, match="in the prompt"):
            generate(pipeline, **settings)
    assert len(generate(pipeline).images) == 1


def remove_clip(folder: Path) -> None:
    shutil.rmtree(folder / "clip")


def damage_dit(folder: Path) -> None:
    (folder / "dit" / "model.safetensors").write_bytes(b"")


def exchange_parts(folder: Path) -> None:
    (folder / "dit").rename(folder / "x")
    (folder / "vqvae").rename(folder / "dit")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (remove_clip, "clip"),
        (damage_dit, r"dit/model.safetensors is damaged"),
        (exchange_parts, "holds a VQVAE, not a DiT"),
    ],
)
def test_a_checkpoint_that_cannot_be_used_is_named_and_the_loaded_one_goes_on(
    damage: Callable[[Path], None], message: str, tiny_checkpoint: Path, tmp_path: Path, pipeline: TextToImagePipeline
) -> None:
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "copy")
    assert len(generate(TextToImagePipeline.from_pretrained(str(folder))).images) == 1
    damage(folder)
    with pytest.raises(CheckpointError, match=message):
        TextToImagePipeline.from_pretrained(folder)
    assert len(generate(pipeline).images) == 1


def test_parts_that_do_not_fit_together_are_named(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "copy")
    config = VQVAEConfig(image_size=32, widths=(8, 16), codebook_size=16, codebook_dim=3)
    shutil.rmtree(folder / "vqvae")
    save_model(folder / "vqvae", VQVAE(config), config, {})
    with pytest.raises(CheckpointError, match="dit does not fit"):
        TextToImagePipeline.from_pretrained(folder)
