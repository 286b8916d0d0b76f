"""The Milvus room of `qa.backend`: opens a library on Milvus and brings it in line with a folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from embeddings.encoder import Encoder
from qa.backend import IndexState
from qa.errors import StoreError
from qa.milvus.address import Address
from qa.milvus.connection import SETTLED, Connection
from qa.milvus.keys import hash_of
from qa.milvus.manifest import head_of, read_manifest
from qa.milvus.publishing import unpublished
from qa.milvus.reader import MilvusStore, files
from qa.milvus.records import record
from qa.milvus.rows import Outline, Prepared, outline
from qa.milvus.schema import Kind, exist, load
from qa.milvus.search import MilvusLexical, MilvusVectors
from qa.milvus.writer import MilvusWriter
from qa.storage.location import user_data
from qa.storage.progress import Progress
from qa.storage.report import SyncReport
from qa.storage.rows import FileState
from qa.storage.scanning import Found, scan
from qa.storage.updating import Update
from qa.types import Bulletin

_TOGETHER = 2048
"""Texts embedded together, about."""


class MilvusBackend:
    """A library on Milvus (see `qa.backend.Backend`)."""

    def __init__(self, address: Address, cache: Path | None = None) -> None:
        self.address = address
        name = hashlib.sha256(f"{address.uri}|{address.database}|{address.collection}".encode()).hexdigest()
        self._cache = cache or user_data() / "bulletin-qa" / f"{address.collection}-{name[:8]}"
        self._connected: Connection | None = None
        self._lock = threading.Lock()

    @property
    def place(self) -> str:
        """The address, without secrets."""
        return self.address.shown

    @property
    def cache(self) -> Path:
        """A folder for what can be computed again."""
        return self._cache

    def synchronise(
        self,
        folder: Path,
        encoder: Encoder,
        progress: Progress,
        *,
        check: bool = False,
        required: bool = True,
        update: Callable[[MilvusKeeper, Sequence[Found], Progress], Update] = Update,
    ) -> SyncReport:
        """Take in what changed in a folder and publish it; `update` is what reads the files.

        Only what a folder brought is removed when its file is gone: bulletins put by other writers stay.
        With `check` the passages that are there are counted and compared with what was published.
        """
        found = scan(folder, self._cache)
        with (
            MilvusWriter.open(self.address, encoder) as writer,
            contextlib.closing(Connection.open(self.address)) as connection,
        ):
            keeper = MilvusKeeper(connection, writer)
            done = update(keeper, found, progress)
            done.run()
            keeper.publish()
            states = keeper.files()
        if check:
            self._check(encoder)
        return done.report(states)

    def _check(self, encoder: Encoder) -> None:
        store = self._store(encoder)
        rows = store.manifest.rows()
        found, due = self._connection().count(self.address.passages, rows), store.statistics.passages
        if found != due:
            raise StoreError(
                f"the store {self.place} holds {found} passages where {due} were published: rows were lost; "
                "build it again under another collection's name"
            )

    def state(self, encoder: Encoder) -> IndexState:
        """Open the latest published generation.

        Raises StoreError when there is none, when no server answers, or when it was made with another
        embedding model.
        """
        store = self._store(encoder)
        connection = self._connection().reading(SETTLED)
        return IndexState(store, MilvusLexical(connection, store), MilvusVectors(connection, store))

    def _store(self, encoder: Encoder) -> MilvusStore:
        connection = self._connection()
        while True:
            head = head_of(connection)
            head.require(encoder, self.address)
            try:
                manifest, statistics = read_manifest(connection, head.generation)
            except StoreError:
                # Two generations were published while this one was looked up.
                if head_of(connection).generation == head.generation:
                    raise
                continue
            return MilvusStore(connection.reading(SETTLED), head, manifest, statistics)

    def changed(self, state: IndexState) -> bool:
        """Whether another generation than that of a state is published: one small query."""
        head = head_of(self._connection().reading(SETTLED))
        return head.identity != state.store.identity or head.generation > state.store.generation

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connected is not None:
                self._connected.close()
                self._connected = None

    def _connection(self) -> Connection:
        with self._lock:
            if self._connected is None:
                if self.address.path is not None and not self.address.path.exists():
                    raise StoreError(
                        f"there is no store at {self.address.path}: fill it with "
                        "`bulletin-qa build --bulletins DIR`"
                    )
                connection = Connection.open(self.address)
                if not exist(connection):
                    connection.close()
                    raise StoreError(
                        f"the store {self.place} is empty: fill it with `bulletin-qa build --bulletins DIR`"
                    )
                load(connection)
                self._connected = connection
            return self._connected


class MilvusKeeper:
    """What `Update` writes to: bulletins go through the writer, a few at a time, files into records."""

    def __init__(self, connection: Connection, writer: MilvusWriter) -> None:
        self.connection = connection
        self.wrote = False
        self._writer = writer
        self._waiting: list[tuple[Outline, FileState]] = []

    def files(self) -> Mapping[str, FileState]:
        """Return what is known of each file, by name."""
        return files(self.connection)

    def add(self, bulletin: Bulletin, *, size: int, mtime_ns: int, state: FileState | None = None) -> None:
        """Put a bulletin, now or together with those that follow. Raises ReadingError."""
        self._waiting.append((outline(bulletin), state or FileState(bulletin.digest, size, mtime_ns)))
        if sum(len(entry.texts) for entry, _ in self._waiting) >= _TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Put those that wait, then note their files: a file is known once its content is there."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._writer.put_outlines([entry for entry, _ in waiting])
            self.wrote = True
            self.note({entry.name: state for entry, state in waiting})

    def remove(self, name: str) -> None:
        """Take a bulletin out, and what is known of its file."""
        self.wrote = self._writer.remove(name) or self.wrote
        self.forget_file(name)

    def rename(self, old: str, new: str) -> None:
        """Give a bulletin another name."""
        self._writer.rename(old, new)
        self.wrote = True
        self.forget_file(old)

    def put_file(self, name: str, state: FileState, *, drop: bool = False) -> None:
        """Note what is known of a file; `drop` takes its earlier content out."""
        if drop:
            self.wrote = self._writer.remove(name) or self.wrote
        self.note({name: state})

    def forget_file(self, name: str) -> None:
        """Forget a file."""
        key = hash_of("file", name)
        self.connection.delete(self.connection.address.records, f"kind == {int(Kind.FILE)} and name == {key}")

    def put_prepared(self, prepared: Prepared) -> None:
        """Put what another process made of a bulletin."""
        self.wrote = self._writer.put_prepared(prepared) or self.wrote

    def publish(self) -> None:
        """Let readers see what was put and removed, by this writer or by others."""
        self.flush()
        if self.wrote or unpublished(self.connection, self._writer.head.generation):
            self._writer.publish()
            self.wrote = False

    def note(self, states: Mapping[str, FileState]) -> None:
        """Note what is known of some files."""
        rows = []
        for name, state in states.items():
            key = hash_of("file", name)
            data = json.dumps([name, *astuple(state)], ensure_ascii=False)
            rows += record(Kind.FILE, key, data=data, name=key)
        self.connection.upsert(self.connection.address.records, rows, size=2048)
