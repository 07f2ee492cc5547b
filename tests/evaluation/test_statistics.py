import numpy as np
import pytest

from multimodal.evaluation.statistics import mean_interval, ratio_interval


def test_the_interval_contains_the_mean():
    values = np.random.default_rng(1).normal(5, 2, 200).tolist()
    figure = mean_interval(values)
    assert figure["mean"] == pytest.approx(np.mean(values))
    assert figure["low"] < figure["mean"] < figure["high"]
    assert figure["count"] == 200


def test_the_interval_is_about_two_standard_errors_wide():
    values = np.random.default_rng(1).normal(5, 2, 400)
    figure = mean_interval(values.tolist())
    assert figure["high"] - figure["low"] == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)


def test_it_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    figures = [mean_interval(rng.normal(0, 1, 50).tolist()) for _ in range(200)]
    assert 0.9 <= np.mean([figure["low"] <= 0 <= figure["high"] for figure in figures]) <= 0.99


def test_it_is_the_same_each_time():
    assert mean_interval([1, 2, 3, 10]) == mean_interval([1, 2, 3, 10])


def test_equal_values_have_no_spread():
    assert mean_interval([True, True]) == {"mean": 1.0, "low": 1.0, "high": 1.0, "count": 2}


def test_a_ratio_is_of_the_means():
    figure = ratio_interval([True, False, False, True], [True, True, True, True])
    assert figure is not None
    assert figure["mean"] == 0.5
    assert figure["low"] <= 0.5 <= figure["high"]


def test_equal_rows_have_the_ratio_one_exactly():
    figure = ratio_interval([True, False, True], [True, False, True])
    assert figure is not None
    assert figure["low"] == figure["mean"] == figure["high"] == 1.0


def test_a_ratio_to_nothing_is_none():
    assert ratio_interval([True, False], [False, False]) is None


def test_bad_rows_are_refused():
    with pytest.raises(ValueError, match="nothing"):
        mean_interval([])
    with pytest.raises(ValueError, match="2 and 1"):
        ratio_interval([1, 2], [1])
