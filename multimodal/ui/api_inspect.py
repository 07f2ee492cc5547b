"""What programs may call of the tabs that look inside: the views of `python -m multimodal inspect`, as endpoints."""

from __future__ import annotations

from typing import Any

import gradio as gr

from multimodal import rgba
from multimodal.arguments import DEFAULT_GUIDANCE, DEFAULT_STEPS, check_prompts
from multimodal.inspection.provenance import FOLDER
from multimodal.inspection.views import View, Views
from multimodal.ui.api import Serve, new_folder, uploaded
from multimodal.ui.errors import friendly_errors
from multimodal.ui.models import Models
from multimodal.ui.texts import Texts
from multimodal.ui.zero_gpu import on_gpu


def add_inspection(models: Models, served: Serve) -> None:
    """Add the endpoints to the page that is being built; they wait for the model as the tabs do."""
    views = Views(models.pipeline)
    on_prompt = {name: on_gpu(getattr(views, name)) for name in ("expectation", "attention", "trajectory", "restoration")}
    find_provenance, find_styles = on_gpu(views.provenance), on_gpu(views.styles)

    def given(view: View) -> tuple[list[gr.FileData], dict[str, Any]]:
        folder = new_folder()
        return [served(path) for path in view.save(lambda name: folder / name)], view.report

    def drawn(
        name: str, prompt: str, seed: int, steps: int, guidance_scale: float, **arguments: Any
    ) -> tuple[list[gr.FileData], dict[str, Any]]:
        with friendly_errors(Texts()):
            [prompt] = check_prompts([prompt])
            sampling = {"num_inference_steps": steps, "guidance_scale": guidance_scale, "seed": seed}
            return given(on_prompt[name](prompt, sampling, **arguments))

    def expectation(prompt: str) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Show what a prompt alone lets one expect, before there is any noise.

        Args:
            prompt: what to draw, in any of 12 languages, such as "a fox, line style".
        Returns:
            a PNG, the mean that the DiT starts from, then what is expected as asked for and in every style; which is which,
            and the share, 0 to 1, of the view as asked for in the mean, the rest being translated from other styles.
        """
        with friendly_errors(Texts()):
            return given(on_prompt["expectation"](prompt))

    def attention(
        prompt: str,
        seed: int = 0,
        steps: int = DEFAULT_STEPS,
        guidance_scale: float = DEFAULT_GUIDANCE,
        layer: int | None = None,
    ) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Draw a prompt and show where in the picture the DiT looks at each word of it.

        Args:
            prompt: what to draw, in any of 12 languages, such as "a red apple".
            seed: 0 to 4294967295; the same seed makes the same picture.
            steps: 1 to 100.
            guidance_scale: 0 to 20.
            layer: one block of the DiT, from 0; by default the mean of all.
        Returns:
            a PNG, the picture and a heat map per word side by side, and each word's share of the attention with its grid.
        """
        return drawn("attention", prompt, seed, steps, guidance_scale, layer=layer)

    def trajectory(
        prompt: str, seed: int = 0, steps: int = DEFAULT_STEPS, guidance_scale: float = DEFAULT_GUIDANCE
    ) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Draw a prompt and show what the picture was expected to become at each step.

        Args:
            prompt: what to draw, in any of 12 languages, such as "a red apple".
            seed: 0 to 4294967295; the same seed makes the same picture.
            steps: 1 to 100.
            guidance_scale: 0 to 20.
        Returns:
            a film strip (PNG) and an animation (GIF), and how many codes each step changed and where they settled when.
        """
        return drawn("trajectory", prompt, seed, steps, guidance_scale)

    def restoration(
        prompt: str, seed: int = 0, steps: int = DEFAULT_STEPS, guidance_scale: float = DEFAULT_GUIDANCE
    ) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Draw a prompt, cover the picture with noise up to four times, and restore it with the prompt and without.

        Args:
            prompt: what to draw, in any of 12 languages, such as "a red apple".
            seed: 0 to 4294967295; the same seed makes the same picture.
            steps: 1 to 100.
            guidance_scale: 0 to 20.
        Returns:
            a PNG, above with the prompt and below without, and the PSNR of each.
        """
        return drawn("restoration", prompt, seed, steps, guidance_scale)

    def reading(prompt: str, language: str = "en", number: int = 5, other: str = "") -> dict[str, Any]:
        """How a prompt is read: its tokens, words that are in no known name, and the known names nearest to it for CLIP.

        Args:
            prompt: any text, in any of 12 languages.
            language: of the names, such as en or zh.
            number: 1 to 100 names.
            other: another prompt, whose similarity to the first is told too.
        Returns:
            tokens, room for them, pieces of the text with the tokens of each, words dropped and unknown, names near it with
            their similarity, -1 to 1.
        """
        with friendly_errors(Texts()):
            report = views.reading(prompt, models.nearest, language, number, other).report
            return {**report, "unknown": models.spelling.unknown(prompt) if models.spelling else []}

    def words(image: gr.FileData, language: str = "en", number: int = 5) -> dict[str, Any]:
        """Put a picture into words: the known names that CLIP takes to be likeliest, which is a rough guide.

        Args:
            image: PNG, JPEG or WebP.
            language: of the names, such as en or zh.
            number: 1 to 100 names.
        Returns:
            names with their probability.
        """
        with friendly_errors(Texts()):
            if models.nearest is None:
                raise ValueError("this checkpoint has no list of names")
            return views.words(rgba.open_image(uploaded(image)), models.nearest, language, number).report

    def provenance(image: gr.FileData, number: int = 5) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Find the training pictures that are nearest to a picture, with their licences.

        It needs their codes, which `python -m multimodal inspect provenance --train` makes once.

        Args:
            image: PNG, JPEG or WebP.
            number: 1 to 100 training pictures.
        Returns:
            a PNG, the picture and its matches side by side, and the matches with their distance, the nearest first.
        """
        with friendly_errors(Texts()):
            if not (models.folder / FOLDER).is_dir():
                raise ValueError("this checkpoint has no codes of the pictures that it was trained on")
            return given(find_provenance(rgba.open_image(uploaded(image)), models.folder, number))

    def styles(image: gr.FileData) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Draw a picture again in other styles, such as 3d, flat and line.

        Args:
            image: PNG, JPEG or WebP.
        Returns:
            a PNG with a transparent background for each style, and which is which.
        """
        with friendly_errors(Texts()):
            return given(find_styles(rgba.open_image(uploaded(image))))

    def codebook() -> tuple[list[gr.FileData], dict[str, Any]]:
        """Show every code of the codebook as the patch that it decodes to.

        Returns:
            two PNGs per group, the patches and their map, and per group and style how many codes are in use, and their
            perplexity, over the training pictures.
        """
        with friendly_errors(Texts()):
            return given(views.codebook(models.statistics))

    def code(group: int, code: int) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Show one code of the codebook: its patch, and over the training pictures how often and where it is used.

        Args:
            group: from 1.
            code: from 0.
        Returns:
            a PNG of the patch and of where it stands, and the code's count, rank, share, counts per style, companions in
            the other groups, and the pictures that use it most.
        """
        with friendly_errors(Texts()):
            return given(views.code(models.statistics, group, code))

    for endpoint in (expectation, attention, trajectory, restoration, reading, words, provenance, styles, codebook, code):
        gr.api(endpoint, api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)
