"""What the page says of a prompt and of what was made of it: time, seeds, and what of the prompt is not drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import gradio as gr

from multimodal.outputs import TextToImageOutput
from multimodal.reading.prompts import is_known
from multimodal.reading.syntax import expand, parse_weights, split_quoted
from multimodal.reading.wordings import is_part
from multimodal.ui.markup import message
from multimodal.ui.models import Models
from multimodal.ui.texts import Texts

WORDS_SHOWN = 3
LONG = 0.6  # of the text encoder's context


class Messages:
    """What is said of prompts for the model in use, as HTML."""

    def __init__(self, models: Models) -> None:
        self.models = models

    def summary(self, output: TextToImageOutput, seconds: float, texts: Texts, from_picture: bool = False) -> str:
        """How long it took, on what, with which seeds; what of the prompt did not fit or is not known.

        Of pictures that began `from_picture`, it is not said what of the prompt is drawn: that one has more in it.
        """
        first, last = output.seeds[0], output.seeds[-1]
        seeds = str(first) if first == last else f"{first} – {last}"
        device = str(self.models.pipeline.device.type).upper()
        done = texts.html("done", count=len(output.images), seconds=seconds, device=device, seeds=seeds)
        prompts = list(dict.fromkeys(output.prompts))
        return message(done) + self.not_drawn(prompts, output.dropped, [] if from_picture else output.renamed, texts)

    def not_drawn(
        self, prompts: Sequence[str], dropped: Sequence[str], renamed: Sequence[Mapping[str, str]], texts: Texts
    ) -> str:
        """HTML lines on what of the prompts did not fit, is drawn as something else, or is not known."""
        lines = []
        if words := next(filter(None, dropped), "")[:300]:
            lines.append(message(texts.html("dropped", words=words), "warning"))
        drawn_as = {words: name for one in renamed for words, name in one.items()}
        for words, name in list(drawn_as.items())[:WORDS_SHOWN]:
            shown = words if len(words) <= 60 else f"{words[:59]}…"
            lines.append(message(texts.html("part_drawn" if is_part(name, words) else "renamed", words=shown, name=name)))
        rest = [prompt for prompt in prompts if not any(words in prompt for words in drawn_as)]
        rest = [prompt for prompt in rest if not is_known(prompt, self.models.pipeline.names)]
        return "".join(lines + [message(line) for line in self.unknown_words(rest, texts)])

    def tokens_used(self, prompt: str, request: gr.Request) -> Any:
        """While a prompt is typed that gets long: how much of the text encoder's context it fills, as HTML."""
        texts, pipeline = Texts(request), self.models.pipeline
        text_encoder, styles = pipeline.text_encoder, pipeline.names.style_names
        if not prompt.strip():
            return ""
        try:
            choices = [parse_weights(split_quoted(choice, styles)[0]).text for choice in expand(prompt)]
        except ValueError:  # not complete yet
            return gr.skip()
        used, room = max(map(text_encoder.count_tokens, choices))
        if used < LONG * room:
            return ""
        dropped = next(filter(None, text_encoder.tokenize(choices).dropped), "")[:300]
        told = [texts.html("tokens", used=used, room=room), *([texts.html("dropped", words=dropped)] if dropped else [])]
        return f'<p class="status">{" · ".join(told)}</p>'  # not spoken, or a screen reader would at every letter

    def unknown_words(self, prompts: Sequence[str], texts: Texts) -> Iterator[str]:
        """HTML lines on the first words of the prompts that are in no known name."""
        spelling = self.models.spelling
        if spelling is None:
            return
        words = dict.fromkeys(word for prompt in prompts for word in spelling.unknown(prompt))
        for word in list(words)[:WORDS_SHOWN]:
            names = ", ".join(spelling.nearest(word))
            yield texts.html("nearest" if names else "unknown", word=word[:60], names=names)
