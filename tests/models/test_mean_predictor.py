"""The mean predictor: a regression, so squared error leads it to the mean of what a prompt's pictures are."""

from __future__ import annotations

import torch
from torch import Tensor

from multimodal.models.mean_predictor import MeanPredictor

MASK = torch.tensor([[True, True, True], [True, True, False], [True, False, False]])


def predictor(depth: int = 1) -> MeanPredictor:
    return MeanPredictor(context_dim=12, pooled_dim=8, width=24, depth=depth, num_slots=2, channels=2, size=4)


def prompts() -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(0)
    return torch.randn(3, 3, 12), MASK, torch.randn(3, 8)


def fit(model: MeanPredictor, prompts: tuple[Tensor, Tensor, Tensor], pictures: Tensor, steps: int) -> None:
    """Least squares against (B, n, C, H, W), n pictures of each of B prompts."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0)
    for _ in range(steps):
        loss = (model(*prompts)[:, None] - pictures).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def test_it_learns_the_mean_of_the_pictures_of_each_prompt() -> None:
    model, inputs, pictures = predictor(), prompts(), torch.randn(3, 5, 2, 4, 4)
    fit(model, inputs, pictures, steps=300)
    assert torch.allclose(model(*inputs), pictures.mean(dim=1), atol=0.05)


def test_pairs_that_were_never_seen_together_are_the_sum_of_their_things() -> None:
    torch.manual_seed(0)
    names, left, right = torch.randn(12, 12), torch.randn(12, 2, 4, 4), torch.randn(12, 2, 4, 4)
    places = torch.randn(2, 12)  # "left" and "right" are part of a token, as a text encoder's context makes it
    pairs = [(a, b) for a in range(12) for b in range(12) if a != b]
    unseen = [pair for k, pair in enumerate(pairs) if k % 5 == 0]

    def batch(chosen: list[tuple[int, int]]) -> tuple[tuple[Tensor, Tensor, Tensor], Tensor]:
        first, second = (torch.tensor(column) for column in zip(*chosen, strict=True))
        context = torch.stack([names[first] + places[0], names[second] + places[1]], dim=1)
        mask = torch.ones(len(chosen), 2, dtype=torch.bool)
        return (context, mask, torch.zeros(len(chosen), 8)), left[first] + right[second]

    model = predictor(depth=2)
    inputs, pictures = batch([pair for pair in pairs if pair not in unseen])
    fit(model, inputs, pictures[:, None], steps=400)
    inputs, pictures = batch(unseen)
    error = (model(*inputs) - pictures).square().mean() / pictures.var()
    assert error < 0.5


@torch.no_grad()
def test_neither_another_prompt_nor_a_masked_token_can_change_the_mean() -> None:
    model, (context, mask, pooled) = predictor(depth=2), prompts()
    means = model(context, mask, pooled)
    changed = context.clone()
    changed[0] = -changed[0]
    changed[~mask] += 5
    again = model(changed, mask, pooled)
    assert torch.equal(again[1:], means[1:])
    assert not torch.allclose(again[0], means[0], atol=1e-2)
