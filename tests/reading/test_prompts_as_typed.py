"""Prompts as people type them, with the bundled names."""

from __future__ import annotations

import string

import pytest

from multimodal.reading.names import Names
from multimodal.reading.prompts import read_prompt


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("make me a sticker with a frog and an umbrella", ("a frog", "an umbrella")),
        ("could you draw something with a panda and a balloon", ("a panda", "a balloon")),
        ("something like a cat with a crown", ("cat face", "a crown")),
        ("a sticker of a dog, a cat and a bird", ("a dog", "a cat", "a bird")),
        ("hi i need a sticker for my team, a rocket with a heart", ("a rocket", "red heart")),
        ("a sticker for my sister she just passed her test and loves pink so maybe a pink rocket", ("rocket",)),
        ("can you make something cute for our volleyball team, like a ball with a crown on it", ("soccer ball", "a crown")),
        ("for my mom: a cat with a rose", ("a cat", "a rose")),
        ("coffee, laptop", ("hot beverage", "laptop")),
        ("this is my cat with a crown", ("cat face", "a crown")),
        ("here comes the cat with a crown", ("cat face", "a crown")),
        ("pov: a cat with a crown", ("cat face", "a crown")),
        ("a frog with a crown, kawaii style", ("a frog", "a crown")),
        ("a frog with a crown, thick outline", ("a frog", "a crown")),
        ("a frog with a crown with a white border", ("a frog", "a crown")),
        ("a tigr with a crown", ("tiger face", "a crown")),
        ("catt with hedphones", ("cat face", "headphone")),
        ("a cat with a hat and a knife", ("cat face", "top hat", "kitchen knife")),
        ("a cat with a knife and a hat", ("cat face", "kitchen knife", "top hat")),
        ("llama in a party hat blowing a kiss", ("llama", "red heart", "top hat")),
        ("avocado with sunglasses, no background, cute, kawaii", ("avocado", "sunglasses")),
        ("a fox with a hat on a white background", ("a fox", "top hat")),
        ("one cat and two dogs", ("a cat", "dog", "dog")),
        ("1 cat and one dog", ("a cat", "a dog")),
        ("angry avocado lol", ("avocado", "angry face")),
        ("hahaha a laughing taco", ("taco", "face with tears of joy")),
        ("aguacate enojado jajaja", ("avocado", "angry face")),
        ("gato dormindo kkkk", ("cat face", "ZZZ")),
        ("кот в очках ахах", ("cat face", "glasses")),
        ("우는 토끼ㅠㅠ", ("rabbit face", "droplet")),
        ("눈사람과 펭귄", ("snowman", "penguin")),
        ("펭귄이랑 눈사람", ("penguin", "snowman")),
        ("メガネかけた犬", ("dog face", "glasses")),
        ("サンタ帽をかぶった猫", ("cat face", "top hat")),
        ("おにぎり食べてる猫ちゃん", ("cat", "rice ball")),
        ("戴圣诞帽的狗", ("dog face", "top hat")),
        ("hund mit weihnachtsmütze", ("dog face", "top hat")),
        ("gato com gorro de natal", ("cat face", "top hat")),
        ("gato con moño rojo", ("cat face", "ribbon")),
        ("кот спит", ("cat face", "ZZZ")),
    ],
)
def test_what_is_said_around_a_request_is_left_out(prompt: str, things: tuple[str, ...], bundled_names: Names) -> None:
    assert read_prompt(prompt, bundled_names).prompts == [*things]


@pytest.mark.parametrize(
    ("prompt", "thing"),
    [
        ("sooo hungryyy", "drooling face"),
        ("helllooo", "waving hand"),
        ("zzz", "zzz"),
        ("finger guns", "backhand index pointing right"),
        ("finger stretching", "index pointing up"),  # no rude one
        ("strawberry milk", "glass of milk"),
        ("when the build fails on friday at 5pm", "cross mark"),
        ("happy mother's day", "bouquet"),
        ("feliz cumpleaños mamá", "birthday cake"),
        ("girl doing yoga on a mountain", "woman in lotus position"),
        ("woman on the beach", "woman"),
        ("an old key made of gold", "old key"),
        ("the trumpet", "trumpet"),
        ("哈哈哈", "grinning squinting face"),
        ("冷たいかき氷をください", "shaved ice"),  # no rhinoceros, サイ
        ("ぺんぎん", "penguin"),
        ("사과 케이크", "shortcake"),
        ("two women getting married", "couple with heart: woman, woman"),
    ],
)
def test_what_is_meant_is_drawn(prompt: str, thing: str, bundled_names: Names) -> None:
    assert read_prompt(prompt, bundled_names).prompts == [thing]


def test_a_word_of_nothing_but_stretched_letters_is_read_at_once(bundled_names: Names) -> None:
    word = "".join(3 * letter for letter in string.ascii_lowercase)
    assert bundled_names.unstretched(word) == word


@pytest.mark.parametrize(
    ("prompt", "thing", "number"),
    [
        ("two cats holding hands", "cat", 2),
        ("two men holding hands", "men holding hands", 1),
        ("a family of ducks", "duck", 3),
    ],
)
def test_what_several_do_together_is_left_out_unless_one_emoji_shows_it(
    prompt: str, thing: str, number: int, bundled_names: Names
) -> None:
    reading = read_prompt(prompt, bundled_names)
    assert (reading.prompts, reading.layout.number) == ([thing], number)


@pytest.mark.parametrize(
    ("prompt", "written"),
    [
        ("a thank you sign", "THANK YOU"),
        ("写着“加油”的牌子", "加油"),
        ("schild auf dem danke steht", "danke"),
        ("写着加油的牌子", "加油"),
        ("schild mit der aufschrift danke", "danke"),
        ("panneau qui dit merci", "merci"),
    ],
)
def test_signs_have_their_words(prompt: str, written: str, bundled_names: Names) -> None:
    reading = read_prompt(prompt, bundled_names)
    assert (reading.prompts, reading.written) == (["placard"], written)
