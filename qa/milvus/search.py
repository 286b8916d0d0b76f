"""Searching one generation of a library on Milvus, with the scores of the embedded index.

BM25 (formula and constants: `qa.storage.ranking`). A passage's sparse vector holds what the formula says of
the passage, at a fixed mean length; the question's holds each word's idf. Their inner product is the score
but for the mean length, which every bulletin changes. So Milvus finds more candidates than are wanted, and
their scores are computed here from the counts in their vectors, their length and the generation's own
statistics: the same numbers, rounded the same way, as the embedded index gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.milvus.connection import Connection
from qa.milvus.keys import PLACE_BITS, term_of, within
from qa.milvus.reader import Filtered, MilvusStore
from qa.milvus.rows import frequency_of
from qa.milvus.schema import dense_parameters
from qa.storage.ranking import K1, B, inverse_frequency, length_factor
from qa.storage.units import UnitHit

Allowed = Filtered | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Generation:
    """What changes whenever a search may find something else."""

    identity: str
    generation: int


class MilvusLexical:
    """BM25 over the passages of one generation (see `qa.backend.LexicalSearch`)."""

    k1: float = K1
    b: float = B

    def __init__(self, connection: Connection, store: MilvusStore) -> None:
        self._connection = connection
        self._store = store
        self._statistics = store.statistics

    def idf(self, token: str) -> float:
        """Return the idf that the scores use; for a token in no passage that is the largest there is."""
        return inverse_frequency(self._statistics.frequency(term_of(token)), self._statistics.passages)

    def search(
        self, tokens: Sequence[str], k: int, allowed: Allowed | None = None
    ) -> list[tuple[int, float]]:
        """Return the k best (passage number, score), scores above 0, ties by number.

        Each distinct token counts once. `allowed` are the passages that may be returned.
        """
        terms = {term_of(token): (self.idf(token), token) for token in dict.fromkeys(tokens)}
        terms = {term: held for term, held in terms.items() if self._statistics.frequency(term)}
        if not terms or k <= 0 or (allowed is not None and len(allowed) == 0):
            return []
        rows = self._connection.search(
            self._connection.address.passages,
            "sparse",
            [{term: idf for term, (idf, _) in terms.items()}],
            k + max(50, k // 2),
            _expression(self._store, allowed),
            ["number", "length", "sparse"],
            {"metric_type": "IP", "params": {}},
        )[0]
        order = sorted(terms, key=lambda term: (-terms[term][0], terms[term][1]))
        weights = [np.float32(terms[term][0] * (K1 + 1)) for term in order]
        scored = []
        for row in rows:
            length, sparse = int(row["length"]), row["sparse"]
            factor = np.float32(length_factor(length, self._statistics.mean_length))
            score = np.float32(0)
            for term, weight in zip(order, weights, strict=True):
                if term in sparse:
                    frequency = np.float32(frequency_of(float(sparse[term]), length))
                    score += weight * frequency / (frequency + factor)
            if score > 0:
                scored.append((int(row["number"]), float(score)))
        return sorted(scored, key=lambda entry: (-entry[1], entry[0]))[:k]

    def matching(self, tokens: Sequence[str], allowed: Allowed | None = None) -> NDArray[np.int64]:
        """Return the numbers of all passages that hold every token given, in corpus order.

        Of a passage with more than 4096 different words only the first 4096 (by number) are looked at.
        """
        terms = sorted({term_of(token) for token in tokens})
        if not terms or not all(self._statistics.frequency(term) for term in terms):
            return np.zeros(0, np.int64)
        held = ", ".join(map(str, terms))
        expression = f"{_expression(self._store, allowed)} and array_contains_all(terms, [{held}])"
        rows = self._connection.scan(self._connection.address.passages, expression, ["number"])
        numbers = [int(row["number"]) for row in rows]
        names = self._store.names_of({number >> PLACE_BITS for number in numbers})
        kept = [number for number in numbers if number >> PLACE_BITS in names]
        return np.array(sorted(kept, key=lambda number: (names[number >> PLACE_BITS], number)), np.int64)


class MilvusVectors:
    """The units of one generation (see `qa.backend.VectorSearch`)."""

    def __init__(self, connection: Connection, store: MilvusStore) -> None:
        self._connection = connection
        self._store = store
        self.stamp = Generation(store.identity, store.generation)

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: Allowed | None = None
    ) -> list[list[UnitHit]]:
        """Return the k best units for each of `vectors` (n, d), best first, ties by passage and sentence."""
        rows = np.atleast_2d(np.asarray(vectors, np.float32))
        if k <= 0 or not len(rows) or (allowed is not None and len(allowed) == 0):
            return [[] for _ in rows]
        limit = k + 8
        found = self._connection.search(
            self._connection.address.units,
            "vector",
            list(rows),
            limit,
            _expression(self._store, allowed),
            ["number", "first", "last"],
            dense_parameters(self._connection.lite, limit),
        )
        return [_hits(hits)[:k] for hits in found]


def _hits(rows: Sequence[dict[str, float]]) -> list[UnitHit]:
    hits = [
        UnitHit(int(row["number"]), int(row["first"]), int(row["last"]), float(row["distance"]))
        for row in rows
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage, hit.first, hit.last))


def _expression(store: MilvusStore, allowed: Allowed | None) -> str:
    if allowed is None:
        return store.manifest.rows()
    if isinstance(allowed, Filtered):
        return f"{store.manifest.rows()} and {allowed.expression}"
    return f"{store.manifest.rows()} and {within('number', allowed)}"
