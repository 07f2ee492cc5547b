"""Without any network: the app starts, generates and trains."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from multimodal.__main__ import main
from multimodal.ui.demo import build_demo, launch_settings
from multimodal.ui.models import Models

LOCAL = ("127.0.0.1", "localhost", "0.0.0.0", "::1")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sockets reach this machine alone; returns the other addresses that were asked for."""
    asked: list[str] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def blocked(host: object) -> None:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name not in LOCAL:
            asked.append(str(name))
            raise OSError(f"no network: {name}")

    def connect_locally(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):
            blocked(address[0])
        connect(self, address)

    def look_up_locally(host: Any, *args: Any, **kwargs: Any) -> Any:
        blocked(host)
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", connect_locally)
    monkeypatch.setattr(socket, "getaddrinfo", look_up_locally)
    return asked


def test_sockets_are_blocked(asked: list[str]) -> None:
    with pytest.raises(OSError, match="no network"):
        urllib.request.urlopen("http://example.org", timeout=5)
    assert asked == ["example.org"]


def test_the_app_starts_and_generates(asked: list[str], tiny_checkpoint: Path) -> None:
    models = Models(tiny_checkpoint)
    demo = build_demo(models)
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, **launch_settings())
    try:
        with urllib.request.urlopen(url, timeout=60) as page:
            assert page.status == 200
        assert models.pipeline("a fox", num_inference_steps=1).images
    finally:
        demo.close()
    assert asked == []


WATCHED = """
import sys
asked = lambda event, args: print("ASKED", event, args) if event in ("socket.getaddrinfo", "socket.connect") else None
sys.addaudithook(asked)
from multimodal.__main__ import main
sys.exit(main(["dataset", sys.argv[1]]))
"""


def test_nobody_is_told_of_a_table_that_is_opened(tmp_path: Path) -> None:
    encoded = io.BytesIO()
    Image.new("RGBA", (32, 32), "red").save(encoded, "PNG")
    table = {"image": [{"bytes": encoded.getvalue(), "path": None}] * 2, "name": ["a red square", "a square"]}
    pq.write_table(pa.table(table), tmp_path / "table.parquet")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment["HF_HOME"] = str(tmp_path)
    command = [sys.executable, "-c", WATCHED, str(tmp_path / "table.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "2 pictures" in done.stdout
    assert "ASKED" not in done.stdout


def test_training_works(asked: list[str], tmp_path: Path) -> None:
    for number, color in enumerate(("red", "green", "blue", "yellow")):
        Image.new("RGBA", (32, 32), color).save(tmp_path / f"{number}.png")
    assert main(["train", "vqvae", "--config", "tiny", "--data", str(tmp_path), "--out", str(tmp_path / "mine")]) == 0
    assert asked == []
