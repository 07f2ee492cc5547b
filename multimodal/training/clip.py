"""Train CLIP: pictures and two captions of each → three contrastive losses → save with the tokenizer."""

from __future__ import annotations

import functools
import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs, gather_object
from datasets import load_dataset
from torch import Tensor, nn

from multimodal import rgba
from multimodal.checkpoint import TOKENIZER, load_clip, save_model
from multimodal.data.captions import (
    Composite,
    Subject,
    caption,
    composite_caption,
    contrary,
    load_subjects,
    short_caption,
)
from multimodal.data.composition import Composer
from multimodal.data.descriptions import descriptions
from multimodal.data.images import decode_images, fingerprint, load_captioned_images
from multimodal.data.lexicon import load_dictionary, load_thesaurus
from multimodal.data.phrases import COLORS, NUMBERS, PATTERNS, STYLES
from multimodal.data.synonyms import flags, synsets_near, words_by_name
from multimodal.models.clip import CLIP
from multimodal.training.batches import batch_indices, of_all_processes
from multimodal.training.loop import Trainer
from multimodal.training.run_config import CLIPRunConfig, Sources
from multimodal.training.tokenizer import train_tokenizer
from multimodal.word_lists import DESCRIPTIONS_FILE, WORDS_FILE


def train_clip(config: CLIPRunConfig, sources: Sources, out: Path, deadline: float = math.inf) -> None:
    """Train on the captioned pictures of `sources`; the checkpoint is `out`/clip, the run's state `out`/training/clip.

    First both towers learn. Then the image tower is locked (LiT, Zhai et al. 2022, with the roles swapped): its embeddings
    of all pictures are computed once, and the text tower alone goes on learning, which costs a fraction: captions in all
    languages, words that no caption has, and descriptions of two things, a count or a colour, beside their contraries.

    The text of `sources` is a WordNet table, for the tokenizer's vocabulary and for words near the names: they are learnt
    in the second phase, and listed in `out`/clip/words.json. Where there is a checkpoint to start from, its CLIP, with its
    tokenizer and its config, is where a new run starts.
    """
    text = sources.text
    unused_towers = DistributedDataParallelKwargs(find_unused_parameters=True)  # the image tower's, when it is locked
    accelerator = Accelerator(mixed_precision=config.mixed_precision, kwargs_handlers=[unused_towers])
    table = load_captioned_images(sources.data)
    subjects = load_subjects(table, sources.names)
    folder = out / "training" / "clip"
    torch.manual_seed(config.seed)
    if sources.start:
        clip = load_clip(sources.start / "clip")
    else:
        with accelerator.main_process_first():  # all processes read the one that the first has trained
            tokenizer = load_or_train_tokenizer(folder / TOKENIZER, subjects, text, config.model.vocab_size)
        clip = CLIP(config.model, tokenizer)
    config = replace(config, model=clip.config)
    pixels = decode_images(table, config.model.image_size)  # (N, 4, S, S) uint8
    thesaurus = load_thesaurus({subject.names["en"] for subject in subjects})
    synsets = synsets_near(subjects, text, thesaurus["en"]) if text else []
    drawable = [synset for synset in synsets if synset.drawable]
    words = words_by_name(subjects, synsets, flags(subjects, text) if text else {}, thesaurus)
    lists = {WORDS_FILE: words, DESCRIPTIONS_FILE: descriptions(subjects, load_dictionary())}
    files = {name: json.dumps(content, ensure_ascii=False) for name, content in lists.items()}
    files[TOKENIZER] = clip.tokenizer.to_str()
    composer = Composer(pixels, subjects)
    trainer = Trainer(config, clip, folder, accelerator, fingerprint(pixels, subjects))
    count = config.gradient_accumulation_steps
    locked_from = math.ceil((1 - config.locked_image_fraction) * config.steps / count) * count  # where an update begins

    @functools.cache
    def locked_embeddings() -> Tensor:
        with torch.no_grad(), accelerator.autocast():
            batches = [clip.encode_image(rgba.from_uint8(batch.to(accelerator.device))) for batch in pixels.split(256)]
        return F.normalize(torch.cat(batches).float(), dim=-1)  # (N, embed_dim)

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        device = accelerator.device
        rows = batch_indices(len(pixels), config.batch_size, step, config.seed, accelerator)
        rng = random.Random(f"{config.seed} {step} {accelerator.process_index}")
        locked = step >= locked_from
        chosen = [subjects[row] for row in rows.tolist()]
        pairs: dict[str, list[tuple[str, str]]] = {}  # texts that mean the same
        if locked:
            count = min(len(drawable), int(config.wordnet_fraction * len(rows)))
            pairs["wordnet"] = [synset.pair(rng) for synset in rng.sample(drawable, count)]
            pairs["composites"] = composite_pairs(composer, int(config.composite_fraction * len(rows)), rng)
        texts = [
            [caption(subject, rng) for subject in chosen],
            [short_caption(subject, rng, english=0.1 if locked else 0.6) for subject in chosen],
            *(side for both in pairs.values() if both for side in zip(*both, strict=True)),
        ]
        images = None if locked else rgba.from_uint8(pixels[rows].to(device))
        *embeddings, scale = model(images, *(clip.tokenize(list(batch)).ids.to(device) for batch in texts))
        if locked:
            embeddings.insert(0, locked_embeddings()[rows.to(device)])
        embeddings = [of_all_processes(each) for each in embeddings]
        concepts = gather_object([subject.concept for subject in chosen])
        pairs = {kind: gather_object(both) for kind, both in pairs.items()}
        losses = contrastive_losses(embeddings, concepts, pairs, scale)
        return {"loss": torch.stack(list(losses.values())).mean(), **losses}

    def export(model: nn.Module, training: dict[str, Any]) -> None:
        save_model(out / "clip", model, config.model, training, torch.int8, files)

    trainer.run(loss, deadline=deadline, export=export)


def composite_pairs(composer: Composer, count: int, rng: random.Random) -> list[tuple[str, str]]:
    """Two captions each of `count` composites; where one has a contrary, that is the next, a hard negative."""
    composites: list[Composite] = []
    while len(composites) < count:
        composite, _, _ = composer.choose(rng)
        composites += [one for one in (composite, contrary(composite, rng)) if one]
    return [(composite_caption(one, rng), composite_caption(one, rng)) for one in composites[:count]]


def contrastive_losses(
    embeddings: Sequence[Tensor], concepts: Sequence[str], pairs: Mapping[str, Sequence[tuple[str, str]]], scale: Tensor
) -> dict[str, Tensor]:
    """Pictures with both of their captions, the captions with each other, and the texts of each kind of pairs.

    Args:
        embeddings: (B, D) of pictures, of their long and of their short captions; then of both sides of `pairs`, by kind.
        concepts: what the B pictures show.
        pairs: kind → texts that mean the same; a kind without any has no embeddings and no loss.
    """
    image, long, short, *rest = embeddings
    same = pairwise_equal(concepts).to(image.device)  # (B, B)
    losses = {
        "image_text": (info_nce(image, long, scale, same) + info_nce(image, short, scale, same)) / 2,
        "text_text": info_nce(long, short, scale, same),
    }
    sides = iter(rest)
    for name, both in pairs.items():
        if both:
            first, second = zip(*both, strict=True)
            same = (pairwise_equal(first) | pairwise_equal(second)).to(image.device)
            losses[name] = info_nce(next(sides), next(sides), scale, same)
    return losses


def info_nce(first: Tensor, second: Tensor, scale: Tensor, same: Tensor) -> Tensor:
    """Symmetric InfoNCE (Radford et al. 2021).

    Args:
        first, second: (B, D) unit vectors; row k of one belongs to row k of the other.
        scale: () inverse temperature.
        same: (B, B) bool, True where two rows mean the same; such pairs are no negatives.
    """
    others = ~torch.eye(len(first), dtype=torch.bool, device=first.device)
    logits = (scale * first @ second.T).masked_fill(same & others, float("-inf"))  # (B, B)
    target = torch.arange(len(first), device=first.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def pairwise_equal(values: Sequence[object]) -> Tensor:
    """(B, B) bool, True where two of B values are equal."""
    ids: dict[object, int] = {}
    numbers = torch.tensor([ids.setdefault(value, len(ids)) for value in values])
    return numbers[:, None] == numbers


def load_or_train_tokenizer(path: Path, subjects: list[Subject], text: Path | None, vocab_size: int) -> str:
    """The tokenizer of the run, trained when there is none yet, as JSON."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".tmp").write_text(train_tokenizer(vocabulary(subjects, text), vocab_size), encoding="utf-8")
        path.with_suffix(".tmp").replace(path)  # never there in part
    return path.read_text(encoding="utf-8")


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
