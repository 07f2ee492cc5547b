"""Whether pictures show what prompts ask for: wordings, descriptions, other words, colours, counts, what is beside what.

The prompts are the tables in `prompts/`. What a thing is, a judge says; its colour, number and place are measured. Since
such checks err too, they are first tried on composites of real pictures, whose truth is known.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from skimage.measure import label, regionprops

from multimodal import rgba
from multimodal.collage.colors import HUES, color_names
from multimodal.data.captions import OPPOSITE, Composite, load_subjects
from multimodal.data.composition import Composer
from multimodal.data.images import decode_images, load_captioned_images
from multimodal.evaluation.judge import Judge
from multimodal.evaluation.sampling import DEFAULT_SAMPLING, Sampling
from multimodal.evaluation.statistics import mean_interval
from multimodal.pipeline import TextToImagePipeline
from multimodal.reading.names import Names
from multimodal.reading.prompts import read_prompt
from multimodal.reading.relations import WORN
from multimodal.subsets import spread

PROMPTS = Path(__file__).parent / "prompts"
KINDS = {
    "wordings": (),
    "described": (),
    "synonyms": (),
    "everyday": (),
    "foreign": (),
    "natural": (),
    "colors": ("colored",),
    "counts": ("count",),
    "many": (),  # 5 to 12 of a thing
    "pairs": ("left", "right", "above", "below"),
}
TRUE_PICTURES = 150  # of each kind, to try the checks on
FIGURE_PLACES = {  # what is worn has its own, and so has what shows a role
    "wears": "", "holds": "hand", "on": "under", "in": "around", "looks": "face", "feels": "beside head", "burns": "behind",
    "before": "background", "behind": "foreground",
    "role": "",
}  # fmt: skip
MAX_DRAWS = 100  # for each of them
TOP = 5  # where a picture holds several things, each smaller than what the judge learned from
COUNTING_SIZE = 32
SMALLEST_THING = 0.3  # of the largest; what is smaller is a part of something


@dataclass(frozen=True)
class Case:
    """A prompt, and what its picture must show."""

    prompt: str
    concept: str  # English names joined by "|", any of which will do
    color: str = ""
    count: int = 1
    relation: str = ""  # where the concept stands, as seen from `other`; or a key of FIGURE_PLACES
    other: str = ""
    language: str = "en"


def load_cases(kind: str) -> list[Case]:
    """The prompts of one kind, the name of a table in `prompts/`."""
    with (PROMPTS / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return [Case(**{**row, "count": int(row.get("count", 1))}) for row in csv.DictReader(file)]  # type: ignore[arg-type]


def evaluate_composition(
    pipeline: TextToImagePipeline,
    judge: Judge,
    data: Path,
    limit: int | None = None,
    sampling: Sampling = DEFAULT_SAMPLING,
) -> dict[str, Any]:
    """Generate a picture for each prompt and check it.

    Args:
        data: a table of pictures that were not trained on; the checks are tried on composites of them.
        limit: use so many prompts, spread evenly over those of each kind, and so many true pictures only.
    Returns:
        A result as `tables` describes it.
    """
    table = load_captioned_images(data)
    composer = Composer(decode_images(table, pipeline.vqvae.config.image_size), load_subjects(table))
    rows = []
    for kind, composites in KINDS.items():
        cases = spread(load_cases(kind), limit)
        right = check(judge, cases, sampling.generate(pipeline, [case.prompt for case in cases], kind))
        row = {"prompts": kind, "count": len(cases), "generated right": mean_interval(right)}
        true_cases, pictures = true_composites(composer, composites, min(TRUE_PICTURES, limit or TRUE_PICTURES))
        wrong_cases = [spoiled(case) for case in true_cases]
        row["true accepted"] = mean_interval(check(judge, true_cases, pictures)) if true_cases else None
        row["false accepted"] = mean_interval(check(judge, wrong_cases, pictures)) if true_cases else None
        rows.append(row)
    figures = []
    for relation in (*FIGURE_PLACES, ""):
        cases = spread([case for case in load_cases("figures") if case.relation == relation], limit)
        read = [reads_right(case, pipeline.names) for case in cases]
        figures.append({"figures": relation or "one thing", "count": len(cases), "read right": mean_interval(read)})
    return {
        "title": "Composition",
        "settings": {"data": data.name, **sampling.settings()},
        "tables": {
            "Right thing, and right in colour, number or place": rows,
            "Figures: what they wear, hold, are on, in, before, behind, look like, feel; roles; one thing": figures,
        },
        "notes": [
            "95 % bootstrap intervals in brackets. True accepted: composites of real pictures that pass, the ceiling.",
            "False accepted: the same composites asked for another colour, another number, or the opposite place.",
        ],
    }


def check(judge: Judge, cases: Sequence[Case], images: Sequence[Image.Image]) -> list[bool]:
    """Whether each picture shows what its case says."""
    right = [_measures(case, image) for case, image in zip(cases, images, strict=True)]
    views = [(k, *view) for k, (case, image) in enumerate(zip(cases, images, strict=True)) for view in _views(case, image)]
    verdict = judge.judge([view for _, _, view in views], top=TOP)
    for (k, names, _), best in zip(views, verdict.concepts.tolist(), strict=True):
        several = bool(cases[k].other) or cases[k].count > 1
        seen = {judge.classes.names[concept] for concept in best[: TOP if several else 1]}
        right[k] = right[k] and bool(seen & set(names.split("|")))
    return right


def reads_right(case: Case, names: Names) -> bool:
    """Whether a figure and a thing in its place are read in a prompt, or, where the case has no other, one thing; what a
    figure feels makes no thing of it, unless the case is about that. Of what shows a role, one thing is enough.
    """
    things = read_prompt(case.prompt, names).layout.things
    parts = [(names.english_name(thing.prompt), thing.place) for thing in things]
    if case.relation != "feels":
        parts = [part for part in parts if part[1] != FIGURE_PLACES["feels"]]
    found, (_, *places) = zip(*parts, strict=True)
    if case.relation == "role":
        return found[0] in case.concept.split("|") and not {*found[1:]}.isdisjoint(case.other.split("|"))
    wanted = [one for one in (case.concept, case.other) if one]
    if len(found) != len(wanted) or any(name not in one.split("|") for name, one in zip(found, wanted, strict=True)):
        return False
    worn = WORN.get(found[-1], "hand")
    if case.relation == "wears":
        return places == [worn] or places == [{"eyes": "front", "head": "neck"}.get(worn)]  # of no face; a bow tie
    if case.relation == "holds" and worn == "overhead":
        return places == [worn]
    return places == ([FIGURE_PLACES[case.relation]] if case.relation else [])


def true_composites(composer: Composer, kinds: Sequence[str], count: int) -> tuple[list[Case], list[Image.Image]]:
    """Composites of real pictures, of the given kinds of `data.composition`, and what they show.

    Fewer, or none, where the pictures hardly allow for these kinds, as black ones do not for colours.
    """
    rng = random.Random(0)
    cases: list[Case] = []
    images: list[Image.Image] = []
    for _ in range(MAX_DRAWS * count if kinds else 0):
        if len(cases) == count:
            break
        pixels, composite = composer.compose(rng)
        if composite.kind in kinds and composite.number <= 4:
            cases.append(_case(composite))
            images.append(rgba.to_image(rgba.from_uint8(pixels)))
    return cases, images


def spoiled(case: Case) -> Case:
    """A case that its picture must fail: it asks for another colour, another number or the opposite place.

    One that asks for none of these stays as it is.
    """
    colors = list(HUES)
    return replace(
        case,
        color=colors[(colors.index(case.color) + 3) % len(colors)] if case.color else "",
        count=(case.count - 1) % 3 + 2 if case.count > 1 else 1,
        relation=OPPOSITE.get(case.relation, ""),
    )


def count_things(image: Image.Image) -> int:
    """How many separate things of about one size a transparent picture shows."""
    areas = [region.area for region in _things(image)]
    return sum(area >= SMALLEST_THING * max(areas) for area in areas)


def _measures(case: Case, image: Image.Image) -> bool:
    if case.count > 1 and count_things(image) != case.count:
        return False
    return not case.color or case.color in color_names(rgba.to_pixels(image))


def _views(case: Case, image: Image.Image) -> list[tuple[str, Image.Image]]:
    """What the judge must find, and the part of the picture in which it must find it."""
    width, height = image.size
    halves = {
        "left": (0, 0, width // 2, height),
        "right": (width // 2, 0, width, height),
        "above": (0, 0, width, height // 2),
        "below": (0, height // 2, width, height),
    }
    if case.relation:
        sides = ((case.concept, halves[case.relation]), (case.other, halves[OPPOSITE[case.relation]]))
        return [(names, _trimmed(image.crop(box))) for names, box in sides]
    if case.count > 1 and (things := _things(image)):
        top, left, bottom, right = max(things, key=lambda region: region.area).bbox
        scale = width // COUNTING_SIZE
        box = (left * scale, top * scale, right * scale, bottom * scale)
        return [(case.concept, _trimmed(image.crop(box)))]
    return [(case.concept, image)]


def _things(image: Image.Image) -> list[Any]:
    """Connected opaque regions, at a low resolution at which near parts of a thing grow together."""
    alpha = image.getchannel("A").resize((COUNTING_SIZE, COUNTING_SIZE), Image.Resampling.BOX)
    return regionprops(label(np.asarray(alpha) > 96))


def _trimmed(image: Image.Image) -> Image.Image:
    """The part of a picture that is not nearly transparent; a faint haze around a thing would make it look small."""
    solid = image.getchannel("A").point([255 * (alpha > 96) for alpha in range(256)])
    return image.crop(solid.getbbox() or (0, 0, 1, 1))


def _case(composite: Composite) -> Case:
    first, second = composite.first.name("en"), composite.second.name("en") if composite.second else ""
    relation = composite.kind if composite.kind in OPPOSITE else ""
    return Case("", first, composite.color, composite.number, relation, second)
