"""The words of the interface: one file per language, and how a visitor gets them."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr

from multimodal.ui.texts.en import ENGLISH
from multimodal.ui.texts.zh import CHINESE

TEXTS = {"en": ENGLISH, "zh": CHINESE, "zh-CN": CHINESE}
PREFIX = "multimodal_"  # keeps our keys apart from Gradio's own
OWN_KEYS = {"common.complete": ""}  # of Gradio, which screen readers are told as it is: no language has a text for it
TRANSLATIONS = gr.I18n(
    **{code: {PREFIX + key: text for key, text in words.items()} | OWN_KEYS for code, words in TEXTS.items()}
)


def i18n(key: str) -> Any:
    """A label that the browser shows in its own language."""
    return TRANSLATIONS(PREFIX + key)


class Texts:
    """The words for one visitor, in the language that the browser asks for first."""

    def __init__(self, request: gr.Request | None = None) -> None:
        header = request.headers.get("accept-language", "") if request and request.headers else ""
        self.language = "zh" if header.lower().startswith("zh") else "en"
        self.words = TEXTS[self.language]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with its {places} filled."""
        return self.words[key].format(**values)

    def style(self, name: str) -> str:
        """A style by its name on the page; one of somebody's own pictures by its own."""
        return self.words.get(f"style_{name}", name)

    def html(self, key: str, **values: object) -> str:
        """The same, safe to put into HTML."""
        return html.escape(self(key, **values))

    def problem(self, error: Exception) -> str:
        """What an error of the package says, with the names that the page uses."""
        message = str(error)
        for argument, key in ARGUMENTS.items():
            message = message.replace(argument, self.words[key])
        return message[:300]


ARGUMENTS = {
    "num_inference_steps": "steps",
    "guidance_scale": "guidance",
    "num_images_per_prompt": "count",
    "num_frames": "frames",
}
