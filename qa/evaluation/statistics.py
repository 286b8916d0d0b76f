"""Intervals, paired tests and calibration: how far a figure can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

SEED = 20201230
RESAMPLES = 2000
PERMUTATIONS = 9999


def bootstrap_interval(values: Sequence[float], *, resamples: int = RESAMPLES) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean, with a fixed seed (Efron & Tibshirani 1993, ch. 13).

    >>> bootstrap_interval([1.0, 1.0, 1.0])
    (1.0, 1.0)
    """
    if not values:
        raise ValueError("no values: an interval needs at least one")
    sample = np.asarray(values, dtype=np.float64)
    drawn = np.random.default_rng(SEED).integers(0, sample.size, size=(resamples, sample.size))
    low, high = np.percentile(sample[drawn].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def paired_p_value(new: Sequence[float], old: Sequence[float]) -> float:
    """Two-sided p of the mean difference under random exchange of each pair, with a fixed seed.

    Fisher's randomisation test, as Smucker, Allan & Carterette (2007) recommend for comparing systems on
    one question set; computed by scipy.stats.permutation_test.

    >>> paired_p_value([1.0, 1.0], [1.0, 1.0])
    1.0
    """
    if len(new) != len(old):
        raise ValueError(f"{len(new)} scores against {len(old)}: a paired test needs one pair a question")
    difference = np.asarray(new, dtype=np.float64) - np.asarray(old, dtype=np.float64)
    difference = difference[difference != 0.0]
    if difference.size < 2:
        # One pair alone can be exchanged in two ways, which are equally extreme.
        return 1.0
    # scipy takes a second to import and only a comparison needs it.
    from scipy.stats import permutation_test  # type: ignore[import-untyped,unused-ignore]

    result = permutation_test(
        (difference,),
        lambda sample, axis: np.sum(sample, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        alternative="two-sided",
        rng=np.random.default_rng(SEED),
    )
    return float(min(1.0, result.pvalue))


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence: their mean confidence, the share of them that is right, their number."""

    confidence: float
    right: float
    count: int


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> tuple[Bin, ...]:
    """Answers in `bins` ranges of confidence of equal width, empty ranges left out (Guo et al. 2017).

    >>> reliability([0.95, 0.85, 0.82], [True, True, False], bins=10)
    (Bin(confidence=0.835, right=0.5, count=2), Bin(confidence=0.95, right=1.0, count=1))
    """
    if not confidences:
        return ()
    values, outcomes = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=bool)
    places = np.clip((values * bins).astype(int), 0, bins - 1)
    return tuple(
        Bin(round(float(values[inside].mean()), 6), float(outcomes[inside].mean()), int(inside.sum()))
        for inside in (places == place for place in range(bins))
        if inside.any()
    )


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of confidence and share right over the bins, weighted by their counts (Guo et al. 2017).

    >>> expected_calibration_error([Bin(0.9, 0.5, 1), Bin(0.1, 0.1, 3)])
    0.1
    """
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.right) for each in bins) / total if total else 0.0


def risk_coverage(
    confidences: Sequence[float], wrong: Sequence[bool], asked: int
) -> list[tuple[float, float]]:
    """(share of the `asked` questions answered, share of those answers wrong), surest answers first.

    The curve of El-Yaniv & Wiener (2010): what would be wrong if only the surest were answered. Answers of
    equal confidence enter together. It ends at the share that was answered.

    >>> risk_coverage([0.9, 0.5], [False, True], asked=4)
    [(0.25, 0.0), (0.5, 0.5)]
    """
    order = sorted(zip(confidences, wrong, strict=True), key=lambda pair: -pair[0])
    curve: list[tuple[float, float]] = []
    mistakes = 0
    for place, (confidence, mistake) in enumerate(order, 1):
        mistakes += mistake
        if place == len(order) or order[place][0] != confidence:
            curve.append((place / asked, mistakes / place))
    return curve


def area_under(curve: Sequence[tuple[float, float]]) -> float:
    """Area under a curve of (x, y) points by trapezoids, per unit of x covered; 0 for fewer than two points.

    >>> area_under([(0.0, 0.0), (1.0, 1.0)])
    0.5
    """
    width = curve[-1][0] - curve[0][0] if len(curve) > 1 else 0.0
    if width <= 0.0:
        return 0.0
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(curve)) / width
