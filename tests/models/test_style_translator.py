"""The style translator: what is true of all things carries over to those that were never seen in a style."""

from __future__ import annotations

import torch
from torch import Tensor

from multimodal.models.style_translator import StyleTranslator


def draw(count: int) -> Tensor:
    """Things in two styles, (N, 2, 2, 8, 8): the second turns the first upside down in value and moves it to the right."""
    first = torch.randn(count, 2, 8, 8)
    return torch.stack([first, -first.roll(1, dims=3)], dim=1)


def asked(count: int, style: int) -> Tensor:
    """Embeddings that say which style is asked for, and something else besides."""
    pooled = torch.randn(count, 6)
    pooled[:, :2] = torch.tensor([[9.0, -9.0], [-9.0, 9.0]])[style]
    return pooled


def test_a_thing_is_translated_into_a_style_that_it_was_never_seen_in() -> None:
    torch.manual_seed(0)
    model = StyleTranslator(pooled_dim=6, num_styles=2, channels=2, width=16)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    things = draw(64)

    def error(things: Tensor, style: int, own: Tensor) -> Tensor:
        views = torch.cat([own.unsqueeze(1), things], dim=1)
        views[:, 1 + style] = own
        return (model(views, asked(len(things), style)) - things[:, style]).square().mean()

    for step in range(300):
        rows, style = torch.randint(len(things), (32,)), step % 2
        own = things[rows, style] if step % 4 < 2 else torch.zeros(32, 2, 8, 8)  # the view asked for is known or vague
        loss = error(things[rows], style, own)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    unseen = draw(64)
    with torch.no_grad():
        for style in (0, 1):
            assert error(unseen, style, torch.zeros(64, 2, 8, 8)) < 0.3  # without the other view 1.0 is the best
            assert error(unseen, style, unseen[:, style]) < 0.1


@torch.no_grad()
def test_a_style_that_is_not_asked_for_cannot_be_the_answer() -> None:
    model = StyleTranslator(pooled_dim=6, num_styles=2, channels=2, width=16)
    views = torch.randn(4, 3, 2, 8, 8)
    first, second = (model(views, asked(4, style)) for style in (0, 1))
    assert first.shape == (4, 2, 8, 8)
    assert not torch.allclose(first, second)
