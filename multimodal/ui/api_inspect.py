"""What programs may call of the tabs that look inside: the views of `python -m multimodal inspect`, as endpoints."""

from __future__ import annotations

from typing import Any

import gradio as gr

from multimodal import rgba
from multimodal.arguments import DEFAULT_GUIDANCE, DEFAULT_STEPS, check_prompts
from multimodal.inspection.provenance import FOLDER
from multimodal.inspection.views import View, Views
from multimodal.ui.errors import friendly_errors
from multimodal.ui.models import Models
from multimodal.ui.serving import Serve, new_folder, uploaded
from multimodal.ui.zero_gpu import on_gpu


class InspectionEndpoints:
    """The endpoints of the views, each a method."""

    def __init__(self, models: Models, served: Serve) -> None:
        self.models, self.served = models, served
        self.views = Views(self.models.pipeline)
        heavy = ("expectation", "attention", "trajectory", "restoration", "provenance", "styles", "read")
        self._view = {name: on_gpu(getattr(self.views, name)) for name in heavy}

    def add(self) -> None:
        """Add them to the page that is being built; they wait for the model as the tabs do."""
        of_prompts = (self.expectation, self.attention, self.trajectory, self.restoration, self.reading)
        for endpoint in (*of_prompts, self.words, self.provenance, self.styles, self.codebook, self.code):
            gr.api(endpoint, api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)

    @friendly_errors()
    def expectation(self, prompt: str) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Show what a prompt alone lets one expect, before there is any noise.

        Args:
            prompt: what to draw, in any of 12 languages, such as "a fox, line style".
        Returns:
            a PNG, the mean that the DiT starts from, then what is expected as asked for and in every style; which is which,
            and the share, 0 to 1, of the view as asked for in the mean, the rest being translated from other styles.
        """
        return self._given(self._view["expectation"](prompt))

    @friendly_errors()
    def attention(
        self,
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
        return self._drawn("attention", prompt, seed, steps, guidance_scale, layer=layer)

    @friendly_errors()
    def trajectory(
        self, prompt: str, seed: int = 0, steps: int = DEFAULT_STEPS, guidance_scale: float = DEFAULT_GUIDANCE
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
        return self._drawn("trajectory", prompt, seed, steps, guidance_scale)

    @friendly_errors()
    def restoration(
        self, prompt: str, seed: int = 0, steps: int = DEFAULT_STEPS, guidance_scale: float = DEFAULT_GUIDANCE
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
        return self._drawn("restoration", prompt, seed, steps, guidance_scale)

    @friendly_errors()
    def reading(self, prompt: str, language: str = "en", number: int = 5, other: str = "") -> dict[str, Any]:
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
        report = self.views.reading(prompt, self.models.nearest, language, number, other, self._view["read"]).report
        return {**report, "unknown": self.models.spelling.unknown(prompt) if self.models.spelling else []}

    @friendly_errors()
    def words(self, image: gr.FileData, language: str = "en", number: int = 5) -> dict[str, Any]:
        """Put a picture into words: the known names that CLIP takes to be likeliest, which is a rough guide.

        Args:
            image: PNG, JPEG, WebP or GIF.
            language: of the names, such as en or zh.
            number: 1 to 100 names.
        Returns:
            names with their probability.
        """
        if self.models.nearest is None:
            raise ValueError("this checkpoint has no list of names")
        return self.views.words(rgba.open_image(uploaded(image)), self.models.nearest, language, number).report

    @friendly_errors()
    def provenance(self, image: gr.FileData, number: int = 5) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Find the training pictures that are nearest to a picture, with their licences.

        It needs their codes, which `python -m multimodal inspect provenance --train` makes once.

        Args:
            image: PNG, JPEG, WebP or GIF.
            number: 1 to 100 training pictures.
        Returns:
            a PNG, the picture and its matches side by side, and the matches with their distance, the nearest first.
        """
        if not (self.models.folder / FOLDER).is_dir():
            raise ValueError("this checkpoint has no codes of the pictures that it was trained on")
        return self._given(self._view["provenance"](rgba.open_image(uploaded(image)), self.models.folder, number))

    @friendly_errors()
    def styles(self, image: gr.FileData) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Draw a picture again in other styles, such as 3d, flat and line.

        Args:
            image: PNG, JPEG, WebP or GIF.
        Returns:
            a PNG with a transparent background for each style, and which is which.
        """
        return self._given(self._view["styles"](rgba.open_image(uploaded(image))))

    @friendly_errors()
    def codebook(self) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Show every code of the codebook as the patch that it decodes to.

        Returns:
            two PNGs per group, the patches and their map, and per group and style how many codes are in use, and their
            perplexity, over the training pictures.
        """
        return self._given(self.views.codebook(self.models.statistics))

    @friendly_errors()
    def code(self, group: int, code: int) -> tuple[list[gr.FileData], dict[str, Any]]:
        """Show one code of the codebook: its patch, and over the training pictures how often and where it is used.

        Args:
            group: from 1.
            code: from 0.
        Returns:
            a PNG of the patch and of where it stands, and the code's count, rank, share, counts per style, companions in
            the other groups, and the pictures that use it most.
        """
        return self._given(self.views.code(self.models.statistics, group, code))

    def _drawn(
        self, name: str, prompt: str, seed: int, steps: int, guidance_scale: float, **arguments: Any
    ) -> tuple[list[gr.FileData], dict[str, Any]]:
        [prompt] = check_prompts([prompt])
        sampling = {"num_inference_steps": steps, "guidance_scale": guidance_scale, "seed": seed}
        return self._given(self._view[name](prompt, sampling, **arguments))

    def _given(self, view: View) -> tuple[list[gr.FileData], dict[str, Any]]:
        folder = new_folder()
        return [self.served(path) for path in view.save(lambda name: folder / name)], view.report
