"""Names that the model knows, for the browser to suggest while a prompt is typed; `assets/page.js` does the rest."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence

import gradio as gr


def add_suggestions(demo: gr.Blocks, known: Mapping[str, Sequence[str]]) -> None:
    """Put the names of each visitor's language into the page, once it is opened."""

    def names(request: gr.Request) -> str:
        language = request.headers.get("accept-language", "")[:2].lower()
        own = json.dumps(known.get(language) or known.get("en", []), ensure_ascii=False)
        return f'<datalist id="suggestions" data-names="{html.escape(own)}"></datalist>'

    demo.load(names, None, gr.HTML(elem_id="known-names"), show_progress="hidden", api_visibility="private")
