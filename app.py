"""The app: `python app.py` loads the bundled model and opens the page. Also the entry point on Hugging Face Spaces."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from multimodal.hub import CHECKPOINT

LOCAL = ("127.0.0.1", "localhost", "::1")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make stickers and emoji from a prompt, in the browser.")
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT, help="a folder, or user/name on the hub")
    parser.add_argument(
        "--host", default=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"), help="0.0.0.0 serves the network"
    )
    parser.add_argument(
        "--port", type=int, default=os.environ.get("GRADIO_SERVER_PORT"), help="the first free one from 7860"
    )
    parser.add_argument("--cpu-offload", action="store_true", help="keep the weights off a small GPU between uses")
    parser.add_argument(
        "--outputs",
        type=Path,
        default=Path("outputs"),
        help="folder that keeps every picture; who reaches the page can fetch them",
    )
    parser.add_argument(
        "--public", action="store_true", help="among strangers: a history per browser, one model (so on Spaces)"
    )
    parser.add_argument("--share", action="store_true", help="an address for everybody, through a tunnel of Gradio's")
    parser.add_argument("--auth", type=name_and_password, metavar="NAME:PASSWORD", help="let nobody in without these")
    parser.add_argument("--mcp", action="store_true", help="serve the endpoints as MCP tools too, at /gradio_api/mcp/")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    return parser.parse_args()


def name_and_password(text: str) -> tuple[str, str]:
    name, colon, password = text.partition(":")
    if not (name and colon and password):
        raise argparse.ArgumentTypeError("a name and a password, with a colon between them")
    return name, password


def main() -> None:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the temporary folder is removed then too
    with tempfile.TemporaryDirectory(prefix="multimodal-") as folder:
        os.environ.update(GRADIO_TEMP_DIR=folder, GRADIO_ANALYTICS_ENABLED="False", HF_HUB_DISABLE_TELEMETRY="1")
        try:
            serve(arguments)
        except KeyboardInterrupt:
            sys.exit(130)


def serve(arguments: argparse.Namespace) -> None:
    """Load, build and launch; returns when the server ends."""
    from multimodal.ui.demo import build_demo, launch_settings
    from multimodal.ui.models import Models

    public = arguments.public or "SPACE_ID" in os.environ or (arguments.share and not arguments.auth)
    trusted = not public and (arguments.auth or arguments.host in LOCAL)  # to switch models, and to train
    others = (arguments.checkpoint if arguments.checkpoint.is_dir() else CHECKPOINT).absolute().parent
    try:
        models = Models(arguments.checkpoint, others if trusted else None, arguments.cpu_offload)
    except (RuntimeError, ValueError) as error:  # a CheckpointError is a RuntimeError
        sys.exit(f"The checkpoint cannot be used: {error}")
    outputs = arguments.outputs.resolve() / ("strangers" if public else "")
    demo = build_demo(models, outputs=outputs, strangers=public)
    print(f"Loaded {arguments.checkpoint} on {models.pipeline.device}. Ctrl+C ends.", flush=True)
    try:
        demo.launch(
            server_name=arguments.host,
            server_port=arguments.port,
            inbrowser=arguments.open,
            mcp_server=arguments.mcp,
            share=arguments.share,
            auth=arguments.auth,
            allowed_paths=[str(outputs)],
            **launch_settings(),
            prevent_thread_lock=True,
        )
        models.warm_up()
        demo.block_thread()
    except OSError as error:
        taken = "Cannot find empty port" in str(error)  # Gradio's words, which name no option of this command
        sys.exit(f"The server cannot start: {'the port is in use; choose another with --port' if taken else error}")


if __name__ == "__main__":
    main()
