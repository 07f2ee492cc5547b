"""Words: the known names that CLIP finds nearest to a prompt, or to a picture (zero-shot, Radford et al. 2021)."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.models.clip import CLIP
from multimodal.pipeline import TextToImagePipeline
from multimodal.reading.encoded_names import EncodedNames
from multimodal.reading.syntax import parse_weights
from multimodal.word_lists import load_names

PAUSE = 0.005  # seconds between two batches, in which who waits for the models gets them


def nearest_names(pipeline: TextToImagePipeline, checkpoint: Path) -> NearestNames | None:
    """Those of the checkpoint that the pipeline is of; None where it has no list of names. Raises CheckpointError."""
    names = load_names(checkpoint / "dit")
    return NearestNames(pipeline, names) if names else None


class NearestNames:
    """Finds the nearest of all names of a language, which are encoded when first asked for, or by `warm_up`, and kept.

    Args:
        names: language → names, as `load_names` reads them.
    Raises:
        ValueError: there are no names.
    """

    def __init__(self, pipeline: TextToImagePipeline, names: Mapping[str, Sequence[str]]) -> None:
        self.pipeline, embed = pipeline, pipeline.text_encoder.embed
        self.names = {language: EncodedNames(known, embed) for language, known in names.items() if known}
        if not self.names:
            raise ValueError("this checkpoint has no list of names")
        if (shared := pipeline.names.english) and set(shared.names) == set(names.get("en", ())):
            self.names["en"] = shared  # by which prompts are read too
        tower = pipeline.text_encoder.tower
        self.clip = tower if isinstance(tower, CLIP) else None  # a pretrained text encoder comes without an image tower

    def language(self, wanted: str) -> str:
        """The language itself where there are names in it, else English, else the first there is."""
        return next(language for language in (wanted, "en", *self.names) if language in self.names)

    @torch.inference_mode()
    def to_prompt(self, prompt: str, language: str = "en", count: int = 5) -> list[tuple[str, float]]:
        """Names and the cosine similarity, -1 … 1, of their embeddings to that of a prompt; the nearest first."""
        with self.pipeline.lock:
            query = self.pipeline.text_encoder.embed([parse_weights(prompt).text])
            similarity = self.names[self.language(language)].similarity(query[0])  # (N,)
        return self._top(similarity, language, count)

    @torch.inference_mode()
    def between(self, prompt: str, other: str) -> float:
        """The cosine similarity, -1 … 1, of the embeddings of two prompts."""
        with self.pipeline.lock:
            first, second = self.pipeline.text_encoder.embed([parse_weights(text).text for text in (prompt, other)])
        return float(torch.cosine_similarity(first, second, dim=0))

    @torch.inference_mode()
    def to_picture(self, image: Image.Image, language: str = "en", count: int = 5) -> list[tuple[str, float]]:
        """Names and their probabilities, which sum to 1 over all names of the language; the likeliest first.

        Raises:
            ValueError: the text encoder has no image tower.
        """
        if self.clip is None:
            raise ValueError("this checkpoint's text encoder has no image tower: it cannot put a picture into words")
        picture = rgba.to_tensor(image, self.clip.config.image_size)[None].to(self.pipeline.device)
        with self.pipeline.lock:
            query, scale = self.clip(picture)
            probability = (scale * self.names[self.language(language)].similarity(query[0])).softmax(dim=0)  # (N,)
        return self._top(probability, language, count)

    @torch.inference_mode()
    def warm_up(self, *languages: str) -> None:
        """Encode the names of some languages ahead, leaving the models to others after each batch."""
        for language in map(self.language, languages):
            more = True
            while more and threading.main_thread().is_alive():  # a program that ends must not wait, nor cut a batch short
                with self.pipeline.lock:
                    more = self.names[language].encode_batch()
                time.sleep(PAUSE)

    def _top(self, scores: Tensor, language: str, count: int) -> list[tuple[str, float]]:
        names = self.names[self.language(language)].names
        values, rows = scores.float().cpu().topk(min(count, len(names)))
        return [(names[row], value) for value, row in zip(values.tolist(), rows.tolist(), strict=True)]
