"""The store: bulletins whole or not at all, in one SQLite file. Everything else is derived from it."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from qa.errors import ReadingError, StoreError
from qa.storage.connections import Pool, connect, translated
from qa.storage.files import DamagedStoreError, explain
from qa.storage.reader import Reader
from qa.storage.rows import BulletinRow, Counts, FileState, ItemRow
from qa.storage.schema import ITEM_FIELDS, PASSAGE_FIELDS, check_item, passage_of
from qa.storage.tables import View, hide, insert, prepare, put_file, view_at
from qa.types import Bulletin

FILE = "store.sqlite"
GRACE = 3600.0
"""Seconds for which a removed content stays for readers that still look at an older generation."""

__all__ = ["BulletinRow", "Counts", "FileState", "ItemRow", "Store"]


class Store(Reader):
    """Bulletins in SQLite, safe to read from many threads; at most one writer (qa.storage.locking).

    A reader sees the generation that it was opened at, whatever a writer does meanwhile.
    """

    def __init__(
        self, path: Path, pool: Pool, writer: sqlite3.Connection | None, view: View, identity: str
    ) -> None:
        super().__init__(path, pool, view, identity)
        self._writer = writer

    @classmethod
    def open(cls, folder: Path, *, write: bool = False, generation: int | None = None) -> Store:
        """Open the store in an index folder; `write` creates it, else it must exist.

        `generation` pins a reader to an earlier state than the last. Raises StoreError, StoreVersionError
        or DamagedError (a StoreError), each with its cure.
        """
        path = folder / FILE
        writer = None
        if write:
            with explain(folder):
                folder.mkdir(parents=True, exist_ok=True)
            with translated(path):
                writer = connect(path, write=True)
                try:
                    prepare(writer)
                except BaseException:
                    writer.close()
                    raise
        try:
            reader = connect(path, write=False)
        except BaseException:
            if writer:
                writer.close()
            raise
        try:
            with translated(path):
                meta = dict(reader.execute("SELECT key, value FROM meta").fetchall())
                latest = int(meta["generation"])
                view = view_at(reader, min(latest, latest if generation is None else generation))
        except (KeyError, ValueError) as error:
            reader.close()
            raise DamagedStoreError(
                f"the index {path} is damaged ({error}): run the command `bulletin-qa build` to rebuild it"
            ) from error
        except BaseException:
            reader.close()
            raise
        return cls(path, Pool(path, reader), writer, view, meta["identity"])

    @contextlib.contextmanager
    def _change(self, *, visible: bool = True) -> Iterator[tuple[sqlite3.Connection, int]]:
        """One transaction; `visible` makes it a new generation, whose number is given."""
        if self._writer is None:
            raise StoreError(f"the index {self.path} was opened for reading: open it with write=True")
        generation = self.generation + visible
        with translated(self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer, generation
                if visible:
                    self._writer.execute(
                        "UPDATE meta SET value = ? WHERE key = 'generation'", (str(generation),)
                    )
                self._writer.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._writer.execute("ROLLBACK")
                raise
            if visible:
                self._view = view_at(self._writer, generation)

    def note(self, key: str, value: str) -> None:
        """Keep a value beside the bulletins; no change of theirs."""
        with self._change(visible=False) as (connection, _):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def add(self, bulletin: Bulletin, *, size: int, mtime_ns: int, state: FileState | None = None) -> None:
        """Store a bulletin in one transaction, in place of one of the same name.

        `state` is noted of its file, when more is known than size and time. Raises ReadingError when its
        text cannot be encoded.
        """
        state = state or FileState(bulletin.digest, size, mtime_ns, time.time_ns())
        try:
            with self._change() as (connection, generation):
                hide(connection, bulletin.name, generation)
                content = insert(connection, bulletin)
                connection.execute(
                    "INSERT INTO bulletins (name, content, added) VALUES (?, ?, ?)",
                    (bulletin.name, content, generation),
                )
                put_file(connection, bulletin.name, state)
        except UnicodeEncodeError as error:
            raise ReadingError(
                f"{bulletin.name!r} holds characters that are no text: save it again as UTF-8"
            ) from error

    def remove(self, name: str) -> None:
        """Take a bulletin out, and what is known of its file."""
        with self._change() as (connection, generation):
            hide(connection, name, generation)
            connection.execute("DELETE FROM files WHERE name = ?", (name,))

    def rename(self, old: str, new: str) -> None:
        """Give a bulletin another name; its passages keep their numbers. StoreError if there is none."""
        if old not in self._view.names:
            raise StoreError(f"{old!r} is not in the index: it cannot be renamed")
        with self._change() as (connection, generation):
            hide(connection, new, generation)
            content = int(self._view.contents[self._view.names.index(old)])
            hide(connection, old, generation)
            connection.execute(
                "INSERT INTO bulletins (name, content, added) VALUES (?, ?, ?)", (new, content, generation)
            )
            connection.execute("DELETE FROM files WHERE name = ?", (new,))
            connection.execute("UPDATE files SET name = ? WHERE name = ?", (new, old))

    def put_file(self, name: str, state: FileState, *, drop: bool = False) -> None:
        """Note what is known of a file; `drop` takes its earlier content out in the same transaction."""
        with self._change(visible=drop) as (connection, generation):
            if drop:
                hide(connection, name, generation)
            put_file(connection, name, state)

    def forget_file(self, name: str) -> None:
        """Forget a file that holds no content of its own."""
        with self._change(visible=False) as (connection, _):
            connection.execute("DELETE FROM files WHERE name = ?", (name,))

    def purge(self, horizon: int, grace: float = GRACE) -> int:
        """Delete contents removed by generation `horizon` and over `grace` seconds ago; return how many."""
        with self._change(visible=False) as (connection, _):
            old = connection.execute(
                "SELECT content FROM bulletins GROUP BY content HAVING count(*) = count(removed)"
                " AND max(removed) <= ? AND max(removed_at) <= ?",
                (horizon, time.time() - grace),
            ).fetchall()
            for (content,) in old:
                first, count = connection.execute(
                    "SELECT first_number, passages FROM contents WHERE content = ?", (content,)
                ).fetchone()
                connection.execute(
                    "DELETE FROM passages WHERE number >= ? AND number < ?", (first, first + count)
                )
                connection.execute("DELETE FROM items WHERE content = ?", (content,))
                connection.execute("DELETE FROM contents WHERE content = ?", (content,))
                connection.execute("DELETE FROM bulletins WHERE content = ?", (content,))
        return len(old)

    def settle(self) -> None:
        """Bring everything committed into the one file and onto the disk."""
        if self._writer is not None:
            with translated(self.path):
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def size(self) -> int:
        """Return the bytes that the store takes on disk."""
        return self.path.stat().st_size

    def verify(self) -> None:
        """Read every row and compare it with its checksum. Raises DamagedStoreError."""
        with self._pool.connection() as connection:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if said != "ok":
                raise DamagedStoreError(
                    f"the index {self.path} is damaged ({said}): run the command `bulletin-qa build`"
                )
            for row in connection.execute(f"SELECT {ITEM_FIELDS} FROM items"):
                check_item(row)
            for row in connection.execute(f"SELECT {PASSAGE_FIELDS} FROM passages"):
                passage_of(row)
        for name in self._view.names:
            self.source(name)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
