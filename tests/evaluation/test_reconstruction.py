import json
import math
from types import SimpleNamespace

import pytest
import torch

from multimodal.config import VQVAEConfig
from multimodal.data.images import DataError
from multimodal.evaluation import reconstruction
from multimodal.evaluation.reconstruction import (
    alpha_error,
    count_codes,
    evaluate_reconstruction,
    perplexity,
    spread,
    ssim_on_white,
    usage,
)
from multimodal.evaluation.tables import format_table
from multimodal.models.vqvae import VQVAE
from multimodal.pipeline import psnr_on_white


@pytest.fixture
def pipeline():
    torch.manual_seed(0)
    config = VQVAEConfig(image_size=32, widths=(8, 8), encoder_blocks=1, decoder_blocks=1, codebook_size=64, codebook_dim=2)
    return SimpleNamespace(vqvae=VQVAE(config).eval(), device=torch.device("cpu"))


def flat(red, green, blue, alpha, size=16):
    """A picture of one premultiplied colour, 0 … 1."""
    return (torch.tensor([red, green, blue, alpha]) * 2 - 1).view(1, 4, 1, 1).repeat(1, 1, size, size)


def test_psnr_of_a_known_difference():
    # On white, 0.9 grey against 1.0 differs by 0.1 of the range: 20 dB.
    assert psnr_on_white(flat(0.9, 0.9, 0.9, 1.0), flat(1.0, 1.0, 1.0, 1.0)).item() == pytest.approx(20, abs=1e-3)


def test_transparent_and_white_are_the_same_on_white():
    empty, white = flat(0.0, 0.0, 0.0, 0.0), flat(1.0, 1.0, 1.0, 1.0)
    assert psnr_on_white(empty, white).item() >= 99
    assert ssim_on_white(empty, white) == [pytest.approx(1)]
    assert alpha_error(empty, white).item() == pytest.approx(1)


def test_alpha_error_is_a_share_of_the_range():
    a, b = flat(0.0, 0.0, 0.0, 0.25), flat(0.0, 0.0, 0.0, 0.75)
    assert alpha_error(torch.cat([a, b]), torch.cat([b, b])).tolist() == pytest.approx([0.5, 0.0])


def test_ssim_falls_with_noise():
    torch.manual_seed(0)
    picture = torch.cat([torch.rand(1, 3, 32, 32) * 2 - 1, torch.ones(1, 1, 32, 32)], dim=1)
    noisy = picture + torch.randn_like(picture) * torch.tensor([0.1, 0.8])[:, None, None, None]
    low, high = ssim_on_white(noisy, picture.expand(2, -1, -1, -1))
    assert 1 > low > high > 0


def test_codes_are_counted_as_by_hand():
    torch.manual_seed(0)
    indices = torch.randint(7, (3, 2, 4, 5))
    counts = count_codes(indices, 9)
    by_hand = [[indices[:, group].flatten().tolist().count(code) for code in range(9)] for group in (0, 1)]
    assert counts.tolist() == by_hand
    for group, row in enumerate(by_hand):
        assert usage(counts[group]) == pytest.approx(sum(count > 0 for count in row) / 9)
        shares = [count / sum(row) for count in row if count]
        assert perplexity(counts[group]) == pytest.approx(math.exp(-sum(p * math.log(p) for p in shares)))


def test_even_use_has_the_perplexity_of_its_codes():
    assert perplexity(torch.tensor([5, 5, 5, 5, 0, 0])) == pytest.approx(4)
    assert perplexity(torch.tensor([9, 0, 0])) == pytest.approx(1)


def test_rows_are_spread_evenly():
    assert spread(10, 4) == [0, 2, 5, 7]
    assert spread(3, 5) == spread(3, None) == [0, 1, 2]
    with pytest.raises(ValueError, match="at least 1"):
        spread(3, 0)


def test_the_whole_evaluation(pipeline, data, monkeypatch):
    monkeypatch.setattr(reconstruction, "available_codecs", lambda: ["JPEG"])
    result = evaluate_reconstruction(pipeline, data, limit=4, codec_pictures=2)
    all_pictures, compared, codebook = result["tables"].values()
    assert result["settings"]["pictures"] == all_pictures[0]["PSNR"]["count"] == 4
    assert [row["method"] for row in compared] == ["VQ-VAE", "JPEG"]
    assert compared[1]["bytes"] <= compared[0]["bytes"] == pipeline.vqvae.config.bytes_per_image
    assert compared[1]["alpha error"] is None
    assert len(codebook) == 2
    assert all(0 < row["usage"] <= 1 and 1 <= row["perplexity"] <= 64 for row in codebook)
    assert json.loads(json.dumps(result)) == result
    assert "PSNR" in format_table(result)


def test_a_perfect_autoencoder_has_no_error(pipeline, data, monkeypatch):
    seen = []
    monkeypatch.setattr(reconstruction, "available_codecs", list)
    encode = pipeline.vqvae.encode
    monkeypatch.setattr(pipeline.vqvae, "encode", lambda images: seen.append(images) or encode(images))
    monkeypatch.setattr(pipeline.vqvae, "decode_indices", lambda indices: seen[-1])
    row = next(iter(evaluate_reconstruction(pipeline, data)["tables"].values()))[0]
    assert row["PSNR"]["mean"] == pytest.approx(100)
    assert row["SSIM"]["mean"] == pytest.approx(1)
    assert row["alpha error"]["mean"] == 0


def test_missing_data_is_named(pipeline, tmp_path):
    with pytest.raises(DataError, match=r"nothing\.parquet"):
        evaluate_reconstruction(pipeline, tmp_path / "nothing.parquet")
