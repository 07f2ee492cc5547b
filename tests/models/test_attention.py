"""Attention: masks, and positions that count only relative to each other."""

from __future__ import annotations

import pytest
import torch

from multimodal.models.attention import Attention, grid_angles, rotate


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


@torch.no_grad()
def test_a_masked_token_of_the_context_has_no_influence() -> None:
    attention = Attention(hidden_size=16, num_heads=2, context_dim=12)
    x, context = torch.randn(2, 5, 16), torch.randn(2, 3, 12)
    mask = torch.tensor([[True, True, False], [True, True, True]])
    changed = context.clone()
    changed[:, 2] += 1
    before, after = attention(x, context, mask), attention(x, changed, mask)
    assert before.shape == (2, 5, 16)
    assert torch.equal(before[0], after[0])
    assert not torch.allclose(before[1], after[1])
    assert torch.allclose(attention(x[:1], context[:1, :2]), before[:1], atol=1e-6)  # as if the token were not there


@torch.no_grad()
def test_self_attention_mixes_tokens() -> None:
    attention, x = Attention(hidden_size=16, num_heads=2), torch.randn(1, 5, 16)
    changed = x.clone()
    changed[:, 4] += 1
    assert not torch.allclose(attention(x)[:, 0], attention(changed)[:, 0])


@torch.no_grad()
def test_scores_depend_on_the_offset_of_two_positions_only() -> None:
    query, key = torch.randn(2, 8)
    angles = grid_angles(6, 6, 8).view(6, 6, 8)

    def score(query_at: tuple[int, int], key_at: tuple[int, int]) -> float:
        return torch.dot(rotate(query, angles[query_at]), rotate(key, angles[key_at])).item()

    assert score((0, 1), (2, 4)) == pytest.approx(score((3, 2), (5, 5)), abs=1e-5)
    assert score((4, 4), (4, 4)) == pytest.approx(torch.dot(query, key).item(), abs=1e-5)
    for other in ((2, 3), (1, 4), (4, 2)):  # another column, another row, rows and columns exchanged
        assert abs(score((0, 1), (2, 4)) - score((0, 1), other)) > 1e-3
    assert torch.allclose(rotate(query, angles[5, 5]).norm(), query.norm())


def test_registers_come_first_and_are_not_turned() -> None:
    angles = grid_angles(2, 3, 8, num_registers=2)
    assert angles.shape == (2 + 6, 8)
    assert torch.equal(angles[:2], torch.zeros(2, 8))
    assert torch.equal(angles[2:], grid_angles(2, 3, 8))
    assert (angles[3:].abs().amax(dim=1) > 0).all()


@pytest.mark.parametrize(("hidden_size", "num_heads"), [(15, 2), (12, 2)])
def test_sizes_that_do_not_divide_are_refused(hidden_size: int, num_heads: int) -> None:
    with pytest.raises(ValueError, match=f"hidden_size {hidden_size} must be num_heads {num_heads} times"):
        Attention(hidden_size, num_heads)
