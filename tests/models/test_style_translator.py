"""The style translator: what is true of all things carries over to those that were never seen in a style."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from multimodal.models.style_translator import StyleTranslator, distance


def draw(count: int) -> Tensor:
    """Things in two styles, (N, 2, 2, 8, 8): the second turns the first upside down in value and moves it to the right."""
    first = torch.randn(count, 2, 8, 8)
    return torch.stack([first, -first.roll(1, dims=3)], dim=1)


def asked(count: int, style: int) -> Tensor:
    """Embeddings that ask for no style, 0, or for one of two, and say something else besides."""
    pooled = torch.randn(count, 6)
    pooled[:, :3] = 5 * F.one_hot(torch.tensor(style), 3)
    return pooled


def views_of(things: Tensor, own: Tensor, style: int, seen: bool) -> Tensor:
    """What an MLP makes of things: of a style in which they were not seen two vague ideas, else twice the picture."""
    views = torch.cat([own.unsqueeze(1), things], dim=1)
    if not seen:
        views[:, 0], views[:, 1 + style] = 0.5 * torch.randn_like(own), 0.5 * torch.randn_like(own)
    return views


def test_a_thing_is_translated_into_a_style_that_it_was_never_seen_in() -> None:
    torch.manual_seed(0)
    model = StyleTranslator(pooled_dim=6, num_styles=2, channels=2, width=16)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    things = draw(64)
    for step in range(300):
        rows, style, seen = torch.randint(len(things), (32,)), step % 2, step % 4 < 2
        own = things[rows, style]
        latents, familiar, logits = model(views_of(things[rows], own, style, seen), asked(32, 1 + style))
        loss = F.cross_entropy(logits, torch.full((32,), 1 + style))
        loss += F.binary_cross_entropy_with_logits(familiar, torch.full((32,), float(seen)))
        loss += (latents - own).square().mean() if seen else 0
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    unseen = draw(64)
    with torch.no_grad():
        for style in (0, 1):
            own, pooled = unseen[:, style], asked(64, 1 + style)
            for seen in (False, True):
                views = views_of(unseen, own, style, seen)
                assert ((model(views, pooled).familiar > 0) == seen).float().mean() > 0.95
                assert (model.mean(views, pooled) - own).square().mean() < 0.3  # the deviation of the things is 1


@torch.no_grad()
def test_a_translation_sees_neither_view_of_the_style_that_is_asked_for() -> None:
    torch.manual_seed(0)
    model = StyleTranslator(pooled_dim=6, num_styles=2, channels=2, width=16)
    model.style[1].weight.copy_(torch.eye(3, 6) * 20)
    views, pooled = torch.randn(4, 3, 2, 8, 8), asked(4, 1)
    latents = model(views, pooled).latents
    for view, same in ((0, True), (1, True), (2, False)):
        changed = views.clone()
        changed[:, view] += 1
        assert torch.allclose(model(changed, pooled).latents, latents, atol=1e-4) == same, view


def test_distance_is_zero_at_ten_thousandths() -> None:
    same = torch.randn(2, 3, 4, 4)
    assert torch.allclose(distance(same, same).exp(), torch.full((2, 3), 1e-4))
    assert torch.allclose(distance(same, same + 2).exp(), torch.full((2, 3), 4.0), atol=1e-3)
