"""The Tokens tab: a picture as its grid of codes, to be edited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from multimodal.arguments import MAX_PROMPT_CHARACTERS
from multimodal.inspection.token_editing import decoder_reach
from multimodal.pipeline import TextToImagePipeline
from multimodal.ui.markup import message
from multimodal.ui.scripts import CHOOSE, STROKE, script
from multimodal.ui.session import LIGHT, MODEL
from multimodal.ui.texts import Texts, i18n
from multimodal.ui.token_editor import Editor

FILES = [".png", ".jpg", ".jpeg", ".webp", ".gif"]
HALVES = ("left", "right", "top", "bottom")


def tokens_tab(pipeline: TextToImagePipeline, last: gr.State, tab_item: gr.Tab, assets: Path) -> None:
    """Draw the tab and connect it; `tab_item` is the tab that it is drawn in."""
    tab = Editor(pipeline, sorted((assets / "training_examples").glob("*.png"))[::3])
    groups = range(pipeline.vqvae.config.groups)
    pictures, edit, other, chosen = (gr.State(None) for _ in range(4))
    gr.Markdown(i18n("editor_about"))
    with gr.Row():
        with gr.Column(scale=3, min_width=300):
            menu, upload = picture_menu("edit")
            picture, cells = board("edited")
            with gr.Row():
                undo = gr.Button(i18n("undo"), interactive=False, size="md", min_width=60, elem_id="undo")
                reset = gr.Button(i18n("reset"), interactive=False, size="md", min_width=60, elem_id="reset")
                download = gr.HTML(scale=1, min_width=100, elem_id="download-edited")
            reach = gr.HTML(elem_id="reach")
        with gr.Column(scale=3, min_width=300):
            view = gr.Radio([(i18n("as_picture"), 0)], value=0, label=i18n("view"), elem_id="view")
            tools = [(i18n(f"tool_{name}"), name) for name in ("choose", "paint")]
            tool = gr.Radio(tools, value="choose", label=i18n("tool"), info=i18n("tool_info"), elem_id="tool")
            choices = [
                gr.HTML(js_on_load=script(*CHOOSE), elem_id=f"choices-{group + 1}", elem_classes="checkered")
                for group in groups
            ]
    with gr.Accordion(i18n("take_from_other"), open=False, elem_id="other-fold"), gr.Row():
        with gr.Column(scale=3, min_width=300):
            other_menu, other_upload = picture_menu("other")
            other_picture, other_cells = board("other")
        with gr.Column(scale=3, min_width=300):
            gr.Markdown(i18n("other_about"))
            with gr.Row():
                halves = {side: gr.Button(i18n(f"half_{side}"), size="md", min_width=120) for side in HALVES}
    with gr.Accordion(i18n("go_on"), open=False, elem_id="go-on-fold"):
        with gr.Row():
            prompt = gr.Textbox(
                "",
                label=i18n("prompt"),
                max_lines=1,
                max_length=MAX_PROMPT_CHARACTERS,
                scale=3,
                elem_id="go-on-prompt",
            )
            strength = gr.Slider(
                0,
                1,
                value=0.5,
                step=0.05,
                label=i18n("strength"),
                info=i18n("strength_info"),
                scale=2,
                elem_id="go-on-strength",
            )
        go_on = gr.Button(i18n("generate"), variant="primary", elem_id="go-on")
        status = gr.HTML(message(""), elem_id="go-on-status")

    def tell_reach(request: gr.Request) -> str:
        side = pipeline.vqvae.config.downsample_factor
        return message(Texts(request).html("reach", side=side, reach=decoder_reach(pipeline.vqvae)))

    drawn = [edit, picture, undo, reset, download]
    shown = [*drawn, chosen, *choices]
    model: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": picture, **MODEL}
    opened = [pictures, menu, other_menu, view, cells, other_cells, *shown, prompt]
    tab_item.select(tell_reach, None, reach, **LIGHT)
    tab_item.select(tab.open, [last, pictures, edit], opened, **model)
    menu.input(tab.load, [menu, pictures, view, chosen], [*shown, prompt], **model)
    upload.upload(tab.upload, [upload, view, chosen], [menu, *shown], **model)
    view.input(tab.redraw, [edit, view], drawn, **model)
    cells.click(tab.click, [edit, view, chosen, tool], shown, **model)
    for group in groups:
        choices[group].click(tab.replace, [gr.State(group), edit, view, chosen], shown, **model)
    undo.click(tab.back, [gr.State(False), edit, view, chosen], shown, **model)
    reset.click(tab.back, [gr.State(True), edit, view, chosen], shown, **model)
    other_menu.input(tab.other, [other_menu, pictures], [other, other_picture], **model)
    other_upload.upload(tab.upload_other, other_upload, [other_menu, other, other_picture], **model)
    other_cells.click(tab.copy, [edit, view, other], drawn, **model)
    for side, button in halves.items():
        button.click(tab.take_half, [gr.State(side), edit, view, other], drawn, **model)
    run = gr.on([go_on.click, prompt.submit], tab.sample, [prompt, strength, edit, view, chosen], [status, *shown], **model)
    run.failure(lambda: "", None, status, **LIGHT)


def picture_menu(name: str) -> tuple[gr.Dropdown, gr.UploadButton]:
    """A menu of pictures, and a button to open one."""
    with gr.Row(elem_classes="picture-menu"):
        menu = gr.Dropdown([], label=i18n(f"{name}_picture"), scale=3, min_width=180, elem_id=f"{name}-menu")
        upload = gr.UploadButton(i18n("open_picture"), file_types=FILES, size="md", min_width=110, elem_id=f"{name}-upload")
    return menu, upload


def board(name: str) -> tuple[gr.HTML, gr.HTML]:
    """A picture, and the grid of its cells that lies over it."""
    with gr.Column(elem_classes="board"):
        return gr.HTML(elem_id=name, elem_classes="checkered"), gr.HTML(js_on_load=script(*STROKE), elem_id=f"{name}-cells")
