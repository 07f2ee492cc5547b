"""Which rows a step works on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from multimodal.training.batches import batch_indices, divisible


@pytest.mark.parametrize(("count", "batch_size", "processes"), [(12, 4, 1), (12, 4, 2), (10, 4, 2), (3, 4, 1)])
def test_every_epoch_is_a_permutation_and_processes_share_it(count: int, batch_size: int, processes: int) -> None:
    def rows(step: int, seed: int = 0) -> list[int]:
        accelerators = [SimpleNamespace(num_processes=processes, process_index=k) for k in range(processes)]
        shares = [batch_indices(count, batch_size, step, seed, accelerator) for accelerator in accelerators]
        assert {len(share) for share in shares} == {batch_size // processes}
        return torch.cat(shares).tolist()

    seen = [row for step in range(3 * count) for row in rows(step)]
    epochs = [seen[k : k + count] for k in range(0, len(seen), count)]
    assert all(sorted(epoch) == list(range(count)) for epoch in epochs)
    assert epochs[0] != epochs[1]
    assert rows(2) == rows(2)
    assert batch_indices(count, 0, 1, 0, SimpleNamespace(num_processes=1, process_index=0)).dtype == torch.int64
    assert any(rows(step) != rows(step, seed=1) for step in range(3))


def test_processes_share_no_batch_that_they_cannot_divide() -> None:
    four = SimpleNamespace(num_processes=4, process_index=0)
    with pytest.raises(ValueError, match="a batch of 5 cannot be divided among 4 processes"):
        batch_indices(100, 5, 0, 0, four)
    assert [divisible(size, four) for size in (0, 1, 4, 5)] == [0, 4, 4, 8]


def test_the_order_of_an_epoch_follows_from_its_seed_and_number_alone() -> None:
    one = SimpleNamespace(num_processes=1, process_index=0)
    orders = [batch_indices(50, 50, step, seed, one).tolist() for seed in (0, 7) for step in (0, 3)]
    for order, number in zip(orders, (0, 3, 7_000_021, 7_000_024), strict=True):
        assert order == torch.randperm(50, generator=torch.Generator().manual_seed(number)).tolist()
