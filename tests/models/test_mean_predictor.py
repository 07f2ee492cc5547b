"""The mean predictor: a regression, so squared error leads it to the mean of what a prompt's pictures are."""

from __future__ import annotations

from dataclasses import replace

import torch

from multimodal.config import DiTConfig
from multimodal.models.mean_predictor import MeanMLP, MeanPredictor

CONFIG = DiTConfig(latent_channels=2, latent_size=4, pooled_dim=8, mean_width=24, mean_depth=1)


def test_it_learns_the_mean_of_the_pictures_of_each_prompt() -> None:
    torch.manual_seed(0)
    pooled, pictures = torch.randn(3, 8), torch.randn(3, 5, 2, 4, 4)  # five pictures of each of three prompts
    model = MeanPredictor(CONFIG)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0)
    for _ in range(300):
        loss = (model(pooled)[:, None] - pictures).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert torch.allclose(model(pooled), pictures.mean(dim=1), atol=0.05)


@torch.no_grad()
def test_a_prompt_cannot_change_the_mean_of_another() -> None:
    model, pooled = MeanPredictor(replace(CONFIG, mean_depth=2)), torch.randn(2, 8)
    changed = torch.stack([pooled[0], -pooled[1]])
    assert torch.equal(model(pooled)[0], model(changed)[0])
    assert not torch.allclose(model(pooled)[1], model(changed)[1], atol=1e-2)


@torch.no_grad()
def test_a_view_is_the_same_alone_and_beside_the_others() -> None:
    mlp = MeanMLP(replace(CONFIG, styles=("flat", "line"), mean_detail=6))
    pooled = torch.randn(5, 8)
    torch.nn.init.normal_(mlp.view_embedding.weight)
    views = mlp.all_views(pooled)
    assert views.shape == (5, 3, 2, 4, 4)
    for view in range(3):
        assert torch.allclose(views[:, view], mlp(pooled, torch.full((5,), view)), atol=1e-5)
    own = torch.stack([pooled, pooled, -pooled], dim=1)  # an embedding for each view
    assert torch.allclose(mlp.all_views(own)[:, 1], views[:, 1], atol=1e-5)
    assert not torch.allclose(mlp.all_views(own)[:, 2], views[:, 2], atol=1e-2)


@torch.no_grad()
def test_without_styles_the_mean_is_the_view_that_the_prompt_asks_for() -> None:
    model, pooled = MeanPredictor(CONFIG), torch.randn(5, 8)
    assert model.translator is None
    assert torch.equal(model(pooled), model.mlp(pooled, torch.zeros(5, dtype=torch.int64)))


@torch.no_grad()
def test_with_detail_the_outputs_differ_in_more_ways_than_the_network_is_wide() -> None:
    pooled, view = torch.randn(256, 8), torch.zeros(256, dtype=torch.int64)
    plain, detailed = (MeanMLP(replace(CONFIG, mean_width=6, mean_detail=detail)) for detail in (0, 16))
    ranks = [torch.linalg.matrix_rank(mlp(pooled, view).flatten(1), rtol=1e-4) for mlp in (plain, detailed)]
    assert ranks[0] <= 7  # and one for the bias
    assert ranks[1] > 12
