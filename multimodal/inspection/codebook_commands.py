"""The views of `inspect` that show codes: of a picture, all there are, and one. Heavy imports happen in the functions."""

from __future__ import annotations

import argparse
from typing import Any

from multimodal.inspection.reports import file_path, load_pipeline, write_report


def tokens(args: argparse.Namespace) -> None:
    """The codes of a picture, each group's as a grid in the colours of the codes."""
    from multimodal import rgba
    from multimodal.inspection.tokens import index_maps

    picture = rgba.open_image(args.file)
    pipeline = load_pipeline(args)
    indices = pipeline.reconstruct(picture).codebook_indices  # (groups, h, w)
    paths = []
    for group, drawn in enumerate(index_maps(indices, pipeline.vqvae.quantizer.codebook), start=1):
        paths.append(file_path(args, f"tokens-{group}.png", args.file.stem))
        drawn.save(paths[-1])
    report = {"file": str(args.file), "codebook_indices": indices.tolist()}
    lines = [f"group {k}: {len(set(codes.flatten().tolist()))} different codes" for k, codes in enumerate(indices, start=1)]
    write_report(args, report, paths, lines)


def codebook(args: argparse.Namespace) -> None:
    """Every code as the patch it decodes to, and their map; how many the training set uses, and in each style."""
    from multimodal.inspection.codebook import statistics_of
    from multimodal.inspection.codebook_map import codebook_map, principal_plane
    from multimodal.inspection.tokens import atlas, codebook_patches

    pipeline = load_pipeline(args)
    statistics = statistics_of(args.checkpoint)
    groups: list[dict[str, Any]] = []
    paths = []
    for group, patches in enumerate(codebook_patches(pipeline, statistics)):
        paths.append(file_path(args, f"codebook-{group + 1}.png"))
        atlas(patches, columns=min(32, len(patches))).save(paths[-1])
        paths.append(file_path(args, f"codebook-map-{group + 1}.png"))
        places, share = principal_plane(pipeline.vqvae.quantizer.codebook[group])
        counts = None if statistics is None else statistics.counts[group]
        codebook_map(patches, places, counts).save(paths[-1])
        groups.append({"group": group + 1, "codes": len(patches), "variance_of_map": round(share, 4)})
        if statistics is not None:
            groups[-1] |= {
                "usage": round(statistics.usage[group], 4),
                "perplexity": round(statistics.perplexity[group], 1),
                "unused": (statistics.counts[group] == 0).nonzero().flatten().tolist(),
                "styles": {
                    style: {"usage": round(usage[group], 4), "perplexity": round(perplexity[group], 1)}
                    for style, (usage, perplexity) in statistics.by_style.items()
                },
            }
    report = {"pictures": statistics.num_pictures if statistics else 0, "groups": groups}
    lines = ["the checkpoint has no codebook statistics of its own"]
    if statistics is not None:
        lines = [
            f"group {g['group']}: usage {part['usage']:.1%}, perplexity {part['perplexity']} of {g['codes']}{where}"
            for g in groups
            for where, part in [("", g), *((f", {style}", part) for style, part in g["styles"].items())]
        ]
    write_report(args, report, paths, lines)


def code(args: argparse.Namespace) -> None:
    """One code: its patch and where in the training pictures it stands; beside which codes, and in what."""
    from PIL import Image

    from multimodal.arguments import check_number
    from multimodal.inspection.codebook import statistics_of
    from multimodal.inspection.tokens import atlas, codebook_patches, heat_map

    pipeline = load_pipeline(args)
    config, statistics = pipeline.vqvae.config, statistics_of(args.checkpoint)
    check_number("group", args.group, 1, config.groups, whole=True)
    check_number("code", args.code, 0, config.codebook_size - 1, whole=True)
    if statistics is None:
        raise ValueError("the checkpoint has no codebook statistics of its own")
    group = args.group - 1
    fields = statistics.positions[group, args.code]  # (rows, columns)
    drawn = heat_map(fields.numpy()).convert("RGBA")
    patch = codebook_patches(pipeline, statistics)[group][args.code].resize(drawn.size, Image.Resampling.NEAREST)
    path = file_path(args, f"code-{args.group}-{args.code}.png")
    atlas([patch, drawn], columns=2).save(path)
    counts = dict(zip(statistics.styles, statistics.style_counts[:, group, args.code].tolist(), strict=True))
    beside = {k + 1: statistics.companions(group, args.code, k) for k in range(config.groups) if k != group}
    found = statistics.most_in(group, args.code)
    report = {"group": args.group, "code": args.code, "count": sum(counts.values()), "styles": counts}
    report |= {"fields": fields.tolist(), "beside": beside}
    report["pictures"] = [{"name": name, "style": style, "count": count} for name, style, count in found]
    lines = [f"{report['count']} times; {', '.join(f'{style}: {count}' for style, count in counts.items())}"]
    lines += [f"beside code {codes[0]} of group {k}" for k, codes in beside.items() if codes]
    lines += [f"{count:4} x  {name}, {style}" for name, style, count in found]
    write_report(args, report, [path], lines, path.with_suffix(".json"))
