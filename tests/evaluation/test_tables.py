import json

from multimodal.evaluation.tables import format_table

RESULT = {
    "title": "Things",
    "settings": {"data": "a.parquet", "pictures": 3},
    "tables": {
        "First": [
            {"name": "long name", "figure": {"mean": 27.3149, "low": 26.9, "high": 27.7201, "count": 3}},
            {"name": "b", "figure": None},
        ],
        "Second": [],
    },
    "notes": ["A note."],
}


def test_everything_is_printed_in_columns():
    lines = format_table(RESULT).splitlines()
    assert lines[:4] == ["Things", "data: a.parquet  pictures: 3", "", "First"]
    assert lines[6] == "  long name  27.31 [26.9, 27.72]"
    assert lines[7] == "  b          -"
    assert lines[4].index("figure") == lines[6].index("27.31") == lines[7].index("-")
    assert "  (none)" in lines
    assert lines[-1] == "A note."


def test_a_result_survives_json():
    assert format_table(json.loads(json.dumps(RESULT))) == format_table(RESULT)
