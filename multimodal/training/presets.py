"""The run configs by name: `tiny` for tests (seconds), `cpu` for two cores and an afternoon, `gpu` for one large GPU.

`base` is for several of them: 256 pixels and a pretrained CLIP. `lora` teaches a few new pictures to a trained DiT,
`distill` to do in one pass a step what guidance does in two.
"""

from __future__ import annotations

from typing import Any

from multimodal.config import (
    CLIPConfig,
    DiTConfig,
    JudgeConfig,
    RestylerConfig,
    SuperResolutionConfig,
    TextEncoderConfig,
    VQVAEConfig,
)
from multimodal.training.run_config import (
    CLIPRunConfig,
    DiTRunConfig,
    JudgeRunConfig,
    RestylerRunConfig,
    RunConfig,
    SuperResolutionRunConfig,
    VQVAERunConfig,
)

_TINY: dict[str, Any] = {"steps": 4, "batch_size": 4, "warmup_steps": 1, "log_every": 1, "sample_every": 2, "save_every": 2}
_TINY_VQVAE = VQVAEConfig(
    image_size=32, widths=(8, 8, 16), encoder_blocks=1, decoder_blocks=1, codebook_size=16, codebook_dim=4
)
_TINY_CLIP = CLIPConfig(
    embed_dim=16, image_size=32, vision_width=32, vision_layers=1, text_width=32, text_layers=2, text_heads=2,
    context_length=24, vocab_size=512,
)  # fmt: skip
_TINY_DIT = DiTConfig(
    latent_size=4, patch_size=2, hidden_size=32, depth=2, num_heads=2, num_registers=1, context_dim=32, pooled_dim=16,
    mean_width=24, mean_depth=1, translator_width=8,
)  # fmt: skip
_GPU: dict[str, Any] = {"mixed_precision": "bf16", "compile": True, "save_every": 1000}

PRESETS: dict[str, dict[str, RunConfig]] = {
    "vqvae": {
        "tiny": VQVAERunConfig(**_TINY, model=_TINY_VQVAE, crop_size=16),
        "cpu": VQVAERunConfig(steps=4600, batch_size=16, learning_rate=1.5e-3),
        "gpu": VQVAERunConfig(
            **_GPU, steps=20_000, batch_size=128, learning_rate=1e-3, crop_size=128,
            model=VQVAEConfig(widths=(64, 128, 256), encoder_blocks=2, decoder_blocks=4),
        ),
        "base": VQVAERunConfig(
            **_GPU, steps=50_000, batch_size=128, learning_rate=5e-4, crop_size=128,
            model=VQVAEConfig(image_size=256, widths=(64, 128, 256), encoder_blocks=2, decoder_blocks=4),
        ),
    },
    "clip": {
        "tiny": CLIPRunConfig(**_TINY, model=_TINY_CLIP),
        "cpu": CLIPRunConfig(steps=3000, batch_size=96, learning_rate=1e-3),
        "gpu": CLIPRunConfig(
            **_GPU, steps=8000, batch_size=1024, learning_rate=1e-3, model=CLIPConfig(text_layers=6, vision_layers=6)
        ),
    },
    "dit": {
        "tiny": DiTRunConfig(
            **_TINY, model=_TINY_DIT, num_composites=8, mean=RunConfig(**_TINY), translator=RunConfig(**_TINY)
        ),
        "cpu": DiTRunConfig(steps=12_000, batch_size=64, learning_rate=2e-3, num_composites=6144),
        "gpu": DiTRunConfig(
            **_GPU, steps=7000, batch_size=1024, learning_rate=1e-3, num_composites=65_536,
            model=DiTConfig(patch_size=2, hidden_size=384, depth=12, num_heads=6, refiner_depth=2),
        ),
        "base": DiTRunConfig(
            **_GPU, steps=200_000, batch_size=1024, learning_rate=5e-4, num_composites=65_536, gradient_checkpointing=True,
            model=DiTConfig(
                latent_size=32, patch_size=2, hidden_size=768, depth=12, num_heads=12, refiner_depth=2, mean_width=1024,
                context_dim=512, pooled_dim=512,
                text_encoder=TextEncoderConfig("open_clip", "ViT-B-32", "laion2b_s34b_b79k"),
            ),
        ),
        "lora": DiTRunConfig(
            steps=500, batch_size=32, learning_rate=2e-3, lora_rank=8, rehearsal_fraction=0.5, num_composites=0,
            warmup_steps=20, ema_decay=0.98, weight_decay=0.0, sample_every=1000,
            mean=RunConfig(steps=300, batch_size=64, learning_rate=2e-3, warmup_steps=20, ema_decay=0.98, weight_decay=0.0),
        ),
        "distill": DiTRunConfig(
            steps=2000, batch_size=64, learning_rate=5e-4, guidance_distillation=8.0, pooled_noise=0.0,
            mean=RunConfig(steps=0),
        ),
    },
    "judge": {
        "tiny": JudgeRunConfig(**_TINY, model=JudgeConfig(image_size=32, widths=(8, 16), embed_dim=8), smallest_size=16),
        "cpu": JudgeRunConfig(),
        "gpu": JudgeRunConfig(
            mixed_precision="bf16", steps=9000, batch_size=256, smallest_size=48,
            model=JudgeConfig(image_size=96, widths=(96, 192, 384), embed_dim=256),
        ),
    },
    "super_resolution": {
        "tiny": SuperResolutionRunConfig(
            **_TINY, model=SuperResolutionConfig(width=8, depth=1), image_size=32, crop_size=16
        ),
        "cpu": SuperResolutionRunConfig(),
    },
    "restyler": {
        "tiny": RestylerRunConfig(**_TINY, model=RestylerConfig(widths=(8, 16)), image_size=32),
        "cpu": RestylerRunConfig(),
        "gpu": RestylerRunConfig(mixed_precision="bf16", steps=20_000, batch_size=128),
    },
}  # fmt: skip
