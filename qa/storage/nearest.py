"""The nearest of many vectors: exact while that is fast, else an inverted file and what came after it."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.storage.cache import EmbeddingCache, widened
from qa.storage.files import DamagedError, discard
from qa.storage.inverted import PREFIX, Inverted, build
from qa.storage.progress import Progress

EXACT = 20_000
"""Vectors up to this many are compared one by one: 4 ms for 20,000 of 512 numbers on one core."""
FEW = 4096
"""Vectors that a filter leaves up to this many are compared one by one."""
TAIL = 4096
"""Vectors that may come after an inverted file, compared one by one, before it is written again."""

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]


class Nearest:
    """Searches the rows of a cache that are in use; results are places in their ascending list."""

    def __init__(self, cache: EmbeddingCache, rows: NDArray[np.int32], base: Inverted | None) -> None:
        self._cache = cache
        self._rows = rows
        self._base = base
        self._tail = np.arange(len(rows))
        if base is not None and len(rows):
            same = len(rows) == len(base.rows) and np.array_equal(rows, base.rows)
            place = np.arange(len(rows)) if same else np.searchsorted(rows, base.rows)
            place = np.minimum(place, len(rows) - 1)
            alive = rows[place] == base.rows
            self._place = np.where(alive, place, -1)
            self._alive = None if alive.all() else alive
            inside = np.zeros(len(rows), np.bool_)
            inside[place[alive]] = True
            self._tail = np.flatnonzero(~inside)
        self._tail_vectors = self._vectors(self._tail) if base is not None or len(rows) <= EXACT else None

    @classmethod
    def open(
        cls,
        home: Path,
        cache: EmbeddingCache,
        rows: NDArray[np.int32],
        base: str | None,
        *,
        thorough: bool = False,
        near: Nearest | None = None,
    ) -> Nearest:
        """Open what `prepare` named; `near`, when it uses the same one, lends it. Raises DamagedError."""
        if base is None:
            return cls(cache, rows, None)
        if near is not None and near._base is not None and near._base.name == base:
            inverted = near._base
        else:
            inverted = Inverted.open(home, base, thorough=thorough)
        if len(inverted.rows) and int(inverted.rows.max()) >= len(cache):
            raise DamagedError(f"{home} lacks vectors: they will be computed again")
        return cls(cache, rows, inverted)

    @classmethod
    def prepare(
        cls,
        home: Path,
        cache: EmbeddingCache,
        rows: NDArray[np.int32],
        old: Nearest | None,
        progress: Progress,
    ) -> str | None:
        """Return the name of an inverted file that serves `rows`, None where none is needed.

        The one of `old` serves until too much came after it or too much of it is gone.
        """
        if len(rows) <= EXACT:
            return None
        base = None if old is None else old._base
        if base is not None:
            held = cls(cache, rows, base)
            gone = 0.0 if held._alive is None else 1 - float(held._alive.mean())
            if len(held._tail) <= max(TAIL, len(base.rows) // 50) and gone < 0.3:
                return base.name
        return build(home, cache, rows, base, progress)

    @classmethod
    def forget(cls, home: Path, used: Collection[str | None]) -> None:
        """Delete the inverted files that no published state uses."""
        for path in home.iterdir():
            if path.name.startswith(PREFIX) and path.name not in used:
                discard(path)

    @property
    def description(self) -> str:
        """Say how the nearest are found."""
        if self._base is None:
            return f"exact over {len(self._rows):,} vectors"
        base = self._base
        kind = type(base.index).__name__.removeprefix("Index")
        return (
            f"{kind} over {len(base.rows):,} vectors in {base.index.nlist:,} lists, {base.probes} looked "
            f"into, {base.candidates} compared again (recall@10 {base.recall:.3f}), {len(self._tail):,} exact"
        )

    def _vectors(self, places: Rows) -> Scores:
        return widened(self._cache.rows[self._rows[places]])

    def search(self, vector: Scores, k: int, places: Rows | None = None) -> tuple[Rows, Scores]:
        """Return places in the rows and their cosines, best first; `places`, ascending, are those allowed."""
        if self._base is None or (places is not None and len(places) <= FEW):
            chosen = self._tail if places is None else places
            return top(chosen, self._compare(vector, chosen), k)
        mask = self._alive
        tail, vectors = self._tail, self._tail_vectors
        if places is not None:
            allowed = np.zeros(len(self._rows) + 1, np.bool_)
            allowed[places] = True
            # Rows of the inverted file that are gone have place -1, which is the last and never allowed.
            mask = allowed[self._place]
            kept = allowed[tail]
            tail = tail[kept]
            vectors = None if vectors is None else vectors[kept]
        numbers = self._base.search(vector, k, mask)
        found = self._place[numbers]
        scores = inner(self._vectors(found), vector)
        if vectors is not None and len(tail):
            found, scores = np.concatenate([found, tail]), np.concatenate([scores, inner(vectors, vector)])
        order = np.argsort(found)
        return top(found[order], scores[order], k)

    def _compare(self, vector: Scores, places: Rows) -> Scores:
        if self._base is None and self._tail_vectors is not None:
            everything = self._tail_vectors
            return inner(everything if len(places) == len(everything) else everything[places], vector)
        parts = [
            inner(self._vectors(places[start : start + 8192]), vector)
            for start in range(0, len(places), 8192)
        ]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def inner(matrix: Scores, vector: Scores) -> Scores:
    """Return the dot product of each row with a vector, on this thread alone.

    A BLAS splits even small products over all cores, which under load makes every query wait for the slowest
    of them; and here a row's score doesn't depend on the rows beside it.
    """
    faiss: Any = importlib.import_module("faiss")
    scores = np.empty(len(matrix), np.float32)
    rows, query = np.ascontiguousarray(matrix), np.ascontiguousarray(vector, np.float32)
    if len(rows):
        pointers = (faiss.swig_ptr(array) for array in (scores, query, rows))
        faiss.fvec_inner_products_ny(*pointers, rows.shape[1], len(rows))
    return scores


def top(places: Rows, scores: Scores, k: int) -> tuple[Rows, Scores]:
    """Return the k highest scores with their (ascending) places; ties by place."""
    if len(scores) > 4 * k:
        kth = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = scores >= kth
        places, scores = places[kept], scores[kept]
    order = np.argsort(-scores, kind="stable")[:k]
    return places[order], scores[order]
