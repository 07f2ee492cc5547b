"""Emoji in prompts, alone and beside words."""

from __future__ import annotations

import pytest

from multimodal.reading.emoji import emoji_apart, without_emoji
from multimodal.reading.names import Names


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        ("🦊🚀", ["🦊", "🚀"]),
        ("🦊 ❤️ 🚀", ["🦊", "❤️", "🚀"]),
        ("👩‍💻", []),  # one, which has a name of its own
        ("🦊 fox", []),
        ("🦊🯄", []),
        ("", []),
    ],
)
def test_several_emoji_are_told_apart(text: str, emoji: list[str], bundled_names: Names) -> None:
    assert emoji_apart(text, bundled_names) == emoji


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("on call 🔥", "on call"),
        ("done✅", "done"),
        ("🔥 deploy", "deploy"),
        ("love you ❤️", "love you"),
        ("बिल्ली 🔥", "बिल्ली"),
        ("बिल्ली", "बिल्ली"),  # whose last sign is no letter
        ("猫👩‍💻", "猫"),
        ("👩‍💻", "👩‍💻"),
        ("🏳️‍🌈", "🏳️‍🌈"),
        ("1️⃣", "1️⃣"),
        ("the blorp 🚀", "the blorp 🚀"),  # which says what is meant
        ("", ""),
    ],
)
def test_words_that_are_one_thing_need_no_emoji(text: str, words: str, bundled_names: Names) -> None:
    assert without_emoji(text, bundled_names) == words
