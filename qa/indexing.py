"""Bringing an index folder up to date with a bulletins folder, following it, and reading one state of it."""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

from embeddings.encoder import Encoder
from qa.errors import BulletinQAError, StoreError, StoreLockedError, StoreVersionError
from qa.lexical import LexicalIndex
from qa.storage.files import DamagedError, DamagedStoreError, OutdatedError, explain
from qa.storage.generations import Stamp
from qa.storage.location import default_index
from qa.storage.locking import writing
from qa.storage.progress import Progress, Silent
from qa.storage.report import SyncReport, report_of
from qa.storage.scanning import Found, changed, digest_of, doubtful, scan
from qa.storage.snapshot import PUBLISHED, Snapshot, published
from qa.storage.updating import Update
from qa.store import FILE, Store
from qa.vectors import VectorIndex

EncoderFactory = Callable[[], Encoder]

__all__ = [
    "EncoderFactory",
    "Progress",
    "Silent",
    "Snapshot",
    "SyncReport",
    "default_index",
    "synchronise",
    "watch",
]


CHECKED = 16 << 20
"""A store of up to this many bytes is read through and checked whenever a folder is synchronised."""


def synchronise(
    folder: Path,
    index: Path,
    encoder_factory: EncoderFactory | None,
    progress: Progress | None = None,
    *,
    wait: float = 30.0,
    check: bool = False,
    required: bool = True,
) -> SyncReport:
    """Bring the index up to date with a folder: read what changed, then let the derived indexes catch up.

    Each file is committed on its own; stopped at any point, the next call goes on. A damaged part is put
    aside or rebuilt, and said so in `notices`. Without an encoder the vectors are left alone. `wait` is how
    many seconds to wait for another writer. `check` compares every byte of the index with its checksums,
    which is otherwise done only where that is quick. Unless `required`, an index that cannot be written but
    read is left as it is, and that said in `notices`.

    Raises UsageError for a folder that isn't there, StoreLockedError, StoreVersionError for an index of a
    newer version, StoreError when the index can't be written.
    """
    found = scan(folder, index)
    encoder = encoder_factory() if encoder_factory else None
    report = _unchanged(found, index, encoder, check)
    if report is not None:
        return report
    try:
        return _written(found, index, encoder, progress or Silent(), wait, check)
    except StoreError as error:
        # Whoever only wants to ask is served by the last whole state, and told that it is not the newest.
        if required or isinstance(error, StoreVersionError) or not _readable(index, encoder):
            raise
        return SyncReport(notices=(f"{error}; answers come from the index as it was before",))


def _written(
    found: list[Found], index: Path, encoder: Encoder | None, progress: Progress, wait: float, check: bool
) -> SyncReport:
    with writing(index, wait):
        # What another writer did while this one waited is seen: the comparison is made again under the lock.
        return _Synchronisation(index, encoder, progress, check).run(found)


def _readable(index: Path, encoder: Encoder | None) -> bool:
    try:
        Snapshot.open(index, encoder).close()
    except StoreError:
        return False
    return True


def _unchanged(found: list[Found], index: Path, encoder: Encoder | None, check: bool) -> SyncReport | None:
    """Return the report of an index that needs no writing, None when it needs some."""
    try:
        store = Store.open(index)
    except StoreError:
        return None
    try:
        states = store.files()
        if {entry.name for entry in found} != set(states):
            return None
        for entry in found:
            state = states[entry.name]
            if changed(entry, state) or (
                doubtful(entry, state) and digest_of(entry.path, entry.size) != state.digest
            ):
                return None
        stamp = Stamp(store.identity, store.generation)
        if stamp.generation not in published(store):
            return None
        if check or store.size() <= CHECKED:
            store.verify()
        LexicalIndex.open(index, stamp=stamp, thorough=check)
        if encoder is not None:
            VectorIndex.open(index, encoder, stamp=stamp, thorough=check)
        return report_of(states)
    except (OSError, StoreError):
        return None
    finally:
        store.close()


class _Synchronisation:
    """One run of `synchronise` under the writer's lock."""

    def __init__(self, index: Path, encoder: Encoder | None, progress: Progress, check: bool) -> None:
        self._index = index
        self._encoder = encoder
        self._progress = progress
        self._check = check
        self._notices: list[str] = []

    def run(self, found: list[Found]) -> SyncReport:
        """Do it all."""
        try:
            return self._run(found)
        except DamagedStoreError as error:
            self._quarantine(str(error))
            return self._run(found)

    def _run(self, found: list[Found]) -> SyncReport:
        store = self._open()
        try:
            update = Update(store, found, self._progress)
            update.run()
            self._catch_up(store)
            states = store.files()
        finally:
            store.close()
        return update.report(states, self._notices)

    def _open(self) -> Store:
        try:
            store = Store.open(self._index, write=True)
        except (OutdatedError, DamagedStoreError) as error:
            self._quarantine(str(error))
            return Store.open(self._index, write=True)
        try:
            if self._check or store.size() <= CHECKED:
                store.verify()
        except BaseException:
            store.close()
            raise
        return store

    def _quarantine(self, reason: str) -> None:
        """Put a store that cannot be used out of the way, whole, and say so."""
        aside = self._index / f"{FILE}.{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:6]}.aside"
        with explain(self._index):
            for suffix in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    os.replace(self._index / (FILE + suffix), f"{aside}{suffix}")
        said = reason.split(": run the command")[0]
        self._notices.append(
            f"{said}; it was put aside as {aside.name} and rebuilt from the bulletins folder"
        )

    def _catch_up(self, store: Store) -> None:
        """Bring the derived indexes to the store's generation, then name it as the one to read."""
        stamp = Stamp(store.identity, store.generation)
        before = published(store)
        try:
            LexicalIndex.open(self._index, stamp=stamp, thorough=self._check)
        except DamagedError:
            LexicalIndex.open(self._index).catch_up(store, self._progress)
        if self._encoder is not None:
            try:
                VectorIndex.open(self._index, self._encoder, stamp=stamp, thorough=self._check)
            except DamagedError:
                VectorIndex.open(self._index, self._encoder).catch_up(
                    store, self._encoder, self._progress, thorough=self._check
                )
        if stamp.generation not in before:
            store.note(PUBLISHED, " ".join(str(part) for part in [*before[-1:], stamp.generation]))
            if before:
                store.purge(before[-1])
        store.settle()


def watch(
    folder: Path,
    index: Path,
    take_in: Callable[[], SyncReport],
    *,
    interval: float = 2.0,
    stop: Event | None = None,
) -> Iterator[SyncReport | BulletinQAError]:
    """Follow a folder: yield a report now and after every change, or the error where a round failed.

    `take_in` brings the index, which may lie in the folder `index`, in line with the folder.

    Changes are found by looking every `interval` seconds, which also works where file systems send no
    events, and are read once they have stood still for one interval. Ends when `stop` is set or on Ctrl-C.
    """
    stop = stop or Event()
    done: object = None
    previous: object = None
    try:
        while not stop.is_set():
            try:
                now: object = [(entry.name, entry.size, entry.mtime_ns) for entry in scan(folder, index)]
                if now != done and (now == previous or done is None):
                    report = take_in()
                    if report.anything or done is None:
                        yield report
                    done = now
                previous = now
            except StoreLockedError as error:
                yield error
            except BulletinQAError as error:
                if str(error) != previous:
                    yield error
                done, previous = [], str(error)
            stop.wait(interval)
    except KeyboardInterrupt:
        return
