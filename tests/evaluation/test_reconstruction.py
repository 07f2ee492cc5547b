import json
from types import SimpleNamespace

import pytest
import torch
from PIL import Image

from multimodal.config import VQVAEConfig
from multimodal.data.images import DataError, load_captioned_images
from multimodal.evaluation import reconstruction
from multimodal.evaluation.reconstruction import count_codes, evaluate_reconstruction, tiles
from multimodal.evaluation.tables import format_table
from multimodal.models.vqvae import VQVAE


@pytest.fixture
def pipeline():
    torch.manual_seed(0)
    config = VQVAEConfig(image_size=32, widths=(8, 8), encoder_blocks=1, decoder_blocks=1, codebook_size=64, codebook_dim=2)
    return SimpleNamespace(vqvae=VQVAE(config).eval(), device=torch.device("cpu"))


def test_codes_are_counted_as_by_hand():
    torch.manual_seed(0)
    indices = torch.randint(7, (3, 2, 4, 5))
    counts = count_codes(indices, 9)
    by_hand = [[indices[:, group].flatten().tolist().count(code) for code in range(9)] for group in (0, 1)]
    assert counts.tolist() == by_hand


def test_the_whole_evaluation(pipeline, data, monkeypatch):
    monkeypatch.setattr(reconstruction, "available_codecs", lambda: ["JPEG"])
    monkeypatch.setattr(reconstruction, "CODEC_PICTURES", 2)
    result = evaluate_reconstruction(pipeline, data, limit=4)
    all_pictures, compared, codebook = result["tables"].values()
    assert result["settings"]["pictures"] == all_pictures[0]["PSNR"]["count"] == 4
    assert [row["method"] for row in compared] == ["VQ-VAE", "VQ-VAE with search", "JPEG"]
    assert compared[2]["bytes"] <= compared[0]["bytes"] == pipeline.vqvae.config.bytes_per_image
    assert compared[2]["alpha error"] is None
    assert all_pictures[1]["PSNR"]["mean"] > all_pictures[0]["PSNR"]["mean"]
    alone = evaluate_reconstruction(pipeline, data, search_steps=0)["tables"].values()
    assert [row["method"] for row in next(iter(alone))] == ["VQ-VAE"]
    assert len(codebook) == 2
    assert all(0 < row["usage"] <= 1 and 1 <= row["perplexity"] <= 64 for row in codebook)
    assert json.loads(json.dumps(result)) == result
    assert "PSNR" in format_table(result)


def test_large_pictures_are_cut_into_tiles(tmp_path):
    picture = Image.new("RGB", (70, 33), "red")
    picture.paste("blue", (32, 0, 64, 32))
    picture.save(tmp_path / "large.png")
    Image.new("RGB", (31, 40)).save(tmp_path / "narrow.png")
    table = load_captioned_images(tmp_path)
    assert [tile[:3, 16, 16].tolist() for tile in tiles(table, 32)] == [[255, 0, 0], [0, 0, 255]]
    with pytest.raises(DataError, match=r"no.* room for a tile of 128 x 128"):
        tiles(table, 128)


def test_a_perfect_autoencoder_has_no_error(pipeline, data, monkeypatch):
    seen = []
    monkeypatch.setattr(reconstruction, "available_codecs", list)

    def search(vqvae, images, steps):
        seen.append(images)
        return vqvae.quantize(vqvae.encode(images))

    monkeypatch.setattr(reconstruction, "search_codes", search)
    monkeypatch.setattr(pipeline.vqvae, "decode_indices", lambda indices: seen[-1])
    row = next(iter(evaluate_reconstruction(pipeline, data)["tables"].values()))[0]
    assert row["PSNR"]["mean"] == pytest.approx(100)
    assert row["SSIM"]["mean"] == pytest.approx(1)
    assert row["alpha error"]["mean"] == 0


def test_missing_data_is_named(pipeline, tmp_path):
    with pytest.raises(DataError, match=r"nothing\.parquet"):
        evaluate_reconstruction(pipeline, tmp_path / "nothing.parquet")
