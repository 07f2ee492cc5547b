"""Drawn pictures as a data file: every concept a shape of its own, every style a colour."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from datasets import Dataset
from PIL import Image, ImageDraw

from multimodal import rgba
from multimodal.config import JudgeConfig
from multimodal.data.images import load_captioned_images
from multimodal.evaluation.judge import Classes, Judge
from multimodal.reading.names import Names

STYLES = {"flat": "red", "line": "black", "noto": "green"}
SHAPES = {"01": "square", "02": "disc", "03": "bar", "04": "cross"}  # concept → name


def draw(concept: str, style: str, size: int = 32) -> Image.Image:
    """A shape on a transparent ground."""
    image = Image.new("RGBA", (size, size))
    pen, color, edge = ImageDraw.Draw(image), STYLES[style], size // 4
    if concept == "01":
        pen.rectangle((edge, edge, size - edge, size - edge), fill=color)
    elif concept == "02":
        pen.ellipse((edge, edge, size - edge, size - edge), fill=color)
    else:
        pen.rectangle((0, 3 * edge // 2, size, 5 * edge // 2), fill=color)
        if concept == "04":
            pen.rectangle((3 * edge // 2, 0, 5 * edge // 2, size), fill=color)
    return image


class FakePipeline:
    """Draws with a function of the prompt, and notes how it was called."""

    def __init__(self, draw):
        self.draw, self.calls = draw, []
        self.vqvae = SimpleNamespace(config=SimpleNamespace(image_size=128))
        self.names = Names()

    def __call__(self, prompt, **settings):
        self.calls.append((prompt, settings))
        return SimpleNamespace(images=[self.draw(text) for text in prompt])

    @property
    def prompts(self):
        return [prompt for prompts, _ in self.calls for prompt in prompts]


@pytest.fixture
def fake_pipeline() -> type[FakePipeline]:
    return FakePipeline


@pytest.fixture
def blank() -> FakePipeline:
    return FakePipeline(lambda prompt: Image.new("RGBA", (32, 32)))


@pytest.fixture(name="draw")
def draw_fixture() -> Callable[..., Image.Image]:
    return draw


@pytest.fixture(scope="session")
def judge() -> Judge:
    """A judge that knows every shape in every style, and a concept 05 of which all pictures are empty."""
    torch.manual_seed(0)
    classes = Classes((*SHAPES, "05"), (*SHAPES.values(), "nothing"), tuple(STYLES))
    judge = Judge(JudgeConfig(image_size=32, widths=(8, 16), embed_dim=16, dropout=0.0), classes)
    cells = [(concept, style) for concept in range(4) for style in range(3)]
    pictures = [draw(classes.concepts[concept], classes.styles[style]) for concept, style in cells]
    cells += [(4, style) for style in range(3)]
    pictures += [Image.new("RGBA", (32, 32))] * 3
    seen = judge.look(torch.stack([rgba.to_tensor(picture, 32) for picture in pictures]))
    concepts, styles = torch.tensor(cells).T
    optimizer = torch.optim.Adam(judge.parameters(), 1e-2)
    for _ in range(80):
        output = judge(seen)
        loss = F.cross_entropy(output.concept_logits, concepts) + F.cross_entropy(output.style_logits[:12], styles[:12])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return judge.eval()


def write_table(path: Path, cells: list[tuple[str, str]]) -> Path:
    """Write (concept, style) cells as a parquet table like that of the emoji."""
    rows = []
    for concept, style in cells:
        buffer = io.BytesIO()
        draw(concept, style).save(buffer, format="PNG")
        picture = {"bytes": buffer.getvalue(), "path": f"{concept}-{style}.png"}
        rows.append(
            {
                "image": picture,
                "codepoints": concept,
                "base": concept,
                "name": SHAPES[concept],
                "keywords": ["shape"],
                "style": style,
            }
        )
    Dataset.from_list(rows).to_parquet(path)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Five held-out cells; the concept 04 is there in every style."""
    cells = [("01", "flat"), ("02", "line"), ("04", "flat"), ("04", "line"), ("04", "noto")]
    return write_table(tmp_path / "held-out.parquet", cells)


@pytest.fixture
def train(tmp_path: Path) -> Path:
    cells = [(concept, style) for concept in ("01", "02", "03") for style in STYLES]
    held_out = {("01", "flat"), ("02", "line")}
    return write_table(tmp_path / "train.parquet", [cell for cell in cells if cell not in held_out])


@pytest.fixture
def names(tmp_path: Path) -> Path:
    german = {"01": "Quadrat", "02": "Scheibe", "03": "Balken", "04": "Kreuz"}
    rows = [
        {"codepoints": concept, "language": language, "name": name, "keywords": [name]}
        for language, words in (("en", SHAPES), ("de", german))
        for concept, name in words.items()
    ]
    path = tmp_path / "names.parquet"
    Dataset.from_list(rows).to_parquet(path)
    return path


@pytest.fixture
def rows() -> Callable[[Path], tuple[list[Image.Image], list[str], list[str]]]:
    """Reads a table: pictures, concepts, styles."""

    def read(path: Path) -> tuple[list[Image.Image], list[str], list[str]]:
        table = load_captioned_images(path)
        return [rgba.open_image(image["bytes"]) for image in table["image"]], list(table["base"]), list(table["style"])

    return read
