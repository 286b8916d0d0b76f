"""The embedded room of `qa.backend`: an index folder with SQLite, our own BM25 and FAISS."""

from __future__ import annotations

from pathlib import Path

from embeddings.encoder import Encoder
from qa.backend import IndexState
from qa.errors import StoreError
from qa.indexing import Snapshot, synchronise
from qa.storage.files import DamagedError
from qa.storage.progress import Progress
from qa.storage.report import SyncReport


class EmbeddedBackend:
    """An index folder (see `qa.backend.Backend`)."""

    def __init__(self, index: Path) -> None:
        self._index = index

    @property
    def place(self) -> str:
        """The index folder."""
        return str(self._index)

    @property
    def cache(self) -> Path:
        """The index folder: what can be computed again lies beside the rest."""
        return self._index

    def synchronise(
        self,
        folder: Path,
        encoder: Encoder,
        progress: Progress,
        *,
        check: bool = False,
        required: bool = True,
    ) -> SyncReport:
        """Take in what changed in a folder of bulletins (see `qa.indexing.synchronise`)."""
        return synchronise(folder, self._index, lambda: encoder, progress, check=check, required=required)

    def state(self, encoder: Encoder) -> IndexState:
        """Open the latest state in which all parts agree. Raises StoreError, with the cure."""
        try:
            opened = Snapshot.open(self._index, encoder)
        except DamagedError as error:
            said = str(error).partition(": ")[0]
            raise StoreError(
                f"the index {self._index} can't be read as it stands with the model {encoder.name!r} "
                f"({said}): run `bulletin-qa build`, or open the library without sync=False"
            ) from error
        if opened.vectors is None:
            raise RuntimeError("a snapshot opened with an encoder has no vectors")
        return IndexState(opened.store, opened.lexical, opened.vectors)

    def changed(self, state: IndexState) -> bool:
        """Whether there is a later state: what other processes publish is seen when the library syncs."""
        return False

    def close(self) -> None:
        """Nothing is held open but what a state's store closes."""
