"""Train the VQ-VAE's decoder alone: codes with the errors of a DiT → reconstruction loss → save.

Encoder and codebook stay, so that a DiT on their codes stays right. Half of the codes are those of the pictures, noised;
half are what the DiT makes of the pictures when it restores them from noise. So the decoder learns to mend what the DiT
gets slightly wrong (RAE, Zheng et al. 2025, noise the latents; the DiT's own errors are nearer to what will be decoded).
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import gather_object
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from tqdm.auto import tqdm

from multimodal import rgba
from multimodal.checkpoint import WEIGHTS, load_description, save_model
from multimodal.config import DecoderRunConfig
from multimodal.data.captions import load_subjects
from multimodal.data.images import decode_images, fingerprint, load_captioned_images
from multimodal.diffusion import rectified_flow
from multimodal.evaluation.contact_sheets import image_grid
from multimodal.pipeline import TextToImagePipeline
from multimodal.training.loop import Trainer, batch_indices
from multimodal.training.vqvae import encode_indices, reconstruction_losses

RESTORING_STEPS, GUIDANCE_SCALE, BATCH_SIZE = 4, 3.0, 32


def train_decoder(config: DecoderRunConfig, data: Path, out: Path, max_minutes: float, start: Path | None = None) -> None:
    """Train on the captioned pictures at `data`; the checkpoint is `out`/vqvae, the run's state `out`/training/decoder.

    Args:
        start: the checkpoint folder whose VQ-VAE is trained on, and whose DiT restores the pictures.
    Raises:
        ValueError: there is no `start`.
    """
    if not start:
        raise ValueError("the decoder alone needs --from CHECKPOINT, whose encoder and codebook stay as they are")
    accelerator = Accelerator(mixed_precision=config.mixed_precision)
    pipeline = TextToImagePipeline.from_pretrained(start)
    vqvae, device, folder = pipeline.vqvae, accelerator.device, out / "training" / "decoder"
    factor, crop = vqvae.config.downsample_factor, min(config.crop_size, vqvae.config.image_size)
    table = load_captioned_images(data)
    pixels = decode_images(table, vqvae.config.image_size)  # (N, 4, S, S) uint8
    prompts = [f"{one.name('en')}, {one.style} style" if one.style else one.name("en") for one in load_subjects(table)]
    data_fingerprint = fingerprint(pixels, prompts)
    clean = encode_indices(vqvae, pixels, device).to(torch.int16)  # (N, groups, h, w)
    restored = load_or_restore(folder / "restored.safetensors", config, pipeline, clean, prompts, start, accelerator)
    trainer = Trainer(config, vqvae.decoder, folder, accelerator, data_fingerprint)

    def crops(codes: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """A random crop of each picture: its codes, (B, groups, c / f, c / f), and its pixels, (B, 4, c, c) in [-1, 1]."""
        corners = torch.randint((pixels.shape[-1] - crop) // factor + 1, (len(rows), 2)).tolist()
        places = list(zip(rows.tolist(), corners, strict=True))
        cut = [codes[row, :, y:, x:][:, : crop // factor, : crop // factor] for row, (y, x) in places]
        images = [pixels[row, :, factor * y :, factor * x :][:, :crop, :crop] for row, (y, x) in places]
        return torch.stack(cut).to(device, torch.int64), rgba.from_uint8(torch.stack(images).to(device))

    def loss(model: nn.Module, step: int) -> dict[str, Tensor]:
        rows = batch_indices(len(pixels), config.batch_size, step, config.seed, accelerator)
        use_restored = torch.rand(()) < config.restored_fraction
        codes, images = crops(restored if use_restored else clean, rows)
        if not use_restored:
            codes = noised(pipeline, codes, config.latent_noise)
        return reconstruction_losses(model(vqvae.quantizer.lookup(codes)), images, config)

    def sample(model: nn.Module) -> Image.Image:
        rows = torch.arange(0, len(pixels), max(1, len(pixels) // 16))[:16]
        decoded = model(vqvae.quantizer.lookup(restored[rows].to(device, torch.int64)))
        pairs = torch.stack([rgba.from_uint8(pixels[rows]), decoded.cpu()], dim=1).flatten(0, 1)
        return image_grid([rgba.to_image(picture) for picture in pairs], columns=8)

    def export(model: nn.Module, training: dict[str, Any]) -> None:
        whole = copy.deepcopy(vqvae)
        whole.decoder.load_state_dict(model.state_dict())  # the averaged weights, where `vqvae` has those that learn
        save_model(out / "vqvae", whole, whole.config, training)

    trainer.run(loss, max_minutes=max_minutes, sample=sample, export=export)


def noised(pipeline: TextToImagePipeline, codes: Tensor, noise: float) -> Tensor:
    """(B, groups, h, w) codes of their latents with Gaussian noise; each picture's deviation is uniform in 0 … `noise`."""
    latents = pipeline.vqvae.lookup(codes)
    strength = noise * torch.rand(len(codes), 1, 1, 1, device=codes.device)
    return pipeline.vqvae.quantize(latents + strength * torch.randn_like(latents))


def load_or_restore(
    path: Path,
    config: DecoderRunConfig,
    pipeline: TextToImagePipeline,
    codes: Tensor,
    prompts: list[str],
    start: Path,
    accelerator: Accelerator,
) -> Tensor:
    """`restore` for all pictures, shared among the processes, once: the result is kept at `path`."""
    checksums = [load_description(start / part)["sha256"][WEIGHTS] for part in ("vqvae", "dit")]
    key = f"{checksums} {fingerprint(codes, prompts)} {config.restored_time} {config.seed}"
    if path.exists():
        with safe_open(path, "pt") as file:
            if file.metadata().get("key") == key:
                return file.get_tensor("codes")
    own = torch.arange(accelerator.process_index, len(codes), accelerator.num_processes)
    batches = tqdm(own.split(BATCH_SIZE), desc="restoring", disable=not accelerator.is_local_main_process)
    with accelerator.autocast():
        found = [
            (rows, restore(pipeline, codes[rows], [prompts[k] for k in rows], config, int(rows[0]))) for rows in batches
        ]
    restored = torch.empty_like(codes)
    for rows, their in gather_object(found):
        restored[rows] = their
    if accelerator.is_main_process:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({"codes": restored}, path.with_suffix(".tmp"), metadata={"key": key})
        path.with_suffix(".tmp").rename(path)
    return restored


@torch.no_grad()
def restore(
    pipeline: TextToImagePipeline, codes: Tensor, prompts: list[str], config: DecoderRunConfig, seed: int
) -> Tensor:
    """What the DiT makes of (B, groups, h, w) codes, noised to a random time below `restored_time`; on the CPU, int16."""
    x0 = pipeline.vqvae.lookup(codes.long().to(pipeline.device))
    noise = pipeline.make_noise([config.seed + seed + k for k in range(len(codes))])
    start = config.restored_time * float(torch.rand((), generator=torch.Generator().manual_seed(seed)).clamp(min=0.2))
    latents = rectified_flow.interpolate(x0, noise, torch.full((len(x0),), start, device=x0.device))
    velocity, _ = pipeline.prompt_velocity(prompts, "", GUIDANCE_SCALE)
    latents = pipeline.sample_latents(velocity, latents, RESTORING_STEPS, start=start)
    return pipeline.vqvae.quantize(latents.float()).to("cpu", torch.int16)
