"""Names that the model knows, for the browser to suggest while a prompt is typed; `assets/page.js` does the rest."""

from __future__ import annotations

import html
import json
from typing import Any

import gradio as gr

from multimodal.ui.models import Models
from multimodal.ui.session import DRAW


def add_suggestions(demo: gr.Blocks, models: Models, switched: Any) -> None:
    """Put the names of each visitor's language into the page, once it is opened and when the model is another."""

    def names(request: gr.Request) -> str:
        language = request.headers.get("accept-language", "")[:2].lower()
        own = json.dumps(models.names.get(language) or models.names.get("en", []), ensure_ascii=False)
        return f'<datalist id="suggestions" data-names="{html.escape(own)}"></datalist>'

    shown: dict[str, Any] = {"fn": names, "inputs": None, "outputs": gr.HTML(elem_id="known-names"), **DRAW}
    demo.load(**shown)
    switched.success(**shown)
