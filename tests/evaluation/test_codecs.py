import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from multimodal.evaluation.codecs import available_codecs, compress, payload_bytes


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    image = Image.effect_noise((128, 128), 40).convert("RGB")
    ImageDraw.Draw(image).ellipse((20, 20, 100, 100), fill="red")
    return image


@pytest.mark.parametrize("codec", available_codecs())
@pytest.mark.parametrize("max_bytes", [200, 640])
def test_the_limit_is_kept(codec, max_bytes, picture):
    compressed = compress(picture, codec, max_bytes)
    assert 0 < compressed.num_bytes <= max_bytes
    assert compressed.image.size == picture.size
    assert compressed.image.mode == "RGB"


@pytest.mark.parametrize("codec", available_codecs())
def test_more_bytes_make_it_better(codec, picture):
    original = np.asarray(picture, dtype=float)
    few, many = (compress(picture, codec, max_bytes).image for max_bytes in (300, 3000))
    assert np.square(np.asarray(many) - original).mean() < np.square(np.asarray(few) - original).mean()


@pytest.mark.parametrize("codec", available_codecs())
def test_headers_are_not_counted_and_pictures_are(codec, picture):
    def encoded(image: Image.Image) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, format=codec, quality=50)
        return buffer.getvalue()

    data = encoded(picture)
    assert 500 < payload_bytes(data, codec) < len(data) - 20
    assert payload_bytes(encoded(Image.new("RGB", (16, 16), "grey")), codec) < 60


def test_a_budget_that_nothing_fits_is_refused(picture):
    with pytest.raises(ValueError, match="JPEG cannot store 128 x 128 pixels in 3 bytes"):
        compress(picture, "JPEG", 3)
