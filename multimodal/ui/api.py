"""What programs may call: named endpoints for gradio_client, curl and, with `python app.py --mcp`, MCP clients."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder, is_in_or_equal

from multimodal import rgba
from multimodal.export import TARGETS
from multimodal.pipeline import TextToImagePipeline
from multimodal.settings import Settings, save_picture
from multimodal.ui.download import as_file
from multimodal.ui.errors import friendly_errors
from multimodal.ui.texts import Texts
from multimodal.ui.zero_gpu import on_gpu


def add_endpoints(demo: gr.Blocks, pipeline: TextToImagePipeline) -> None:
    """Add the endpoints to the page that is being built; they wait for the model as the tabs do."""
    make = on_gpu(pipeline.__call__)
    written: set[str] = set()
    demo.temp_file_sets.append(written)  # Gradio deletes what is listed there, an hour later

    def served(file: Path) -> gr.FileData:
        written.add(str(file))
        return gr.FileData(path=str(file))

    def generate(
        prompt: str,
        negative_prompt: str = "",
        steps: int = 24,
        guidance_scale: float = 3.0,
        sampler: str = "euler",
        seed: int = 0,
        count: int = 1,
        sticker_for: str = "",
    ) -> list[gr.FileData]:
        """Make stickers with a transparent background from a prompt.

        Args:
            prompt: what to draw, in any of 12 languages, such as "a red apple, 3d style".
            negative_prompt: what should not be in the picture.
            steps: 1 to 100; more take longer and are finer.
            guidance_scale: 0 to 20; how closely to follow the prompt.
            sampler: euler or heun.
            seed: 0 to 4294967295; the same seed makes the same picture.
            count: 1 to 16 pictures, of seeds in a row.
            sticker_for: slack, discord-emoji, discord-sticker, telegram or ios; empty for PNG with the settings inside.
        Returns:
            the files.
        """
        with friendly_errors(Texts()):
            if sticker_for and sticker_for not in TARGETS:
                raise ValueError(f"sticker_for must be one of {', '.join(TARGETS)}, or empty, not {sticker_for!r:.40}")
            settings = Settings(prompt, seed, negative_prompt, steps, guidance_scale, sampler)
            output = make(**settings.arguments(), num_images_per_prompt=count)
            folder, files = new_folder(), []
            for image, number in zip(output.images, output.seeds, strict=True):
                picture = save_picture(image, dataclasses.replace(settings, seed=number), folder)
                files.append(served(picture))
                if sticker_for:
                    files[-1] = served(as_file(picture, sticker_for, folder))
            return files

    def reconstruct(image: gr.FileData) -> tuple[gr.FileData, dict[str, Any]]:
        """Send a picture through the VQ-VAE and back: 640 bytes of codes, and what they keep of it.

        Args:
            image: PNG, JPEG or WebP.
        Returns:
            the reconstruction, and its PSNR, bytes and codebook indices.
        """
        with friendly_errors(Texts()):
            output = pipeline.reconstruct(rgba.open_image(uploaded(image)))
            path = new_folder() / "reconstruction.png"
            rgba.save_png(output.image, path)
            figures = {
                "psnr": round(output.psnr, 2),
                "num_bytes": output.num_bytes,
                "codebook_indices": output.codebook_indices.tolist(),
            }
            return served(path), figures

    for endpoint in (generate, reconstruct):
        gr.api(endpoint, api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)


def new_folder() -> Path:
    """A folder that the app may serve files from."""
    parent = Path(get_upload_folder())
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=parent))


def uploaded(file: Any) -> Path:
    """The path of an uploaded file; ValueError for any other path, which Gradio lets through here."""
    path = Path(str(file["path"] if isinstance(file, dict) and "path" in file else ""))
    if not is_in_or_equal(path, get_upload_folder()):
        raise ValueError("upload the picture first: gradio_client does so with handle_file")
    return path
