"""Views of the insides, as `python -m multimodal inspect` and the endpoints of the app give them: figures and pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from multimodal.arguments import check_choice, check_number, check_prompts
from multimodal.inspection.attention import AttentionRecorder, heat_overlay, pieces
from multimodal.inspection.codebook import CodebookStatistics
from multimodal.inspection.codebook_map import codebook_map, principal_plane
from multimodal.inspection.expectation import expect
from multimodal.inspection.provenance import Provenance, load_training_pictures
from multimodal.inspection.restoration import TIMES, other_noise, restore
from multimodal.inspection.tokens import code_patches, codebook_patches, heat_map, index_maps
from multimodal.inspection.trajectory import Trajectory, changed_codes, save_film, settled
from multimodal.inspection.words import NearestNames
from multimodal.pipeline import TextToImagePipeline
from multimodal.reading.prompts import Reading, read_prompt
from multimodal.reading.syntax import expand, parse_weights
from multimodal.restyling import in_every_style
from multimodal.sheets import tiled

ENLARGED = 128  # pixels of the patch and of the heat map of one code
Pictures = dict[str, Image.Image | list[Image.Image]]


class View(NamedTuple):
    report: dict[str, Any]  # for JSON
    pictures: Pictures  # by the end of the file's name; a list is an animation

    def save(self, place: Callable[[str], Path]) -> list[Path]:
        """Write the pictures where `place` says for the end of a name; returns the files."""
        for name, picture in self.pictures.items():
            if isinstance(picture, list):
                save_film(picture, place(name))
            else:
                picture.save(place(name))
        return [place(name) for name in self.pictures]


def first_choice(prompt: str) -> str:
    """A prompt, checked, with the first choice of each {red|green} in it."""
    return check_prompts(expand(check_prompts([prompt])[0]))[0]


class Views:
    """What is to be seen inside a pipeline; `sampling` is what its call takes beside the prompt."""

    def __init__(self, pipeline: TextToImagePipeline) -> None:
        self.pipeline = pipeline

    def read(self, prompt: str) -> Reading:
        """What is drawn for a prompt."""
        with self.pipeline.lock:
            return read_prompt(prompt, self.pipeline.names)

    def attention(
        self, prompt: str, sampling: dict[str, Any], evaluation: int | None = None, layer: int | None = None
    ) -> View:
        """Where in the picture the DiT looks at each word of the prompt: the picture, then one heat map per word."""
        prompt = first_choice(prompt)
        with AttentionRecorder(self.pipeline.dit) as recorder:
            output = self.pipeline(prompt, interpret=False, **sampling)
        found = recorder.by_word(self.pipeline.text_encoder, output.prompts)[0]
        heat = found.heat(evaluation, layer)  # (W + 1, h, w)
        tiles = [output.images[0], *(heat_overlay(output.images[0], word).convert("RGBA") for word in heat[:-1])]
        words = [
            {"word": word, "share": round(float(h.mean()), 6), "heat": h.double().round(decimals=6).tolist()}
            for word, h in zip(found.words, heat, strict=False)
        ]
        report = {"words": words, "rest": round(float(heat[-1].mean()), 6), "dropped": output.dropped[0]}
        return View({"prompt": prompt, **sampling, **report}, {"attention.png": tiled(tiles)})

    def expectation(self, prompt: str) -> View:
        """What the prompt alone lets one expect: the mean that the DiT starts from, as asked for, and in every style."""
        prompt = first_choice(prompt)
        mean, views, familiar = expect(self.pipeline, prompt)
        titles = ["mean", *(style or "as asked" for style in views)]
        report = {"prompt": prompt, "familiar": round(familiar, 4), "pictures": titles}
        return View(report, {"expectation.png": tiled([mean, *views.values()])})

    def trajectory(self, prompt: str, sampling: dict[str, Any]) -> View:
        """What the picture was expected to become at each step: a film strip, an animation, and how many codes changed."""
        prompt, steps = first_choice(prompt), Trajectory(self.pipeline)
        self.pipeline(prompt, interpret=False, **sampling, callback=steps)
        frames, indices = steps.frames(), steps.codebook_indices()
        report = {"times": steps.times, "codes": indices[0].numel()}
        report |= {"changed_codes": changed_codes(indices), "settled": settled(indices).tolist()}
        return View({"prompt": prompt, **sampling, **report}, {"trajectory.png": tiled(frames), "trajectory.gif": frames})

    def restoration(self, prompt: str, sampling: dict[str, Any]) -> View:
        """The picture, noised up to four times and restored by the DiT: above with the prompt, below without."""
        prompt = first_choice(prompt)
        output = self.pipeline(prompt, interpret=False, **sampling)
        anew = {**sampling, "seed": other_noise(sampling["seed"])}
        found = restore(self.pipeline, output.codebook_indices[0], prompt, TIMES, **anew)
        times = [{"t": one.t, "psnr": round(one.psnr[0], 2), "psnr_without_prompt": round(one.psnr[1], 2)} for one in found]
        report = {"prompt": prompt, **sampling, "noise_seed": anew["seed"], "restored": times}
        strip = tiled([one.images[row] for row in (0, 1) for one in found], columns=len(found))
        return View(report, {"restoration.png": strip})

    def provenance(self, picture: Image.Image, checkpoint: str | Path, number: int = 5) -> View:
        """The training pictures nearest to a picture, with their licences, beside how near two emoji usually are.

        Raises:
            CheckpointError: the checkpoint has no codes of its training pictures.
        """
        check_number("number", number, 1, 100, whole=True)
        pictures = load_training_pictures(checkpoint)
        searched = Provenance(self.pipeline.vqvae, pictures)
        output = self.pipeline.reconstruct(picture)
        matches = searched.nearest(output.codebook_indices, int(number))
        shown = self.pipeline.decode_codebook_indices(pictures.codebook_indices[[match.row for match in matches]])
        report = {"pictures": len(pictures.names), "usual_distance": round(float(searched.usual.median()), 4)}
        found = {"matches": [{**vars(match), "distance": round(match.distance, 4)} for match in matches]}
        return View({**report, **found}, {"provenance.png": tiled([output.image, *shown])})

    def reading(
        self,
        prompt: str,
        nearest: NearestNames | None,
        language: str = "en",
        number: int = 5,
        other: str = "",
        read: Callable[[str], Reading] | None = None,
    ) -> View:
        """The things that are drawn for a prompt; and how CLIP reads it: the pieces that it is cut into, what does not fit,
        and the known names nearest to it.

        Args:
            nearest: without it no name is near.
            other: another prompt, to which the similarity is told.
            read: `Views.read`, perhaps where there is a GPU.
        Raises:
            ValueError: there are no names in this language.
        """
        check_number("number", number, 1, 100, whole=True)
        if nearest:
            check_choice("language", language, nearest.names)
        prompt = first_choice(prompt)
        things = (read or self.read)(prompt).layout.things
        text = parse_weights(prompt).text
        text_encoder = self.pipeline.text_encoder
        used, room = text_encoder.count_tokens(text)
        *_, [dropped] = text_encoder.tokenize([text])
        near = nearest.to_prompt(text, language, int(number)) if nearest else []
        report: dict[str, Any] = {"prompt": prompt, "tokens": used, "room": room, "dropped": dropped}
        report["drawn"] = [
            {"thing": one.prompt, "colors": [*map(str, one.recolorings)], "place": one.place, "style": one.style}
            for one in things
        ]
        report["pieces"] = [{"piece": piece, "tokens": count} for piece, count in pieces(text_encoder, text)]
        report["near"] = [{"name": name, "similarity": round(similarity, 6)} for name, similarity in near]
        if nearest and other:
            report |= {"other": other, "similarity": round(nearest.between(prompt, check_prompts([other])[0]), 6)}
        return View(report, {})

    def words(self, picture: Image.Image, nearest: NearestNames, language: str = "en", number: int = 5) -> View:
        """The known names that CLIP takes to be likeliest for a picture, which is a rough guide.

        Raises:
            ValueError: there are none in this language.
        """
        check_number("number", number, 1, 100, whole=True)
        check_choice("language", language, nearest.names)
        found = nearest.to_picture(picture, language, int(number))
        report: dict[str, Any] = {"language": language, "names": len(nearest.names[language].names)}
        report["found"] = [{"name": name, "probability": round(probability, 6)} for name, probability in found]
        return View(report, {})

    def styles(self, picture: Image.Image) -> View:
        """A picture drawn again in each style in which the checkpoint can; twice as large where it can enlarge, too.

        Raises:
            ValueError: it has no restyler.
        """
        if self.pipeline.restyler is None:
            raise ValueError("this checkpoint has no restyler, which draws pictures again; train one: train restyler")
        size, upscaler = self.pipeline.vqvae.config.image_size, self.pipeline.upscaler
        with self.pipeline.lock:
            drawn = in_every_style(self.pipeline.restyler, picture, size)
        drawn = {style: upscaler(image, 2 * size) if upscaler else image for style, image in drawn.items()}
        return View({"styles": list(drawn)}, {f"style-{style}.png": image for style, image in drawn.items()})

    def tokens(self, picture: Image.Image) -> View:
        """The codes of a picture, each group's as a grid in the colours of the codes."""
        indices = self.pipeline.encode_image(picture)  # (groups, h, w)
        maps = index_maps(indices, self.pipeline.vqvae.quantizer.codebook)
        grids: Pictures = {f"tokens-{group}.png": drawn for group, drawn in enumerate(maps, start=1)}
        return View({"codebook_indices": indices.tolist()}, grids)

    def codebook(self, statistics: CodebookStatistics | None) -> View:
        """Every code as the patch it decodes to, and their map; how many the training set uses, and in each style."""
        groups: list[dict[str, Any]] = []
        drawn: Pictures = {}
        for group, patches in enumerate(codebook_patches(self.pipeline, statistics)):
            drawn[f"codebook-{group + 1}.png"] = tiled(patches, columns=min(32, len(patches)))
            places, share = principal_plane(self.pipeline.vqvae.quantizer.codebook[group])
            counts = None if statistics is None else statistics.counts[group]
            drawn[f"codebook-map-{group + 1}.png"] = codebook_map(patches, places, counts)
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
        return View({"pictures": statistics.num_pictures if statistics else 0, "groups": groups}, drawn)

    def code(self, statistics: CodebookStatistics | None, group: int, code: int) -> View:
        """One code: its patch, and in the training pictures how often it stands where, beside which codes, and in what.

        Args:
            statistics: without them there is the patch alone.
            group: from 1, as `codebook` counts them.
            code: from 0.
        """
        config = self.pipeline.vqvae.config
        check_number("group", group, 1, config.groups, whole=True)
        check_number("code", code, 0, config.codebook_size - 1, whole=True)
        report: dict[str, Any] = {"group": int(group), "code": int(code)}
        group, code = int(group) - 1, int(code)
        [patch] = code_patches(self.pipeline, group, [code], statistics)
        shown = [patch.resize((ENLARGED, ENLARGED), Image.Resampling.NEAREST)]
        if statistics is not None:
            counts, fields = statistics.counts[group], statistics.positions[group, code]  # (K,), (rows, columns)
            shown.append(heat_map(fields.numpy(), ENLARGED // len(fields)).convert("RGBA"))
            others = (other for other in range(config.groups) if other != group)
            report |= {
                "count": int(counts[code]),
                "rank": 1 + int((counts > counts[code]).sum()),
                "share": round(float(counts[code] / counts.sum()), 6),
                "styles": statistics.count_by_style(group, code),
                "fields": fields.tolist(),
                "beside": {str(other + 1): statistics.companions(group, code, other) for other in others},
                "pictures": [
                    {"name": name, "style": style, "count": count} for name, style, count in statistics.most_in(group, code)
                ],
            }
        return View(report, {f"code-{group + 1}-{code}.png": tiled(shown, columns=len(shown))})
