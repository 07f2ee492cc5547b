"""What programs call: the endpoints through gradio_client and as MCP tools, with the bundled model."""

from __future__ import annotations

import asyncio
import json
import re
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from PIL import Image, ImageDraw

from multimodal import rgba
from multimodal.export import TARGETS, to_sticker
from multimodal.settings import read_settings, unpack_indices

ROOT = Path(__file__).resolve().parents[2]
FOX = ROOT / "assets" / "training_examples" / "fox-line.png"


@pytest.fixture(scope="module")
def client(app_url: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    return Client(app_url, download_files=str(tmp_path_factory.mktemp("files")), verbose=False)


def test_pictures_come_with_their_settings_and_a_seed_repeats_them(client: Client) -> None:
    first, second = client.predict("a red apple", steps=2, seed=7, count=2, api_name="/generate")
    assert [(read_settings(Path(path)).prompt, read_settings(Path(path)).seed) for path in (first, second)] == [
        ("a red apple, twemoji style", 7),
        ("a red apple, 3d style", 8),
    ]
    [again] = client.predict("a red apple", steps=2, seed=7, style="twemoji", api_name="/generate")
    with Image.open(first) as image, Image.open(again) as repeated:
        assert image.mode == "RGBA"
        assert max(abs(a - b) for a, b in zip(image.tobytes(), repeated.tobytes(), strict=True)) <= 2
    [plain] = client.predict("a red  apple", steps=1, style="", api_name="/generate")
    assert read_settings(Path(plain)).prompt == "a red apple"


def test_the_example_of_the_readme_works(app_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    example = re.search(r"```python\n(from gradio_client .*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert example
    variables: dict[str, Any] = {}
    monkeypatch.chdir(ROOT)
    exec(example[1].replace("http://127.0.0.1:7860", app_url), variables)
    assert [len(variables[name]) for name in ("files", "edited", "frames")] == [2, 1, 5]
    assert variables["sticker"].endswith("fox_line_telegram.webp")
    assert [word["word"] for word in variables["attention"]["words"]] == ["a", "red", "apple"]
    with Image.open(variables["strip"]) as strip, Image.open(variables["reconstruction"]) as before:
        assert strip.size == (4 * 128, 128)
        with Image.open(variables["changed"]) as after:
            assert before.size == after.size
            assert before.tobytes() != after.tobytes()


def test_curl_will_do(app_url: str) -> None:
    url = f"{app_url}/gradio_api/call/v2/generate"
    body = json.dumps({"prompt": "a star", "steps": 1}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        event = json.load(answer)["event_id"]
    with urllib.request.urlopen(f"{url}/{event}") as answer:
        lines = answer.read().decode().splitlines()
    assert "event: complete" in lines
    assert any(re.search(r"a-star-\w+-style-0\.png", line) for line in lines)


def test_stickers_fit_their_messenger(client: Client) -> None:
    [sticker] = client.predict("a red heart", steps=2, sticker_for="discord-sticker", api_name="/generate")
    with Image.open(sticker) as image:
        assert (image.format, image.size) == ("PNG", (320, 320))
    large = client.predict(handle_file(FOX), "telegram", api_name="/export")
    assert Path(large).read_bytes() != to_sticker(rgba.open_image(FOX), TARGETS["telegram"])  # not Lanczos' filter alone
    with Image.open(client.predict(handle_file(FOX), "slack", "spin", api_name="/export")) as image:
        assert (image.format, image.n_frames) == ("GIF", 12)


def test_a_picture_is_reconstructed(client: Client) -> None:
    path, figures = client.predict(handle_file(FOX), api_name="/reconstruct")
    assert figures["num_bytes"] == 640
    assert figures["psnr"] > 15
    assert len(figures["codebook_indices"]) == 2
    with Image.open(path) as image:
        assert image.size == (128, 128)


def test_a_picture_is_drawn_anew_where_the_mask_is_white(client: Client, tmp_path: Path) -> None:
    with Image.open(FOX) as image:
        mask = Image.new("L", image.size)
    mask.paste(255, (0, 0, mask.width // 2, mask.height))  # the left half
    mask.save(tmp_path / "mask.png")
    job = {"prompt": "a blue fox", "steps": 2, "seed": 3, "api_name": "/edit"}
    [path] = client.predict(handle_file(FOX), mask=handle_file(tmp_path / "mask.png"), **job)
    settings = read_settings(Path(path))
    _, figures = client.predict(handle_file(FOX), api_name="/reconstruct")
    assert unpack_indices(settings.image).tolist() == figures["codebook_indices"]
    assert unpack_indices(settings.mask).bool().any(dim=0).tolist() == [True] * 8 + [False] * 8
    assert (settings.prompt, settings.seed, settings.strength) == ("a blue fox", 3, 1)

    [whole] = client.predict(handle_file(FOX), strength=0.5, **job)
    assert (read_settings(Path(whole)).mask, read_settings(Path(whole)).strength) == ("", 0.5)


@pytest.mark.parametrize("file_format", ["webp", "gif"])
def test_two_prompts_are_mixed_into_an_animation(file_format: str, client: Client) -> None:
    words = {"prompt_a": "a red apple", "prompt_b": "a red heart", "frames": 3, "steps": 1, "file_format": file_format}
    animation, frames = client.predict(**words, api_name="/mix")
    assert len(frames) == 3
    with Image.open(animation) as image:
        assert (image.format, image.n_frames) == (file_format.upper(), 4)  # there and back
    with Image.open(frames[1]) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")


def test_codes_are_decoded_and_drawn_on(client: Client) -> None:
    reconstruction, figures = client.predict(handle_file(FOX), api_name="/reconstruct")
    with Image.open(client.predict(figures["codebook_indices"], api_name="/decode")) as decoded:
        assert decoded.tobytes() == Image.open(reconstruction).tobytes()
    job = {"prompt": "a blue fox", "steps": 2, "seed": 3, "api_name": "/go_on"}
    [path] = client.predict(figures["codebook_indices"], strength=0.4, **job)
    settings = read_settings(Path(path))
    assert (settings.prompt, settings.seed, settings.strength) == ("a blue fox", 3, 0.4)
    assert unpack_indices(settings.image).tolist() == figures["codebook_indices"]


def test_what_happens_to_a_prompt_comes_as_pictures_and_figures(client: Client) -> None:
    [strip], expectation = client.predict("a fox, line style", api_name="/expectation")
    assert expectation["pictures"] == ["mean", "as asked", "3d", "color", "flat", "line", "noto", "twemoji"]
    assert 0.9 < expectation["familiar"] <= 1
    with Image.open(strip) as image:
        assert image.size == (8 * 128, 128)
    [strip, animation], steps = client.predict("a red apple", steps=3, seed=7, api_name="/trajectory")
    assert (len(steps["times"]), len(steps["changed_codes"]), steps["codes"]) == (3, 2, 512)
    with Image.open(strip) as image, Image.open(animation) as film:
        assert image.size == (3 * 128, 128)
        assert film.format == "GIF"
    [strip], attention = client.predict("a red apple", steps=1, layer=0, api_name="/attention")
    assert sum(word["share"] for word in attention["words"]) + attention["rest"] == pytest.approx(1, abs=1e-4)
    [strip], restoration = client.predict("a red apple", steps=2, api_name="/restoration")
    assert [one["t"] for one in restoration["restored"]] == [0, 0.25, 0.5, 0.75]
    with Image.open(strip) as image:
        assert image.size == (4 * 128, 2 * 128)


def test_a_prompt_is_read_and_a_picture_put_into_words(client: Client) -> None:
    read = client.predict("a (red:1.2) octopos", number=3, api_name="/reading")
    assert [piece["piece"] for piece in read["pieces"]] == ["a", "red", "oct", "op", "os"]
    assert (read["room"], read["dropped"], read["unknown"]) == (46, "", ["octopos"])
    similarity = [name["similarity"] for name in read["near"]]
    assert len(similarity) == 3
    assert similarity == sorted(similarity, reverse=True)
    assert client.predict("红苹果", language="zh", number=1, api_name="/reading")["near"][0]["name"] == "红苹果"
    found = client.predict(handle_file(FOX), number=2, api_name="/words")["found"]
    assert 1 >= found[0]["probability"] >= found[1]["probability"] > 0


def test_a_picture_is_drawn_again_in_other_styles(client: Client, tmp_path: Path) -> None:
    disc = Image.new("RGBA", (200, 200))
    ImageDraw.Draw(disc).ellipse((30, 30, 170, 170), "#ffb02e")
    disc.save(tmp_path / "disc.png")
    files, report = client.predict(handle_file(tmp_path / "disc.png"), api_name="/styles")
    assert report == {"styles": ["3d", "color", "flat", "line"]}
    *colored, line = (np.asarray(Image.open(file)).astype(int) for file in files)
    assert line.shape == (256, 256, 4), "enlarged"
    for picture in colored:
        assert np.abs(picture[128, 128] - (255, 176, 46, 255)).max() < 60, "the disc keeps its colour"
    assert line[..., 3].max() > 200
    assert line[line[..., 3] > 200][:, :3].max() < 70, "a line is black"
    assert line[128, 128, 3] < 60, "what is light is hollow"
    assert {tuple(picture[2, 2]) for picture in (*colored, line)} == {(0, 0, 0, 0)}


def test_codes_show_where_they_are_used(client: Client) -> None:
    atlases, figures = client.predict(api_name="/codebook")
    assert [group["codes"] for group in figures["groups"]] == [1024, 1024]
    assert len(atlases) == 4  # of each group its patches and their map
    files, code = client.predict(2, 5, api_name="/code")
    assert sum(map(sum, code["fields"])) == code["count"]
    assert (code["group"], code["code"], list(code["beside"])) == (2, 5, ["1"])
    assert 1 <= code["rank"] <= 1024
    assert [Image.open(path).size for path in files] == [(256, 128)]


def test_a_picture_becomes_a_sticker(client: Client) -> None:
    path = Path(client.predict(handle_file(FOX), "telegram", api_name="/export"))
    assert path.name == "fox_line_telegram.webp"
    with Image.open(path) as image:
        assert (image.format, image.size) == ("WEBP", (512, 512))


@pytest.mark.parametrize(
    ("endpoint", "arguments", "sentence"),
    [
        ("edit", {"image": handle_file(FOX), "prompt": " "}, "the prompt is empty"),
        ("edit", {"image": handle_file(FOX), "prompt": "a fox", "strength": 1.5}, "strength must be"),
        ("edit", {"image": handle_file(FOX), "prompt": "a fox", "count": 17}, "17"),
        ("edit", {"image": handle_file(FOX), "prompt": "a fox", "mask": {"path": str(FOX)}}, "upload the picture first"),
        ("mix", {"prompt_a": "a fox", "prompt_b": ""}, "the prompt is empty"),
        ("mix", {"prompt_a": "a fox", "prompt_b": "a dog", "frames": 17}, "Frames must be"),
        ("mix", {"prompt_a": "a fox", "prompt_b": "a dog", "file_format": "../a"}, "file_format must be one of webp, gif"),
        ("export", {"image": handle_file(FOX), "target": "post"}, "target must be one of slack"),
        ("export", {"image": {"path": "/etc/passwd"}, "target": "slack"}, "upload the picture first"),
        ("export", {"image": handle_file(FOX), "target": "slack", "motion": "fly"}, "motion must be one of bounce"),
        ("decode", {"codebook_indices": [[[1, 2], [3]]]}, "2 grids of 16 x 16 whole numbers"),
        ("decode", {"codebook_indices": [[[0.5] * 16] * 16] * 2}, "2 grids of 16 x 16 whole numbers"),
        ("decode", {"codebook_indices": [[[1024] * 16] * 16] * 2}, "must lie in 0 … 1023"),
        ("go_on", {"codebook_indices": "many", "prompt": "a fox"}, "2 grids of 16 x 16 whole numbers"),
        ("attention", {"prompt": " "}, "the prompt is empty"),
        ("attention", {"prompt": "a fox", "steps": 1, "layer": 99}, "layer must be a whole number from 0 to"),
        ("attention", {"prompt": "a fox", "steps": 1, "layer": 1.5}, "layer must be a whole number"),
        ("attention", {"prompt": "a fox", "steps": 1, "layer": "x"}, "layer must be a number, not 'x'"),
        ("trajectory", {"prompt": "a fox", "seed": -1}, "seed must be"),
        ("restoration", {"prompt": "a fox", "steps": 101}, "101"),
        ("reading", {"prompt": "a fox", "number": 0}, "number must be"),
        ("words", {"image": {"path": str(FOX)}}, "upload the picture first"),
        ("provenance", {"image": handle_file(FOX)}, "no codes of the pictures that it was trained on"),
        ("code", {"group": 3, "code": 0}, "group must be"),
        ("code", {"group": 1, "code": 1024}, "code must be"),
    ],
)
def test_the_other_endpoints_refuse_with_a_sentence(
    client: Client, endpoint: str, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        client.predict(**arguments, api_name=f"/{endpoint}")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"prompt": " "}, "the prompt is empty"),
        ({"prompt": 5}, "a prompt must be text, not 5"),
        ({"prompt": "a fox", "steps": 20.7}, "whole number"),
        ({"prompt": "a fox", "seed": -1}, "seed must be"),
        ({"prompt": "a fox", "seed": "3"}, "seed must be a number, not '3'"),
        ({"prompt": "a fox", "count": 1000}, "1000"),
        ({"prompt": "a fox", "sticker_for": "post"}, "sticker_for must be one of slack"),
        (
            {"prompt": "a fox", "style": "oil"},
            "style must be one of mixed, 3d, color, flat, line, noto, twemoji, not",
        ),
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
            assert tools["go_on"].inputSchema["properties"]["codebook_indices"]["type"] == "array"
            assert tools["edit"].inputSchema["properties"]["mask"]["format"].endswith("url to a file")
            answer = await session.call_tool("generate", {"prompt": "a star", "steps": 1})
            return set(tools), answer.isError

    with ThreadPoolExecutor() as pool:  # the browser's driver keeps a loop of its own in this thread
        tools, failed = pool.submit(lambda: asyncio.run(use())).result()
    assert tools == {
        *("generate", "edit", "mix", "export", "reconstruct", "decode", "go_on"),
        *("expectation", "attention", "trajectory", "restoration"),
        *("reading", "words", "provenance", "styles", "codebook", "code"),
    }
    assert not failed
