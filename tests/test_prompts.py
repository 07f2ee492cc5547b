"""Lists of prompts in one line."""

from __future__ import annotations

import pytest

from multimodal.prompts import expand


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
