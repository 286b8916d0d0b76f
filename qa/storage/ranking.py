"""BM25 over postings, exact, without looking at the posting lists that cannot matter.

score(q, d) = Σ over distinct terms t of q: idf(t) · tf · (k1 + 1) / (tf + k1 · (1 - b + b · |d| / avg|d|))
idf(t)      = ln(1 + (N - df + 0.5) / (df + 0.5))

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with the idf that
Lucene uses, which is never negative. A term adds less than idf·(k1 + 1), so Σ idf·(k1 + 1) bounds a score.
The pruning is that of MaxScore (Turtle and Flood, 1995): terms come rarest first, and once those that
remain cannot lift an unseen passage over the k-th best, they are only looked up for the passages seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.75
Posting = tuple[NDArray[np.int32], NDArray[np.uint16]]
Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


def inverse_frequency(frequency: int, passages: int) -> float:
    """Return idf: `inverse_frequency(1, 2)` is ln(1 + 1.5/1.5) = 0.693…"""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def length_factor(length: float, mean: float) -> float:
    """Return k1·(1 - b + b·length/mean), what a passage's length adds to its term frequencies."""
    return K1 * (1 - B + B * length / mean)


def length_factors(lengths: NDArray[np.int32]) -> Scores:
    """Return k1·(1 - b + b·|d|/avg|d|) for each row."""
    mean = float(lengths.mean()) if len(lengths) else 0.0
    return (K1 * (1 - B + B * (lengths / mean if mean else 0.0 * lengths))).astype(np.float32)


def best(
    terms: Sequence[tuple[float, Posting]], factors: Scores, k: int, allowed: NDArray[np.bool_] | None = None
) -> tuple[Rows, Scores]:
    """Return the rows of the k highest scores above 0 and the scores, best first, ties by row.

    `terms` are (idf, posting) pairs in the order in which they are summed, highest idf first. `allowed` marks
    the rows that may be returned.
    """
    scores = np.zeros(len(factors), np.float32)
    bounds = [idf * (K1 + 1) for idf, _ in terms]
    rest = np.concatenate([np.cumsum(bounds[::-1])[::-1], [0.0]]) * (1 + 1e-5)
    seen: Rows | None = None
    for place, (idf, (rows, counts)) in enumerate(terms):
        if seen is not None and 8 * len(seen) < len(rows):
            slot = np.minimum(np.searchsorted(rows, seen), len(rows) - 1)
            hit = rows[slot] == seen
            at = seen[hit]
            scores[at] += weights(idf, counts[slot[hit]], factors[at])
        else:
            scores[rows] += weights(idf, counts, factors[rows])
        if place + 1 < len(terms) and len(terms[place + 1][1][0]) > 2000:
            seen = _contenders(scores, k, rest[place + 1], allowed, seen)
    if seen is None:
        seen = _touched(scores, allowed, None)
    return top(seen, scores[seen], k)


def weights(idf: float, counts: NDArray[np.uint16], factors: Scores) -> Scores:
    """Return what one term adds to each of the passages that hold it."""
    frequency = counts.astype(np.float32)
    return np.float32(idf * (K1 + 1)) * frequency / (frequency + factors)


def _touched(scores: Scores, allowed: NDArray[np.bool_] | None, seen: Rows | None) -> Rows:
    if seen is not None:
        return seen
    # Finding the true ones of truth values is ten times as fast as finding the numbers that aren't zero.
    touched = scores > 0
    return np.flatnonzero(touched if allowed is None else touched & allowed)


def _contenders(
    scores: Scores, k: int, rest: float, allowed: NDArray[np.bool_] | None, seen: Rows | None
) -> Rows | None:
    """Return the rows that may still be among the k best, None when that may be any row."""
    rows = _touched(scores, allowed, seen)
    if len(rows) < k:
        return seen
    values = scores[rows]
    kth = np.partition(values, len(values) - k)[len(values) - k]
    if seen is None and kth <= rest:
        return None
    return np.asarray(rows[values + rest >= kth])


def top(rows: Rows, scores: Scores, k: int) -> tuple[Rows, Scores]:
    """Return the k best of ascending `rows`; ties by row, also at the k-th place."""
    if len(rows) > 4 * k:
        kth = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = scores >= kth
        rows, scores = rows[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")[:k]
    return rows[order], scores[order]


def intersect(postings: Sequence[Posting]) -> Rows:
    """Return the rows that all posting lists hold, ascending."""
    found: Rows | None = None
    for rows, _ in sorted(postings, key=lambda posting: len(posting[0])):
        if found is None:
            found = rows.astype(np.int64)
        elif len(rows):
            slot = np.minimum(np.searchsorted(rows, found), len(rows) - 1)
            found = found[rows[slot] == found]
        else:
            found = found[:0]
    return np.zeros(0, np.int64) if found is None else found
