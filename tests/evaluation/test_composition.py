"""The checks of composed prompts, on drawn pictures whose truth is known; and the lists of prompts."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PIL import Image

from multimodal.collage.colors import HUES
from multimodal.data.captions import load_subjects
from multimodal.data.composition import Composer
from multimodal.data.images import decode_images, load_captioned_images
from multimodal.evaluation.composition import (
    FIGURE_PLACES,
    KINDS,
    OPPOSITE,
    PROMPTS,
    Case,
    check,
    count_things,
    evaluate_composition,
    load_cases,
    reads_right,
    spoiled,
    true_composites,
)
from multimodal.reading.names import Names


@pytest.fixture
def several(draw):
    """A picture of so many squares."""

    def make(count: int) -> Image.Image:
        canvas = Image.new("RGBA", (128, 128))
        for k in range(count):
            canvas.paste(draw("01", "flat", 56), (4 + 64 * (k % 2), 4 + 64 * (k // 2)))
        return canvas

    return make


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_things_are_counted(several, count: int) -> None:
    assert count_things(several(count)) == count


def test_nothing_is_no_thing_and_crumbs_do_not_count(several) -> None:
    assert count_things(Image.new("RGBA", (128, 128))) == 0
    picture = several(2)
    picture.paste("red", (120, 120, 126, 126))
    assert count_things(picture) == 2


def test_a_count_must_be_right_and_of_the_right_thing(judge, several) -> None:
    case = Case("three squares", "square", count=3)
    assert check(judge, [case, replace(case, count=2), replace(case, count=4)], [several(3)] * 3) == [True, False, False]


@pytest.mark.parametrize("relation", list(OPPOSITE))
def test_a_relation_holds_one_way_round(relation: str) -> None:
    """With a judge that names a shape by its colour, so that only the places are in question."""
    upright, first = relation in ("above", "below"), relation in ("left", "above")
    colors = ("red", "green") if first else ("green", "red")
    canvas = Image.new("RGBA", (128, 128))
    for k, color in enumerate(colors):
        canvas.paste(color, (40, 10 + 64 * k, 80, 50 + 64 * k) if upright else (10 + 64 * k, 40, 50 + 64 * k, 80))

    def judged(views: list[Image.Image], top: int) -> SimpleNamespace:
        names = [[int(view.convert("RGB").getpixel((5, 5))[0] > 128)] for view in views]
        return SimpleNamespace(concepts=SimpleNamespace(tolist=lambda: names))

    judge = SimpleNamespace(judge=judged, classes=SimpleNamespace(names=("leaf", "fire")))
    case = Case("", "fire", relation=relation, other="leaf")
    assert check(judge, [case], [canvas]) == [True]
    assert check(judge, [spoiled(case)], [canvas]) == [False]


def test_a_colour_must_be_there(judge, draw) -> None:
    picture = draw("01", "flat", 128)
    case = Case("a red square", "square", color="red")
    assert check(judge, [case, replace(case, color="blue")], [picture] * 2) == [True, False]
    assert check(judge, [replace(case, concept="disc|square")], [picture]) == [True]


def test_true_composites_show_what_their_cases_say(data) -> None:
    table = load_captioned_images(data)
    composer = Composer(decode_images(table, 128), load_subjects(table))
    cases, pictures = true_composites(composer, KINDS["counts"], 12)
    assert len(cases) == len(pictures) == 12
    assert all(2 <= case.count <= 4 for case in cases)
    cases, pictures = true_composites(composer, KINDS["pairs"], 12)
    assert {case.relation for case in cases} <= set(OPPOSITE)
    assert all(case.other and picture.size == (128, 128) for case, picture in zip(cases, pictures, strict=True))
    assert true_composites(composer, (), 3) == ([], [])


def test_a_spoiled_case_is_another_one() -> None:
    for case in (
        Case("", "a", color="pink"),
        *(Case("", "a", count=n) for n in (2, 3, 4)),
        Case("", "a", relation="above", other="b"),
    ):
        assert spoiled(case) != case
        assert spoiled(case).count > 1 or case.count == 1, "one thing is not counted"
    assert spoiled(Case("", "a")) == Case("", "a")


def test_every_list_of_prompts_can_be_read() -> None:
    assert set(KINDS) < {path.stem for path in PROMPTS.glob("*.csv")}
    for path in PROMPTS.glob("*.csv"):
        cases = load_cases(path.stem)
        assert len(cases) >= 50
        assert len({(case.prompt, case.language) for case in cases}) == len(cases)
        relations = {"", *(FIGURE_PLACES if path.stem == "figures" else OPPOSITE)}
        assert all(case.concept and case.color in {"", *HUES} and case.relation in relations for case in cases)
    assert {case.count for case in load_cases("counts")} == {2, 3, 4}


@pytest.mark.parametrize(
    ("case", "right"),
    [
        (Case("a fox with a crown", "fox", relation="wears", other="crown"), True),
        (Case("a fox with a crown", "fox", relation="holds", other="crown"), False),
        (Case("a fox with a crown", "bear|fox", relation="wears", other="star|crown"), True),
        (Case("a fox with a crown", "fox", relation="wears", other="star"), False),
        (Case("a fox with a crown", "fox"), False),
        (Case("a fox", "fox"), True),
        (Case("a fox", "star"), False),
        (Case("a star and a fox", "star", relation="wears", other="fox"), False),
        (Case("a sad fox", "fox", relation="feels", other="droplet"), True),
        (Case("a sad fox with a crown", "fox", relation="wears", other="crown"), True),
        (Case("a sad fox", "fox"), True),  # which is one thing
        (Case("a fox", "fox", relation="feels", other="droplet"), False),
        (Case("a fox on fire", "fox", relation="burns", other="fire"), True),
        (Case("a fox on fire", "fox"), False),
        (Case("king fox", "fox", relation="role", other="star|crown"), True),
        (Case("king fox", "fox", relation="role", other="star"), False),
        (Case("a fox", "fox", relation="role", other="crown"), False),
    ],
)
def test_a_figure_is_read_right_with_its_thing_in_its_place(case: Case, right: bool) -> None:
    english = ["fox", "bear", "star", "crown", "droplet", "fire"]
    names = Names({"en": english}, described={"en": {"fox": ["animal"]}}, styles={"3d": english})
    assert reads_right(case, names) == right


def test_blank_pictures_score_nothing(judge, data, blank) -> None:
    result = evaluate_composition(blank, judge, data, limit=3)
    rows = {row["prompts"]: row for row in next(iter(result["tables"].values()))}
    assert set(rows) == set(KINDS)
    assert all(row["generated right"]["mean"] == 0 for row in rows.values())
    assert rows["counts"]["true accepted"]["count"] == 3
    assert rows["synonyms"]["true accepted"] is None
    assert {row["count"] for row in list(result["tables"].values())[1]} == {3}
