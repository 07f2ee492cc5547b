import json

import pytest
from datasets import Dataset
from PIL import Image

from multimodal.data.captions import Subject
from multimodal.data.images import DataError
from multimodal.evaluation.prompts import evaluate_prompts, known_cells
from multimodal.evaluation.sampling import Sampling
from multimodal.evaluation.tables import format_table


@pytest.fixture
def real_pictures(data, train, rows, fake_pipeline):
    """A pipeline that answers "name, … style" with the real picture, and a name alone in the style noto."""
    names = {"01": "square", "02": "disc", "03": "bar", "04": "cross"}
    pictures = {}
    for path in (data, train):
        for picture, concept, style in zip(*rows(path), strict=True):
            pictures[f"{names[concept]}, {style} style"] = picture
    pictures |= {name: pictures[f"{name}, noto style"] for name in names.values()}
    pictures |= {"Quadrat": pictures["square"], "Scheibe": pictures["disc"], "Kreuz": Image.new("RGBA", (32, 32))}
    return fake_pipeline(pictures.__getitem__)


def rows_of(result, table):
    return {next(iter(row.values())): row for row in result["tables"][table]}


def test_real_pictures_reach_the_ceiling_exactly(real_pictures, judge, data, train):
    result = evaluate_prompts(real_pictures, judge, data, train=train)
    for row in result["tables"]["Recognised"] + result["tables"]["Held-out cells by style"]:
        assert row["generated top-1"] == row["real top-1"]
        assert row["generated style"] == row["real style"]
        assert row["ratio"]["mean"] == 1
    assert rows_of(result, "Recognised")["held-out cells"]["real top-1"]["mean"] == 1


def test_blank_pictures_are_not_recognised(blank, judge, data):
    result = evaluate_prompts(blank, judge, data)
    for row in result["tables"]["Recognised"]:
        assert row["generated top-1"]["mean"] == 0
        assert row["real top-1"]["mean"] == 1
    assert rows_of(result, "Recognised")["held-out cells"]["ratio"]["mean"] == 0
    assert rows_of(result, "Recognised")["known cells"]["ratio"] == 0


def test_the_table_is_split_by_style(real_pictures, judge, data, train):
    by_style = rows_of(evaluate_prompts(real_pictures, judge, data, train=train), "Held-out cells by style")
    assert {style: row["count"] for style, row in by_style.items()} == {"flat": 2, "line": 2, "noto": 1}


def test_languages_ask_with_the_name_alone(real_pictures, judge, data, train, names):
    result = evaluate_prompts(real_pictures, judge, data, names, train=train)
    by_language = rows_of(result, "Names alone, by language")
    assert by_language["en"]["generated top-1"]["mean"] == 1
    assert by_language["de"]["generated top-1"]["mean"] == pytest.approx(2 / 3)  # the cross came out empty
    assert by_language["zh"] == {"language": "zh", "count": 0, "generated top-1": None}
    assert {"square", "Quadrat", "Scheibe", "Kreuz"} <= set(real_pictures.prompts)


def test_every_prompt_has_its_own_seed_whatever_the_batch(blank, judge, data):
    evaluate_prompts(blank, judge, data, sampling=Sampling(7, 1.5, seed=100, batch_size=2))
    held_out = blank.calls[:3]
    assert [len(prompts) for prompts, _ in held_out] == [2, 2, 1]
    assert [settings["seed"] for _, settings in held_out] == [[100, 101], [102, 103], [104]]
    assert all(s["num_inference_steps"] == 7 and s["guidance_scale"] == 1.5 for _, s in blank.calls)


def test_a_name_alone_is_drawn_in_each_style_in_turn(blank):
    blank.names.styles = {"3d": set(), "noto": set(), "line": set()}
    prompts = ["square", "disc", "bar, line style"]
    Sampling(seed=1, batch_size=2).generate(blank, prompts, "names")
    assert blank.prompts == ["square, noto style", "disc, 3d style", "bar, line style"]
    Sampling(style="").generate(blank, prompts, "names")
    assert blank.prompts[3:] == prompts


def test_the_limit_counts_cells(blank, judge, data):
    result = evaluate_prompts(blank, judge, data, limit=2)
    assert result["settings"]["cells"] == rows_of(result, "Recognised")["held-out cells"]["count"] == 2


def test_rows_of_one_prompt_count_once(blank, judge, data, tmp_path):
    table = Dataset.from_parquet(str(data))
    Dataset.from_list([*table.to_list(), table.to_list()[0]]).to_parquet(tmp_path / "twice.parquet")
    assert evaluate_prompts(blank, judge, tmp_path / "twice.parquet")["settings"]["cells"] == 5


def test_another_concept_of_the_same_name_is_right(real_pictures, judge, data, train, tmp_path):
    rows = Dataset.from_parquet(str(data)).to_list()
    renamed = [{**row, "base": f"other-{row['base']}"} for row in rows]
    Dataset.from_list(renamed).to_parquet(tmp_path / "renamed.parquet")
    result = evaluate_prompts(real_pictures, judge, tmp_path / "renamed.parquet", train=train)
    assert rows_of(result, "Recognised")["held-out cells"]["generated top-1"]["mean"] == 1
    assert any("3 of 3 concepts are unknown" in note for note in result["notes"])


def test_which_ceiling_is_said(blank, judge, data, train):
    assert "held-out cells" in " ".join(evaluate_prompts(blank, judge, data)["notes"])
    assert "training pictures" in " ".join(evaluate_prompts(blank, judge, data, train=train)["notes"])


def test_the_result_is_json_and_prints(blank, judge, data, names):
    result = evaluate_prompts(blank, judge, data, names)
    assert json.loads(json.dumps(result)) == result
    text = format_table(result)
    assert "held-out cells" in text
    assert "Names alone" in text


@pytest.mark.parametrize("seed", range(20))
def test_known_cells_are_never_held_out(seed):
    styles = tuple("abcdef")
    subjects = [Subject(f"concept {seed} {k}", {"en": "x"}, {}) for k in range(30)]
    taken = {(s.concept, style) for k, s in enumerate(subjects) for style in styles if (k * 7 + ord(style) * seed) % 3 == 0}
    cells = known_cells(subjects, taken, styles)
    assert not {(cell.subject.concept, cell.style) for cell in cells} & taken
    assert cells == known_cells(subjects, taken, styles)
    assert len({cell.subject.concept for cell in cells}) == len(cells)
    full = {concept for concept in {s.concept for s in subjects} if all((concept, style) in taken for style in styles)}
    assert {cell.subject.concept for cell in cells} == {s.concept for s in subjects} - full


def test_known_cells_come_from_the_training_table_where_there_is_one(blank, judge, data, train, rows):
    evaluate_prompts(blank, judge, data, train=train, sampling=Sampling(batch_size=5))
    _, concepts, styles = rows(train)
    names = {"01": "square", "02": "disc", "03": "bar"}
    trained = {f"{names[concept]}, {style} style" for concept, style in zip(concepts, styles, strict=True)}
    assert set(blank.calls[1][0]) <= trained
    assert len(blank.calls[1][0]) == 2  # the cross has no picture to train on


def test_a_table_without_styles_is_refused(blank, judge, data, tmp_path):
    Dataset.from_parquet(str(data)).remove_columns("style").to_parquet(tmp_path / "plain.parquet")
    with pytest.raises(DataError, match="no column style"):
        evaluate_prompts(blank, judge, tmp_path / "plain.parquet")
