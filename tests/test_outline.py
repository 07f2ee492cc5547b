"""The white rim: as wide as it is told to be, the drawing untouched, its gaps on paper."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from multimodal.outline import outlined

RED, WHITE = (220, 0, 0, 255), (255, 255, 255, 255)


def ring() -> Image.Image:
    """A red ring of radius 20 with a hole of radius 8, in the middle of 65 pixels, and a faint shadow in a corner."""
    image = Image.new("RGBA", (65, 65))
    draw = ImageDraw.Draw(image)
    draw.ellipse((12, 12, 52, 52), fill=RED)
    draw.ellipse((24, 24, 40, 40), fill=(0, 0, 0, 0))
    image.putpixel((1, 1), (0, 0, 0, 40))
    return image


def test_the_rim_is_as_wide_everywhere_and_the_drawing_stays_as_it_was() -> None:
    before, after = np.asarray(ring()).astype(int), np.asarray(outlined(ring(), 5)).astype(int)
    drawing = before[..., 3] == 255
    assert (after[drawing] == RED).all()
    rows, columns = np.indices(drawing.shape)
    radius = np.hypot(rows - 32, columns - 32)
    assert (after[(radius > 21.5) & (radius < 24)] == WHITE).all()
    assert (after[(radius > 27) & (radius < 40), 3] == 0).all()


def test_what_the_drawing_encloses_is_on_paper_and_a_faint_shadow_is_not() -> None:
    after = outlined(ring(), 5)
    assert after.getpixel((32, 32)) == WHITE
    assert after.getpixel((1, 1)) == (0, 0, 0, 40)
    assert after.getpixel((63, 63))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("width", [1, 5])
def test_nothing_has_no_rim(width: int) -> None:
    assert outlined(Image.new("RGBA", (8, 8)), width).getbbox() is None
