"""What an index has to offer, whatever keeps it: the one seam between the product and its storage.

Two rooms fulfil these protocols. The embedded one (`qa.embedded`: SQLite, our own BM25, FAISS) needs nothing
but a folder. The other (`qa.milvus`) keeps the same things in a Milvus database that many machines write and
read. Answering, the chat page, the command line, the REST interface and the evaluation see only what stands
here, so that a question gets the same answer, with the same scores, from either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from qa.storage.filters import Filters
from qa.storage.progress import Progress
from qa.storage.report import SyncReport
from qa.storage.rows import BulletinRow, Counts, FileState, ItemRow
from qa.storage.units import UnitHit
from qa.types import Bulletin, Item, StoredPassage

Selection = Any
"""Passages that may be found: an array of passage numbers, or what `BulletinStore.select` of the same backend
gave, which only its own indexes can read; its `len` is the number of passages that it leaves."""


class BulletinStore(Protocol):
    """The bulletins of one generation. Safe to read from many threads; every method may raise StoreError."""

    @property
    def identity(self) -> str:
        """A name that no other index has."""

    @property
    def generation(self) -> int:
        """The number of the state that is read."""

    def bulletins(self) -> list[BulletinRow]:
        """Return the bulletins by name."""

    def items(self, bulletin: str | None = None) -> list[ItemRow]:
        """Return the items in corpus order, of one bulletin or of all."""

    def item(self, item_id: str, bulletin: str | None = None) -> Item:
        """Return an item whole; of several with one id, the first or that of `bulletin`."""

    def bulletin_of(self, item_id: str) -> str:
        """Return the name of the bulletin that holds an item."""

    def source(self, bulletin: str) -> Bulletin:
        """Return a bulletin with its text, pages and marks, without its items."""

    def passages(self, numbers: Sequence[int] | NDArray[np.int64]) -> list[StoredPassage]:
        """Return passages in the order asked."""

    def passage_numbers(self, *, item_ids: Sequence[str]) -> NDArray[np.int64] | None:
        """Return the numbers of the passages of some items, in corpus order."""

    def all_passage_numbers(self) -> NDArray[np.int64]:
        """Return the numbers of all passages in corpus order."""

    def select(self, filters: Filters) -> Selection | None:
        """Return what filters leave, None when they ask nothing."""

    def items_in(self, selection: Selection) -> frozenset[str]:
        """Return the ids of the items that hold the passages of a selection."""

    def sections(self) -> list[str]:
        """Return the names of the sections that hold items."""

    def newest_date(self) -> str | None:
        """Return the day of the newest bulletin (ISO), None when none is known.

        That is the day it gives itself or, where it gives none, that of its newest item.
        """

    def counts(self) -> Counts:
        """Return how much there is."""

    def files(self) -> dict[str, FileState]:
        """Return what is known of the files that were read, by name."""

    def close(self) -> None:
        """Let go of what is held open."""


class LexicalSearch(Protocol):
    """BM25 over the passages of one generation, with exact statistics (formula: `qa.storage.ranking`)."""

    @property
    def k1(self) -> float:
        """The k1 of the scores."""

    def idf(self, token: str) -> float:
        """Return the idf that the scores use; for a token in no passage that is the largest there is."""

    def search(
        self, tokens: Sequence[str], k: int, allowed: Selection | None = None
    ) -> list[tuple[int, float]]:
        """Return the k best (passage number, score) with a score above 0; each distinct token counts once."""

    def matching(self, tokens: Sequence[str], allowed: Selection | None = None) -> NDArray[np.int64]:
        """Return the numbers of all passages that hold every token given, in corpus order."""


class VectorSearch(Protocol):
    """The units (sentences, pairs of neighbours, titles) of one generation as one encoder sees them."""

    @property
    def stamp(self) -> object:
        """What changes whenever a search may find something else."""

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: Selection | None = None
    ) -> list[list[UnitHit]]:
        """Return the k best units for each of `vectors` (n, d), best first."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """One published state: three views of the same generation."""

    store: BulletinStore
    lexical: LexicalSearch
    vectors: VectorSearch


class Backend(Protocol):
    """A place where bulletins are kept and searched."""

    @property
    def place(self) -> str:
        """Where it is, for people: a folder or an address, without secrets."""

    @property
    def cache(self) -> Path:
        """A folder on this machine for what can be computed again. It need not exist."""

    def synchronise(
        self,
        folder: Path,
        encoder: Encoder,
        progress: Progress,
        *,
        check: bool = False,
        required: bool = True,
    ) -> SyncReport:
        """Take in what changed in a folder of bulletins and publish it (see `qa.indexing.synchronise`)."""

    def state(self, encoder: Encoder) -> IndexState:
        """Open the latest published state. Raises StoreError, with the cure, when there is none."""

    def changed(self, state: IndexState) -> bool:
        """Whether a later state than this may have been published by someone else; cheap to ask."""

    def close(self) -> None:
        """Let go of what is held open."""
