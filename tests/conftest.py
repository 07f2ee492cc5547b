"""Models that tests share: random ones that run in milliseconds, and those that are bundled."""

from __future__ import annotations

import json
import os

os.environ.update(HF_HUB_OFFLINE="1", GRADIO_ANALYTICS_ENABLED="False")  # before anything reads them
if "PYTEST_XDIST_WORKER" in os.environ:  # which has one core, as have the apps that it starts
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import shutil
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import CLIPTextConfig, CLIPTextModelWithProjection

from multimodal import TextToImagePipeline
from multimodal import config as configs
from multimodal.checkpoint import save_model
from multimodal.models.clip import BOS, CLIP, EOS, PAD
from multimodal.models.dit import DiT
from multimodal.models.vqvae import VQVAE

ROOT = Path(__file__).resolve().parent.parent

TINY_CLIP = configs.CLIPConfig(
    embed_dim=16,
    image_size=32,
    vision_width=32,
    vision_layers=1,
    text_width=32,
    text_layers=2,
    text_heads=2,
    context_length=12,
    vocab_size=300,
)
TINY_VQVAE = configs.VQVAEConfig(
    image_size=32, widths=(8, 16), encoder_blocks=1, decoder_blocks=1, codebook_size=16, codebook_dim=2
)
TINY_DIT = configs.DiTConfig(
    latent_channels=4,
    latent_size=8,
    patch_size=2,
    hidden_size=32,
    depth=2,
    num_heads=2,
    num_registers=1,
    context_dim=32,
    pooled_dim=16,
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--checkpoint", default=ROOT / "checkpoints" / "emoji", help="test these trained models instead")


def make_tokenizer(vocab_size: int) -> str:
    """A byte-level BPE tokenizer, as JSON, with the special tokens that CLIP wants; it can spell any text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[PAD, BOS, EOS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(["a red apple", "a fox, 3d style", "a rocket and a star", "红苹果"], trainer)
    return tokenizer.to_str()


def save_random_checkpoint(
    folder: Path, clip: configs.CLIPConfig, vqvae: configs.VQVAEConfig, dit: configs.DiTConfig, seed: int = 0
) -> Path:
    """Write a checkpoint folder of untrained models with the given sizes; the same seed writes the same weights."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        save_model(
            folder / "clip",
            CLIP(clip, tokenizer := make_tokenizer(clip.vocab_size)),
            clip,
            {},
            files={"tokenizer.json": tokenizer},
        )
        save_model(folder / "vqvae", VQVAE(vqvae), vqvae, {})
        save_model(folder / "dit", DiT(dit), dit, {})
    return folder


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with clip/, vqvae/ and dit/ of tiny untrained models: 32 x 32 pictures, 8 x 8 grids of two groups."""
    return save_random_checkpoint(tmp_path_factory.mktemp("checkpoint") / "tiny", TINY_CLIP, TINY_VQVAE, TINY_DIT)


@pytest.fixture
def checkpoint(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """A copy of the tiny checkpoint, to write into or to damage; a test's outputs lie beside it."""
    return Path(shutil.copytree(tiny_checkpoint, tmp_path / "checkpoint"))


@pytest.fixture(scope="module")
def pipeline(tiny_checkpoint: Path) -> TextToImagePipeline:
    """Untrained models predict zero; these have weights everywhere, so that all inputs have an influence."""
    pipeline = TextToImagePipeline.from_pretrained(tiny_checkpoint)
    torch.manual_seed(0)
    for parameter in [*pipeline.dit.parameters(), *pipeline.vqvae.parameters()]:
        torch.nn.init.normal_(parameter, std=0.15)
    return pipeline


@pytest.fixture(scope="session")
def bundled_checkpoint(pytestconfig: pytest.Config) -> Path:
    """The folder of the trained models that the repository carries, or the one given with --checkpoint."""
    folder = Path(pytestconfig.getoption("checkpoint")).resolve()
    if not (folder / "dit" / "config.json").is_file():
        pytest.fail(f"the trained weights are missing: there is no {folder}/dit; clone the repository whole")
    return folder


@pytest.fixture(scope="session")
def transformers_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random CLIP text model, and a tokenizer that spells letter by letter."""
    folder = tmp_path_factory.mktemp("transformers_clip")
    letters = "abcdefghijklmnopqrstuvwxyz,"
    vocabulary = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: k for k, token in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    settings = {"tokenizer_class": "CLIPTokenizer", "pad_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    settings |= {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    config = CLIPTextConfig(
        vocab_size=len(vocabulary), hidden_size=32, intermediate_size=48, projection_dim=16, num_hidden_layers=3,
        num_attention_heads=2, max_position_embeddings=12, bos_token_id=len(vocabulary) - 2,
        eos_token_id=len(vocabulary) - 1, pad_token_id=len(vocabulary) - 1,
    )  # fmt: skip
    torch.manual_seed(0)
    CLIPTextModelWithProjection(config).save_pretrained(folder)
    return folder
