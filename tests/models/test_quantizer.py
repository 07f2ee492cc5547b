"""Product quantisation: nearest codes, straight-through gradients, a codebook that follows the latents."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from multimodal.models.quantizer import ProductQuantizer


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def around(code: Tensor, count: int, spread: float = 0.05) -> Tensor:
    """(1, D, 1, count) latents close to one code."""
    return (code + spread * torch.randn(count, len(code))).T[None, :, None]


def test_the_nearest_code_is_found_in_every_group() -> None:
    quantizer = ProductQuantizer(groups=2, codebook_size=16, codebook_dim=3)
    latents = torch.randn(2, 6, 4, 5)
    indices = quantizer.quantize(latents)
    assert indices.shape == (2, 2, 4, 5)
    for group in range(2):
        vectors = F.normalize(latents[:, 3 * group : 3 * group + 3].permute(0, 2, 3, 1), dim=-1)  # (2, 4, 5, 3)
        distances = torch.cdist(vectors.reshape(-1, 3), quantizer.codebook[group])  # (40, 16)
        assert torch.equal(indices[:, group].flatten(), distances.argmin(dim=1))


def test_lookup_and_quantize_are_inverse() -> None:
    quantizer = ProductQuantizer(groups=2, codebook_size=16, codebook_dim=4)
    indices = torch.randint(16, (3, 2, 4, 5))
    codes = quantizer.lookup(indices)
    assert torch.equal(codes[1, 4:, 2, 3], quantizer.codebook[1, indices[1, 1, 2, 3]])
    assert torch.equal(quantizer.quantize(codes), indices)
    assert torch.equal(quantizer.quantize(7 * codes), indices)  # length does not matter


def test_a_cold_soft_lookup_is_a_lookup_and_a_hot_one_the_mean_of_all_codes() -> None:
    quantizer = ProductQuantizer(groups=2, codebook_size=16, codebook_dim=4)
    latents = torch.randn(3, 8, 4, 5, requires_grad=True)
    cold, warm, hot = (quantizer.soft_lookup(latents, torch.tensor(t)) for t in (1e-5, 0.1, 1e5))
    assert torch.allclose(cold, quantizer.lookup(quantizer.quantize(latents)), atol=1e-3)
    assert torch.allclose(hot, quantizer.codebook.mean(dim=1).flatten().view(1, 8, 1, 1).expand_as(hot), atol=1e-3)
    (gradient,) = torch.autograd.grad(warm.square().sum(), latents)
    assert gradient.abs().min() > 0


def test_the_spacing_is_the_distance_of_the_nearest_other_code() -> None:
    quantizer = ProductQuantizer(groups=1, codebook_size=4, codebook_dim=2)
    quantizer.codebook.copy_(torch.tensor([[[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-1.0, 0.0]]]))
    assert quantizer.spacing().item() == pytest.approx(1 - (0.8 + 0.8 + 0.6 + 0.0) / 4)


def test_groups_do_not_see_each_other() -> None:
    quantizer = ProductQuantizer(groups=2, codebook_size=16, codebook_dim=3)
    latents = torch.randn(1, 6, 4, 4)
    changed = latents.clone()
    changed[:, 3:] = torch.randn(1, 3, 4, 4)
    before, after = quantizer.quantize(latents), quantizer.quantize(changed)
    assert torch.equal(before[:, 0], after[:, 0])
    assert not torch.equal(before[:, 1], after[:, 1])


def test_the_gradient_passes_straight_through() -> None:
    quantizer = ProductQuantizer(groups=2, codebook_size=16, codebook_dim=3).eval()
    latents, upstream = torch.randn(2, 6, 4, 4, requires_grad=True), torch.randn(2, 6, 4, 4)
    output = quantizer(latents)
    assert torch.allclose(output.latents, quantizer.lookup(output.codebook_indices), atol=1e-6)
    (gradient,) = torch.autograd.grad(output.latents, latents, upstream)
    (expected,) = torch.autograd.grad(quantizer.normalize(latents), latents, upstream)
    assert torch.equal(gradient, expected)


def test_the_commitment_loss_pulls_latents_to_their_codes() -> None:
    quantizer = ProductQuantizer(groups=1, codebook_size=2, codebook_dim=2).eval()
    quantizer.codebook.copy_(torch.tensor([[[1.0, 0.0], [-1.0, 0.0]]]))
    latents = torch.tensor([0.0, 1.0]).view(1, 2, 1, 1) + torch.tensor([0.1, 0.0]).view(1, 2, 1, 1)
    latents.requires_grad_()
    loss = quantizer(latents).commitment_loss
    (gradient,) = torch.autograd.grad(loss, latents)
    assert loss.item() == pytest.approx(2 - 2 * 0.1 / 1.01**0.5, abs=1e-5)  # the squared distance of two unit vectors
    assert gradient[0, 0] < 0  # downhill is towards the code at (1, 0)


def test_while_training_a_code_moves_towards_its_latents_and_in_evaluation_it_stays() -> None:
    quantizer = ProductQuantizer(groups=1, codebook_size=2, codebook_dim=2, decay=0.9)
    quantizer.codebook.copy_(torch.tensor([[[1.0, 0.0], [-1.0, 0.0]]]))
    quantizer.ema_sum.copy_(quantizer.codebook)
    target = F.normalize(torch.tensor([1.0, 1.0]), dim=0)
    latents = torch.cat([around(target, 20, 0.0), around(torch.tensor([-1.0, 0.0]), 20, 0.0)], dim=-1)
    quantizer.eval()(latents)
    assert torch.equal(quantizer.codebook[0, 0], torch.tensor([1.0, 0.0]))
    angles = []
    for _ in range(40):
        quantizer.train()(latents)
        angles.append(torch.dot(quantizer.codebook[0, 0], target).clamp(max=1).acos().item())
    # After one step the sum is 0.9 (1, 0) + 0.1 target.
    expected = F.normalize(0.9 * torch.tensor([1.0, 0.0]) + 0.1 * target, dim=0)
    assert angles[0] == pytest.approx(torch.dot(expected, target).acos().item(), abs=1e-3)
    assert angles[-1] < 0.05 < angles[0]
    assert torch.allclose(quantizer.codebook[0, 1], torch.tensor([-1.0, 0.0]), atol=1e-6)
    assert torch.allclose(quantizer.codebook.norm(dim=-1), torch.ones(1, 2))


def test_dead_codes_restart_where_the_latents_are() -> None:
    quantizer = ProductQuantizer(groups=1, codebook_size=16, codebook_dim=3, decay=0.5)
    centre = F.normalize(torch.tensor([1.0, 2.0, 3.0]), dim=0)
    latents = around(centre, 256, 0.1)  # one small region, so that most random codes are never the nearest

    def codes_in_use() -> int:
        return len(quantizer.quantize(latents).unique())

    before = codes_in_use()
    for _ in range(60):
        quantizer(latents)
    assert before <= 4
    assert codes_in_use() >= 12


def test_kmeans_finds_the_clusters_of_every_group() -> None:
    quantizer = ProductQuantizer(groups=2, codebook_size=4, codebook_dim=3)
    centres = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, -1]])
    first = torch.cat([around(centre, 50, 0.02) for centre in centres], dim=-1)
    latents = torch.cat([first, -first], dim=1)
    quantizer.initialize(latents)
    similarity = latents.unflatten(1, (2, 3))[0, :, :, 0].transpose(1, 2) @ quantizer.codebook.transpose(1, 2)
    for group, sign in ((0, 1), (1, -1)):
        distances = torch.cdist(F.normalize(sign * centres, dim=-1), quantizer.codebook[group])
        assert (distances.amin(dim=1) < 0.1).sum() >= 3  # k-means may leave two centres on one code
        assert similarity[group].amax(dim=1).mean() > 0.9
    assert torch.allclose(quantizer.codebook.norm(dim=-1), torch.ones(2, 4))
    with pytest.raises(ValueError, match="at least 4 latents, got 3"):
        quantizer.initialize(latents[..., :3])


def test_the_codes_that_are_used_most_are_split_in_place_of_those_that_are_missed_least() -> None:
    quantizer = ProductQuantizer(groups=2, codebook_size=8, codebook_dim=4)
    centres = F.normalize(torch.randn(9, 4), dim=-1)
    twin = F.normalize(centres[7] + 0.02 * torch.randn(4), dim=-1)  # which nobody would miss
    quantizer.codebook.copy_(torch.stack([*centres[1:8], twin]).expand(2, -1, -1))
    counts = [60, 900, 60, 60, 60, 60, 60]  # the second is used most, by two clusters that lie side by side
    clusters = [around(centre, count) for centre, count in zip(centres[1:8], counts, strict=True)]
    beside = F.normalize(centres[2] + 0.3 * torch.randn(4), dim=-1)
    latents = torch.cat([*clusters, around(beside, 900)], dim=3).repeat(1, 2, 1, 1)
    before, usage = quantizer.codebook.clone(), torch.bincount(quantizer.quantize(latents)[:, 0].flatten(), minlength=8)

    quantizer.split(latents, 1)

    for group in range(2):
        changed = (quantizer.codebook[group] != before[group]).any(dim=1).nonzero().flatten().tolist()
        assert 1 in changed
        assert set(changed) - {1} < {6, 7}  # one of the twins
        codes = quantizer.codebook[group][changed]
        assert torch.allclose(codes.norm(dim=1), torch.ones(2))
        assert (codes @ beside).max() > 0.99
        assert (codes @ centres[2]).max() > 0.99
    after = torch.bincount(quantizer.quantize(latents)[:, 0].flatten(), minlength=8)
    assert after.max() < 0.6 * usage.max()
    assert torch.allclose(quantizer.codebook, F.normalize(quantizer.ema_sum, dim=-1)), "training goes on from there"


def test_a_code_of_equal_latents_can_be_split() -> None:
    quantizer = ProductQuantizer(groups=1, codebook_size=4, codebook_dim=2)
    quantizer.split(torch.tensor([0.6, 0.8]).view(1, 2, 1, 1).expand(1, 2, 3, 3), 2)
    assert quantizer.codebook.isfinite().all()


@pytest.mark.parametrize(("count", "num_latents"), [(4, 9), (1, 4)])
def test_fewer_codes_are_split_than_there_are_and_there_must_be_more_latents(count: int, num_latents: int) -> None:
    with pytest.raises(ValueError, match=f"{num_latents} latents cannot split {count} of 4 codes"):
        ProductQuantizer(groups=1, codebook_size=4, codebook_dim=2).split(torch.randn(1, 2, 1, num_latents), count)


def test_latents_that_are_not_finite_do_not_spoil_the_codebook() -> None:
    quantizer = ProductQuantizer(groups=1, codebook_size=4, codebook_dim=2)
    quantizer(torch.full((1, 2, 2, 2), float("nan")))
    assert quantizer.codebook.isfinite().all()
