"""One state of an index, with all its parts at the same generation."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from embeddings.encoder import Encoder
from qa.lexical import LexicalIndex
from qa.storage.files import DamagedError
from qa.storage.generations import Stamp
from qa.store import Store
from qa.vectors import VectorIndex

PUBLISHED = "published"
"""The note of the store that names the generations whose derived indexes were complete, latest last."""


def published(store: Store) -> list[int]:
    """Return the generations whose derived indexes were complete, latest last."""
    return [int(part) for part in (store.meta(PUBLISHED) or "").split() if part.isdigit()]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of an index: the store and both derived indexes at one generation."""

    store: Store
    lexical: LexicalIndex
    vectors: VectorIndex | None

    @classmethod
    def open(cls, index: Path, encoder: Encoder | None = None) -> Snapshot:
        """Open the latest state in which all parts agree; StoreError, with the cure, when there is none."""
        # A writer may publish, and delete what is old, between two looks.
        for attempt in range(5):
            try:
                return cls._open(index, encoder)
            except DamagedError:
                if attempt == 4:
                    raise
                time.sleep(0.05)
        raise AssertionError

    @classmethod
    def _open(cls, index: Path, encoder: Encoder | None) -> Snapshot:
        latest = Store.open(index)
        try:
            damage: DamagedError | None = None
            for generation in reversed(published(latest)):
                stamp = Stamp(latest.identity, generation)
                try:
                    lexical = LexicalIndex.open(index, stamp=stamp)
                    vectors = None if encoder is None else VectorIndex.open(index, encoder, stamp=stamp)
                except DamagedError as error:
                    damage = damage or error
                    continue
                return cls(Store.open(index, generation=generation), lexical, vectors)
        finally:
            latest.close()
        raise damage or DamagedError(
            f"the index {index} is not complete: run the command `bulletin-qa build`"
        )

    def close(self) -> None:
        """Close the store."""
        self.store.close()
