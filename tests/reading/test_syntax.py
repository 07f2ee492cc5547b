"""Lists of prompts in one line, and weights of words."""

from __future__ import annotations

import pytest

from multimodal.data.phrases import STYLES
from multimodal.reading.syntax import MAX_WEIGHT, expand, in_style, parse_weights, split_quoted, split_style, style_name


@pytest.mark.parametrize(
    ("prompt", "prompts"),
    [
        ("a red apple", ["a red apple"]),
        ("a {red|green} apple", ["a red apple", "a green apple"]),
        ("{a|b} {1|2}", ["a 1", "a 2", "b 1", "b 2"]),
        ("a {big |}star", ["a big star", "a star"]),
        ("{红|绿}苹果", ["红苹果", "绿苹果"]),
        ("{red|red} apple", ["red apple"]),
        ("a {red} apple", ["a red apple"]),
        ("", [""]),
    ],
)
def test_choices_become_prompts(prompt: str, prompts: list[str]) -> None:
    assert expand(prompt) == prompts


@pytest.mark.parametrize("prompt", ["a {red apple", "a red} apple", "{a {b|c}}", "}{"])
def test_braces_that_do_not_match_are_explained(prompt: str) -> None:
    with pytest.raises(ValueError, match="the braces in the prompt do not match"):
        expand(prompt)


def test_too_many_choices_are_refused_before_they_are_written_out() -> None:
    with pytest.raises(ValueError, match="more than 1,000 prompts"):
        expand("{a|b}" * 400)


@pytest.mark.parametrize(
    ("prompt", "text", "parts"),
    [
        ("a red apple", "a red apple", []),
        ("a (red:1.3) apple", "a red apple", [("a apple", 1.3)]),
        ("(a red apple:2), (3d style: .5 )", "a red apple, 3d style", [(", 3d style", 2), ("a red apple,", 0.5)]),
        ("(红:1.3)苹果", "红苹果", [("苹果", 1.3)]),
        ("(fox:0)", "fox", [("", 0)]),
        ("(12:30:1.5) o'clock", "12:30 o'clock", [("o'clock", 1.5)]),
        ("a (red:1) (big:1.0) apple", "a red big apple", []),
        ("a (red) apple", "a (red) apple", []),
        ("a face (happy: very) :-) :(", "a face (happy: very) :-) :(", []),
        ("a cat :3)", "a cat :3)", []),
        ("", "", []),
    ],
)
def test_words_have_weights(prompt: str, text: str, parts: list[tuple[str, float]]) -> None:
    assert parse_weights(prompt)[:2] == (text, tuple(parts))


@pytest.mark.parametrize(
    ("prompt", "text", "written"),
    [
        ('a cat "LGTM"', "a cat", "LGTM"),
        ('a cat that says "hi there", 3d style', "a cat, 3d style", "hi there"),
        ('cake, "happy birthday"', "cake", "happy birthday"),
        ("a t-shirt with the text: “nope” and a hat", "a t-shirt and a hat", "nope"),
        ('a dog "good" and "boy"', "a dog and", "good boy"),
        ('"LGTM"', "speech balloon", "LGTM"),
        ('"LGTM", line style', "speech balloon, line style", "LGTM"),
        ("ein Hund mit der Aufschrift „Gassi!“", "ein Hund", "Gassi!"),
        ("un chat qui dit « bonjour »", "un chat", "bonjour"),
        ("кот с надписью «привет»", "кот", "привет"),
        ("写着“加油”的熊猫", "熊猫", "加油"),
        ("「おはよう」と言う猫", "猫", "おはよう"),
        ('"안녕"이라고 말하는 고양이', "고양이", "안녕"),
        ('"नमस्ते" कहता हुआ बंदर', "बंदर", "नमस्ते"),
        ("a cat's hat", "a cat's hat", ""),
        ('a 5" nail', 'a 5" nail', ""),
        ('a bear ""', 'a bear ""', ""),
        ("a cat reading a book", "a cat reading a book", ""),
        ("a sign that says NO", "a sign", "NO"),
        ("a gift saying 'Merry Xmas'", "a gift", "Merry Xmas"),
        ("a dog's bone", "a dog's bone", ""),
        ("a duck saying hello, 3d style", "a duck, 3d style", "hello"),
        ("ein Schild mit der Aufschrift Ruhe", "ein placard", "Ruhe"),
        ("a stop sign but it says NO", "a stop sign", "NO"),
        ("Schild auf dem steht Moin", "placard", "Moin"),
        ("a brb sign, flat style", "a sign, flat style", "BRB"),
        ("NO MEETINGS sign", "sign", "NO MEETINGS"),
        ("a neon sign", "a neon sign", ""),
        ("写着加油的熊猫", "写着加油的熊猫", ""),
        ("praying and saying thanks", "praying and saying thanks", ""),
        (f"a book that says {'no' * 30}", f"a book that says {'no' * 30}", ""),
    ],
)
def test_words_in_quotes_are_written(prompt: str, text: str, written: str) -> None:
    assert split_quoted(prompt, STYLES) == (text, written)
    assert parse_weights(prompt) == (prompt, ())


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("a (red:1.3 apple", r"do not match: write them as \(word:1.3\)"),
        ("((red:1.2) apple:1.3)", "none inside another"),
        ("a (red:9) apple", f"from 0 to {MAX_WEIGHT:g}, not 9"),
        ("a (red:-1) apple", "from 0 to 3, not -1"),
        ("a (red:1,3) apple", "not 1,3"),
        ("a (red:1.3.2) apple", "not 1.3.2"),
        ("(cat:1.2, dog:1.3)", r"each needs its own parentheses: \(red:1.3\) \(big:0.5\)"),
        ("(a:1.1)" * 9, "at most 8 parts of a prompt may have a weight; this one has 9"),
        ("a ( :1.3) apple", "the weight 1.3 in the prompt has no words"),
    ],
)
def test_weights_that_cannot_be_meant_are_explained(prompt: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_weights(prompt)


def test_choices_may_have_weights() -> None:
    assert expand("a ({red|green}:1.3) apple") == ["a (red:1.3) apple", "a (green:1.3) apple"]


def test_a_prompt_is_put_in_a_style_unless_it_says_one() -> None:
    assert in_style("a fox", "flat", STYLES) == "a fox, flat style"
    assert in_style("a fox, 3D style", "flat", STYLES) == "a fox, 3d style"
    assert in_style("a fox", "", STYLES) == "a fox"


@pytest.mark.parametrize(
    ("prompt", "text", "style"),
    [
        ("a fox, 3D style", "a fox", "3d"),
        ("a fox in 3d", "a fox", "3d"),
        ("강아지 3d", "강아지", "3d"),
        ("a 3D fox", "a fox", "3d"),
        ("a fox in flat style", "a fox", "flat"),
        ("flat-style fox", "fox", "flat"),
        ("line art mountains and a moon", "mountains and a moon", "line"),
        ("a lineart fox", "a fox", "line"),
        ("line art of a fox", "a fox", "line"),
        ("line drawing of a fox", "a fox", "line"),
        ("a line drawing of a fox", "a fox", "line"),
        ("a 3d picture of a fox", "a fox", "3d"),
        ("a 3d slice of pizza", "a slice of pizza", "3d"),
        ("a fox in line-art style", "a fox", "line"),
        ("line art", "line art", ""),
        ("a straight line", "a straight line", ""),
        ("a flat tire", "a flat tire", ""),
    ],
)
def test_a_style_may_be_said_in_several_ways(prompt: str, text: str, style: str) -> None:
    assert split_style(prompt, STYLES) == (text, f", {style} style" if style else "")
    assert style_name(prompt, STYLES) == style


def test_a_model_has_styles_of_its_own() -> None:
    own = ("Manga", "cut-out")
    assert split_style("a fox, manga style", own) == ("a fox", ", Manga style")
    assert split_style("a cut-out style fox", own) == ("a fox", ", cut-out style")
    assert split_style("a fox, flat style", own) == ("a fox, flat style", "")
    assert split_style("a 3d fox", own) == ("a 3d fox", "")
    assert in_style("a fox, Manga style", "cut-out", own) == "a fox, Manga style"


@pytest.mark.parametrize(
    ("prompt", "split"),
    [
        ('"LGTM" in a green bubble', ("a green speech balloon", "LGTM")),
        ('green speech bubble with "hi"', ("green speech balloon", "hi")),
        ("speech bubble saying thank you", ("speech balloon", "thank you")),
        ('thought bubble "hmm"', ("thought bubble", "hmm")),
        ('soap bubble "hi"', ("soap bubble", "hi")),
    ],
)
def test_a_bubble_with_words_is_one_of_speech(prompt: str, split: tuple[str, str]) -> None:
    assert split_quoted(prompt, STYLES) == split
