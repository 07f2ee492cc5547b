"""What programs may call: named endpoints for gradio_client, curl and, with `python app.py --mcp`, MCP clients."""

from __future__ import annotations

import dataclasses
from typing import Any

import gradio as gr
import torch

from multimodal import rgba
from multimodal.arguments import (
    DEFAULT_GUIDANCE,
    DEFAULT_SAMPLER,
    DEFAULT_STEPS,
    MAX_IMAGES,
    SEARCH_STEPS,
    check_choice,
    check_indices,
    check_number,
    check_prompts,
    check_seeds,
    clean_prompt,
)
from multimodal.editing import start_from
from multimodal.export import ANIMATIONS, TARGETS, file_name, save_animation, shaped, to_sticker
from multimodal.outputs import MixOutput
from multimodal.reading.prompts import in_one_style
from multimodal.reading.syntax import MIXED, expand
from multimodal.settings import Settings, save_picture
from multimodal.ui.download import as_file
from multimodal.ui.errors import friendly_errors
from multimodal.ui.models import Models
from multimodal.ui.progress import WatchedPipeline
from multimodal.ui.serving import Serve, new_folder, uploaded
from multimodal.ui.zero_gpu import on_gpu


class Endpoints:
    """The endpoints that make pictures, each a method."""

    def __init__(self, models: Models, served: Serve) -> None:
        self.pipeline, self.served = models.pipeline, served
        self._draw, self._mixed = on_gpu(self.pipeline.__call__), WatchedPipeline(self.pipeline).mix

    def add(self) -> None:
        """Add them to the page that is being built; they wait for the model as the tabs do."""
        for endpoint in (self.generate, self.edit, self.mix, self.reconstruct, self.decode, self.go_on):
            gr.api(endpoint, api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)
        gr.api(self.export, api_name="export")

    def _make(self, settings: Settings, count: int, sticker_for: str = "", style: str = "") -> list[gr.FileData]:
        check_number("count", count, 1, MAX_IMAGES, whole=True)
        check_prompts([settings.prompt])
        check_number("count, times the choices in the prompt,", count * len(expand(settings.prompt)), 1, MAX_IMAGES)
        negative_prompt = clean_prompt(settings.negative_prompt)  # as a PNG can hold it
        settings = dataclasses.replace(settings, negative_prompt=negative_prompt)
        output = self._draw(**{**settings.arguments(), "num_images_per_prompt": count, "style": style})
        settings = dataclasses.replace(settings, num_inference_steps=int(settings.num_inference_steps))  # JSON may say 8.0
        folder, files = new_folder(), []
        for image, own, number in zip(output.images, output.prompts, output.seeds, strict=True):
            picture = save_picture(
                image, dataclasses.replace(settings, prompt=own, seed=number, model_id=output.model_id), folder
            )
            files.append(self.served(picture))
            if sticker_for:
                files[-1] = self.served(as_file(picture, sticker_for, folder, self.pipeline.upscaler))
        return files

    @friendly_errors()
    def generate(
        self,
        prompt: str,
        negative_prompt: str = "",
        steps: int = DEFAULT_STEPS,
        guidance_scale: float = DEFAULT_GUIDANCE,
        sampler: str = DEFAULT_SAMPLER,
        seed: int = 0,
        count: int = 1,
        sticker_for: str = "",
        style: str = MIXED,
    ) -> list[gr.FileData]:
        """Make stickers with a transparent background from a prompt.

        Args:
            prompt: what to draw, in any of 12 languages, such as "a red apple, 3d style"; words in “quotes” are written.
            negative_prompt: what should not be in the picture.
            steps: 1 to 100; more take longer and are finer.
            guidance_scale: 0 to 20; how closely to follow the prompt.
            sampler: lms, euler or heun.
            seed: 0 to 4294967295; the same seed makes the same picture.
            count: 1 to 16 pictures, of seeds in a row.
            sticker_for: slack, discord-emoji, discord-sticker, telegram, whatsapp, ios; empty for a PNG with its settings.
            style: of a prompt that says none: 3d, color, flat, line, noto, twemoji; by default another one for each picture
        Returns:
            the files.
        """
        if sticker_for:
            check_choice("sticker_for", sticker_for, TARGETS)
        settings = Settings(prompt, seed, negative_prompt, steps, guidance_scale, sampler)
        return self._make(settings, count, sticker_for, style)

    @friendly_errors()
    def edit(
        self,
        image: gr.FileData,
        prompt: str,
        strength: float | None = None,
        mask: gr.FileData = None,  # MCP clients could not give a `gr.FileData | None`
        negative_prompt: str = "",
        steps: int = DEFAULT_STEPS,
        guidance_scale: float = DEFAULT_GUIDANCE,
        sampler: str = DEFAULT_SAMPLER,
        seed: int = 0,
        count: int = 1,
    ) -> list[gr.FileData]:
        """Draw a picture anew from a prompt, all of it or only where a mask is white.

        Args:
            image: PNG, JPEG, WebP or GIF.
            prompt: what to draw, in any of 12 languages, such as "a face with a hat".
            strength: 0 to 1; how far to go from the picture. By default 0.6, with a mask 1.
            mask: a picture as large as the image, white where it is to be drawn anew; by default all is.
            negative_prompt: what should not be in the picture.
            steps: 1 to 100; more take longer and are finer.
            guidance_scale: 0 to 20; how closely to follow the prompt.
            sampler: lms, euler or heun.
            seed: 0 to 4294967295; the same seed makes the same picture.
            count: 1 to 16 pictures, of seeds in a row.
        Returns:
            the files, PNG with the settings inside.
        """
        painted = rgba.open_image(uploaded(mask)) if mask else None
        start = start_from(self.pipeline, rgba.open_image(uploaded(image)), painted, strength)
        return self._make(Settings(prompt, seed, negative_prompt, steps, guidance_scale, sampler, **start), count)

    @friendly_errors()
    def mix(
        self,
        prompt_a: str,
        prompt_b: str,
        frames: int = 9,
        seed: int = 0,
        steps: int = DEFAULT_STEPS,
        guidance_scale: float = DEFAULT_GUIDANCE,
        file_format: str = "webp",
    ) -> tuple[gr.FileData, list[gr.FileData]]:
        """Make a transparent animation that leads from one prompt to another and back.

        Args:
            prompt_a: what the first picture shows, in any of 12 languages.
            prompt_b: what the last picture shows.
            frames: 2 to 16 pictures from the one to the other, both included.
            seed: 0 to 4294967295; the same seed makes the same pictures.
            steps: 1 to 100; more take longer and are finer.
            guidance_scale: 0 to 20; how closely to follow the prompts.
            file_format: webp, which keeps all colours and alpha, or gif.
        Returns:
            the animation, and its pictures as PNG.
        """
        check_choice("file_format", file_format, [ending.removeprefix(".") for ending in ANIMATIONS])
        arguments = {"num_inference_steps": steps, "guidance_scale": guidance_scale, "seed": seed, "num_frames": frames}
        prompts, [first_seed] = check_prompts([prompt_a, prompt_b]), check_seeds(seed, 1)
        first, second = in_one_style(prompts, MIXED, first_seed, self.pipeline.names)
        *_, output = self._mixed(first, second, arguments)
        assert isinstance(output, MixOutput)
        folder, files = new_folder(), []
        for number, image in enumerate(output.images, start=1):
            rgba.save_png(image, folder / f"frame-{number:02d}.png")
            files.append(self.served(folder / f"frame-{number:02d}.png"))
        save_animation(output.images, folder / f"mix.{file_format}")
        return self.served(folder / f"mix.{file_format}"), files

    @friendly_errors()
    def export(self, image: gr.FileData, target: str, motion: str = "", outline: bool = False) -> gr.FileData:
        """Make a sticker of a picture: trimmed, centred, of the size and format that a messenger takes.

        Args:
            image: PNG, JPEG, WebP or GIF.
            target: slack, discord-emoji, discord-sticker, telegram, whatsapp or ios.
            motion: bounce, wiggle, shake, spin, pulse or party, for one that moves so; not for telegram.
            outline: with a white rim around the drawing.
        Returns:
            the file.
        """
        check_choice("target", target, TARGETS)
        source = uploaded(image)
        form = shaped(TARGETS[target], motion, outline)
        path = new_folder() / file_name(source.stem, form)
        path.write_bytes(to_sticker(rgba.open_image(source), form, self.pipeline.upscaler))
        return self.served(path)

    @friendly_errors()
    def reconstruct(self, image: gr.FileData, search_steps: int = SEARCH_STEPS) -> tuple[gr.FileData, dict[str, Any]]:
        """Send a picture through the VQ-VAE and back: 640 bytes of codes, and what they keep of it.

        Args:
            image: PNG, JPEG, WebP or GIF.
            search_steps: of the search for better codes than the encoder's, 0 to 100; 0 is none.
        Returns:
            the reconstruction, and its PSNR, bytes and codebook indices.
        """
        output = self.pipeline.reconstruct(rgba.open_image(uploaded(image)), search_steps)
        path = new_folder() / "reconstruction.png"
        rgba.save_png(output.image, path)
        figures = {
            "psnr": round(output.psnr, 2),
            "num_bytes": output.num_bytes,
            "codebook_indices": output.codebook_indices.tolist(),
        }
        return self.served(path), figures

    @friendly_errors()
    def decode(self, codebook_indices: list[list[list[int]]]) -> gr.FileData:
        """Make a picture of codes, such as those that reconstruct gives, some of them changed.

        Args:
            codebook_indices: per group the rows of a grid of codes.
        Returns:
            the file, PNG.
        """
        [image] = self.pipeline.decode_codebook_indices(self._grid(codebook_indices)[None])
        path = new_folder() / "decoded.png"
        rgba.save_png(image, path)
        return self.served(path)

    @friendly_errors()
    def go_on(
        self,
        codebook_indices: list[list[list[int]]],
        prompt: str,
        strength: float = 0.5,
        negative_prompt: str = "",
        steps: int = DEFAULT_STEPS,
        guidance_scale: float = DEFAULT_GUIDANCE,
        sampler: str = DEFAULT_SAMPLER,
        seed: int = 0,
        count: int = 1,
    ) -> list[gr.FileData]:
        """Draw a picture anew from its codes, such as those that reconstruct gives, some of them changed.

        Args:
            codebook_indices: per group the rows of a grid of codes.
            prompt: what to draw, in any of 12 languages.
            strength: 0 to 1; how far to go from the picture of the codes.
            negative_prompt: what should not be in the picture.
            steps: 1 to 100; more take longer and are finer.
            guidance_scale: 0 to 20; how closely to follow the prompt.
            sampler: lms, euler or heun.
            seed: 0 to 4294967295; the same seed makes the same picture.
            count: 1 to 16 pictures, of seeds in a row.
        Returns:
            the files, PNG with the settings inside.
        """
        start = start_from(self.pipeline, self._grid(codebook_indices), None, strength)
        return self._make(Settings(prompt, seed, negative_prompt, steps, guidance_scale, sampler, **start), count)

    def _grid(self, codebook_indices: object) -> torch.Tensor:
        """(groups, h, w) indices, checked."""
        config = self.pipeline.vqvae.config
        try:
            indices = torch.tensor(codebook_indices)
        except (TypeError, ValueError, RuntimeError):  # ragged, or no numbers
            indices = torch.empty(0)
        side = config.latent_size
        if indices.dtype != torch.int64 or indices.shape != (config.groups, side, side):
            raise ValueError(f"codebook_indices must be {config.groups} grids of {side} x {side} whole numbers")
        return check_indices(indices[None], config)[0]
