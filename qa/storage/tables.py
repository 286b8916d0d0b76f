"""What is done to the tables of the store inside one transaction, and what is visible of them."""

from __future__ import annotations

import sqlite3
import time
import uuid
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qa.storage.rows import FileState
from qa.storage.schema import (
    APPLICATION_ID,
    PASSAGE_FIELDS,
    SCHEMA_VERSION,
    SIZES,
    TABLES,
    checksum,
    encode_layout,
    item_row,
    passage_row,
)
from qa.text import matching_form
from qa.types import Bulletin


@dataclass(frozen=True)
class View:
    """The bulletins visible at one generation, by name: which content each has and its passage numbers."""

    generation: int
    names: tuple[str, ...]
    contents: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]

    def order(self) -> NDArray[np.int64]:
        """Return all passage numbers in corpus order: by bulletin name, then place."""
        return expand(self.first, self.count)

    def places(self) -> dict[int, int]:
        """Return where each visible content stands among the bulletins; made once, not to be changed."""
        return self._places

    def place(self, name: str) -> int | None:
        """Return where a bulletin stands, None when it isn't visible."""
        return self._by_name.get(name)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {content: place for place, content in enumerate(self.contents.tolist())}

    @cached_property
    def _by_name(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def _by_number(self) -> NDArray[np.int64]:
        """Return the bulletins that hold passages, by the number of their first."""
        filled = np.flatnonzero(self.count)
        return filled[np.argsort(self.first[filled], kind="stable")]

    def names_of(self, numbers: NDArray[np.int64]) -> list[str]:
        """Return the bulletin of each passage number, an empty name where this view has none."""
        by_number = self._by_number
        if not len(by_number):
            return [""] * len(numbers)
        slots = np.searchsorted(self.first[by_number], numbers, side="right") - 1
        places = by_number[np.maximum(slots, 0)]
        inside = (self.first[places] <= numbers) & (numbers < self.first[places] + self.count[places])
        return [self.names[place] if held else "" for place, held in zip(places, inside, strict=True)]


def expand(first: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the runs first[i] … first[i]+count[i]-1 end to end: `expand([7, 1], [2, 1])` is `[7, 8, 1]`."""
    starts = np.cumsum(count) - count
    return np.asarray(np.arange(int(count.sum()), dtype=np.int64) + np.repeat(first - starts, count))


def prepare(connection: sqlite3.Connection) -> None:
    """Set a connection up for writing and make the tables of a new store."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    if connection.execute("PRAGMA user_version").fetchone()[0]:
        connection.execute(SIZES)
        return
    connection.execute("BEGIN IMMEDIATE")
    for statement in TABLES.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.execute(SIZES)
    start = {"identity": uuid.uuid4().hex, "generation": "0", "next_number": "0", "next_content": "0"}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", list(start.items()))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def view_at(connection: sqlite3.Connection, generation: int) -> View:
    """Return what is visible at a generation."""
    rows = connection.execute(
        "SELECT name, content FROM bulletins WHERE added <= ? AND (removed IS NULL OR removed > ?)"
        " ORDER BY name",
        (generation, generation),
    ).fetchall()
    # Not joined: read on its own this comes from the index `SIZES`, and the sources are left alone.
    sizes = {
        row[0]: row for row in connection.execute("SELECT content, first_number, passages FROM contents")
    }
    numbers = np.array([sizes[content] for _, content in rows], np.int64).reshape(-1, 3)
    return View(generation, tuple(row[0] for row in rows), numbers[:, 0], numbers[:, 1], numbers[:, 2])


def hide(connection: sqlite3.Connection, name: str, generation: int) -> None:
    """Make what stands under a name invisible from a generation on."""
    connection.execute(
        "UPDATE bulletins SET removed = ?, removed_at = ? WHERE name = ? AND removed IS NULL",
        (generation, time.time(), name),
    )


def put_file(connection: sqlite3.Connection, name: str, state: FileState) -> None:
    """Note what is known of a file."""
    connection.execute(
        "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (name, state.digest, state.size, state.mtime_ns, state.seen_ns, state.kind, state.note, state.reader),
    )


def take(connection: sqlite3.Connection, counter: str, amount: int) -> int:
    """Advance a counter, so that no number is ever given out twice, and return its value before."""
    (value,) = connection.execute("SELECT value FROM meta WHERE key = ?", (counter,)).fetchone()
    connection.execute("UPDATE meta SET value = ? WHERE key = ?", (str(int(value) + amount), counter))
    return int(value)


def insert(connection: sqlite3.Connection, bulletin: Bulletin) -> int:
    """Write the rows of a bulletin and return the number of its content."""
    content = take(connection, "next_content", 1)
    passages = sum(len(item.passages) for item in bulletin.items)
    sentences = sum(len(passage.sentences) for item in bulletin.items for passage in item.passages)
    first = number = take(connection, "next_number", passages)
    source = zlib.compress(bulletin.text.encode(), 6)
    layout = encode_layout(bulletin)
    head = (bulletin.digest, bulletin.format, bulletin.title, bulletin.issue, bulletin.date, bulletin.year)
    sizes = (first, passages, len(bulletin.items), sentences, len(bulletin.text))
    crc = checksum(*head, source, layout)
    connection.execute(
        "INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (content, *head, source, layout, *sizes, crc),
    )
    for ordinal, item in enumerate(bulletin.items):
        values = item_row(content, ordinal, item, matching_form(item.section), number)
        connection.execute(f"INSERT INTO items VALUES ({','.join('?' * len(values))})", values)
        rows = [passage_row(number + n, content, ordinal, passage) for n, passage in enumerate(item.passages)]
        connection.executemany(f"INSERT INTO passages ({PASSAGE_FIELDS}) VALUES ({','.join('?' * 9)})", rows)
        number += len(item.passages)
    return content
