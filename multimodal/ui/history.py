"""The History tab: the pictures that were made here, to be opened, starred, saved and deleted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from multimodal.settings import Settings, read_settings
from multimodal.ui.create import CreateTab
from multimodal.ui.download import BARE, as_file, zip_files
from multimodal.ui.errors import friendly_errors
from multimodal.ui.history_store import Histories, History
from multimodal.ui.session import LIGHT
from multimodal.ui.texts import Texts, i18n

ASK = "(_, name) => [confirm(`${document.getElementById('delete').textContent.trim()} ${name}?`), name]"


class Kept:
    """What the History tab does, each with the history of the visitor who asks."""

    def __init__(self, histories: Histories) -> None:
        self.histories = histories

    def own(self, request: gr.Request) -> History:
        if history := self.histories.of(request):
            return history
        raise ValueError(Texts(request)("reload"))

    def show(self, words: str, starred: bool, bare: bool, chosen: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Yields values for gallery, names, chosen, the buttons and the zip, once; what is shown still stays chosen."""
        with friendly_errors(Texts(request)), tempfile.TemporaryDirectory() as folder:
            history = self.own(request)
            found = [one for one in history.find(words or "", starred) if one[0].exists()]  # another page may delete them
            pictures = [
                (str(path), f"{'★ ' if history.is_starred(path) else ''}{settings.prompt} · {settings.seed}")
                for path, settings in found
            ]
            files = [as_file(path, BARE if bare else "", Path(folder)) for path, _ in found]
            archive = zip_files(files, Path(folder)) if files else None
            names = [path.name for path, _ in found]
            place = names.index(chosen) if chosen in names else None
            on = gr.update(interactive=place is not None)
            file = on if place is None else gr.update(value=str(files[place]), interactive=True)
            zipped = gr.update(value=str(archive) if archive else None, interactive=bool(archive))
            shown = gr.update(value=pictures, selected_index=place)
            yield shown, names, chosen if place is not None else "", on, on, on, file, zipped

    def choose(self, names: list[str], bare: bool, request: gr.Request, event: gr.SelectData) -> Iterator[tuple[Any, ...]]:
        """Yields values for chosen and the buttons, once, as Gradio copies the file."""
        name, on = names[int(event.index)], gr.update(interactive=True)
        with friendly_errors(Texts(request)), tempfile.TemporaryDirectory() as folder:
            file = as_file(self.own(request).path(name), BARE if bare else "", Path(folder))
            yield name, on, on, on, gr.update(value=str(file), interactive=True)

    def settings(self, name: str, request: gr.Request) -> Settings:
        with friendly_errors(Texts(request)):
            return read_settings(self.own(request).path(name))

    def star(self, name: str, request: gr.Request) -> None:
        """Star a picture, or take its star away."""
        with friendly_errors(texts := Texts(request)):
            history = self.own(request)
            path = history.path(name)
            history.star(path)
            gr.Info(texts("starred" if history.is_starred(path) else "unstarred"))

    def delete(self, sure: bool, name: str, request: gr.Request) -> None:
        """Delete a picture if the visitor is `sure`; otherwise fail, so that nothing is shown anew."""
        with friendly_errors(Texts(request)):
            if not sure:
                raise gr.Error("", visible=False, print_exception=False)
            history = self.own(request)
            history.delete(history.path(name))


def history_tab(histories: Histories, tab: gr.Tab, tabs: gr.Tabs, create: CreateTab) -> None:
    """Draw the tab, and connect it with the one in which a picture is opened again."""
    if histories.strangers:
        gr.Markdown(i18n("history_own"))
    with gr.Row():
        words = gr.Textbox(
            "", label=i18n("search"), info=i18n("newest_shown"), max_length=200, scale=3, min_width=150, elem_id="search"
        )
        starred = gr.Checkbox(False, label=i18n("starred_only"), min_width=150, elem_id="starred-only")
    gallery = gr.Gallery(
        label=i18n("history"),
        show_label=False,
        columns=8,
        object_fit="contain",
        allow_preview=False,
        interactive=False,
        buttons=[],
        elem_id="kept",
        elem_classes="checkered",
    )
    names, chosen = gr.State([]), gr.State("")
    with gr.Row():
        reopen = gr.Button(i18n("reopen"), interactive=False, elem_id="reopen")
        download = gr.DownloadButton(i18n("download"), interactive=False, elem_id="download-kept")
        star = gr.Button(i18n("star"), interactive=False, elem_id="star")
        delete = gr.Button(i18n("delete"), interactive=False, variant="stop", elem_id="delete")
    with gr.Row():
        bare = gr.Checkbox(False, label=i18n("bare"), info=i18n("bare_info"), elem_id="bare")
        pack = gr.DownloadButton(i18n("download_shown"), interactive=False, elem_id="download-shown")
    picture_buttons = [reopen, star, delete, download]

    def take(name: str, request: gr.Request) -> tuple[Any, ...]:
        return create.fields(kept.settings(name, request))

    kept = Kept(histories)
    shown = [gallery, names, chosen, *picture_buttons, pack]
    view: dict[str, Any] = {"fn": kept.show, "inputs": [words, starred, bare, chosen], "outputs": shown, **LIGHT}
    gr.on([tab.select, words.change, starred.change], trigger_mode="always_last", **view)
    bare.change(lambda: gr.update(interactive=False), None, pack, **LIGHT).success(**view)  # the zip of before has settings
    gallery.select(kept.choose, [names, bare], [chosen, *picture_buttons], **LIGHT)
    reopen.click(lambda: gr.update(selected="create"), None, tabs, **LIGHT)
    create.follow(create.fill_and_run(reopen.click, take, chosen, create.generation.reopen, chosen))
    star.click(kept.star, chosen, None, **LIGHT).success(**view)
    sure = gr.Checkbox(False, visible=False)
    delete.click(kept.delete, [sure, chosen], None, js=ASK, **LIGHT).success(**view)
