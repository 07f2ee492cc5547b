"""`python -m multimodal generate` and `mix`, run in this process on tiny models."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from multimodal import TextToImagePipeline
from multimodal.__main__ import main
from multimodal.settings import read_settings


def test_generate_writes_pictures_with_their_settings_inside(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--checkpoint", str(tiny_checkpoint), "--steps", "2", "--out", str(tmp_path), "--json"]
    assert main(["generate", "a red apple", "红苹果", "-n", "2", "--seed", "5", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [(picture["prompt"], picture["seed"]) for picture in report["pictures"]] == [
        ("a red apple", 5),
        ("a red apple", 6),
        ("红苹果", 7),
        ("红苹果", 8),
    ]
    assert report["settings"]["num_inference_steps"] == 2
    assert report["seconds"] > 0
    for picture in report["pictures"]:
        with Image.open(picture["path"]) as image:
            assert image.mode == "RGBA"
        settings = read_settings(Path(picture["path"]))
        assert (settings.prompt, settings.seed, settings.num_inference_steps) == (picture["prompt"], picture["seed"], 2)


def test_generate_gives_each_picture_a_style(
    bundled_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--checkpoint", str(bundled_checkpoint), "--steps", "1", "--out", str(tmp_path), "--json"]
    assert main(["generate", "a cat", "a star, line style", "-n", "2", *options]) == 0
    asked = [picture["prompt"] for picture in json.loads(capsys.readouterr().out)["pictures"]]
    assert asked == ["a cat, 3d style", "a cat, flat style", "a star, line style", "a star, line style"]


def test_generate_reads_prompts_from_a_file(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "prompts.txt").write_text("a {red|green} fox\n\n 红苹果\n", encoding="utf-8-sig")
    options = ["--checkpoint", str(tiny_checkpoint), "--steps", "1", "--out", str(tmp_path), "--json"]
    assert main(["generate", "a star", "--prompts", str(tmp_path / "prompts.txt"), *options]) == 0
    pictures = json.loads(capsys.readouterr().out)["pictures"]
    assert [picture["prompt"] for picture in pictures] == ["a star", "a red fox", "a green fox", "红苹果"]
    assert main(["generate", *options]) == 1
    assert "there is no prompt" in capsys.readouterr().err
    assert main(["generate", " ", *options]) == 1
    assert main(["mix", "a star", "", "--checkpoint", str(tiny_checkpoint), "--out", str(tmp_path / "mix.webp")]) == 1
    assert capsys.readouterr().err.count("the prompt is empty: say what the picture should show") == 2
    assert main(["generate", "a fox", "--strength", "0.5", *options]) == 1
    assert "--mask and --strength need --image" in capsys.readouterr().err


def test_words_that_cannot_be_written_are_refused_before_anything_is_drawn(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a star\n" * 16 + 'a fox saying "😂"\n', encoding="utf-8")
    options = ["--checkpoint", str(tiny_checkpoint), "--steps", "1", "--out", str(tmp_path / "pictures")]
    assert main(["generate", "--prompts", str(prompts), *options]) == 1
    assert "no font has all these letters" in capsys.readouterr().err
    assert not (tmp_path / "pictures").exists()


def test_progress_ends_with_the_last_step_from_a_picture_too(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGBA", (40, 20), "red").save(tmp_path / "red.png")
    options = ["--checkpoint", str(tiny_checkpoint), "--steps", "8", "--out", str(tmp_path)]
    assert main(["generate", "a fox", "--image", str(tmp_path / "red.png"), "--strength", "0.5", *options]) == 0
    assert capsys.readouterr().err.rpartition("\r")[2].startswith("100%")


def test_generate_draws_a_picture_anew_where_its_mask_is_white_and_the_file_makes_it_again(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGBA", (40, 20), "red").save(tmp_path / "red.png")
    mask = Image.new("L", (40, 20))
    mask.paste(255, (0, 0, 20, 20))
    mask.save(tmp_path / "mask.png")
    options = ["--checkpoint", str(tiny_checkpoint), "--steps", "2", "--out", str(tmp_path), "--json"]
    masked = [*options, "--mask", str(tmp_path / "mask.png")]
    assert main(["generate", "a fox", "--image", str(tmp_path / "red.png"), *masked]) == 0
    [picture] = json.loads(capsys.readouterr().out)["pictures"]
    settings = read_settings(Path(picture["path"]))
    assert settings.prompt == "a fox"  # in the style of the picture, not in one of those that are mixed
    assert settings.strength == 1
    assert settings.arguments()["mask"].any(dim=0).tolist() == [True] * 4 + [False] * 4
    again = TextToImagePipeline.from_pretrained(tiny_checkpoint)(**settings.arguments()).images[0]
    with Image.open(picture["path"]) as image:
        assert image.tobytes() == again.tobytes()
    assert main(["generate", "a fox", *masked]) == 1
    assert "--mask and --strength need --image" in capsys.readouterr().err


def test_generate_writes_stickers_for_a_messenger_and_export_makes_one_of_a_file(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--checkpoint", str(tiny_checkpoint), "--steps", "1", "--out", str(tmp_path)]
    assert main(["generate", "A red apple!", "--seed", "3", "--for", "discord-sticker", *options]) == 0
    with Image.open(tmp_path / "a_red_apple_3_discord_sticker.png") as image:
        assert image.size == (320, 320)
    capsys.readouterr()
    assert main(["export", str(tmp_path / "a_red_apple_3_discord_sticker.png"), "--for", "telegram", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["size"] == 512
    with Image.open(tmp_path / "sticker_a_red_apple_3_discord_sticker_telegram.webp") as image:
        assert image.size == (512, 512)


def test_stickers_that_move_are_gifs(tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--checkpoint", str(tiny_checkpoint)]
    still = ["generate", "a star", "--steps", "1", "--out", str(tmp_path), *options]
    drawing = [*still, "--motion", "party"]
    assert main([*drawing, "--for", "slack"]) == 0
    assert main([*still, "--for", "slack"]) == 0
    assert main(["export", str(tmp_path / "a_star_0_slack.png"), "--size", "64", "--motion", "spin", *options]) == 0
    for name, side in (("a_star_0_slack.gif", 128), ("sticker_a_star_0_slack_64.gif", 64)):
        with Image.open(tmp_path / name) as image:
            assert (image.size, image.n_frames) == ((side, side), 12)  # type: ignore[attr-defined]
    assert "sticker_a_star_0_slack_64.gif: picture, GIF, 64 pixels, " in capsys.readouterr().out
    assert main(drawing) == 1
    assert "--motion and --outline need --for" in capsys.readouterr().err
    assert main([*drawing, "--for", "telegram"]) == 1
    assert "a moving Telegram sticker is a video" in capsys.readouterr().err


def test_settings_are_left_out_where_asked(tiny_checkpoint: Path, tmp_path: Path) -> None:
    options = ["--checkpoint", str(tiny_checkpoint), "--steps", "1", "--out", str(tmp_path), "--no-settings"]
    assert main(["generate", "a fox", *options]) == 0
    with Image.open(tmp_path / "a-fox-0.png") as image:
        assert image.mode == "RGBA"
        assert image.info == {}


def test_mix_writes_an_animation(tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mix.webp"
    options = ["--checkpoint", str(tiny_checkpoint), "--steps", "1", "--frames", "3", "--out", str(path), "--json"]
    assert main(["mix", "a red apple", "a fox, 3d style", "--style", "flat", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["prompts"], report["frames"]) == (["a red apple, flat style", "a fox, 3d style"], 3)
    with Image.open(path) as animation:
        assert (animation.format, animation.mode) == ("WEBP", "RGBA")


@pytest.mark.parametrize("command", [["generate", "a vixen"], ["mix", "a vixen", "a star"]])
def test_what_is_drawn_as_something_else_is_said(
    command: list[str], tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(tiny_checkpoint, checkpoint := tmp_path / "checkpoint")
    (checkpoint / "dit" / "names.json").write_text('{"en": ["star"]}', encoding="utf-8")
    out = tmp_path / ("mix.webp" if command[0] == "mix" else "pictures")
    options = ["--checkpoint", str(checkpoint), "--steps", "1", "--out", str(out)]
    assert main([*command, *options]) == 0
    assert "“a vixen” is drawn as “star”, the nearest that the model knows" in capsys.readouterr().out
    again = [*options[:-1], str(out.with_stem("again"))]
    assert main([*command, *again, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["renamed"] == {"a vixen": "star"}


def test_generate_says_which_words_did_not_fit(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = "a red apple " * 20 + "zebra"
    assert main(["generate", prompt, "--checkpoint", str(tiny_checkpoint), "--steps", "1", "--out", str(tmp_path)]) == 0
    assert "zebra" in capsys.readouterr().out


def test_files_that_are_something_else_are_named_in_a_sentence(
    tiny_checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGBA", (8, 8), "red").save(picture := tmp_path / "fox.png")
    options = ["--checkpoint", str(tiny_checkpoint), "--steps", "1", "--out"]
    for arguments, sentence in (
        (["--prompts", str(picture), *options, str(tmp_path)], f"{picture} is no text file in UTF-8"),
        (["--prompts", f"{picture}.txt", *options, str(tmp_path)], f"{picture}.txt: no such file or directory"),
        (["a fox", *options, str(picture)], f"{picture} is a file, not a folder"),
    ):
        assert main(["generate", *arguments]) == 1
        assert capsys.readouterr().err == f"error: {sentence}\n"
    with pytest.raises(FileExistsError):
        main(["--traceback", "generate", "a fox", *options, str(picture)])
