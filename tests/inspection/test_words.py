"""The known names nearest to prompts and pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from multimodal import rgba
from multimodal.inspection.words import NearestNames
from multimodal.models.text_encoder import CLIPTextEncoder
from multimodal.pipeline import TextToImagePipeline
from multimodal.reading.encoded_names import BATCH
from multimodal.reading.names import Names
from multimodal.word_lists import load_names

NAMES = {"en": ["fox", "star", "red apple", "rocket"], "zh": ["狐狸", "红苹果"], "xx": []}
PICTURES = Path(__file__).resolve().parents[2] / "assets" / "training_examples"


@pytest.fixture
def nearest(pipeline: TextToImagePipeline) -> NearestNames:
    return NearestNames(pipeline, NAMES)


def test_a_name_is_nearest_to_itself_and_a_weight_is_no_word(nearest: NearestNames) -> None:
    for name in NAMES["en"]:
        found = nearest.to_prompt(name)
        assert found[0] == (name, pytest.approx(1, abs=1e-5))
        assert {other for other, _ in found} == set(NAMES["en"])
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert nearest.to_prompt("(red:1.3) apple", count=1) == nearest.to_prompt("red apple", count=1)


def test_two_prompts_are_as_near_as_their_embeddings(nearest: NearestNames) -> None:
    assert nearest.between("a fox", "a (fox:1.3)") == pytest.approx(1, abs=1e-5)
    assert nearest.between("fox", "star") == pytest.approx(dict(nearest.to_prompt("fox"))["star"], abs=1e-5)
    assert nearest.between("fox", "star") == nearest.between("star", "fox")


def test_probabilities_are_those_of_clip_over_the_names_of_one_language(nearest: NearestNames) -> None:
    picture = Image.effect_noise((50, 40), 90).convert("RGBA")
    clip = nearest.clip
    assert clip is not None
    with torch.inference_mode():
        image = F.normalize(clip.encode_image(rgba.to_tensor(picture, 32)[None]), dim=-1)
        text = torch.cat([F.normalize(clip.encode_text(clip.tokenize([name]).ids).pooled, dim=-1) for name in NAMES["zh"]])
        expected = (clip.logit_scale * image @ text.T).softmax(dim=-1)[0].tolist()
    found = nearest.to_picture(picture, "zh")
    assert dict(found) == pytest.approx(dict(zip(NAMES["zh"], expected, strict=True)), abs=1e-5)
    assert sum(probability for _, probability in found) == pytest.approx(1)


def test_names_are_encoded_once_per_language(pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    encode = pipeline.text_encoder.embed
    monkeypatch.setattr(pipeline.text_encoder, "embed", lambda texts: seen.extend(texts) or encode(texts))
    nearest = NearestNames(pipeline, NAMES)
    nearest.to_prompt("a")
    nearest.to_prompt("b")
    assert seen == ["a", *NAMES["en"], "b"]
    nearest.warm_up("zh")
    nearest.warm_up("zh")
    assert seen[len(NAMES["en"]) + 2 :] == NAMES["zh"]
    nearest.to_prompt("c", "zh")
    assert seen[-1] == "c"


def test_whoever_comes_while_names_are_encoded_goes_on_from_there(
    pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"thing {k}" for k in range(3 * BATCH + 1)]
    plain = NearestNames(pipeline, {"en": names}).to_prompt("thing 7")
    seen: list[list[str]] = []
    encode = pipeline.text_encoder.embed
    monkeypatch.setattr(pipeline.text_encoder, "embed", lambda texts: seen.append(texts) or encode(texts))
    nearest = NearestNames(pipeline, {"en": names})
    found = []

    def pause(seconds: float) -> None:
        if not found:
            found.extend(nearest.to_prompt("thing 7"))  # the models are free, and the rest of the names is encoded now

    monkeypatch.setattr("time.sleep", pause)
    nearest.warm_up("en")
    assert [len(batch) for batch in seen] == [BATCH, 1, BATCH, BATCH, 1]
    assert found == plain


def test_english_names_are_encoded_for_prompts_and_for_this_together(
    pipeline: TextToImagePipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "names", Names({"en": NAMES["en"]}, pipeline.text_encoder.embed))
    nearest = NearestNames(pipeline, NAMES)
    nearest.warm_up("en")
    assert pipeline.names.english is not None
    monkeypatch.setattr(pipeline.names.english, "encode_batch", lambda: False)  # all that there is must be there
    assert pipeline.names.nearest("star") == nearest.to_prompt("star", count=1)[0][0] == "star"


def test_a_language_without_names_is_answered_in_english_or_else_in_what_there_is(
    nearest: NearestNames, pipeline: TextToImagePipeline
) -> None:
    assert [nearest.language(wanted) for wanted in ("zh", "en", "xx", "fr")] == ["zh", "en", "en", "en"]
    assert NearestNames(pipeline, {"de": ["Fuchs"]}).to_prompt("fox", "zh")[0][0] == "Fuchs"
    with pytest.raises(ValueError, match="no list of names"):
        NearestNames(pipeline, {"en": []})


def test_a_text_encoder_without_an_image_tower_says_so_and_still_reads_prompts(tiny_checkpoint: Path) -> None:
    pipeline = TextToImagePipeline.from_pretrained(tiny_checkpoint)
    own = pipeline.text_encoder
    text_only = torch.nn.ModuleList([own.tower.model.transformer])
    pipeline.text_encoder = CLIPTextEncoder(text_only, own.tokenize, own.encode, 32, 16, 12)
    nearest = NearestNames(pipeline, NAMES)
    with pytest.raises(ValueError, match="no image tower"):
        nearest.to_picture(Image.new("RGBA", (8, 8)))
    assert nearest.to_prompt("star", count=1)[0][0] == "star"


def test_the_bundled_clip_names_training_pictures_in_both_languages(bundled_checkpoint: Path) -> None:
    names = load_names(bundled_checkpoint / "dit")
    nearest = NearestNames(TextToImagePipeline.from_pretrained(bundled_checkpoint), names)
    for name, english, chinese in (("rainbow-noto", "rainbow", "彩虹"), ("red-apple-twemoji", "red apple", "红苹果")):
        picture = rgba.open_image(PICTURES / f"{name}.png")
        assert english in dict(nearest.to_picture(picture))
        assert chinese in dict(nearest.to_picture(picture, "zh"))
    assert nearest.to_prompt("a red apple")[0][0] == "red apple"
    assert nearest.to_prompt("红苹果")[0][0] == "red apple"
