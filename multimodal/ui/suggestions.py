"""What the page offers of what the model knows: names, for the browser to suggest while a prompt is typed, and styles."""

from __future__ import annotations

import html
import json
from typing import Any

import gradio as gr

from multimodal.reading.syntax import MIXED
from multimodal.ui.models import Models, styles_of
from multimodal.ui.session import LIGHT
from multimodal.ui.texts import Texts


def add_suggestions(demo: gr.Blocks, models: Models, switched: Any) -> None:
    """Put the names of each visitor's language into the page, once it is opened and when the model is another.

    `assets/scripts/page.js` shows them.
    """

    def names(request: gr.Request) -> str:
        language = request.headers.get("accept-language", "")[:2].lower()
        own = json.dumps(models.names.get(language) or models.names.get("en", []), ensure_ascii=False)
        return f'<datalist id="suggestions" data-names="{html.escape(own)}"></datalist>'

    shown: dict[str, Any] = {"fn": names, "inputs": None, "outputs": gr.HTML(elem_id="known-names"), **LIGHT}
    demo.load(**shown)
    switched.success(**shown)


def show_styles(demo: gr.Blocks, models: Models, switched: Any, style: gr.Radio) -> None:
    """Offer the styles of the model in use, as above."""

    def offer(request: gr.Request) -> dict[str, Any]:
        return gr.update(choices=styles_of(models, Texts(request)))

    def offer_anew(request: gr.Request) -> dict[str, Any]:
        return {**offer(request), "value": MIXED}

    demo.load(offer, None, style, **LIGHT)
    switched.success(offer_anew, None, style, **LIGHT)
