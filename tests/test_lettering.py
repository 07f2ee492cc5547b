"""Words on pictures: that they are there, whole, and in every language; what cannot be written is said."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, features

from multimodal import rgba
from multimodal.lettering import FONTS, INK, MAX_CHARACTERS, PAPER, SIZE, check_words, font_for, left_out, lettering, write

GREETINGS = {
    "en": "good morning!",
    "es": "¡buenos días!",
    "fr": "très bien, garçon",
    "de": "schöne Grüße",
    "it": "perché no?",
    "pt": "bom dia, irmão",
    "ru": "доброе утро",
    "zh": "谢谢老板",
    "ja": "おはようございます",
    "ko": "생일 축하해",
    "ar": "صباح الخير",
    "hi": "धन्यवाद",
}
JOINS = features.check("raqm")  # without FriBiDi the letters of Arabic and Hindi are not joined
WRITTEN = {language: words for language, words in GREETINGS.items() if JOINS or language not in ("ar", "hi")}
RED = (220, 30, 40, 255)


def colors_of(image: Image.Image) -> set[tuple[int, ...]]:
    return {color for _, color in image.getcolors(SIZE * SIZE) or []}


def height_of(words: str) -> int:
    return lettering(words).height


@pytest.mark.parametrize("words", WRITTEN.values(), ids=WRITTEN)
def test_every_language_is_written_whole(words: str) -> None:
    letters = lettering(words)
    assert {INK, PAPER} <= colors_of(letters)
    left, top, right, bottom = letters.getchannel("A").getbbox() or (0, 0, 0, 0)
    assert 0 < left < SIZE / 2 < right < SIZE  # nothing is cut off
    assert (top, bottom) == (0, letters.height)
    assert abs(left + right - SIZE) <= 8  # in the middle


def test_letters_are_the_ones_that_were_asked_for() -> None:
    """Not the box that stands for all that a font lacks."""
    for words in WRITTEN.values():
        pictures = {np.asarray(lettering(letter)).tobytes() for letter in set(words) - set(" ¡!?,")}
        assert len(pictures) >= 0.8 * len(set(words) - set(" ¡!?,"))


@pytest.mark.skipif(not JOINS, reason="needs FriBiDi")
def test_hindi_and_arabic_letters_are_joined() -> None:
    apart = sum(lettering(letter).getchannel("A").getbbox()[2] for letter in "خير")  # type: ignore[index]
    assert lettering("خير").getchannel("A").getbbox()[2] < apart  # type: ignore[index]
    assert font_for("خير") == FONTS[1]
    assert font_for("धन्यवाद") == FONTS[2]


def test_the_drawing_stays_above_the_words() -> None:
    picture = write(Image.new("RGBA", (40, 40), RED), "hi")
    assert picture.size == (SIZE, SIZE)
    assert picture.getpixel((SIZE // 2, 4)) == RED
    assert PAPER in colors_of(picture.crop((0, round(0.7 * SIZE), SIZE, SIZE)))
    assert RED not in colors_of(picture.crop((0, round(0.95 * SIZE), SIZE, SIZE)))


def test_margins_of_the_drawing_are_trimmed_and_it_keeps_its_shape() -> None:
    image = Image.new("RGBA", (64, 64))
    image.paste(RED, (20, 30, 40, 40))  # twice as wide as high
    drawn = np.asarray(write(image, "hi"))
    rows, columns = np.nonzero((drawn == RED).all(axis=2))
    assert 1.5 < np.ptp(columns) / np.ptp(rows[rows < 0.6 * SIZE]) < 3


def test_an_empty_picture_has_words_alone() -> None:
    assert PAPER in colors_of(write(Image.new("RGBA", (16, 16)), "hi"))


def test_no_words_leave_the_picture_as_it_is() -> None:
    image = Image.new("RGBA", (16, 16), RED)
    assert write(image, "") is image


def test_what_enlarges_the_drawing_is_asked_for_its_size() -> None:
    asked = []

    def upscale(image: Image.Image, size: int) -> Image.Image:
        asked.append((image.size, size))
        return image

    write(Image.new("RGBA", (16, 16), RED), "hi", upscale)
    [(before, after)] = asked
    assert before == (16, 16)
    assert SIZE / 2 < after < SIZE


def test_long_texts_are_broken_at_spaces_and_words_are_not() -> None:
    assert height_of("happy birthday to you") > 1.4 * height_of("happybirthdaytoyou")
    assert height_of("おはようございます") > 1.4 * height_of("생일축하합니다여러")  # between Japanese letters, not Korean
    assert height_of("a") == pytest.approx(height_of("o"), abs=2)  # a letter alone is no larger


@pytest.mark.parametrize("words", ["w" * MAX_CHARACTERS, "I " * (MAX_CHARACTERS // 2), "谢" * MAX_CHARACTERS, " a ", "!"])
def test_words_of_any_shape_fit(words: str) -> None:
    picture = write(Image.new("RGBA", (32, 32), RED), words)
    left, top, right, bottom = picture.getchannel("A").getbbox() or (0, 0, 0, 0)
    assert (top, bottom) == (0, SIZE)
    assert 0 <= left < right <= SIZE


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("w" * (MAX_CHARACTERS + 1), f"at most {MAX_CHARACTERS} characters"),
        ("🦄", "“🦄” in “🦄” cannot be written"),
        ("สวัสดี", "cannot be written"),
        ("hi مرحبا", "no font has all these letters"),
    ],
)
def test_what_cannot_be_written_is_said(words: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_words("fine", words)


def test_what_joins_letters_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda feature: False)
    check_words("good morning")
    with pytest.raises(ValueError, match="install FriBiDi"):
        check_words("शुभ प्रभात")


def test_emoji_beside_letters_are_left_out() -> None:
    assert left_out("ship it 🎉") == {"ship it 🎉": "ship it"}
    assert left_out("ship it!") == {}
    assert left_out("I ❤️ you") == {"I ❤️ you": "I you"}
    check_words("ship it 🎉")
    assert left_out("🎉🎉") == {}
    with pytest.raises(ValueError, match="no font has all these letters"):
        check_words("🎉🎉")


def board(is_round: bool) -> Image.Image:
    """Something bright to write on, on a post, with a dark line on it and a dark rim."""
    image = Image.new("RGBA", (SIZE, SIZE))
    draw = ImageDraw.Draw(image)
    draw.rectangle((240, 250, 272, 500), fill=RED)
    shape = draw.ellipse if is_round else draw.rectangle
    shape((40, 20, 472, 300), fill=(230, 240, 250, 255), outline=(0, 0, 0, 255), width=10)
    draw.rectangle((160, 150, 350, 165), fill=(0, 90, 0, 255))
    return image


@pytest.mark.parametrize("is_round", [True, False])
@pytest.mark.parametrize("words", ["GG", "do not disturb", "谢谢老板"])
def test_on_a_board_words_are_in_the_place_of_what_is_on_it(words: str, is_round: bool) -> None:
    drawing = rgba.fit_drawing(board(is_round), SIZE)
    before, after = np.asarray(drawing), np.asarray(write(board(is_round), words, is_board=True))
    changed = (after != before).any(axis=-1)
    rows, columns = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
    assert rows.max() < 0.6 * SIZE, "the post stays"
    assert abs(columns.min() + columns.max() - SIZE) < 0.1 * SIZE
    assert not (after == (0, 90, 0, 255)).all(axis=-1).any(), "the line is gone"
    assert (after == INK).all(axis=-1).sum() > 500
    assert (after[..., 3] == before[..., 3]).all()


def test_on_a_dark_board_letters_are_bright() -> None:
    dark = Image.new("RGBA", (64, 64), (20, 40, 30, 255))
    assert PAPER in colors_of(write(dark, "GG", is_board=True))


def test_what_has_no_room_for_words_has_them_below() -> None:
    """A thin thing, nothing at all, and a board that is drawn in lines."""
    thin, outline = Image.new("RGBA", (64, 64)), Image.new("RGBA", (64, 64))
    ImageDraw.Draw(thin).rectangle((30, 0, 31, 63), fill=RED)
    ImageDraw.Draw(outline).rectangle((4, 4, 59, 59), outline=RED, width=4)
    for image in (thin, outline, Image.new("RGBA", (64, 64)), Image.new("RGBA", (1, 1))):
        assert write(image, "GG", is_board=True) == write(image, "GG")
