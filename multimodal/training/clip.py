"""Train CLIP: pictures and two captions of each → three contrastive losses → save with the tokenizer."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from datasets import load_dataset
from torch import Tensor, nn

from multimodal import rgba
from multimodal.checkpoint import TOKENIZER, save_model
from multimodal.config import CLIPRunConfig
from multimodal.data.captions import Subject, caption, load_subjects, short_caption
from multimodal.data.images import decode_images, load_captioned_images
from multimodal.data.phrases import COLORS, NUMBERS, PATTERNS, STYLES
from multimodal.models.clip import CLIP
from multimodal.training.loop import Trainer, batch_indices
from multimodal.training.tokenizer import train_tokenizer


def train_clip(
    config: CLIPRunConfig, data: Path, out: Path, max_minutes: float, names: Path | None = None, text: Path | None = None
) -> None:
    """Train on the captioned pictures at `data`; the checkpoint is `out`/clip, the run's state `out`/training/clip.

    Args:
        names: a table of names in other languages, see `load_subjects`.
        text: a table with a column `members` or `definition` (WordNet), for the tokenizer's vocabulary.
    """
    accelerator = Accelerator(mixed_precision=config.mixed_precision)
    table = load_captioned_images(data)
    subjects = load_subjects(table, names)
    pixels = decode_images(table, config.model.image_size)  # (N, 4, S, S) uint8
    concepts = {concept: k for k, concept in enumerate(sorted({subject.concept for subject in subjects}))}
    concept_ids = torch.tensor([concepts[subject.concept] for subject in subjects])  # (N,)
    folder = out / "training" / "clip"
    tokenizer = folder / TOKENIZER
    if not tokenizer.exists():
        folder.mkdir(parents=True, exist_ok=True)
        tokenizer.write_text(train_tokenizer(vocabulary(subjects, text), config.model.vocab_size), encoding="utf-8")
    tokenizer_json = tokenizer.read_text(encoding="utf-8")
    torch.manual_seed(config.seed)
    trainer = Trainer(config, CLIP(config.model, tokenizer_json), folder, accelerator)

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        clip: CLIP = accelerator.unwrap_model(model)
        rows = batch_indices(len(pixels), config.batch_size, step, config.seed, accelerator)
        rng = random.Random(f"{config.seed} {step} {accelerator.process_index}")
        chosen = [subjects[row] for row in rows.tolist()]
        ids = clip.tokenize([caption(subject, rng) for subject in chosen]).ids.to(accelerator.device)
        short_ids = clip.tokenize([short_caption(subject, rng) for subject in chosen]).ids.to(accelerator.device)
        images = rgba.from_uint8(pixels[rows].to(accelerator.device))
        image, text, short_text = model(images, ids, short_ids)
        same = (concept_ids[rows][:, None] == concept_ids[rows]).to(accelerator.device)  # (B, B)
        losses = contrastive_losses(image, text, short_text, clip.logit_scale, same)
        return {"loss": torch.stack(list(losses.values())).mean(), **losses}

    def export(model: nn.Module, training: dict[str, Any]) -> None:
        save_model(out / "clip", model, config.model, training, files={TOKENIZER: tokenizer_json})

    trainer.run(loss, max_minutes=max_minutes, export=export)


def contrastive_losses(image: Tensor, text: Tensor, other_text: Tensor, scale: Tensor, same: Tensor) -> dict[str, Tensor]:
    """Symmetric InfoNCE (Radford et al. 2021) between pictures and captions, and between two captions of a picture.

    Args:
        image, text, other_text: (B, D) unit vectors; row k of each belongs to picture k.
        scale: () inverse temperature.
        same: (B, B) bool, True where two pictures show one concept; such pairs are no negatives.
    """
    eye = torch.eye(len(image), dtype=torch.bool, device=image.device)

    def info_nce(a: Tensor, b: Tensor) -> Tensor:
        logits = (scale * a @ b.T).masked_fill(same & ~eye, float("-inf"))  # (B, B)
        target = torch.arange(len(a), device=a.device)
        return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2

    return {
        "image_text": (info_nce(image, text) + info_nce(image, other_text)) / 2,
        "text_text": info_nce(text, other_text),
    }


def vocabulary(subjects: list[Subject], text: Path | None) -> list[str]:
    """The texts that the tokenizer is trained on: every name and keyword, every word of the captions, and `text`."""
    texts = [style + " style" for style in STYLES] * 100
    for table in (COLORS, NUMBERS, PATTERNS):
        texts += [entry.replace("{", " ").replace("}", " ") for row in table.values() for entry in row] * 20
    seen: set[str] = set()
    for subject in subjects:
        if subject.concept not in seen:
            seen.add(subject.concept)
            texts += list(subject.names.values()) * 4
            texts += [word for words in subject.keywords.values() for word in words] * 2
    if text:
        for row in load_dataset("parquet", data_files=str(text), split="train"):
            texts += [*row.get("members", []), row.get("definition") or ""]
    return texts
