"""The DiT: what may influence its output and what may not."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from multimodal.config import DiTConfig
from multimodal.diffusion import rectified_flow
from multimodal.models.dit import Condition, DiT

CONFIG = DiTConfig(
    latent_channels=3, latent_size=8, patch_size=2, hidden_size=32, depth=2, num_heads=2, num_registers=3,
    context_dim=16, pooled_dim=12, mean_width=24, mean_depth=2,
)  # fmt: skip


@pytest.fixture
def inputs() -> dict[str, Tensor]:
    torch.manual_seed(1)
    return {
        "latents": torch.randn(2, 3, 8, 8),
        "t": torch.tensor([0.3, 0.8]),
        "context": torch.randn(2, 5, 16),
        "context_mask": torch.tensor([[True] * 3 + [False] * 2, [True] * 5]),
        "pooled": torch.randn(2, 12),
    }


def make_dit(config: DiTConfig = CONFIG) -> DiT:
    """A DiT with all weights filled, so that everything that can have an influence has one."""
    torch.manual_seed(0)
    model = DiT(config).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model


def condition_of(model: DiT, inputs: dict[str, Tensor]) -> Condition:
    return model.condition(inputs["context"], inputs["context_mask"], inputs["pooled"])


@torch.no_grad()
def test_the_output_is_zero_before_training(inputs: dict[str, Tensor]) -> None:
    output = DiT(CONFIG)(**inputs)
    assert output.shape == (2, 3, 8, 8)
    assert output.abs().max() == 0


@torch.no_grad()
def test_masked_tokens_cannot_change_the_output_and_others_do(inputs: dict[str, Tensor]) -> None:
    model = make_dit()
    changed = inputs["context"].clone()
    changed[:, 4] = 100 * torch.randn(2, 16)
    before, after = model(**inputs), model(**{**inputs, "context": changed})
    assert torch.allclose(before[0], after[0], atol=1e-5)
    assert not torch.allclose(before[1], after[1], atol=1e-2)


@torch.no_grad()
@pytest.mark.parametrize("name", ["latents", "t", "pooled"])
def test_every_input_has_an_influence_on_its_own_sample_only(name: str, inputs: dict[str, Tensor]) -> None:
    model = make_dit()
    changed = inputs[name].clone()
    changed[1] += 0.2
    before, after = model(**inputs), model(**{**inputs, name: changed})
    assert torch.allclose(before[0], after[0], atol=1e-5)
    assert not torch.allclose(before[1], after[1], atol=1e-3)


@torch.no_grad()
def test_preparing_the_condition_first_or_within_is_the_same(inputs: dict[str, Tensor]) -> None:
    model = make_dit()
    condition = condition_of(model, inputs)
    assert condition.context.shape == inputs["context"].shape
    assert condition.mean.shape == inputs["latents"].shape
    assert torch.equal(model(inputs["latents"], inputs["t"], *condition), model(**inputs))
    assert not torch.allclose(condition.context, inputs["context"], atol=1e-2)


@torch.no_grad()
def test_the_mean_has_an_influence_on_its_own_sample_only(inputs: dict[str, Tensor]) -> None:
    model = make_dit()
    condition = condition_of(model, inputs)
    changed = condition.mean.clone()
    changed[1] += 0.2
    before = model(inputs["latents"], inputs["t"], *condition)
    after = model(inputs["latents"], inputs["t"], *condition._replace(mean=changed))
    assert torch.equal(before[0], after[0])
    assert not torch.allclose(before[1], after[1], atol=1e-3)


def test_patchify_is_undone_by_unpatchify() -> None:
    model, latents = DiT(CONFIG), torch.arange(2 * 3 * 8 * 8.0).view(2, 3, 8, 8)
    tokens = model.patchify(latents)
    assert tokens.shape == (2, 16, 12)
    assert set(tokens[0, 5].tolist()) == set(latents[0, :, 2:4, 2:4].flatten().tolist())  # row 1, column 1 of the patches
    assert torch.equal(model.unpatchify(tokens), latents)


@torch.no_grad()
def test_registers_are_taken_off_again(inputs: dict[str, Tensor]) -> None:
    """With blocks that do nothing, each patch of the output is a function of the same patch of the latents."""
    model = DiT(CONFIG)
    torch.nn.init.normal_(model.final.weight)
    changed = inputs["latents"].clone()
    changed[:, :, 2:4, 4:6] += 1
    difference = (model(**{**inputs, "latents": changed}) - model(**inputs)).abs().amax(dim=(0, 1))
    assert difference[2:4, 4:6].min() > 0
    difference[2:4, 4:6] = 0
    assert difference.max() == 0


@torch.no_grad()
def test_registers_have_an_influence_but_no_place(inputs: dict[str, Tensor]) -> None:
    model = make_dit()
    before = model(**inputs)
    model.registers.copy_(model.registers[[2, 0, 1]])
    assert torch.allclose(model(**inputs), before, atol=1e-4)
    model.registers.zero_()
    assert not torch.allclose(model(**inputs), before, atol=1e-3)


@torch.no_grad()
def test_velocity_is_the_same_whatever_is_predicted(inputs: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch) -> None:
    x0, noise, t = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 8, 8), inputs["t"]
    inputs["latents"] = rectified_flow.interpolate(x0, noise, t)
    for prediction, truth in (("x0", x0), ("velocity", noise - x0)):
        model = DiT(dataclasses.replace(CONFIG, prediction=prediction))
        monkeypatch.setattr(model, "forward", lambda *_, truth=truth: truth)
        assert torch.allclose(model.velocity(inputs["latents"], t, condition_of(model, inputs)), noise - x0, atol=1e-5)


@torch.no_grad()
def test_the_velocity_is_finite_at_both_ends(inputs: dict[str, Tensor]) -> None:
    model = make_dit()
    velocity = model.velocity(inputs["latents"], torch.tensor([0.0, 1.0]), condition_of(model, inputs))
    assert velocity.isfinite().all()


def test_recomputing_the_blocks_gives_the_same_gradients(inputs: dict[str, Tensor]) -> None:
    model = make_dit().train()
    gradients, runs = [], []
    model.blocks[0].register_forward_pre_hook(lambda *_: runs.append(model.gradient_checkpointing))
    for model.gradient_checkpointing in (False, True):
        model.zero_grad()
        model(**inputs).square().mean().backward()
        gradients.append({name: parameter.grad for name, parameter in model.named_parameters()})
    assert runs == [False, True, True]  # once more in the backward pass
    for name, gradient in gradients[0].items():
        assert torch.equal(gradient, gradients[1][name]), name


def test_a_patch_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="latent_size 8 must be a multiple of patch_size 3"):
        DiT(dataclasses.replace(CONFIG, patch_size=3))


def test_one_batch_can_be_learnt_by_heart(inputs: dict[str, Tensor]) -> None:
    torch.manual_seed(0)
    model = DiT(CONFIG)
    x0, noise = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 8, 8)
    inputs["latents"] = rectified_flow.interpolate(x0, noise, inputs["t"])
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(60):
        output = model(**inputs)
        loss = rectified_flow.loss(output, x0, noise, inputs["t"], "x0", min_t=0.05).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]


@torch.no_grad()
def test_the_guidance_scale_is_an_input_where_the_config_says_so(inputs: dict[str, Tensor]) -> None:
    model = make_dit(dataclasses.replace(CONFIG, max_guidance_scale=8.0))
    one, three = (model(**inputs, guidance_scale=torch.full((2,), scale)) for scale in (1.0, 3.0))
    assert torch.equal(model(**inputs), one)
    assert not torch.allclose(one, three, atol=1e-2)
    plain = make_dit()
    assert torch.equal(plain(**inputs), plain(**inputs, guidance_scale=torch.full((2,), 3.0)))


@torch.no_grad()
def test_the_guidance_scale_guides_the_mean(inputs: dict[str, Tensor]) -> None:
    model = make_dit(dataclasses.replace(CONFIG, max_guidance_scale=8.0))
    torch.nn.init.zeros_(model.guidance_embedding.weight)  # so that the mean alone is guided
    torch.nn.init.normal_(model.unconditional_mean)
    condition = model.condition(inputs["context"], inputs["context_mask"], inputs["pooled"])
    guided_mean = model.unconditional_mean + 3 * (condition.mean - model.unconditional_mean)
    expected = model(inputs["latents"], inputs["t"], *condition._replace(mean=guided_mean))
    assert torch.allclose(model(**inputs, guidance_scale=torch.full((2,), 3.0)), expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore:Mismatch dtype")  # PyTorch's, on kernels that it then does not fuse
def test_the_guided_mean_works_in_mixed_precision(inputs: dict[str, Tensor]) -> None:
    model = make_dit(dataclasses.replace(CONFIG, max_guidance_scale=8.0))
    with torch.autocast("cpu", torch.bfloat16):
        assert model(**inputs, guidance_scale=torch.full((2,), 3.0)).isfinite().all()
