"""Contact sheets: what the model makes of lists of prompts, for people to look at.

python -m multimodal.evaluation.contact_sheets
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from multimodal.arguments import DEFAULT_GUIDANCE, DEFAULT_STEPS
from multimodal.evaluation.composition import PROMPTS, load_cases
from multimodal.evaluation.sampling import Sampling
from multimodal.pipeline import TextToImagePipeline
from multimodal.sheets import image_grid
from multimodal.subsets import spread

COLUMNS = 12
MANY_STEPS = 24


def write_contact_sheets(pipeline: TextToImagePipeline, folder: Path, sampling: Sampling, limit: int | None = None) -> None:
    """A sheet `NAME.webp` for each list of prompts, and a `README.md` that says which prompts they show.

    The known names have a second one, with `MANY_STEPS` steps.

    Args:
        limit: use so many prompts of each list only, spread evenly.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = ", ".join(f"{name} {value}" for name, value in sampling.settings().items())
    settings += f" (known {MANY_STEPS} steps: {MANY_STEPS})"
    lines = ["# Contact sheets", "", f"Made by the bundled model: {settings}. Row by row, nothing left out:"]
    sheets = {path.stem: (path.stem, sampling) for path in sorted(PROMPTS.glob("*.csv"))}
    sheets[f"known_{MANY_STEPS}_steps"] = "known", dataclasses.replace(sampling, num_inference_steps=MANY_STEPS)
    for name, (kind, how) in sheets.items():
        prompts = [case.prompt for case in spread(load_cases(kind), limit)]
        image_grid(how.generate(pipeline, prompts, name), COLUMNS).save(folder / f"{name}.webp", quality=90)
        lines += ["", f"## {name.replace('_', ' ')}", "", f"![{name}]({name}.webp)", ""]
        lines += [f"{k // COLUMNS + 1}. " + " · ".join(prompts[k : k + COLUMNS]) for k in range(0, len(prompts), COLUMNS)]
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the contact sheets of the model card.")
    parser.add_argument("--checkpoint", default="checkpoints/emoji")
    parser.add_argument("--out", type=Path, default=Path("assets/contact_sheets"))
    parser.add_argument("--steps", type=int, default=DEFAULT_STEPS)
    parser.add_argument("--guidance-scale", type=float, default=DEFAULT_GUIDANCE)
    arguments = parser.parse_args()
    sampling = Sampling(arguments.steps, arguments.guidance_scale, seed=1)
    write_contact_sheets(TextToImagePipeline.from_pretrained(arguments.checkpoint), arguments.out, sampling)


if __name__ == "__main__":
    main()
