"""What training would take on many GPUs: python -m benchmarks.scale [--preset base] [--tflops 300]

Measured here, in less than a minute: how fast pictures are opened and encoded, and the gradients of a DiT are taken.
Counted: the floating-point operations of each, and the bytes of a picture in the latent cache. One assumption makes hours
of them: what a GPU sustains (`--tflops`), on all of it, however many there are. An H100 has 989 on paper (dense bfloat16).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from multimodal import rgba
from multimodal.models.dit import DiT
from multimodal.models.vqvae import CHANNELS, VQVAE
from multimodal.training.plan import count_parameters
from multimodal.training.presets import PRESETS
from multimodal.training.run_config import DiTRunConfig, VQVAERunConfig
from multimodal.training.vqvae import reconstruction_losses

PICTURES = sorted((Path(__file__).resolve().parent.parent / "assets" / "training_examples").glob("*.png"))
COUNTS, GPUS = (1_000_000, 100_000_000), (1, 8, 64)
PROMPT = 77  # tokens; every sample has its prompt encoded
TEXT_TOWER = (12, 512)  # layers and width of the one that comes with a CLIP ViT-B
META = torch.device("meta")  # where shapes are computed, and nothing else


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="base", choices=["cpu", "gpu", "base"])
    parser.add_argument("--tflops", type=float, default=300, help="what one GPU is assumed to sustain, in TFLOP/s")
    parser.add_argument("--batch-size", type=int, default=1, help="of what is measured; more, on a GPU")
    args = parser.parse_args()
    vqvae, dit = PRESETS["vqvae"][args.preset], PRESETS["dit"][args.preset]
    assert isinstance(vqvae, VQVAERunConfig)
    assert isinstance(dit, DiTRunConfig)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    size, samples = vqvae.model.image_size, dit.steps * dit.batch_size

    cached = vqvae.model.groups * vqvae.model.latent_size**2 * torch.int16.itemsize
    encode, learn, text = count_flops(encoding(vqvae, META)), count_flops(learning(dit, META)), prompt_flops(*TEXT_TOWER)
    fit = count_flops(fitting(vqvae, torch.device("cpu")))  # whose autocast META lacks
    millions = count_parameters(dit.model) / 1e6
    print(f"Preset {args.preset}: {size} × {size} pixels, a DiT of {millions:.0f} M weights")
    print(f"\n| Piece | Counted | Measured on one {'GPU' if device.type == 'cuda' else 'core'} |\n| --- | --- | --- |")
    opened = per_second(lambda: [rgba.fit_pixels(rgba.open_image(path), size) for path in PICTURES], len(PICTURES))
    print(f"| opening a picture | | {opened:.0f} pictures/s |")
    print(f"| a picture in the latent cache | {cached:,} bytes | |")
    for name, counted, run in (
        ("encoding a picture", encode, encoding(vqvae, device, args.batch_size)),
        ("gradients of the DiT for a sample", learn, learning(dit, device, args.batch_size)),
    ):
        rate = per_second(run, args.batch_size)
        print(f"| {name} | {counted / 1e9:.3g} GFLOP | {rate:.2g} /s, {rate * counted / 1e12:.2g} TFLOP/s |")
    print(f"| its prompt through the text encoder | {text / 1e9:.3g} GFLOP | |")
    print(f"| gradients of the VQ-VAE for a crop | {fit / 1e9:.3g} GFLOP | |")

    print(f"\nAssumed: {args.tflops:.0f} TFLOP/s per GPU. The DiT sees {samples:,} samples, in {dit.steps:,} steps.")
    print("\n| Pictures | Cache | GPUs | VQ-VAE | Encoding | DiT, an epoch | DiT, all steps |\n|" + " --- |" * 7)
    for count in COUNTS:
        work = (vqvae.steps * vqvae.batch_size * fit, count * encode, count * (learn + text), samples * (learn + text))
        for gpus in GPUS:
            times = " | ".join(duration(flops / (gpus * args.tflops * 1e12)) for flops in work)
            size_on_disk = f"{count // 10**6} M | {count * cached / 1e9:.0f} GB"
            print(f"| {size_on_disk} | {gpus} | {times} ({samples / count:.3g} epochs) |")


def encoding(config: VQVAERunConfig, device: torch.device, batch_size: int = 1) -> Callable[[], Tensor]:
    """Makes pictures into codebook indices."""
    with device:
        vqvae = VQVAE(config.model)
        images = torch.zeros(batch_size, CHANNELS, config.model.image_size, config.model.image_size)
    return torch.no_grad()(lambda: vqvae.quantize(vqvae.encode(images)))


def fitting(config: VQVAERunConfig, device: torch.device, batch_size: int = 1) -> Callable[[], None]:
    """Takes the gradients of the VQ-VAE for some crops."""
    with device:
        vqvae = VQVAE(config.model)
        crops = torch.zeros(batch_size, CHANNELS, config.crop_size, config.crop_size)
    return lambda: sum(reconstruction_losses(vqvae(crops).images, crops).values()).backward()  # type: ignore[union-attr]


def learning(config: DiTRunConfig, device: torch.device, batch_size: int = 1) -> Callable[[], None]:
    """Takes the gradients of the DiT for some samples, in bfloat16 where there is a GPU."""
    model = config.model
    with device:
        dit = DiT(model).train()
        latents = torch.zeros(batch_size, model.latent_channels, model.latent_size, model.latent_size)
        context, pooled = torch.zeros(batch_size, PROMPT, model.context_dim), torch.zeros(batch_size, model.pooled_dim)
        t, mask = torch.ones(batch_size), torch.ones(batch_size, PROMPT, dtype=torch.bool)
    dit.mean_predictor.requires_grad_(False)
    dit.gradient_checkpointing = config.gradient_checkpointing

    def step() -> None:
        with torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else nullcontext():
            dit(latents, t, context, mask, pooled).square().mean().backward()

    return step


def prompt_flops(layers: int, width: int) -> int:
    """Of a prompt through a transformer: 12 width² weights per layer, and attention, two operations each."""
    return 2 * layers * PROMPT * (12 * width**2 + 2 * PROMPT * width)


def count_flops(run: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops()


def per_second(run: Callable[[], object], count: int, seconds: float = 3.0) -> float:
    """How many are done in a second of a GPU or of a core, of which a run does `count`."""
    on_gpu = torch.cuda.is_available()
    clock = time.perf_counter if on_gpu else time.process_time  # the latter stops while other programs have the core
    run()  # warm
    start, runs = clock(), 0
    while clock() - start < seconds:
        run()
        runs += 1
        if on_gpu:
            torch.cuda.synchronize()
    return runs * count / (clock() - start)


def duration(seconds: float) -> str:
    unit, length = next(((u, s) for u, s in (("days", 86400), ("h", 3600), ("min", 60)) if seconds >= 2 * s), ("s", 1))
    return f"{seconds / length:.0f} {unit}" if seconds >= 10 * length else f"{seconds / length:.1f} {unit}"


if __name__ == "__main__":
    main()
