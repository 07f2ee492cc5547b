"""The Train tab: `python -m multimodal train` on a folder of pictures, as a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from multimodal.hub import is_hub_id
from multimodal.ui.errors import friendly_errors
from multimodal.ui.markup import figure, message
from multimodal.ui.models import Models
from multimodal.ui.session import LIGHT
from multimodal.ui.texts import Texts, i18n

ROOT = Path(__file__).resolve().parents[2]
PRESETS = ("lora", "cpu", "gpu")
LINES = 12  # of the log that are shown
LOG_BYTES = 20_000  # in which these are looked for
EVERY = 2.0  # seconds between two looks at it


class TrainingRun:
    """One run at a time; what it is and how far it came is in the folder that it writes, so that it can go on later."""

    def __init__(self, parent: Path) -> None:
        self.parent = parent  # of the checkpoints
        self.folder: Path | None = None
        self.process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, data: str, name: str, preset: str, start: Path | None = None, overrides: Sequence[str] = ()) -> None:
        """Start a run, or go on with the one that was stopped.

        Args:
            data: what `train --data` takes.
            name: of the checkpoint folder.
            preset: "lora" teaches the DiT of `start` a few new pictures; others train all models.
            start: a checkpoint whose weights it starts from.
            overrides: key=value words.
        Raises:
            ValueError: one is running; the name is none, that of a checkpoint that was not made by a run here, or of a run
                that learns from other data, or otherwise.
        """
        if self.is_running:
            raise ValueError("a training is running already: stop it first")
        if not re.fullmatch(r"\w[\w.-]*", name):
            raise ValueError("the name may have letters, digits, - and _ in it, and no blanks")
        folder = self.parent / name
        if (folder / "dit").exists() and not self.asked(folder).exists():
            raise ValueError(f"there is a checkpoint {name} already: choose another name")
        (folder / "training").mkdir(parents=True, exist_ok=True)
        if before := self.begun(folder):  # it goes on from where it started then, not from the model in use now
            if (before["data"], before["preset"]) != (data, preset):
                raise ValueError(f"{name} learns from {before['data']} ({before['preset']}): choose another name")
            start = before["start"] and Path(before["start"])
        else:
            asked = {"data": data, "preset": preset, "start": start and str(start)}
            self.asked(folder).write_text(json.dumps(asked), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "multimodal",
            "train",
            "dit" if preset == "lora" else "all",
            f"--data={data}",
            f"--out={folder}",
        ]
        command += [f"--config={preset}", *([f"--from={start}"] if start else []), *overrides]
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
        with self.log(folder).open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        self.folder = folder

    def begun(self, folder: Path) -> dict[str, Any] | None:
        """What was asked of a run that has saved something there; None where there is none."""
        if not self.asked(folder).exists() or not any(folder.glob("training/**/step-*/config.json")):
            return None
        asked: dict[str, Any] = json.loads(self.asked(folder).read_text(encoding="utf-8"))
        return asked

    def stop(self) -> None:
        """Ask the run to save and to end, which it does after the step that it is at."""
        if self.process and self.is_running:
            self.process.send_signal(signal.SIGTERM)

    def asked(self, folder: Path) -> Path:
        return folder / "training" / "asked.json"

    def log(self, folder: Path) -> Path:
        return folder / "training" / "log.txt"

    def lines(self) -> list[str]:
        """The end of what the run has printed; of a line that was written over again and again, the last state."""
        if not self.folder:
            return []
        with self.log(self.folder).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_BYTES))
            text = file.read().decode(errors="replace")  # as read_text, but keeps the \r
        lines = [[part for part in line.split("\r") if part.strip()][-1:] for line in text.split("\n")]
        return [part for line in lines for part in line][-LINES:]

    def sample(self) -> Path | None:
        """The newest grid of pictures that the model in training has drawn."""
        samples = self.folder.glob("training/*/samples/*.png") if self.folder else []
        return max(samples, key=lambda path: path.stat().st_mtime, default=None)


def train_tab(models: Models, parent: Path, tab_item: gr.Tab) -> None:
    """Draw the tab and connect it; it writes into a new folder of `parent`."""
    run = TrainingRun(parent)
    gr.Markdown(i18n("train_about"))
    with gr.Row():
        data = gr.Textbox(
            "", label=i18n("train_data"), info=i18n("train_data_info"), max_length=1000, scale=3, elem_id="train-data"
        )
        name = gr.Textbox(
            "mine", label=i18n("train_name"), info=i18n("train_name_info"), max_length=60, elem_id="train-name"
        )
    with gr.Row():
        sizes = [(i18n(f"train_{preset}"), preset) for preset in PRESETS]
        preset = gr.Radio(sizes, value=PRESETS[0], label=i18n("train_preset"), elem_id="train-preset")
        further = gr.Checkbox(True, label=i18n("train_further"), info=i18n("train_further_info"), elem_id="train-further")
    with gr.Row():
        start = gr.Button(i18n("train_start"), variant="primary", elem_id="train-start")
        stop = gr.Button(i18n("stop"), variant="stop", elem_id="train-stop")
    shown = gr.HTML(elem_id="training")
    timer = gr.Timer(EVERY, active=False)

    def show(request: gr.Request) -> tuple[str, Any]:
        """How far the run is; the timer goes on while it runs."""
        texts, running = Texts(request), run.is_running
        if not run.folder:
            return "", gr.Timer(active=False)
        state = "train_running" if running else "train_ended"
        html = message(texts.html(state, folder=run.folder), "running" if running else "")
        html += f'<pre class="log" tabindex="0">{escape(chr(10).join(run.lines()))}</pre>'
        if path := run.sample():
            with Image.open(path) as image:
                html += figure(
                    image, texts("train_sample"), f"{texts('train_sample')}: {path.parents[1].name}, {path.stem}"
                )
        return f'<div class="figures">{html}</div>', gr.Timer(active=running)

    def begin(data: str, name: str, preset: str, further: bool, request: gr.Request) -> None:
        texts = Texts(request)
        with friendly_errors(texts):
            if not data.strip():
                raise ValueError(texts("train_no_data"))
            if preset not in PRESETS:
                raise ValueError(f"the size must be one of {', '.join(PRESETS)}")
            if not Path(data.strip()).exists() and not is_hub_id(data.strip()):
                raise ValueError(texts("train_nothing_there", data=data.strip()))
            run.start(data.strip(), name.strip(), preset, models.folder if further or preset == "lora" else None)

    view: dict[str, Any] = {"fn": show, "inputs": None, "outputs": [shown, timer], **LIGHT}
    start.click(begin, [data, name, preset, further], None, **LIGHT).success(**view)
    stop.click(run.stop, None, None, **LIGHT).success(**view)
    for event in (tab_item.select, timer.tick):
        event(**view)
