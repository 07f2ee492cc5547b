"""Means and ratios with 95 % bootstrap confidence intervals (Efron & Tibshirani 1993, percentile method)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RESAMPLES = 2000


def mean_interval(values: Sequence[float]) -> dict[str, float]:
    """The mean of the values and where it may lie.

    Returns:
        {"mean", "low", "high", "count"}: low … high holds the mean with 95 % confidence.
    Raises:
        ValueError: there are no values.
    """
    sample = np.asarray(values, dtype=np.float64)
    means = sample[_resampled_rows(len(sample))].mean(axis=1)
    return _figure(sample.mean(), means, len(sample))


def ratio_interval(numerator: Sequence[float], denominator: Sequence[float]) -> dict[str, float] | None:
    """The ratio of two means over the same rows, resampled together; None where the denominator's mean is 0.

    Returns:
        {"mean", "low", "high", "count"}, where "mean" is the ratio.
    Raises:
        ValueError: there are no values, or not as many of one as of the other.
    """
    a, b = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    if len(a) != len(b):
        raise ValueError(f"a ratio needs as many numerators as denominators, not {len(a)} and {len(b)}")
    if not b.sum():
        return None
    rows = _resampled_rows(len(a))
    a_means, b_means = a[rows].mean(axis=1), b[rows].mean(axis=1)
    usable = b_means > 0
    return _figure(a.mean() / b.mean(), a_means[usable] / b_means[usable], len(a))


def _resampled_rows(count: int) -> np.ndarray:
    if count == 0:
        raise ValueError("there is nothing to average")
    return np.random.default_rng(0).integers(count, size=(RESAMPLES, count))


def _figure(value: float, resampled: np.ndarray, count: int) -> dict[str, float]:
    low, high = np.quantile(resampled, (0.025, 0.975))
    return {"mean": float(value), "low": float(low), "high": float(high), "count": count}
