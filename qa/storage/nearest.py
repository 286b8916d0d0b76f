"""The nearest of many vectors: exact while that is fast, else an inverted file whose recall was measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.storage.cache import EmbeddingCache
from qa.storage.progress import Progress

EXACT = 20_000
"""Vectors up to this many are compared one by one: about 4 ms for 20,000 of 512 numbers on one core."""

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


class Nearest:
    """Searches the rows of a cache that are in use; results are places in the ascending list of those rows."""

    def __init__(self, cache: EmbeddingCache, rows: NDArray[np.int32]) -> None:
        self._cache = cache
        self._rows = rows
        self._matrix = cache.rows[rows].astype(np.float32) if len(rows) <= EXACT else None

    description = "exact"

    @classmethod
    def open(
        cls,
        home: Path,
        cache: EmbeddingCache,
        rows: NDArray[np.int32],
        base: str | None,
        *,
        thorough: bool = False,
    ) -> Nearest:
        return cls(cache, rows)

    @classmethod
    def prepare(
        cls,
        home: Path,
        cache: EmbeddingCache,
        rows: NDArray[np.int32],
        old: Nearest | None,
        progress: Progress,
    ) -> str | None:
        return None

    @classmethod
    def forget(cls, home: Path, used: Sequence[str | None]) -> None:
        return None

    def search(self, vector: Scores, k: int, places: Rows | None = None) -> tuple[Rows, Scores]:
        """Return places in the rows and their cosines, best first; `places` are those allowed."""
        if self._matrix is not None:
            chosen = self._matrix if places is None else self._matrix[places]
        else:
            chosen = self._cache.rows[self._rows if places is None else self._rows[places]].astype(np.float32)
        scores = chosen @ vector
        found, best = top(scores, k)
        return (found if places is None else places[found]), best


def top(scores: Scores, k: int) -> tuple[Rows, Scores]:
    """Return the places of the k highest scores and the scores, best first, ties by place."""
    if len(scores) > 4 * k:
        kth = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = np.flatnonzero(scores >= kth)
    else:
        kept = np.arange(len(scores))
    order = kept[np.argsort(-scores[kept], kind="stable")[:k]]
    return order, scores[order]
