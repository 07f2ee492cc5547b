"""`python -m multimodal inspect …`: views of the insides as PNG, GIF and JSON."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multimodal.commands.options import add_json, add_negative_prompt, add_pipeline, add_sampler, add_sampling
from multimodal.commands.results import load_pipeline

if TYPE_CHECKING:
    from multimodal.inspection.views import View, Views
    from multimodal.inspection.words import NearestNames


def attention(args: argparse.Namespace) -> None:
    """Where in the picture the DiT looks at each word of the prompt: the picture, then one heat map per word."""
    view = _views(args).attention(args.prompt, _sampling(args), args.evaluation, args.layer)
    lines = [f"{word['share']:8.2%}  {word['word']}" for word in view.report["words"]]
    _report(args, view, [*lines, f"{view.report['rest']:8.2%}  (start and end of the prompt)"], args.prompt)


def expectation(args: argparse.Namespace) -> None:
    """What the prompt alone lets one expect: the mean that the DiT starts from, as asked for, and in every style."""
    view = _views(args).expectation(args.prompt)
    shares = "the mean is {familiar:.0%} as asked, the rest is translated from other styles".format(**view.report)
    _report(args, view, [" | ".join(view.report["pictures"]), shares], args.prompt)


def trajectory(args: argparse.Namespace) -> None:
    """What the picture was expected to become at each step: a film strip, an animation, and how many codes changed."""
    view = _views(args).trajectory(args.prompt, _sampling(args))
    changed, codes = view.report["changed_codes"], view.report["codes"]
    lines = [f"step {k}: {count} of {codes} codes changed" for k, count in enumerate(changed, start=2)]
    _report(args, view, lines, args.prompt)


def restoration(args: argparse.Namespace) -> None:
    """The picture, noised up to four times and restored by the DiT: above with the prompt, below without."""
    view = _views(args).restoration(args.prompt, _sampling(args))
    line = "t = {t:g}: {psnr:.1f} dB with the prompt, {psnr_without_prompt:.1f} dB without"
    _report(args, view, [line.format(**one) for one in view.report["restored"]], args.prompt)


def reading(args: argparse.Namespace) -> None:
    """What is drawn for the prompt; how CLIP reads it: the pieces that it is cut into, and the nearest known names."""
    views = _views(args)
    view = views.reading(args.prompt, _nearest(args, views), args.language, args.number, args.other)
    things = ((one["thing"], *one["colors"], one["place"], one["style"]) for one in view.report["drawn"])
    lines = ["drawn: " + ", ".join(" · ".join(filter(None, thing)) for thing in things)]
    lines += [" | ".join(piece["piece"] for piece in view.report["pieces"])]
    lines += [f"{name['similarity']:8.2f}  {name['name']}" for name in view.report["near"]]
    if "similarity" in view.report:
        lines.append(f"{view.report['similarity']:8.2f}  is how near the other prompt is: {args.other}")
    _report(args, view, lines, args.prompt, "reading.json")


def words(args: argparse.Namespace) -> None:
    """The known names that CLIP takes to be likeliest for a picture."""
    from multimodal import rgba

    picture, views = rgba.open_image(args.file), _views(args)
    if (nearest := _nearest(args, views)) is None:
        raise ValueError("this checkpoint has no list of names")
    view = views.words(picture, nearest, args.language, args.number)
    lines = [f"{one['probability']:8.2%}  {one['name']}" for one in view.report["found"]]
    _report(args, _of_file(view, args), lines, args.file.stem, "words.json")


def provenance(args: argparse.Namespace) -> None:
    """The training pictures nearest to a picture, with their licences, beside how near two different emoji usually are."""
    from multimodal import rgba
    from multimodal.arguments import check_number
    from multimodal.inspection.provenance import index_training_pictures

    check_number("number", args.number, 1, 100, whole=True)
    picture = rgba.open_image(args.file)
    if args.train:
        index_training_pictures(args.checkpoint, args.train)
    view = _views(args).provenance(picture, args.checkpoint, args.number)
    lines = [f"{match['distance']:.3f}  {_describe(**match)}" for match in view.report["matches"]]
    lines.append(f"{view.report['usual_distance']:.3f}  is how near the nearest other emoji usually is (median)")
    _report(args, _of_file(view, args), lines, args.file.stem)


def styles(args: argparse.Namespace) -> None:
    """A picture drawn again in each style in which the checkpoint can."""
    from multimodal import rgba

    view = _views(args).styles(rgba.open_image(args.file))
    _report(args, _of_file(view, args), view.report["styles"], args.file.stem, "styles.json")


def tokens(args: argparse.Namespace) -> None:
    """The codes of a picture, each group's as a grid in the colours of the codes."""
    from multimodal import rgba

    view = _views(args).tokens(rgba.open_image(args.file))
    groups = enumerate(view.report["codebook_indices"], start=1)
    lines = [f"group {k}: {len({code for row in grid for code in row})} different codes" for k, grid in groups]
    _report(args, _of_file(view, args), lines, args.file.stem, "tokens.json")


def codebook(args: argparse.Namespace) -> None:
    """Every code as the patch it decodes to, and their map; how many the training set uses, and in each style."""
    from multimodal.inspection.codebook import statistics_of
    from multimodal.inspection.training_set import write_codebook_statistics

    if args.train:
        write_codebook_statistics(args.checkpoint, args.train)
    view = _views(args).codebook(statistics_of(args.checkpoint))
    lines = [NO_STATISTICS] if not view.report["pictures"] else []
    for group in view.report["groups"] if view.report["pictures"] else ():
        for where, part in [("", group), *((f", {style}", part) for style, part in group["styles"].items())]:
            line = "group {group}: usage {usage:.1%}, perplexity {perplexity} of {codes}{where}"
            lines.append(line.format(**{**group, **part, "where": where}))
    _report(args, view, lines, name="codebook.json")


def code(args: argparse.Namespace) -> None:
    """One code: its patch and where in the training pictures it stands; beside which codes, and in what."""
    from multimodal.inspection.codebook import statistics_of

    view = _views(args).code(statistics_of(args.checkpoint), args.group, args.code)
    lines = [NO_STATISTICS]
    if "count" in view.report:
        lines = [", ".join([f"{view.report['count']} times", *(f"{s}: {n}" for s, n in view.report["styles"].items())])]
        lines += [f"beside code {codes[0]} of group {k}" for k, codes in view.report["beside"].items() if codes]
        lines += [f"{one['count']:4} x  {_titled(one['name'], one['style'])}" for one in view.report["pictures"]]
    _report(args, view, lines)


NO_STATISTICS = "the checkpoint has no codebook statistics of its own; `inspect codebook --train FOLDER` counts them"
VIEWS: tuple[Callable[[argparse.Namespace], None], ...] = (
    reading, expectation, attention, trajectory, restoration, words, provenance, styles, tokens, codebook, code,
)  # fmt: skip


def view_options(parser: argparse.ArgumentParser, view: Callable[[argparse.Namespace], None]) -> None:
    """What a view takes."""
    if view in (reading, expectation, attention, trajectory, restoration):
        parser.add_argument("prompt", help="what the picture shows")
    if view in (attention, trajectory, restoration):
        add_sampling(parser)
        add_sampler(parser)
        add_negative_prompt(parser)
    if view is attention:
        parser.add_argument("--layer", type=int, help="one block of the DiT, from 0 (default: the mean of all)")
        parser.add_argument("--evaluation", type=int, help="one evaluation of the DiT, from 0 (default: the mean of all)")
    if view in (words, provenance, styles, tokens):
        parser.add_argument("file", type=Path)
    if view in (reading, words, provenance):
        parser.add_argument("-n", "--number", type=int, default=5, help="how many to find")
    if view in (reading, words):
        parser.add_argument("--language", default="en", help="of the names, such as zh (default: en)")
    if view is reading:
        parser.add_argument("--other", default="", metavar="PROMPT", help="another prompt, to tell how near it is")
    if view in (provenance, codebook):
        text = "pictures that the VQ-VAE was trained on; their codes are kept in the checkpoint's folder "
        text += "training/, needed the first time" if view is provenance else "codebook/, counted anew"
        parser.add_argument("--train", type=Path, nargs="+", help=text)
    if view is code:
        parser.add_argument("code", type=int, help="its number, from 0")
        parser.add_argument("--group", type=int, default=1, help="of the codebook, from 1 (default: 1)")
    parser.add_argument("--out", type=Path, default=Path("outputs") / "inspection", help="folder")
    add_pipeline(parser)
    add_json(parser)


def _views(args: argparse.Namespace) -> Views:
    from multimodal.inspection.views import Views

    return Views(load_pipeline(args))


def _nearest(args: argparse.Namespace, views: Views) -> NearestNames | None:
    from multimodal.inspection.words import nearest_names

    return nearest_names(views.pipeline, args.checkpoint)


def _of_file(view: View, args: argparse.Namespace) -> View:
    return view._replace(report={"file": str(args.file), **view.report})


def _sampling(args: argparse.Namespace) -> dict[str, Any]:
    return {
        "negative_prompt": args.negative_prompt,
        "num_inference_steps": args.steps,
        "guidance_scale": args.guidance_scale,
        "seed": args.seed,
        "sampler": args.sampler,
    }


def _path(args: argparse.Namespace, ending: str, words: str = "") -> Path:
    """Where a file of this view goes: its name begins with the words, and with the seed where there is one."""
    from multimodal.settings import slug

    args.out.mkdir(parents=True, exist_ok=True)
    parts = [slug(words), str(args.seed) if "seed" in args else "", ending]
    return Path(args.out / "-".join(part for part in parts if part))


def _describe(name: str, style: str, source: str, author: str, licence: str, quantile: float, **_: object) -> str:
    origin = f" ({source}, {author}, {licence})" if licence else ""
    return f"{_titled(name, style)}{origin}; {quantile:.1%} of training pictures have another emoji as near"


def _titled(name: str, style: str) -> str:
    return ", ".join(filter(None, (name, style)))


def _report(args: argparse.Namespace, view: View, lines: list[str], words: str = "", name: str = "") -> None:
    """Write the pictures and the report, named as the picture where no name is given; print the report or the lines."""
    paths = view.save(lambda ending: _path(args, ending, words))
    path = _path(args, name, words) if name else paths[0].with_suffix(".json")
    text = json.dumps({**view.report, "files": [str(path) for path in paths]}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    print(text if args.json else "\n".join([*lines, *map(str, paths), str(path)]))
