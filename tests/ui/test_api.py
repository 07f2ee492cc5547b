"""What programs call: the endpoints through gradio_client and as MCP tools, with the bundled model."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from PIL import Image

from multimodal.settings import read_settings

ROOT = Path(__file__).resolve().parents[2]
FOX = ROOT / "assets" / "training_examples" / "fox-line.png"


@pytest.fixture(scope="module")
def client(app_url: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(app_url, download_files=str(tmp_path_factory.mktemp("files")), verbose=False)


def test_pictures_come_with_their_settings_and_a_seed_repeats_them(client: Client) -> None:
    first, second = client.predict("a red apple", steps=2, seed=7, count=2, api_name="/generate")
    assert [(read_settings(Path(path)).prompt, read_settings(Path(path)).seed) for path in (first, second)] == [
        ("a red apple", 7),
        ("a red apple", 8),
    ]
    [again] = client.predict("a red apple", steps=2, seed=7, api_name="/generate")
    with Image.open(first) as image, Image.open(again) as repeated:
        assert image.mode == "RGBA"
        assert max(abs(a - b) for a, b in zip(image.tobytes(), repeated.tobytes(), strict=True)) <= 2


def test_the_example_of_the_readme_works(app_url: str, tmp_path: Path) -> None:
    example = re.search(r"```python\n(from gradio_client .*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert example
    variables: dict[str, Any] = {}
    exec(example[1].replace("http://127.0.0.1:7860", app_url), variables)
    assert len(variables["files"]) == 2


def test_curl_will_do(app_url: str) -> None:
    url = f"{app_url}/gradio_api/call/v2/generate"
    body = json.dumps({"prompt": "a star", "steps": 1}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{url}/{event}") as answer:
        lines = answer.read().decode().splitlines()
    assert "event: complete" in lines
    assert any("a-star-0.png" in line for line in lines)


def test_stickers_fit_their_messenger(client: Client) -> None:
    [sticker] = client.predict("a red heart", steps=2, sticker_for="discord-sticker", api_name="/generate")
    with Image.open(sticker) as image:
        assert (image.format, image.size) == ("PNG", (320, 320))


def test_a_picture_is_reconstructed(client: Client) -> None:
    path, figures = client.predict(handle_file(FOX), api_name="/reconstruct")
    assert figures["num_bytes"] == 640
    assert figures["psnr"] > 15
    assert len(figures["codebook_indices"]) == 2
    with Image.open(path) as image:
        assert image.size == (128, 128)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"prompt": " "}, "the prompt is empty"),
        ({"prompt": "a fox", "steps": 20.7}, "whole number"),
        ({"prompt": "a fox", "seed": -1}, "seed must be"),
        ({"prompt": "a fox", "count": 1000}, "1000"),
        ({"prompt": "a fox", "sticker_for": "post"}, "sticker_for must be one of slack"),
    ],
)
def test_bad_arguments_get_a_sentence(client: Client, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AppError, match=sentence):
        client.predict(**arguments, api_name="/generate")


@pytest.mark.parametrize("path", ["/etc/passwd", str(FOX), "", "http://127.0.0.1/"])
def test_only_uploads_are_opened(client: Client, path: str) -> None:
    with pytest.raises(AppError, match="upload the picture first"):
        client.predict({"path": path}, api_name="/reconstruct")


def test_endpoints_are_mcp_tools(app_url: str) -> None:
    async def use() -> tuple[set[str], bool | None]:
        async with (
            streamablehttp_client(f"{app_url}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            assert "12 languages" in tools["generate"].inputSchema["properties"]["prompt"]["description"]
            answer = await session.call_tool("generate", {"prompt": "a star", "steps": 1})
            return set(tools), answer.isError

    with ThreadPoolExecutor() as pool:  # the browser's driver keeps a loop of its own in this thread
        tools, failed = pool.submit(lambda: asyncio.run(use())).result()
    assert tools == {"generate", "reconstruct"}
    assert not failed
