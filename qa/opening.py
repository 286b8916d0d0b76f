"""Opening a library: which backend, which models, and what is built on one state of it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from embeddings import Encoder, Reranker
from qa.answering.answerer import Answerer
from qa.backend import Backend, BulletinStore, IndexState
from qa.background import Background
from qa.embedded import EmbeddedBackend
from qa.indexing import default_index
from qa.retrieval import Retriever
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    """One consistent state of store and indexes; replaced as a whole after each synchronisation."""

    state: IndexState
    retriever: Retriever
    answerer: Answerer
    newest: date | None

    @property
    def store(self) -> BulletinStore:
        """The bulletins."""
        return self.state.store


def backend_of(
    settings: Settings, bulletins: str | Path | None, index: str | Path | None, store: str | None
) -> tuple[Backend, Path | None]:
    """The backend that is asked for, and the folder that it takes in, None when it only reads."""
    named = bulletins if bulletins is not None else settings.bulletins or None
    given = index if index is not None else settings.index or None
    place = None if given is None else Path(given)
    address = settings.store if store is None else store
    if address:
        from qa.milvus import Address, MilvusBackend

        folder = None if named is None else Path(named)
        return MilvusBackend(Address.parse(address, settings.store_token), place), folder
    folder = settings.bulletins_folder if bulletins is None else Path(bulletins)
    return EmbeddedBackend(place or default_index(folder)), folder


def opened(backend: Backend, encoder: Encoder, settings: Settings, reranker: Reranker | None) -> Opened:
    """Open the latest state of a backend, and what is built on it. Raises StoreError."""
    state = backend.state(encoder)
    store = state.store
    with contextlib.suppress(OSError):
        # Where it can't be made, the background is measured at every start.
        backend.cache.mkdir(parents=True, exist_ok=True)
    background = Background.measure(
        state.vectors, encoder, backend.cache / f"background-{encoder.fingerprint[:12]}.npz"
    )
    retriever = Retriever(
        store,
        state.lexical,
        state.vectors,
        encoder,
        background,
        lexical_weight=settings.lexical_weight,
        foreign_lexical_weight=settings.foreign_lexical_weight,
        reranker=reranker,
    )
    day = store.newest_date()
    newest = date.fromisoformat(day) if day else None
    return Opened(state, retriever, Answerer(retriever, settings.refuse_below), newest)
