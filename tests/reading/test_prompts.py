"""Prompts that ask for several things: what is taken for one, and that everything is where the prompt says."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
import torch

from multimodal.collage.colors import Recoloring
from multimodal.collage.layout import Layout, Thing
from multimodal.data.phrases import STYLES
from multimodal.reading.layouts import parse_layout
from multimodal.reading.names import Names
from multimodal.reading.prompts import (
    Reading,
    _subject,
    in_one_style,
    in_styles,
    is_known,
    mixed_styles,
    read_prompt,
    style_choices,
)
from multimodal.reading.syntax import MIXED, in_style

ENGLISH = ["red apple", "Rocket", "star", "bow and arrow", "two hearts", "black cat", "fox", "cherry"]
ENGLISH += ["rock", "roll of paper", "five o’clock", "rose", "crown", "glasses", "star face"]
TABLE = {"en": ENGLISH, "zh": ["", "火箭", "星星", "", "红色圆", "服务犬", "狐狸"] + [""] * 8}
NAMES = Names(TABLE)


def layout(
    kind: str, prompts: Sequence[str], number: int = 1, colors: Sequence[str] = (), places: Sequence[str] = ()
) -> Layout:
    columns = itertools.zip_longest(prompts, places, colors, fillvalue="")
    things = (Thing(prompt, place, (Recoloring(color),) if color else ()) for prompt, place, color in columns)
    return Layout(tuple(things), kind, number)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a rocket and a star", layout("and", ("a rocket", "a star"))),
        ("A ROCKET to the left of a star, 3d style", layout("left", ("A ROCKET, 3d style", "a star, 3d style"))),
        ("a blue rocket above a star", layout("above", ("rocket", "a star"), 1, ("blue", ""))),
        ("a big fox and a small apple", layout("big_small", ("fox", "apple"))),
        ("火箭在星星的下面", layout("below", ("火箭", "星星"))),
        ("火箭和星星", layout("and", ("火箭", "星星"))),
        ("a fox and rocket playing together", layout("and", ("a fox", "rocket"))),
        ("three red apples, flat style", layout("count", ("red apple, flat style",), 3)),
        ("5 foxes", layout("count", ("fox",), 5)),
        ("two cherries", layout("count", ("cherry",), 2)),
        ("three green stars", layout("count", ("star",), 3, ("green",))),
        ("a blue apple", layout("", ("apple",), 1, ("blue",))),
        ("an Orange fox, 3d style", layout("", ("fox, 3d style",), 1, ("orange",))),
        ("蓝色的火箭", layout("", ("火箭",), 1, ("blue",))),
        ("a red rocket and a star", layout("and", ("rocket", "a star"), 1, ("red", ""))),
        ("FIVE STARS", layout("count", ("STAR",), 5)),
        ("a black fox", layout("", ("fox",), 1, ("black",))),
        ("a white rose", layout("", ("rose",), 1, ("white",))),
        ("a grey fox", layout("", ("fox",), 1, ("gray",))),
        ("une fox rose", layout("", ("fox",), 1, ("pink",))),
        ("two foxes and a star", layout("count", ("fox", "fox", "a star"), 3)),
        ("a fox, a star, and a blue rocket", layout("count", ("a fox", "a star", "rocket"), 3, ("", "", "blue"))),
        ("un fox, trois star et un rocket", layout("count", ("un fox", "star", "star", "star", "un rocket"), 5)),
        ("a fox under a star", layout("below", ("a fox", "a star"))),
        ("a fox on the left of a star", layout("left", ("a fox", "a star"))),
        ("a fox & a blue star", layout("and", ("a fox", "star"), 1, ("", "blue"))),
        ("a fox next to a star", layout("and", ("a fox", "a star"))),
        ("a fox with a star", layout("", ("a fox", "a star"), places=("", "hand"))),
        (
            "a fox wearing a red crown, 3d style",
            layout("", ("a fox, 3d style", "crown, 3d style"), 1, ("", "red"), ("", "head")),
        ),
        (
            "a blue fox in a crown riding a rocket",
            layout("", ("fox", "a crown", "a rocket"), 1, ("blue", "", ""), ("", "head", "under")),
        ),
        ("a fox with a crown and glasses", layout("", ("a fox", "a crown", "glasses"), places=("", "head", "eyes"))),
        ("a fox with a star in its mouth", layout("", ("a fox", "a star"), places=("", "hand"))),
        ("a fox with a star and a rocket", layout("and", ("a fox", "a star", "a rocket"), places=("", "hand", ""))),
        (
            "a fox in a crown and a blue rocket, 3d style",
            layout(
                "and", ("a fox, 3d style", "a crown, 3d style", "rocket, 3d style"), 1, ("", "", "blue"), ("", "head", "")
            ),
        ),
        (
            "a fox in a crown and glasses and a rocket",
            layout("and", ("a fox", "a crown", "glasses", "a rocket"), places=("", "head", "eyes", "")),
        ),
        (
            "fox with a star, fox in a crown",
            layout("count", ("fox", "a star", "fox", "a crown"), 2, places=("", "hand", "", "head")),
        ),
        ("a fox followed by a star", layout("and", ("a fox", "a star"))),
        ("fox left, star right", layout("left", ("fox", "star"))),
        ("a fox on the right and a star on the left", layout("right", ("a fox", "a star"))),
        ("a fox in front of a rocket", layout("", ("a fox", "a rocket"), places=("", "background"))),
        ("a fox hiding behind a rocket", layout("", ("a fox", "a rocket"), places=("", "foreground"))),
        ("a red rocket with a star in the middle", layout("", ("rocket", "a star"), 1, ("red", ""), ("", "front"))),
        ("a pair of foxes", layout("count", ("fox",), 2)),
        (
            "a fox with a star and a fox with long ears",
            layout("and", ("a fox", "a star", "a fox with long ears"), places=("", "hand", "")),
        ),
        ("two foxes on rockets", layout("count", ("foxes", "rocket"), 2, places=("", "under"))),
        ("two foxes in crowns", layout("count", ("foxes", "crown"), 2, places=("", "head"))),
        (
            "a fox, a fox with a star and a rocket",
            layout("count", ("a fox", "a fox", "a star", "a rocket"), 3, places=("", "", "hand", "")),
        ),
        ("火箭、星星和狐狸, 3d style", layout("count", ("火箭, 3d style", "星星, 3d style", "狐狸, 3d style"), 3)),
    ],
)
def test_several_things_are_recognised_in_any_language(prompt: str, expected: Layout) -> None:
    assert parse_layout(prompt, NAMES) == expected


def test_what_the_last_has_in_the_plural_all_have() -> None:
    english = [*ENGLISH, "cat"]
    names = Names({"en": english}, described={"en": {"fox": ["animal"], "cat": ["animal"]}}, styles={"3d": english})
    several = parse_layout("a cat and a fox in crowns", names)
    assert several == layout("and", ("a cat", "crowns", "a fox", "crowns"), places=("", "head", "", "head"))
    one = parse_layout("a cat and a fox in a crown", names)
    assert one == layout("and", ("a cat", "a fox", "a crown"), places=("", "", "head"))


def test_what_many_things_share_is_not_drawn_with_each_of_them() -> None:
    names = Names(TABLE, described={"en": {"fox": ["animal"]}}, styles={"3d": ENGLISH})
    stars, foxes = (parse_layout(f"three {several} on a rocket", names) for several in ("stars", "foxes"))
    assert stars == layout("count", ("stars on a rocket",), 3)
    assert foxes == layout("count", ("foxes", "a rocket"), 3, places=("", "under"))


@pytest.mark.parametrize(
    "prompt",
    [
        "a fox",
        "a fox with spots and a long tail",
        "a red apple",
        "a blue thing",
        "blue",
        "bow and arrow",
        "a bow and arrow, 3d style",
        "two hearts",
        "black and white cat",
        "gray-haired fox",
        "a blackberry star",
        "fox noir et blanc",
        "red white and black star",
        "a white hand",
        "a star rose",
        "a star orange",
        "黑色和白色的狐狸",
        "红色和服",
        "rock and roll",
        "five o'clock",
        "a rose bouquet",
        "a fox and",
        "a wild rose",
        "three foxes and three stars",
        "a fox, furry and red",
        "5 o'clock",
        "two",
        "",
        "a fox in the snow",
        "a fox in love",
        "a fox under the weather",
        "a fox with big ears",
        "a fox with a thing",
        "a fox holding two stars",
        "a fox with a fox",
        "a thing with a star",
    ],
)
def test_one_thing_is_left_alone(prompt: str) -> None:
    assert parse_layout(prompt, NAMES) is None


def test_without_names_nothing_is_taken_apart() -> None:
    assert parse_layout("a rocket and a star", Names()) is None


@pytest.mark.parametrize(
    ("prompt", "things", "renamed"),
    [
        ("a fox, 3d style", ("a fox, 3d style",), ()),
        ("a fox in the snow", ("a fox in the snow",), ()),
        ("狐狸", ("fox",), ()),
        ("火箭和星星, 3d style", ("Rocket, 3d style", "star, 3d style"), ()),
        ("a vixen, flat style", ("cherry, flat style",), (("a vixen", "cherry"),)),
        ("three vixens", ("cherry",), (("vixen", "cherry"),)),
        ("a blue vixen", ("cherry",), (("vixen", "cherry"),)),
        ("a vixen and a star", ("cherry", "a star"), (("a vixen", "cherry"),)),
        ("vixen above star", ("cherry", "star"), (("vixen", "cherry"),)),
        ("punk and star", ("punk and star",), ()),
        ("a fox, cute", ("a fox",), ()),
        ("black and white cat", ("black and white cat",), ()),
        ("a (vixen:1.3)", ("a (vixen:1.3)",), ()),
        ("a sticker of a fox, 3d style", ("a fox, 3d style",), ()),
        ("Fox emoji", ("Fox",), ()),
        ("Please draw me a fox, 3d style", ("a fox, 3d style",), ()),
        ("I'd like a sticker of three foxes", ("fox",), ()),
        ("draw a fox", ("a fox",), ()),
        ("paint fox", ("paint fox",), ()),
        ("logo for a vixen", ("cherry",), (("a vixen", "cherry"),)),
        ("a cute sticker of a fox", ("a fox",), ()),
        ("stickers of foxes", ("fox",), ()),
        ("a fox drawing a picture", ("a fox drawing a picture",), ()),
        ("an icon of three foxes", ("fox",), ()),
        ("un autocollant de 狐狸", ("fox",), ()),
        ("sticker", ("cherry",), (("sticker", "cherry"),)),
        ("blue", ("cherry",), (("blue", "cherry"),)),
        ("a star with a crown, 3d style", ("star face, 3d style", "a crown, 3d style"), ()),
        ("a star with a fox", ("a star", "a fox"), ()),
    ],
)
def test_things_are_drawn_by_names_that_the_model_learnt(
    prompt: str, things: tuple[str, ...], renamed: tuple[tuple[str, str], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(TABLE, lambda texts: torch.ones(len(texts), 2))
    monkeypatch.setattr(names, "nearest", lambda text: "cherry")
    reading = read_prompt(prompt, names)
    assert (reading.prompts, reading.renamed) == ([*things], renamed)


def test_where_own_captions_say_what_figures_have_none_is_put_together() -> None:
    captions = ["crown", "fox", "a girl with a kite in a park"]
    assert parse_layout("a fox with a crown", Names({"en": captions[:2]})) is not None
    assert parse_layout("a fox with a crown", Names({"en": captions})) is None


@pytest.mark.parametrize(
    ("prompt", "thing", "written"),
    [
        ("Japanese “here” button", "Japanese “here” button", ""),
        ('a Japanese "here" button, 3d style', "Japanese “here” button, 3d style", ""),
        ("кнопка «здесь»", "Japanese “here” button", ""),
        ("Japanese “there” button", "Japanese button", "there"),
        ("a fox saying “here”, 3d style", "a fox, 3d style", "here"),
        ('a (fox:1.2) "eat (me:2)"', "a (fox:1.2)", "eat (me:2)"),
    ],
)
def test_quotes_in_a_name_are_no_words_to_write(prompt: str, thing: str, written: str) -> None:
    reading = read_prompt(prompt, Names({"en": ["Japanese “here” button", "fox"], "ru": ["кнопка «здесь»", "лиса"]}))
    assert (reading.prompts, reading.written) == ([thing], written)


def test_a_prompt_that_is_not_taken_apart_is_one_thing() -> None:
    assert read_prompt("a rocket and a star", NAMES, apart=False) == Reading.literal("a rocket and a star")


@pytest.mark.parametrize(
    ("prompt", "styles"),
    [
        ("a star", ["3d", "flat"]),  # line is never mixed
        ("two 狐狸", ["3d", "noto"]),
        ("a star and a fox", ["3d"]),
        ("a star and a rocket", ["3d", "noto", "flat"]),  # which were never drawn in one style: all that were learnt
        ("a fox in the snow", ["3d", "noto"]),
        ("a (fox:1.2)", ["3d", "noto", "flat"]),
        ("a cherry", [""]),  # drawn in no style
        ("a vixen", ["3d", "noto", "flat"]),  # whatever name it will be drawn as
    ],
)
def test_styles_are_mixed_in_which_the_things_were_drawn(prompt: str, styles: list[str]) -> None:
    drawn = {"3d": ["star", "fox"], "flat": ["star"], "line": ["star", "rose"], "noto": ["fox", "Rocket"]}
    names = Names(TABLE, embed=lambda texts: pytest.fail("nothing is encoded for it"), styles=drawn)
    assert mixed_styles(prompt, names) == styles
    expected = [in_style(prompt, styles[seed % len(styles)], STYLES) for seed in range(4)]
    assert in_styles([prompt] * 4, MIXED, range(4), names) == expected
    assert in_styles([prompt], "line", [0], names) == [f"{prompt}, line style"]


def test_mixed_styles_pass_over_those_in_which_a_thing_is_malformed_and_leave_other_seeds_as_they_are() -> None:
    drawn = {style: ["fox", "star"] for style in ("3d", "noto", "flat")}
    names = Names(TABLE, styles=drawn, malformed={"noto": ["fox"], "flat": ["star"]})
    assert mixed_styles("a fox", names) == ["3d", "flat", "flat"]
    assert mixed_styles("a star", names) == ["3d", "noto", "3d"]
    assert mixed_styles("a fox and a star", names) == ["3d", "3d", "3d"]
    assert read_prompt("a fox, noto style", names).prompts == ["a fox, noto style"], "where it is asked for"
    nowhere = Names(TABLE, styles=drawn, malformed={style: ["fox"] for style in drawn})
    assert mixed_styles("a fox", nowhere) == ["3d", "noto", "flat"]


def test_emoji_in_a_row_are_several_things() -> None:
    names = Names(TABLE, words={"others": {"fox": ["🦊"], "Rocket": ["🚀"], "two hearts": ["💕"]}})
    assert read_prompt("🦊🚀", names).prompts == ["fox", "Rocket"]
    assert read_prompt("🦊 💕\ufe0f🚀, 3d style", names.lists_alone()).prompts[1] == "two hearts, 3d style"
    assert read_prompt("💕", names).prompts == ["two hearts"]


def test_styles_that_only_this_model_has_are_read_and_mixed() -> None:
    names = Names(TABLE, styles={"manga": ["fox", "star"], "oil": ["star"]})
    assert read_prompt("a fox, manga style", names).prompts == ["a fox, manga style"]
    assert mixed_styles("a fox", names) == ["manga"]
    assert mixed_styles("a star", names) == ["manga", "oil"]
    assert style_choices(names) == (MIXED, "manga", "oil", "")
    learnt_further = Names(TABLE, styles={"3d": ["star"], "line": ["star"], "manga": ["fox"]})
    assert mixed_styles("a fox", learnt_further) == ["manga"]
    assert mixed_styles("a star", learnt_further) == ["3d"]


def test_prompts_in_one_style_have_that_of_the_first() -> None:
    names = Names(TABLE, styles={"3d": ["star"], "flat": ["star", "fox"], "noto": ["fox"]})
    for seed, style in ((0, "noto"), (1, "flat")):
        assert in_one_style(["a fox", "a star"], MIXED, seed, names) == [f"a fox, {style} style", f"a star, {style} style"]
    assert in_one_style(["a fox, flat style", "a star"], MIXED, 0, names)[1] == "a star, flat style"
    assert in_one_style(["a fox, flat style", "a star"], "3d", 0, names) == ["a fox, flat style", "a star, 3d style"]


@pytest.mark.parametrize(
    ("prompt", "things", "restyled"),
    [
        ("a star, line style", ("a star, line style",), ("",)),  # it was seen in it
        ("a fox, line style", ("a fox, 3d style",), ("line",)),  # the better of two
        ("a rocket, line style", ("a rocket, noto style",), ("line",)),  # no source, but all that there is
        ("a cherry, line style", ("a cherry",), ("line",)),  # drawn in no style
        ("a fox, flat style", ("a fox, flat style",), ("",)),  # in which nothing can be drawn again
        ("a vixen, line style", ("a vixen, line style",), ("",)),  # of which nothing is known
        ("a fox", ("a fox",), ("",)),
        ("a fox and a star, line style", ("a fox, 3d style", "a star, line style"), ("line", "")),
        ("two blue foxes, line style", ("fox, 3d style",), ("line",)),
        ("a star with a crown, line style", ("star face, 3d style", "a crown, line style"), ("line", "")),
        ("a (fox:1.2), line style", ("a (fox:1.2), line style",), ("",)),
    ],
)
def test_what_was_never_seen_in_a_style_is_drawn_in_another_and_then_again(
    prompt: str, things: tuple[str, ...], restyled: tuple[str, ...]
) -> None:
    drawn = {"noto": ["fox", "Rocket"], "3d": ["star face", "fox"], "line": ["star", "crown"], "flat": []}
    names = Names(TABLE, styles=drawn, restyled={"line": ["flat", "3d"]})
    reading = read_prompt(prompt, names)
    assert [(thing.prompt, thing.style) for thing in reading.layout.things] == list(zip(things, restyled, strict=True))
    for plain in (read_prompt(prompt, names, apart=False), read_prompt(prompt, Names(TABLE, restyled={"line": ["flat"]}))):
        assert not any(thing.style for thing in plain.layout.things), "nothing is known of styles"


def test_without_styles_that_can_be_mixed_prompts_stay_as_they_are() -> None:
    assert in_styles(["a star", "a fox, flat style"], MIXED, [1, 2], NAMES) == ["a star", "a fox, flat style"]
    assert in_styles(["a star"], MIXED, [1], Names(TABLE, styles={"line": ["star"]})) == ["a star"]
    assert in_styles([], MIXED, [], NAMES) == []


@pytest.mark.parametrize(
    "prompt",
    ["draw a fox, please", "a fox, thank you!", "dessine-moi a fox", "zeichne mir a fox",
     "нарисуй мне a fox, пожалуйста", "画一只狐狸", "请画狐狸", "狐狸を描いてください", "狐狸の絵", "狐狸를 그려 줘"],
)  # fmt: skip
def test_a_request_in_any_language_is_left_out(prompt: str) -> None:
    (thing,) = read_prompt(prompt, NAMES).prompts
    assert thing in ("a fox", "fox")


@pytest.mark.parametrize("prompt", ["male fox", "mal de fox", "paint fox", "画狐狸", "give fox"])
def test_what_only_begins_like_a_request_is_none(prompt: str) -> None:
    assert _subject(prompt, NAMES) == prompt


@pytest.mark.parametrize(
    ("prompt", "known"),
    [("нарисуй мне a fox, flat style", True), ("two foxes and a star", True), ("a blue fox", True), ("a vixen", False)],
)
def test_a_prompt_is_known_if_all_that_it_asks_for_is(prompt: str, known: bool) -> None:
    assert is_known(prompt, NAMES) == known


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("a cat with blue eyes", ("a cat",)),
        ("lightning bolt purple", ("high voltage",)),
        ("dog and cat high five", ("dog", "cat")),
        ("robot hugging a human", ("robot", "person")),
        ("cute 🦄", ("unicorn",)),
    ],
)
def test_how_people_type(prompt: str, things: tuple[str, ...], bundled_names: Names) -> None:
    assert read_prompt(prompt, bundled_names).prompts == [*things]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("a panda with a scarf in the snow", "panda, scarf"),
        ("a robot with a flower walking a dog", "robot, flower"),
        ("easter bunny with a basket of eggs, flat style", "bunny, egg"),
        ("a panda with a scarf", ""),
        ("a girl with long dark blue hair and a kite", ""),
        ("a crying panda riding a bike", ""),
        ("two foxes and a lime green apple to the right of a star", ""),
        ("Katze mit Hut und Schal", ""),
    ],
)
def test_what_is_named_and_not_drawn_is_told(prompt: str, said: str, bundled_names: Names) -> None:
    told = dict(read_prompt(prompt, bundled_names).renamed)
    assert told.get(prompt.removesuffix(", flat style"), "") == said


def test_who_looks_somehow_by_itself_is_drawn_as_it_is(bundled_names: Names) -> None:
    assert read_prompt("an angry cat", bundled_names).layout.as_drawn
    assert not read_prompt("a girl with pink hair", bundled_names).layout.as_drawn
    assert not read_prompt("three cats", bundled_names).layout.as_drawn


def test_words_are_on_a_board_where_that_is_all_there_is(bundled_names: Names) -> None:
    boards = {
        text: read_prompt(text, bundled_names).is_board
        for text in ('"GG"', 'a sign "LGTM"', 'two signs "hi"', 'a cat "hi"')
    }
    assert list(boards.values()) == [True, True, False, False]
