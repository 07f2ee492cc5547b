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
from torch import Tensor

from multimodal.arguments import (
    MAX_GUIDANCE,
    MAX_IMAGES,
    MAX_SEED,
    MAX_STEPS,
    check_images,
    check_number,
    check_prompts,
    check_seeds,
    clean_prompt,
)
from multimodal.diffusion.samplers import SamplingCancelled
from multimodal.outputs import TextToImageOutput
from multimodal.reading.prompts import in_styles, mixed_styles
from multimodal.reading.syntax import expand, in_style, parse_weights, split_quoted, split_style, style_name
from multimodal.settings import Settings, pack_indices, read_settings, save_picture
from multimodal.ui.download import numbered
from multimodal.ui.history_store import Histories, History
from multimodal.ui.markup import message
from multimodal.ui.messages import Messages
from multimodal.ui.models import Models
from multimodal.ui.progress import Progress, WatchedPipeline
from multimodal.ui.session import Picture, Pictures, Runs
from multimodal.ui.texts import Texts
from multimodal.ui.zero_gpu import signal

NEW_SEEDS = 1_000_000  # short enough to note down
DRAFT_STEPS = 4
VARIATION = 0.5  # strength
COLUMNS = 4  # of pictures


class Asked(NamedTuple):
    """What a run reads: the values of the controls of these names in `CreateTab`."""

    prompt: str | None
    negative_prompt: str | None
    style: str
    steps: float
    guidance: float
    sampler: str
    number: float  # of pictures
    seed: float | None
    keep_seed: bool


class Filled(NamedTuple):
    """What settings fill in: values for the controls of these names."""

    prompt: str
    negative_prompt: str
    style: str
    steps: int
    guidance: float
    sampler: str
    seed: int
    keep_seed: bool
    borrowed: bool


SKIP = gr.skip()  # what an output shows stays


class Made(NamedTuple):
    """What a run gives: values for the components of these names, as before where there is none."""

    gallery: Any = SKIP
    status: Any = SKIP
    seed: Any = SKIP
    chosen: Any = SKIP
    download: Any = SKIP
    download_all: Any = SKIP
    last: Any = SKIP  # the `Pictures`


class Job(NamedTuple):
    """Pictures to make."""

    settings: Settings  # of the first
    prompts: list[str]  # one for each picture
    seeds: list[int]  # one for each picture


class Generation:
    """The handlers of the Create tab, which `CreateTab` draws; each yields what was made so far."""

    def __init__(self, models: Models, histories: Histories | None = None, runs: Runs | None = None) -> None:
        self.models, self.pipeline, self.histories, self.runs = models, models.pipeline, histories, runs or Runs()
        self.sampling, self.messages = WatchedPipeline(self.pipeline), Messages(models)
        self.seconds: float | None = None  # of a picture per step, as last measured

    def generate(self, request: gr.Request, *asked: Any) -> Iterator[Made]:
        """Pictures while they form, then the files of the finished ones.

        Args:
            asked: the fields of `Asked`.
        """
        texts = Texts(request)
        with self.runs.problems(request):
            yield from self.make(request, self.job(texts, Asked(*asked)))

    def draft(self, request: gr.Request, *asked: Any) -> Iterator[Made]:
        """One quick picture of a prompt that is being typed, with the seed that is there.

        It is not kept in the history. Of a prompt that is not complete yet nothing is drawn, nor said; nor that a later
        draft has replaced it.
        """
        texts = Texts(request)
        with self.runs.problems(request):
            try:
                job = self.job(texts, Asked(*asked)._replace(steps=DRAFT_STEPS, number=1, keep_seed=True))
                parse_weights(split_quoted(job.prompts[0], self.pipeline.names.style_names)[0])
            except ValueError:
                yield Made(status=message(""))
                return
            first = Job(job.settings, job.prompts[:1], job.seeds[:1])
            yield from self.make(request, first, draft=True, keep=False)

    def job(self, texts: Texts, asked: Asked) -> Job:
        """What the values of the controls ask for. Raises ValueError where they are no good."""
        if not asked.prompt or not asked.prompt.strip():
            raise ValueError(texts("empty_prompt"))
        [prompt], negative_prompt = check_prompts([asked.prompt]), clean_prompt(asked.negative_prompt or "")
        seed = asked.seed if asked.keep_seed else random.randrange(NEW_SEEDS)
        check_number("seed", seed, 0, MAX_SEED, whole=True)  # type: ignore[arg-type]
        check_number("num_inference_steps", asked.steps, 1, MAX_STEPS, whole=True)
        check_number("guidance_scale", asked.guidance, 0, MAX_GUIDANCE)
        check_images(asked.number)
        assert seed is not None
        choices = check_prompts(expand(prompt))
        if len(choices) * asked.number > MAX_IMAGES:
            raise ValueError(texts("too_many", prompts=len(choices), count=asked.number, maximum=MAX_IMAGES))
        seeds = check_seeds(int(seed), int(asked.number))  # the same for each choice, to be compared
        each = [one for one in choices for _ in seeds]
        seeds *= len(choices)
        prompts = in_styles(each, asked.style, seeds, self.pipeline.names)
        numbers = int(asked.steps), float(asked.guidance)
        return Job(Settings(prompts[0], int(seed), negative_prompt, *numbers, asked.sampler), prompts, seeds)

    def chosen(self, last: Pictures, place: int, texts: Texts) -> tuple[Settings, Tensor]:
        """The settings and the codes of the chosen picture; ValueError where none was generated by the model in use."""
        picture = last[place] if 0 <= place < len(last) else None
        if picture is None or picture.settings is None or picture.model_id != self.pipeline.model_id:
            raise ValueError(texts("nothing_to_vary"))
        return picture.settings, picture.codebook_indices

    def vary(self, last: Pictures, chosen: int, count: float, request: gr.Request) -> Iterator[Made]:
        """More pictures like the chosen one, with its settings and new seeds."""
        texts = Texts(request)
        with self.runs.problems(request):
            settings, codebook_indices = self.chosen(last, chosen, texts)
            check_images(count)
            start = pack_indices(codebook_indices)
            seed = random.randrange(NEW_SEEDS)
            settings = dataclasses.replace(settings, seed=seed, image=start, strength=VARIATION, mask="")
            prompts, seeds = [settings.prompt] * int(count), check_seeds(settings.seed, int(count))
            yield from self.make(request, Job(settings, prompts, seeds))

    def in_other_styles(self, last: Pictures, chosen: int, request: gr.Request) -> Iterator[Made]:
        """What the chosen picture shows, in each other style that "mixed" would give it, by its seed."""
        texts = Texts(request)
        with self.runs.problems(request):
            settings, _ = self.chosen(last, chosen, texts)
            settings = dataclasses.replace(settings, image="", mask="", strength=1.0)
            names = self.pipeline.names
            thing, own = split_style(settings.prompt, names.style_names)[0], style_name(settings.prompt, names.style_names)
            styles = [style for style in dict.fromkeys(mixed_styles(thing, names)) if style != own]
            prompts = [in_style(thing, style, names.style_names) for style in styles or [own]]
            yield from self.make(request, Job(settings, prompts, [settings.seed] * len(prompts)))

    def again(self, path: str, request: gr.Request) -> Iterator[Made]:
        """The picture that the settings inside a PNG make."""
        texts = Texts(request)
        with self.runs.problems(request):
            settings = read_settings(Path(path))
            self.tell_other_model(settings, texts)
            yield from self.make(request, Job(settings, expand(settings.prompt)[:1], [settings.seed]))

    def reopen(self, name: str, request: gr.Request) -> Iterator[Made]:
        """A picture of the history, drawn again as it was."""
        texts = Texts(request)
        with self.runs.problems(request):
            history = self.histories and self.histories.of(request)
            if not history:
                raise ValueError(texts("reload"))
            settings = read_settings(history.path(name))
            self.tell_other_model(settings, texts)
            for made in self.make(request, Job(settings, [settings.prompt], [settings.seed]), keep=False):
                is_done = isinstance(made.last, tuple) and made.last
                yield made._replace(last=(dataclasses.replace(made.last[0], kept=name),)) if is_done else made

    def tell_other_model(self, settings: Settings, texts: Texts) -> None:
        """Warn where a picture that is drawn again was made by another model than the one in use."""
        if not settings.is_of(self.pipeline.model_id):
            gr.Warning(texts.html("other_model", name=settings.model_id))

    def star(self, last: Pictures, chosen: int, request: gr.Request) -> None:
        """Star the chosen picture in the history, or take its star away."""
        texts = Texts(request)
        with self.runs.problems(request):
            history = self.histories and self.histories.of(request)
            if not history or not 0 <= chosen < len(last) or not last[chosen].kept:
                raise ValueError(texts("nothing_to_vary"))
            path = history.path(last[chosen].kept)
            history.star(path)
            gr.Info(texts("starred" if history.is_starred(path) else "unstarred"))

    def make(self, request: gr.Request | None, job: Job, draft: bool = False, keep: bool = True) -> Iterator[Made]:
        """The pictures of a job while they form, then the files of the finished ones.

        Args:
            draft: whether the next draft ends this run.
            keep: in the history.
        """
        texts, start, off = Texts(request), time.perf_counter(), gr.update(interactive=False)
        settings, prompts, seeds = job
        yield Made(status=message(texts.html("starting"), "running"), seed=settings.seed)
        arguments, first_step = settings.arguments(prompts, seeds), 0.0
        with self.runs.begin(request, draft) as stop:
            try:
                for event in self.sampling.draw(arguments, signal(stop)):
                    if isinstance(event, Progress):
                        if event.step == 1:
                            first_step = time.perf_counter()
                        elif settings.sampler != "heun":  # whose steps take twice as long
                            self.seconds = (time.perf_counter() - first_step) / (event.step - 1) / len(prompts)
                        if event.previews:  # in the place of the pictures of before, which stay until then
                            shown = list(zip(event.previews, prompts, strict=True))
                            gallery = gr.update(value=shown, columns=columns_of(seeds), selected_index=None)
                            yield Made(gallery, event.shown(texts), download=off, download_all=off, last=())
                        else:
                            yield Made(status=event.shown(texts))
                    else:
                        history = self.histories.of(request) if self.histories and keep else None
                        yield from self.finish(event, settings, time.perf_counter() - start, texts, history)
            except SamplingCancelled:
                if not stop.replaced:
                    raise
                yield Made()  # without which Gradio would empty what the outputs show

    def ended(self, request: gr.Request) -> str:
        """What the status says when a run was stopped, or ended in an error, whose message goes after some seconds."""
        texts, problem = Texts(request), self.runs.problem(request)
        if self.runs.was_stopped(request):
            return message(texts.html("stopped"))
        return message(problem, "warning") if problem else message(texts.html("ended"))

    def finish(
        self, output: TextToImageOutput, settings: Settings, seconds: float, texts: Texts, history: History | None
    ) -> Iterator[Made]:
        """The files of finished pictures, once, as Gradio copies what is yielded."""
        model_id, asked = output.model_id, zip(output.prompts, output.seeds, strict=True)
        made = [dataclasses.replace(settings, prompt=prompt, seed=seed, model_id=model_id) for prompt, seed in asked]
        with tempfile.TemporaryDirectory() as folder:
            pairs = zip(output.images, made, strict=True)
            paths = [save_picture(*pair, numbered(Path(folder), k)) for k, pair in enumerate(pairs)]
            kept = [history.add(path).name if history else "" for path in paths]
            pictures = tuple(
                Picture(f"{one.prompt} · {one.seed}", codes, model_id, one, name)
                for one, codes, name in zip(made, output.codebook_indices, kept, strict=True)
            )
            files = [(str(path), picture.caption) for path, picture in zip(paths, pictures, strict=True)]
            yield Made(
                gallery=gr.update(value=files, columns=columns_of(output.seeds), selected_index=0),
                status=self.messages.summary(output, seconds, texts, from_picture=bool(settings.image)),
                chosen=0,
                last=pictures,
            )


def columns_of(seeds: Sequence[int]) -> int:
    """How many columns the pictures are shown in: where several seeds are used again and again, one for each."""
    count = len(set(seeds))
    return count if 1 < count < len(seeds) else COLUMNS
