"""The app as a server: what it refuses, and how it starts."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

RunApp = Callable[..., AbstractContextManager[str]]
ROOT = Path(__file__).resolve().parents[2]


def get(url: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
    """Status and text of a request; a body makes it a POST, in which NaN and Infinity may stand."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return response.status, response.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


@functools.cache
def config_of(app_url: str) -> dict[str, Any]:
    """What the page is made of."""
    return json.loads(get(f"{app_url}/config")[1])


def call(
    app_url: str, target: str, event: str, data: list[Any], extra: dict[str, Any] | None = None, session: str = ""
) -> str:
    """Do over HTTP what the page does when `event` happens to the element `target`; returns the messages of the queue.

    Args:
        session: names the visitor; without it there is a new one for each call.
    """
    config = config_of(app_url)
    element = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == target)
    job = next(d["id"] for d in config["dependencies"] if [element, event] in d["targets"])
    session = session or f"test{abs(hash((target, str(data))))}"
    body = {"data": data, "fn_index": job, "session_hash": session, "event_data": extra, "trigger_id": element}
    status, text = get(f"{app_url}/gradio_api/queue/join", body)
    if status != 200:
        return text
    lines = []
    with urllib.request.urlopen(f"{app_url}/gradio_api/queue/data?session_hash={session}", timeout=120) as stream:
        for line in stream:
            lines.append(line.decode())
            if '"process_completed"' in lines[-1]:
                break
    return "".join(lines)


def create(app_url: str, session: str = "", **changes: Any) -> str:
    """Press Generate over HTTP with some of the inputs changed."""
    inputs = {"prompt": "a fox", "negative": "", "style": "", "steps": 2, "guidance": 3, "sampler": "euler", "count": 1}
    inputs |= {"seed": 0, "keep": True} | changes
    return call(app_url, "generate", "click", list(inputs.values()), session=session)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../app.py", "app.py", "checkpoints/emoji/dit/model.safetensors", str(ROOT / "app.py")]
)
def test_files_of_the_machine_are_not_served(app_url: str, path: str) -> None:
    for route in ("/gradio_api/file=", "/file="):
        assert get(f"{app_url}{route}{path}")[0] in (403, 404)


@pytest.mark.parametrize("address", ["http://169.254.169.254/", "http://127.0.0.1:{port}/config", "http://localhost/"])
def test_the_server_fetches_nothing_for_others(app_url: str, address: str) -> None:
    address = address.format(port=app_url.rpartition(":")[2])
    assert get(f"{app_url}/gradio_api/file={address}")[0] in (403, 404)


def test_no_way_around_the_queue(app_url: str) -> None:
    jobs = [d for d in json.loads(get(f"{app_url}/config")[1])["dependencies"] if d["queue"]]
    assert {"generate", "reconstruct", "grid", "show"} <= {job["api_name"] for job in jobs}
    for job in jobs:
        assert get(f"{app_url}/gradio_api/run/{job['api_name']}", {"data": []})[0] == 404
        assert get(f"{app_url}/gradio_api/run/predict", {"data": [], "fn_index": job["id"]})[0] == 404
    assert get(f"{app_url}/gradio_api/run/anything", {"data": []})[0] == 404


@pytest.mark.parametrize("name", ["steps", "guidance", "count", "seed"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, 1e10, None, "many"])
def test_strange_numbers_never_reach_the_model(app_url: str, name: str, value: Any) -> None:
    answer = create(app_url, **{name: value})
    assert '"success":true' not in answer.replace(" ", "")
    assert "Traceback" not in answer


def test_steps_must_be_whole(app_url: str) -> None:
    assert "whole number" in create(app_url, steps=20.7)
    assert '"success":true' in create(app_url).replace(" ", "")


@pytest.mark.parametrize("prompt", ["", "  \n", "\0", "a" * 20_000_000], ids=["empty", "blank", "nul", "20 MB"])
def test_prompts_that_say_nothing_or_too_much_are_refused(app_url: str, prompt: str) -> None:
    answer = create(app_url, prompt=prompt)
    assert "prompt" in answer
    assert '"success":true' not in answer.replace(" ", "")


def test_a_path_outside_the_uploads_is_no_picture(app_url: str) -> None:
    path = str(ROOT / "assets" / "training_examples" / "fox-noto.png")
    answer = call(app_url, "upload", "change", [{"path": path, "meta": {"_type": "gradio.FileData"}}])
    assert '"success":true' not in answer.replace(" ", "")


@pytest.mark.parametrize("code", [-1, 1024, 1.5, "0", None, [0]])
def test_forged_codes_are_refused(app_url: str, code: Any) -> None:
    answer = call(app_url, "codes", "click", [0, None], {"code": code})
    assert "There is no such code" in answer


def test_uploads_over_the_limit_are_refused(app_url: str) -> None:
    boundary = "x"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'.encode()
    data = head + bytes(42_000_000) + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(f"{app_url}/gradio_api/upload", data, headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    assert refused.value.code == 413


def test_with_a_password_nobody_gets_in_without_it(run_app: RunApp) -> None:
    with run_app("--auth", "me:secret") as url:
        assert get(f"{url}/config")[0] == 401
        assert get(f"{url}/gradio_api/queue/join", {"data": []})[0] == 401
        body = b"username=me&password=wrong"
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(f"{url}/login", body, timeout=60)
        with urllib.request.urlopen(f"{url}/login", body.replace(b"wrong", b"secret"), timeout=60) as answer:
            assert json.load(answer) == {"success": True}


@pytest.mark.parametrize(("option", "strangers"), [(("--public",), True), (("--host", "0.0.0.0"), False)])
def test_others_do_not_train_on_this_machine(option: tuple[str, ...], strangers: bool, run_app: RunApp) -> None:
    with run_app(*option) as url:
        page = get(f"{url}/config")[1]
    assert '"train-start"' not in page
    assert '"starred-only"' in page
    assert ('"browserstate"' in page) == strangers


def test_ctrl_c_while_it_loads_ends_it_quietly() -> None:
    code = "import app\ndef serve(arguments): raise KeyboardInterrupt\napp.serve = serve\napp.main()"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "")


def test_a_damaged_checkpoint_ends_in_one_sentence(tiny_checkpoint: Path, tmp_path: Path) -> None:
    for path in tiny_checkpoint.rglob("*.*"):
        copy = tmp_path / path.relative_to(tiny_checkpoint)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    weights = tmp_path / "vqvae" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    command = [sys.executable, "app.py", "--checkpoint", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 1
    assert ended.stderr.strip().splitlines()[-1].startswith(f"The checkpoint cannot be used: {weights} is damaged")
    assert "Traceback" not in ended.stderr
