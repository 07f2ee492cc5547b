"""The whole page: tabs over one pipeline, whose models may be switched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import Request, Response
from gradio.route_utils import FnIndexInferError

from multimodal.ui.api import Endpoints
from multimodal.ui.api_inspect import InspectionEndpoints
from multimodal.ui.codebook import codebook_tab
from multimodal.ui.create import RECALL, CreateTab
from multimodal.ui.history import history_tab
from multimodal.ui.history_store import Histories
from multimodal.ui.inside import inside_tab
from multimodal.ui.models import Models, model_dropdown
from multimodal.ui.reconstruct import reconstruct_tab
from multimodal.ui.scripts import ASSETS, script
from multimodal.ui.serving import serving
from multimodal.ui.session import LIGHT, Runs
from multimodal.ui.suggestions import add_suggestions, show_styles
from multimodal.ui.texts import TRANSLATIONS, i18n
from multimodal.ui.tokens import tokens_tab
from multimodal.ui.train import train_tab


def build_demo(models: Models, assets: Path = ASSETS, outputs: Path | None = None, strangers: bool = False) -> gr.Blocks:
    """The interface over loaded models; launch it with `launch_settings()`.

    Args:
        assets: example pictures; what is missing is left out.
        outputs: where every picture is kept, for the History tab; without it there is none.
        strangers: whether each browser has a history of its own.
    """
    pipeline = models.pipeline
    with gr.Blocks(title="multimodal", analytics_enabled=False, delete_cache=(600, 3600)) as demo:
        served = serving(demo)
        Endpoints(models, served).add()
        InspectionEndpoints(models, served).add()
        last = gr.State(())  # the visitor's `Pictures`
        model, switched = model_dropdown(demo, models)
        add_suggestions(demo, models, switched)
        gr.Markdown(i18n("tagline"), elem_id="tagline")
        histories, runs = Histories(outputs, strangers) if outputs else None, Runs()
        if histories and strangers:
            secret = gr.BrowserState("", storage_key="multimodal", secret="multimodal")  # fixed, to outlive a restart
            demo.load(histories.enter, secret, secret, queue=False, **LIGHT)
        with gr.Tabs(overflow_behavior="wrap") as tabs:  # a narrow page shows all of them too
            with gr.Tab(i18n("create"), id="create"):
                create = CreateTab(models, model, switched, last, assets, histories, runs)
                demo.load(None, None, create.prompt, js=RECALL, api_visibility="private")
                show_styles(demo, models, switched, create.style)
            with gr.Tab(i18n("reconstruct"), id="reconstruct"):
                reconstruct_tab(models, last, assets)
            with gr.Tab(i18n("codebook"), id="codebook") as tab:
                codebook_tab(models, switched, last, tab, assets)
            with gr.Tab(i18n("inside"), id="inside") as tab:
                inside_tab(models, last, tab)
            with gr.Tab(i18n("editor"), id="tokens") as tab:
                tokens_tab(pipeline, last, tab, assets)
            if histories:
                with gr.Tab(i18n("history"), id="history") as tab:
                    history_tab(histories, tab, tabs, create)
            if models.among:
                with gr.Tab(i18n("train"), id="train") as tab:
                    train_tab(models, models.among, tab)
        demo.unload(runs.leave)
        next(reversed(demo.fns.values())).api_visibility = "private"  # which `unload` cannot be told
    demo.queue(max_size=16, api_open=False)
    return demo


def launch_settings() -> dict[str, Any]:
    """What `launch` needs beside the address: looks, scripts, languages and limits. Nothing is fetched from elsewhere."""
    plain = {"text_color": "*body_text_color", "border_width": "0px"}
    theme = gr.themes.Base(
        primary_hue="indigo",
        secondary_hue="indigo",
        neutral_hue="slate",
        radius_size="lg",
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    ).set(
        **{f"{part}_{key}": value for part in ("block_title", "block_label") for key, value in plain.items()},
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        block_label_background_fill="*block_background_fill",  # it may lie on a picture
        block_border_width="0px",
        block_shadow="none",
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        checkbox_border_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
    )
    return {
        "theme": theme,
        "css_paths": [ASSETS / "style.css"],
        "js": script("page"),
        "i18n": TRANSLATIONS,
        "footer_links": [],
        "max_file_size": "40mb",
        "enable_monitoring": False,
        "run_history": False,
        "state_session_capacity": 1000,  # visitors whose last pictures are remembered
        "ssr_mode": False,
        "app_kwargs": {"exception_handlers": {FnIndexInferError: not_found}},
    }


def not_found(request: Request, error: Exception) -> Response:
    """The answer to a call of a function that is not there, which Gradio itself takes for a failure of its own."""
    return Response(status_code=404)
