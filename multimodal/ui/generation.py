"""What the Create tab does: a prompt, a picture or a PNG's settings become pictures."""

from __future__ import annotations

import dataclasses
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np
import torch
from PIL import Image

from multimodal.arguments import MAX_GUIDANCE, MAX_IMAGES, MAX_SEED, MAX_STEPS, check_number, check_prompts
from multimodal.inspection.denoising import SamplerStep, watch
from multimodal.pipeline import TextToImageOutput
from multimodal.prompts import expand, parse_weights
from multimodal.settings import Settings, pack_indices, read_settings, save_picture
from multimodal.ui.errors import friendly_errors
from multimodal.ui.figures import message, progress
from multimodal.ui.history import History
from multimodal.ui.models import Models
from multimodal.ui.session import LastPictures
from multimodal.ui.texts import Texts
from multimodal.ui.zero_gpu import on_gpu

NEW_SEEDS = 1_000_000  # short enough to note down
UNKNOWN_SHOWN = 3  # words
PREVIEWS = 5  # in a run, before the pictures themselves


class Progress(NamedTuple):
    """Where a run is, and at a few of its steps what the pictures are expected to become."""

    step: int
    num_inference_steps: int
    previews: list[Image.Image]


class Generation:
    """The handlers of the Create tab, which `create_tab` draws; each yields values for the same outputs."""

    def __init__(self, models: Models, history: History | None = None) -> None:
        self.models, self.pipeline, self.history = models, models.pipeline, history
        self.watch = on_gpu(self._watch)

    def generate(
        self,
        prompt: str | None,
        negative_prompt: str | None,
        style: str,
        steps: float,
        guidance_scale: float,
        sampler: str,
        count: float,
        seed: float | None,
        keep_seed: bool,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """Pictures while they form, then the files of the finished ones.

        Yields:
            values for gallery, status, seed, chosen, download, download_all, last.
        """
        texts = Texts(request)
        with friendly_errors(texts):
            if not prompt or not prompt.strip():
                raise ValueError(texts("empty_prompt"))
            prompt, negative_prompt = check_prompts([prompt])[0], negative_prompt or ""
            check_number("seed", seed, 0, MAX_SEED, whole=True)  # type: ignore[arg-type]
            check_number("num_inference_steps", steps, 1, MAX_STEPS, whole=True)
            check_number("guidance_scale", guidance_scale, 0, MAX_GUIDANCE)
            check_number("num_images_per_prompt", count, 1, MAX_IMAGES, whole=True)
            assert seed is not None
            first_seed = int(seed) if keep_seed else random.randrange(NEW_SEEDS)
            styled = f"{prompt}, {style} style" if style else prompt
            settings = Settings(styled, first_seed, negative_prompt, int(steps), float(guidance_scale), sampler)
            prompts = expand(styled)
            if len(prompts) * count > MAX_IMAGES:
                raise ValueError(texts("too_many", prompts=len(prompts), count=count, maximum=MAX_IMAGES))
            yield from self.make(settings, int(count), texts, prompts)

    def vary(
        self, last: LastPictures | None, chosen: int, count: float, strength: float, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """More pictures like the chosen one, with its settings and new seeds; yields as `generate`."""
        texts = Texts(request)
        with friendly_errors(texts):
            if last is None or not 0 <= chosen < len(last.codebook_indices):
                raise ValueError(texts("nothing_to_vary"))
            check_number("num_images_per_prompt", count, 1, MAX_IMAGES, whole=True)
            indices = torch.from_numpy(last.codebook_indices[chosen].astype(np.int64))
            changes: dict[str, Any] = {
                "seed": random.randrange(NEW_SEEDS),
                "image": pack_indices(indices),
                "strength": strength,
            }
            yield from self.make(dataclasses.replace(last.settings[chosen], **changes), int(count), texts)

    def again(self, path: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """The picture that the settings inside a PNG make; yields as `generate`."""
        texts = Texts(request)
        with friendly_errors(texts):
            yield from self.make(read_settings(Path(path)), 1, texts)

    def make(
        self, settings: Settings, count: int, texts: Texts, prompts: Sequence[str] | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Pictures of each prompt while they form, then the files of the finished ones; yields as `generate`."""
        start = time.perf_counter()
        off = gr.update(interactive=False)
        yield gr.skip(), message(texts.html("starting"), "running"), settings.seed, gr.skip(), off, off, gr.skip()

        prompts = prompts or [settings.prompt]
        arguments = {**settings.arguments(), "prompt": prompts, "num_images_per_prompt": count}
        captions = [prompt for prompt in prompts for _ in range(count)]
        for event in self.watch(arguments):
            if isinstance(event, Progress):
                status = progress(texts("running", step=event.step, steps=event.num_inference_steps), *event[:2])
                shown = list(zip(event.previews, captions, strict=True)) if event.previews else gr.skip()
                yield shown, status, *[gr.skip()] * 5
                continue
            pairs = zip(event.prompts, event.seeds, strict=True)
            made = tuple(dataclasses.replace(settings, prompt=prompt, seed=seed) for prompt, seed in pairs)
            captions = [f"{one.prompt} · {one.seed}" for one in made]
            seconds = time.perf_counter() - start
            with tempfile.TemporaryDirectory() as folder:  # Gradio copies what is yielded
                paths = [save_picture(*pair, Path(folder)) for pair in zip(event.images, made, strict=True)]
                if self.history:
                    for path in paths:
                        self.history.add(path)
                yield (
                    list(zip(map(str, paths), captions, strict=True)),
                    self.summary(event, seconds, texts),
                    gr.skip(),
                    0,
                    gr.skip(),
                    gr.skip(),
                    LastPictures(captions, event.codebook_indices.numpy().astype(np.uint16), made),
                )

    def _watch(self, arguments: dict[str, Any]) -> Iterator[Progress | TextToImageOutput]:
        """Run the pipeline: the steps, then the output."""
        for event in watch(lambda callback: self.pipeline(**arguments, callback=callback)):
            if isinstance(event, SamplerStep):
                step, steps = event[:2]
                seen, before = (s * (PREVIEWS + 1) // steps for s in (step, step - 1))
                yield Progress(step, steps, self.pipeline.preview(event) if before < seen and step < steps else [])
            else:
                yield event

    def summary(self, output: TextToImageOutput, seconds: float, texts: Texts) -> str:
        """How long it took, on what, with which seeds; how long the prompt is, what of it did not fit or is not known."""
        seeds = f"{output.seeds[0]} – {output.seeds[-1]}" if len(output.seeds) > 1 else str(output.seeds[0])
        device = str(self.pipeline.device.type).upper()
        done = texts.html("done", count=len(output.images), seconds=seconds, device=device, seeds=seeds)
        prompts = list(dict.fromkeys(output.prompts))
        used, room = max(self.pipeline.text_encoder.count_tokens(parse_weights(prompt).text) for prompt in prompts)
        lines = [message(f"{done} · {texts.html('tokens', used=used, room=room)}")]
        if words := output.dropped[0][:300]:
            lines.append(message(texts.html("dropped", words=words), "warning"))
        return "".join(lines + [message(line) for line in self.unknown_words(prompts, texts)])

    def unknown_words(self, prompts: Sequence[str], texts: Texts) -> Iterator[str]:
        """HTML lines on the first words of the prompts that are in no known name."""
        vocabulary = self.models.vocabulary
        if vocabulary is None:
            return
        words = dict.fromkeys(word for prompt in prompts for word in vocabulary.unknown(prompt))
        for word in list(words)[:UNKNOWN_SHOWN]:
            names = ", ".join(vocabulary.nearest(word))
            yield texts.html("nearest" if names else "unknown", word=word[:60], names=names)
