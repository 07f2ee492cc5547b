"""The map: prompt → CLIP text encoder → DiT (rectified flow) → VQ-VAE decoder → RGBA pictures."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from pathlib import Path

import torch
from accelerate import PartialState, cpu_offload
from PIL import Image
from torch import Tensor

from multimodal import rgba
from multimodal.arguments import (
    DEFAULT_GUIDANCE,
    DEFAULT_SAMPLER,
    DEFAULT_STEPS,
    MAX_STEPS,
    check_choice,
    check_images,
    check_indices,
    check_number,
    check_prompts,
    check_sampling,
    check_seeds,
    check_start,
    clean_prompt,
)
from multimodal.checkpoint import checkpoint_id, load_parts
from multimodal.collage.layout import SEARCH_STEPS, Layout, put_together
from multimodal.diffusion import rectified_flow
from multimodal.diffusion.samplers import SAMPLERS, Callback, SamplerStep, Velocity, guided, inpainting, weighted
from multimodal.hub import find_checkpoint
from multimodal.lettering import check_words, left_out, write
from multimodal.metrics import psnr_on_white
from multimodal.models.code_search import search_codes
from multimodal.models.dit import Condition, DiT
from multimodal.models.restyler import Restyler
from multimodal.models.text_encoder import CLIPTextEncoder
from multimodal.models.vqvae import VQVAE
from multimodal.outputs import PipelineCallback, PipelineStep, ReconstructionOutput, TextToImageOutput
from multimodal.reading.names import Names
from multimodal.reading.prompts import Reading, in_styles, read_prompts, style_choices
from multimodal.reading.syntax import MIXED, WeightedPart, expand, parse_weights
from multimodal.restyling import find_restyler, restyle
from multimodal.upscaling import Upscaler
from multimodal.word_lists import names_in


class TextToImagePipeline:
    """Text-to-image with the models of one checkpoint folder; one call at a time uses them, others wait for it."""

    def __init__(
        self,
        text_encoder: CLIPTextEncoder,
        dit: DiT,
        vqvae: VQVAE,
        offload: bool = False,
        names: Names | None = None,
        upscaler: Upscaler | None = None,
        restyler: Restyler | None = None,
        model_id: str = "",
    ) -> None:
        self.device = PartialState().device  # CUDA where there is one, else MPS, else CPU
        self.text_encoder, self.dit, self.vqvae = text_encoder, dit, vqvae
        for model in (text_encoder, dit, vqvae):
            if offload and model is not text_encoder and self.device.type == "cuda":  # it reads weights past the hooks
                cpu_offload(model, self.device)
            else:
                model.to(self.device)
        self.names, self.upscaler = names or Names(), upscaler  # by which prompts are read, and what enlarges pictures
        self.restyler = restyler.to(self.device) if restyler else None
        self.model_id = model_id  # the checkpoint's name and hash
        self.lock = threading.RLock()  # a callback may ask for more

    @classmethod
    def from_pretrained(cls, folder: str | Path, offload: bool = False) -> TextToImagePipeline:
        """Load the parts of a checkpoint folder: clip, or the text encoder that the DiT names, dit, vqvae and others.

        Args:
            folder: a checkpoint folder, or `user/name` on the hub; a path under checkpoints/ is never looked up there.
            offload: keep the weights of the DiT and the VQ-VAE in main memory, and bring each to the GPU when it is used.
        Raises:
            CheckpointError: a part is missing, damaged, or does not fit the others; HubError: there is no such checkpoint.
        """
        name, folder = Path(folder).absolute().name, find_checkpoint(folder)
        encoder, dit, vqvae = load_parts(folder)
        restyler = find_restyler(folder)
        names = names_in(folder, encoder.embed, restyler.config.sources_by_style if restyler else None)
        upscaler, model_id = Upscaler.from_pretrained(folder), checkpoint_id(name, folder)
        return cls(encoder, dit, vqvae, offload, names, upscaler, restyler, model_id)

    @torch.inference_mode()
    def __call__(
        self,
        prompt: str | Sequence[str],
        negative_prompt: str = "",
        num_inference_steps: int = DEFAULT_STEPS,
        guidance_scale: float = DEFAULT_GUIDANCE,
        seed: int | Sequence[int] = 0,
        num_images_per_prompt: int = 1,
        sampler: str = DEFAULT_SAMPLER,
        callback: PipelineCallback | None = None,
        image: Image.Image | Tensor | None = None,
        strength: float | None = None,
        mask: Image.Image | Tensor | None = None,
        interpret: bool = True,
        style: str = MIXED,
    ) -> TextToImageOutput:
        """Make pictures from prompts.

        Picture k of a call is the picture that seed + k makes alone, on any device, within rounding.

        Args:
            prompt: what the pictures show, in any of the 12 languages; or a list of prompts. {red|green} makes a prompt of
                each choice. (word:1.3) gives words a weight, 0 … 3: how much of the difference that they make to the
                velocity is added (see `weighted`). What is in "quotes" is written on the picture, which is larger then
                (see `lettering.write`).
            negative_prompt: what guidance leads away from.
            num_inference_steps: 1 … 100.
            guidance_scale: 0 … 20; 1 is no guidance, more follows the prompt more closely.
            seed: 0 … 2**32 - 1; or one for each picture.
            num_images_per_prompt: 1 … 16.
            sampler: a key of `SAMPLERS`.
            callback: called after each step with a `PipelineStep`; where it returns False, sampling stops.
            image: a picture to start from instead of noise (SDEdit, Meng et al. 2022), or its (groups, h, w) indices.
            strength: 0 … 1 (0.6, with a mask 1): the time up to which `image` is noised; so many fewer steps are made.
            mask: where `image` is drawn anew, as a picture of the size of `image` (white there), or an (h, w) grid (True
                there). Elsewhere the codebook indices of `image` stay exactly as they are.
            interpret: draw what a prompt asks for by names that the model learnt, several things, colours and unseen styles
                one by one, and put them together (`read_prompt`); with an `image` one thing. Otherwise as the prompt says.
            style: of prompts that say none: one of `style_choices`; MIXED gives each seed another that suits, where prompts
                are interpreted, and none with an `image`, which has its own.
        Raises:
            ValueError: a prompt is empty or an argument out of its range.
            SamplingCancelled: the callback returned False.
        """
        repeats = check_images(num_images_per_prompt)
        given = check_prompts([prompt] if isinstance(prompt, str) else prompt)
        prompts = [choice for one in given for choice in check_prompts(expand(one)) for _ in range(repeats)]
        seeds = check_seeds(seed, len(prompts))
        negative_prompt = clean_prompt(negative_prompt)
        check_sampling(num_inference_steps, guidance_scale)
        start = check_start(image is not None, mask is not None, strength)
        check_choice("sampler", sampler, SAMPLERS)
        check_choice("style", style, style_choices(self.names))
        style = "" if style == MIXED and (image is not None or not interpret) else style

        def report(step: SamplerStep) -> bool | None:
            step = PipelineStep(**vars(step), preview=lambda: self.decode_things(step.denoised, layouts))
            return callback and callback(step)

        with self.lock:
            prompts = check_prompts(in_styles(prompts, style, seeds, self.names))
            readings = read_prompts(prompts, self.names, image is None) if interpret else [*map(Reading.literal, prompts)]
            check_words(*(reading.written for reading in readings))
            layouts = [reading.layout for reading in readings]
            drawn = [(thing.prompt, seed) for layout, seed in zip(layouts, seeds, strict=True) for thing in layout.things]
            velocity = self.prompt_velocity([text for text, _ in drawn], negative_prompt, float(guidance_scale))
            latents = noise = self.make_noise([seed for _, seed in drawn])
            if image is not None:
                original, size = self.indices_of(image), self.vqvae.config.image_size
                redrawn = rgba.mask_grid(mask, image, size, noise.shape[-1]).to(self.device)  # (h, w)
                x0 = self.vqvae.lookup(original).expand_as(noise)
                latents = rectified_flow.interpolate(x0, noise, start)
                velocity = inpainting(velocity, x0, noise, redrawn)
            latents = self.sample_latents(velocity, latents, num_inference_steps, sampler, report, start)
            codebook_indices = self.compose(latents, layouts, min(int(num_inference_steps), SEARCH_STEPS))
            if image is not None:
                codebook_indices = torch.where(redrawn, codebook_indices, original)
            images = rgba.to_images(self.vqvae.decode_indices(codebook_indices))
        pairs = zip(images, readings, strict=True)
        images = [write(image, one.written, self.upscaler, one.is_board) for image, one in pairs]
        dropped = [self.dropped_words([*reading.prompts, negative_prompt]) for reading in readings[::repeats]]
        renamed = [dict(reading.renamed) | left_out(reading.written) for reading in readings[::repeats]]
        return TextToImageOutput(images, codebook_indices.cpu(), prompts, seeds, dropped, renamed, self.model_id)

    def compose(self, latents: Tensor, layouts: Sequence[Layout], search_steps: int) -> Tensor:
        """The codebook indices of pictures, from those of their things; searched for, if put together."""
        firsts = itertools.accumulate((len(layout.things) for layout in layouts[:-1]), initial=0)
        codebook_indices = self.vqvae.quantize(latents[list(firsts)])
        if composed := [row for row, layout in enumerate(layouts) if not layout.as_drawn]:
            pictures = self.decode_things(latents, layouts)
            images = torch.stack([rgba.to_tensor(pictures[row], pictures[row].width) for row in composed]).to(self.device)
            codebook_indices[composed] = search_codes(self.vqvae, images, search_steps)
        return codebook_indices

    @torch.inference_mode()
    def decode_things(self, latents: Tensor, layouts: Sequence[Layout]) -> list[Image.Image]:
        """Pictures, put together of things that are decoded and, where they are to have another style, restyled."""
        things = rgba.to_images(self.vqvae.decode(latents))
        if self.restyler:
            things = restyle(self.restyler, things, [thing.style for layout in layouts for thing in layout.things])
        return put_together(things, layouts)

    def dropped_words(self, prompts: Sequence[str]) -> str:
        """The words of prompts that do not fit into the text encoder's context, or ""."""
        tokens = self.text_encoder.tokenize([parse_weights(prompt).text for prompt in prompts])
        return " ".join(filter(None, dict.fromkeys(tokens.dropped)))

    def encode_prompt(self, prompts: list[str]) -> Condition:
        """What the DiT is told of B prompts."""
        return self.dit.condition(*self.text_encoder(prompts))

    def prompt_velocity(self, prompts: list[str], negative_prompt: str, guidance_scale: float) -> Velocity:
        """The velocity field that leads to pictures of B prompts."""
        if not negative_prompt and 1 <= guidance_scale <= self.dit.config.max_guidance_scale:  # in one run of the DiT
            return self.weighted_velocity(prompts, guidance_scale)
        velocity, negative = self.weighted_velocity(prompts), self.weighted_velocity([negative_prompt])
        return guided(velocity, negative, guidance_scale, self.dit.config.guidance_interval)

    def weighted_velocity(self, prompts: list[str], guidance_scale: float = 1.0) -> Velocity:
        """The velocity field of B prompts, with the guidance that the DiT knows; each (word:1.3) takes it once more."""
        parsed = [parse_weights(prompt) for prompt in prompts]
        condition = self.encode_prompt([prompt.text for prompt in parsed])
        parts = []
        for k in range(max(len(prompt.parts) for prompt in parsed)):
            kth = [prompt.parts[k] if k < len(prompt.parts) else WeightedPart(prompt.text, 1.0) for prompt in parsed]
            without = self.encode_prompt([part.without for part in kth])
            weights = torch.tensor([part.weight for part in kth], device=self.device)
            parts.append((self.dit_velocity(without, guidance_scale), weights))
        return weighted(self.dit_velocity(condition, guidance_scale), parts)

    def sample_latents(
        self,
        velocity: Velocity,
        latents: Tensor,
        num_inference_steps: int,
        sampler: str = DEFAULT_SAMPLER,
        callback: Callback | None = None,
        start: float = 1.0,
    ) -> Tensor:
        """(B, latent_channels, h, w) latents at time `start` → clean ones, by following a velocity field to t = 0.

        So many steps are those of the whole path: from a `start` of 0.5 half of them are made, at least one.
        """
        return SAMPLERS[sampler](velocity, latents, max(1, round(num_inference_steps * start)), callback, start)

    def dit_velocity(self, condition: Condition, guidance_scale: float = 1.0) -> Velocity:
        """The DiT's velocity field v(latents, t) under one prompt or B; the scale holds in its guidance_interval."""

        def velocity(latents: Tensor, t: Tensor) -> Tensor:
            batch = Condition(*(x.expand(len(latents), *x.shape[1:]) for x in condition))
            low, high = self.dit.config.guidance_interval
            scale = torch.where((low <= t) & (t <= high), guidance_scale, 1.0)
            return self.dit.velocity(latents, t, batch, scale)

        return velocity

    def make_noise(self, seeds: list[int]) -> Tensor:
        """(B, latent_channels, h, w) standard normal noise, each picture's from its own generator on the CPU."""
        shape = (self.dit.config.latent_channels, *[self.dit.config.latent_size] * 2)
        noise = [torch.randn(shape, generator=torch.Generator().manual_seed(int(seed))) for seed in seeds]
        return torch.stack(noise).to(self.device)

    def indices_of(self, image: Image.Image | Tensor) -> Tensor:
        """The (1, groups, h, w) codebook indices of a picture; or (groups, h, w) indices as these, checked."""
        if isinstance(image, Image.Image):
            picture = rgba.to_tensor(image, self.vqvae.config.image_size)[None].to(self.device)
            return self.vqvae.quantize(self.vqvae.encode(picture))
        size = self.dit.config.latent_size
        if image.shape[1:] != (size, size):
            raise ValueError(f"codebook_indices must be a grid of {size} x {size}")
        return check_indices(image[None], self.vqvae.config).to(self.device)

    @torch.inference_mode()
    def encode_image(self, image: Image.Image) -> Tensor:
        """The (groups, h, w) codebook indices of a picture of any size and mode, fitted into the model's square."""
        with self.lock:
            return self.indices_of(image)[0].cpu()

    @torch.inference_mode()
    def reconstruct(self, image: Image.Image, search_steps: int = 0) -> ReconstructionOutput:
        """Send a picture of any size and mode through the VQ-VAE; it is fitted into the model's square first.

        Args:
            search_steps: 0 … 100; above 0, search for codes that are better than the encoder's (see `search_codes`).
        """
        check_number("search_steps", search_steps, 0, MAX_STEPS, whole=True)
        fitted = rgba.fit_square(image, self.vqvae.config.image_size)
        original = rgba.from_uint8(rgba.to_pixels(fitted))
        with self.lock:
            codebook_indices = search_codes(self.vqvae, original[None].to(self.device), int(search_steps))
            reconstruction = self.vqvae.decode_indices(codebook_indices)[0].cpu()
        return ReconstructionOutput(
            image=rgba.to_image(reconstruction),
            original=fitted.convert("RGBA"),
            codebook_indices=codebook_indices[0].cpu(),
            psnr=psnr_on_white(reconstruction[None], original[None]).item(),
            num_bytes=self.vqvae.config.bytes_per_image,
        )

    @torch.inference_mode()
    def decode_codebook_indices(self, codebook_indices: Tensor) -> list[Image.Image]:
        """Pictures of (B, groups, h, w) indices. Raises ValueError where the shape is another, or an index is none."""
        codebook_indices = check_indices(codebook_indices, self.vqvae.config)
        with self.lock:
            return rgba.to_images(self.vqvae.decode_indices(codebook_indices.to(self.device)))
