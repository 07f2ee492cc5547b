"""The mean predictor's training: noise on embeddings, prompts that serve for several steps, views, a new width."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from multimodal import TextToImagePipeline
from multimodal.training.mean import PooledPrompts, add_noise, with_mean
from multimodal.training.plan import train_all, train_one
from multimodal.training.run_config import Sources


def test_noise_is_measured_by_the_size_of_each_embedding() -> None:
    torch.manual_seed(0)
    pooled = torch.randn(64, 512) * torch.logspace(-2, 2, 64)[:, None]
    noise = add_noise(pooled, 0.5) - pooled
    strengths = noise.norm(dim=1) / pooled.norm(dim=1)
    assert strengths.min() > 0
    assert strengths.max() < 0.55
    assert abs(strengths.mean() - 0.25) < 0.05


def test_no_noise_leaves_the_embedding_as_it_is() -> None:
    pooled = torch.randn(3, 8)
    assert torch.equal(add_noise(pooled, 0.0), pooled)


class FakePictures:
    """Ten pictures; the embedding of a prompt says which picture it is of and in which round it was drawn."""

    def __init__(self) -> None:
        self.encoded: list[int] = []

    def batch(self, step: int, batch_size: int) -> Tensor:
        return (torch.arange(batch_size) + step) % 10

    def embed_prompts(self, rows: Tensor, step: int, text_encoder: None) -> Tensor:
        self.encoded.append(len(rows))
        return torch.stack([rows.float(), torch.full((len(rows),), float(step))], dim=1)


def test_prompts_are_encoded_once_for_several_steps_and_then_drawn_anew() -> None:
    pictures = FakePictures()
    prompts = PooledPrompts(pictures, None, batch_size=4, steps=3)  # type: ignore[arg-type]
    for step in (0, 1, 2, 3, 5):
        rows = pictures.batch(step, 4)
        assert prompts(rows, step).tolist() == [[row, step // 3] for row in rows.tolist()]
    assert pictures.encoded == [6, 6]  # two rounds of the six pictures that three steps need


def test_a_resumed_run_sees_the_same_prompts() -> None:
    rows = FakePictures().batch(7, 4)
    resumed, uninterrupted = (PooledPrompts(FakePictures(), None, 4, steps=3) for _ in range(2))  # type: ignore[arg-type]
    for step in range(7):
        uninterrupted(FakePictures().batch(step, 4), step)
    assert torch.equal(resumed(rows, 7), uninterrupted(rows, 7))


def test_a_wider_mean_leaves_the_rest_as_it_was(pipeline: TextToImagePipeline) -> None:
    dit = pipeline.dit
    width = dit.config.mean_width
    assert with_mean(dit, width, 0, ()) is dit
    before, after = dit.state_dict(), with_mean(dit, width + 8, 0, ()).state_dict()
    assert after["mean_predictor.mlp.final.1.weight"].shape[1] == width + 8
    assert all(torch.equal(before[key], after[key]) for key in before if not key.startswith("mean_predictor."))


@torch.no_grad()
def test_a_mean_of_several_styles_begins_as_it_was(pipeline: TextToImagePipeline) -> None:
    dit = pipeline.dit
    styled, pooled = with_mean(dit, dit.config.mean_width, 0, ("flat", "line")), torch.randn(3, dit.config.pooled_dim)
    views = styled.mean_predictor.mlp.all_views(pooled)
    assert views.shape[1] == 3
    assert torch.allclose(views, dit.mean_predictor(pooled).unsqueeze(1), atol=1e-5)  # no style makes a difference yet


@torch.no_grad()
def test_styles_that_stay_keep_what_they_learnt(pipeline: TextToImagePipeline) -> None:
    dit, pooled = pipeline.dit, torch.randn(3, pipeline.dit.config.pooled_dim)
    width = dit.config.mean_width
    styled = with_mean(dit, width, 0, ("flat", "line"))
    torch.nn.init.normal_(styled.mean_predictor.mlp.view_embedding.weight)
    before = styled.mean_predictor.mlp.all_views(pooled)
    detailed = with_mean(styled, width, 8, ("flat", "line")).mean_predictor.mlp.all_views(pooled)
    assert torch.equal(detailed, before)
    after = with_mean(styled, width, 0, ("line", "noto")).mean_predictor.mlp.all_views(pooled)
    assert torch.equal(after, before[:, [0, 2, 0]])


def test_new_detail_changes_no_mean_until_it_learns(pipeline: TextToImagePipeline) -> None:
    dit, pooled = pipeline.dit, torch.randn(3, pipeline.dit.config.pooled_dim)
    detailed = with_mean(dit, dit.config.mean_width, 8, ())
    mean = detailed.mean_predictor(pooled)
    assert torch.equal(mean, dit.mean_predictor(pooled))
    mean.square().sum().backward()
    assert detailed.mean_predictor.mlp.detail[1].out.weight.grad.any()


def test_a_run_starts_with_a_wider_mean(pictures: Path, tmp_path: Path) -> None:
    train_all("tiny", [], Sources(pictures), tmp_path / "start")
    words = ["num_composites=0", "model.mean_width=40"]
    train_one("dit", "tiny", words, Sources(pictures, start=tmp_path / "start"), tmp_path / "mine")
    assert TextToImagePipeline.from_pretrained(tmp_path / "mine").dit.config.mean_width == 40
