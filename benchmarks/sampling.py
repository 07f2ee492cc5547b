"""How long a picture takes, and what takes the time: python -m benchmarks.sampling [--pictures 4]

Machines are noisy, so the last column is what counts: each time as a ratio to the first row's, all from one run.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from multimodal import TextToImagePipeline
from multimodal.arguments import DEFAULT_SAMPLER
from multimodal.hub import CHECKPOINT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT)
    parser.add_argument("--pictures", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    pipeline = TextToImagePipeline.from_pretrained(args.checkpoint)

    def sample(steps: int, sampler: str, prompt: str = "a red apple") -> Callable[[], object]:
        return lambda: pipeline(prompt, num_images_per_prompt=args.pictures, num_inference_steps=steps, sampler=sampler)

    @torch.inference_mode()
    def encode_prompt() -> object:
        return pipeline.encode_prompt(["a red apple"])

    @torch.inference_mode()
    def decode() -> object:
        return pipeline.vqvae.decode(pipeline.make_noise(list(range(args.pictures))))

    measured = [(DEFAULT_SAMPLER, 8), (DEFAULT_SAMPLER, 4), (DEFAULT_SAMPLER, 24), ("heun", 4)]
    cases: dict[str, Callable[[], object]] = {
        f"{sampler}, {steps} steps": sample(steps, sampler) for sampler, steps in measured
    }
    cases |= {prompt: sample(4, DEFAULT_SAMPLER, prompt) for prompt in ("a blue apple", "a cat in a top hat")}
    cases |= {"text encoder": encode_prompt, "decoder": decode}
    print(f"{args.pictures} picture(s) on {pipeline.device}, {torch.get_num_threads()} threads, median of {args.repeats}")
    first = 0.0
    for name, run in cases.items():
        seconds = median_seconds(run, args.repeats)
        first = first or seconds
        print(f"{name:32} {seconds:8.3f} s  {seconds / first:6.2f}")


def median_seconds(run: Callable[[], object], repeats: int) -> float:
    run()  # warm
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


if __name__ == "__main__":
    main()
