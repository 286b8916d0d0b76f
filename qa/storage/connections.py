"""Connections to one SQLite file: opened with what can go wrong said plainly, shared among threads."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from qa.errors import StoreError, StoreVersionError
from qa.storage.files import DamagedStoreError, OutdatedError
from qa.storage.schema import APPLICATION_ID, SCHEMA_VERSION

FULL = ("disk is full", "disk I/O error")
DAMAGE = ("malformed", "no such table", "no such column", "decode")


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's errors on `path` into errors that name the cure."""
    try:
        yield
    except sqlite3.OperationalError as error:
        said = str(error)
        if any(phrase in said for phrase in FULL):
            raise StoreError(full(path, said)) from error
        if "readonly" in said or "read-only" in said:
            raise StoreError(
                f"the index {path} cannot be written: allow writing there or choose another with --index"
            ) from error
        if any(phrase in said for phrase in DAMAGE):
            raise DamagedStoreError(damaged(path, error)) from error
        raise StoreError(
            f"the index {path} cannot be used ({error}): choose another folder with --index"
        ) from error
    except sqlite3.DatabaseError as error:
        raise DamagedStoreError(damaged(path, error)) from error


def full(path: Path, said: str) -> str:
    """Say that the disk takes no more."""
    return (
        f"no space left to write the index {path} ({said}): free some space or choose another folder with "
        "--index, then run the same command again; what was indexed before is kept"
    )


def damaged(path: Path, error: Exception) -> str:
    """Say that a store is damaged and what repairs it."""
    return f"the index {path} is damaged ({error}): run the command `bulletin-qa build` to rebuild it"


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open the file of a store and check whose it is.

    Raises StoreError when it is missing or another program's, StoreVersionError when another version's,
    DamagedStoreError when it isn't a database.
    """
    if write:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    else:
        connection = _connect_reader(path)
    try:
        with translated(path):
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if write and application == version == 0 and not _tables(connection):
                return connection
        if application != APPLICATION_ID:
            if application == version == 0 and not _tables(connection):
                raise DamagedStoreError(f"the index {path} is empty: run the command `bulletin-qa build`")
            raise StoreError(f"{path} belongs to another program: choose another folder with --index")
        if version != SCHEMA_VERSION:
            kind, cure = (
                (StoreVersionError, "upgrade bulletin-qa")
                if version > SCHEMA_VERSION
                else (OutdatedError, "run the command `bulletin-qa build`")
            )
            raise kind(
                f"the index {path} has format {version}, this version reads {SCHEMA_VERSION}: {cure}, or "
                "choose another folder with --index"
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _connect_reader(path: Path) -> sqlite3.Connection:
    if not path.exists():
        raise StoreError(f"there is no index at {path.parent}: run the command `bulletin-qa build` first")
    uri = path.resolve().as_uri()
    connection = sqlite3.connect(
        f"{uri}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=30
    )
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection
    except sqlite3.OperationalError as error:
        connection.close()
        # In a folder that cannot be written SQLite cannot make the shared-memory file of a write-ahead log;
        # without a log there is nothing to share, and the file can be read as it lies.
        log = path.with_name(path.name + "-wal")
        if any(phrase in str(error) for phrase in FULL):
            raise StoreError(full(path, str(error))) from error
        if "unable to open" not in str(error) and "readonly" not in str(error):
            raise DamagedStoreError(damaged(path, error)) from error
        if log.exists() and log.stat().st_size:
            raise StoreError(
                f"the index {path} was left in the middle of a write and its folder cannot be written: allow "
                "writing there once, or choose another folder with --index"
            ) from error
        return sqlite3.connect(f"{uri}?immutable=1", uri=True, isolation_level=None, check_same_thread=False)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise DamagedStoreError(damaged(path, error)) from error


class Pool:
    """Connections that read one store, lent to one thread at a time and kept for the next."""

    def __init__(self, path: Path, first: sqlite3.Connection) -> None:
        self._path = path
        self._idle = [first]
        self._lock = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection."""
        with self._lock:
            if self._closed:
                raise StoreError(f"the index {self._path} was closed: open the library again")
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = connect(self._path, write=False)
        try:
            with translated(self._path):
                yield connection
        finally:
            with self._lock:
                if self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    def __del__(self) -> None:
        # sqlite3's connections hold themselves in a cycle: without this they stay open until a collection.
        self.close()

    def close(self) -> None:
        """Close what is idle; what is lent closes when it comes back."""
        with self._lock:
            self._closed = True
            for connection in self._idle:
                connection.close()
            self._idle.clear()
