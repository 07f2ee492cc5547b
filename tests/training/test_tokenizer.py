"""The tokenizer that is trained for CLIP: any text, in any language, within its size; and the grids of samples."""

from __future__ import annotations

import pytest
from PIL import Image
from tokenizers import Tokenizer

from multimodal.data.captions import Subject
from multimodal.sheets import image_grid
from multimodal.training.clip import vocabulary
from multimodal.training.tokenizer import train_tokenizer

SUBJECTS = [Subject("apple", {"en": "red apple", "zh": "红苹果", "hi": "लाल सेब"}, {"en": ["fruit"]})] * 3


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_str(train_tokenizer(vocabulary(SUBJECTS, None), 1200))


def encode(tokenizer: Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


@pytest.mark.parametrize("text", ["red apple", "红苹果", "लाल सेब", "a fox, 3d style", "🦊 ﬁsh xyz!"])
def test_any_text_can_be_written_and_read_back(text: str, tokenizer: Tokenizer) -> None:
    decoded = tokenizer.decode(encode(tokenizer, text), skip_special_tokens=False)  # the 256 bytes are special tokens
    assert decoded.replace(" ", "") == text.replace(" ", "").replace("ﬁ", "fi")


def test_case_and_width_do_not_matter(tokenizer: Tokenizer) -> None:
    assert encode(tokenizer, "Red APPLE") == encode(tokenizer, "red apple") == encode(tokenizer, "ｒｅｄ apple")


def test_frequent_words_are_short_and_the_size_is_kept(tokenizer: Tokenizer) -> None:
    assert len(encode(tokenizer, "red circle")) <= 3
    assert tokenizer.get_vocab_size() <= 1200
    assert [tokenizer.token_to_id(token) for token in ("<pad>", "<bos>", "<eos>")] == [0, 1, 2]


def test_the_vocabulary_knows_names_keywords_styles_and_colours() -> None:
    texts = vocabulary(SUBJECTS, None)
    assert {"red apple", "红苹果", "fruit", "3d style", "紫色"} <= set(texts)
    assert texts.count("red apple") == 4  # once per concept, however many pictures it has


def test_pictures_are_laid_out_in_rows_on_the_background() -> None:
    images = [Image.new("RGBA", (10, 8), color) for color in ("red", "blue", (0, 0, 0, 0))]
    grid = image_grid(images, columns=2)
    assert grid.size == (2 * 14 + 4, 2 * 12 + 4)
    assert [grid.getpixel(at) for at in ((5, 5), (20, 5), (5, 18), (0, 0))] == [
        (255, 0, 0), (0, 0, 255), (255, 255, 255), (255, 255, 255)
    ]  # fmt: skip
