"""Sheets of pictures, and the list of what they show."""

from pathlib import Path

import pytest
from PIL import Image

from multimodal.arguments import DEFAULT_STEPS
from multimodal.data.phrases import STYLES
from multimodal.evaluation.composition import PROMPTS, load_cases
from multimodal.evaluation.contact_sheets import COLUMNS, MANY_STEPS, write_contact_sheets
from multimodal.evaluation.sampling import Sampling
from multimodal.reading.syntax import split_style, style_name
from multimodal.subsets import spread
from multimodal.word_lists import STYLES_FILE, load_lists


def test_every_list_of_prompts_has_a_sheet_and_its_prompts_stand_below(
    tmp_path: Path, fake_pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[int] = []
    generate = Sampling.generate
    monkeypatch.setattr(Sampling, "generate", lambda self, *a: steps.append(self.num_inference_steps) or generate(self, *a))
    pipeline = fake_pipeline(lambda prompt: Image.new("RGBA", (8, 8), "red"))
    write_contact_sheets(pipeline, tmp_path, Sampling(seed=1), limit=COLUMNS + 1)
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    for path in PROMPTS.glob("*.csv"):
        sheet = Image.open(tmp_path / f"{path.stem}.webp").convert("RGB")
        assert sheet.size == (COLUMNS * 12 + 4, 2 * 12 + 4)
        assert sheet.getpixel((8, 8))[0] > 200
        assert sheet.getpixel((30, 20)) == (255, 255, 255)  # nothing there
        assert all(case.prompt in text for case in spread(load_cases(path.stem), COLUMNS + 1))
    assert (tmp_path / f"known_{MANY_STEPS}_steps.webp").exists()
    assert steps == [DEFAULT_STEPS] * len(list(PROMPTS.glob("*.csv"))) + [MANY_STEPS]
    assert "guidance_scale 3.0" in text


def test_the_known_prompts_are_of_things_that_were_seen_in_these_styles_and_the_held_out_ones_are_not(
    bundled_checkpoint: Path,
) -> None:
    styles = load_lists(bundled_checkpoint / "dit" / STYLES_FILE)
    for kind, seen in (("known", True), ("held_out", False)):
        prompts = [case.prompt for case in load_cases(kind)]
        assert [one for one in prompts if (split_style(one, STYLES)[0] in styles[style_name(one, STYLES)]) != seen] == []
