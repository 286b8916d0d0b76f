"""Writing a library on Milvus: put and remove from anywhere, publish from one place.

How readers are kept apart from writers without locks, which Milvus doesn't have:

1. A content (what a bulletin says, without its name) is written in this order: its record marked as begun,
   its rows, its record marked as whole, and last the name that points to it, as pending.
2. Rows carry the generation that was being collected when their content was begun. `publish` first opens the
   next generation and then looks at what was begun. A writer looks again after it has begun: if the
   generation was closed meanwhile it begins anew. So whatever `publish` did not see carries a later number.
3. A reader of generation G takes rows with `added <= G` that are not among the hidden contents that G's
   manifest lists: those begun or whole without a name, and those whose name was taken away. That list stays
   short, because contents hidden for an hour are deleted.
4. The manifest of G is written when everything else is, and the head that points to it last, in one row.

A content about to be deleted is marked so first, and its names looked up again; `put` looks at the mark after
it has written a name. One of the two therefore sees the other.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from embeddings.encoder import Encoder
from qa.errors import StoreError
from qa.milvus.address import Address
from qa.milvus.connection import Connection, Row
from qa.milvus.keys import hash_of, within
from qa.milvus.manifest import Head, head_of, start
from qa.milvus.publishing import BEGUN, WHOLE, chunks, publish
from qa.milvus.records import BLANK, RECORD_FIELDS, read, record
from qa.milvus.rows import Outline, Prepared, embed, outline
from qa.milvus.schema import LIVE, PENDING, Kind, load, make
from qa.storage.cache import Packed, narrowed, widened
from qa.types import Bulletin

Entry = TypeVar("Entry", Outline, Prepared, Outline | Prepared)
_ATTEMPTS = 20
_REUSED = 8192
"""Vectors of a bulletin that its next version may take over."""


class MilvusWriter:
    """Puts bulletins into one library and takes them out. One for each process; not for several threads."""

    def __init__(self, connection: Connection, encoder: Encoder) -> None:
        self._connection = connection
        self._records = connection.address.records
        self._encoder = encoder
        self.head: Head = head_of(connection)

    @classmethod
    def open(cls, store: str | Address, encoder: Encoder, *, token: str = "") -> MilvusWriter:
        """Connect, and make the library where there is none yet.

        `token` is a token or USER:PASSWORD. Raises UsageError for an address that can't be used or when the
        Milvus client isn't installed, StoreError when no server answers or the library was made with another
        embedding model.
        """
        address = store if isinstance(store, Address) else Address.parse(store, token)
        connection = Connection.open(address)
        try:
            make(connection, encoder.dimension)
            load(connection)
            start(connection, encoder)
            writer = cls(connection, encoder)
            writer.head.require(encoder, address)
        except BaseException:
            connection.close()
            raise
        return writer

    def close(self) -> None:
        """Close the connection. What was put and not published stays for the next `publish`."""
        self._connection.close()

    def __enter__(self) -> MilvusWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, bulletin: Bulletin, encoder: Encoder | None = None) -> bool:
        """Store a bulletin, in place of one of the same name; return whether anything had to be written.

        Its texts are embedded only when its content isn't there yet. Raises ReadingError for a bulletin that
        can't be stored, ModelError when the encoder fails, StoreError when the server does.
        """
        return self.put_all([bulletin], encoder)[0]

    def put_all(self, bulletins: Sequence[Bulletin], encoder: Encoder | None = None) -> list[bool]:
        """Store several bulletins, embedding their texts together; see `put`."""
        return self.put_outlines([outline(bulletin) for bulletin in bulletins], encoder)

    def put_outlines(self, outlines: Sequence[Outline], encoder: Encoder | None = None) -> list[bool]:
        """Store bulletins of which `outline` was made; see `put`."""
        encoder = encoder or self._encoder
        self.head.require(encoder, self._connection.address)
        lacking = self._lacking(outlines)
        known = self._embedded(entry.name for entry in lacking)
        prepared = {entry.digest: entry for entry in embed(_distinct(lacking), encoder, known)}
        return self._put(outlines, prepared, encoder)

    def put_prepared(self, prepared: Prepared) -> bool:
        """Store what `prepare` made, perhaps in another process; see `put`."""
        if prepared.fingerprint != self._encoder.fingerprint:
            raise StoreError(
                f"{prepared.name!r} was prepared with another embedding model than {self._encoder.name!r}: "
                "use one model for a whole library"
            )
        return self._put([prepared], {prepared.digest: prepared}, self._encoder)[0]

    def remove(self, name: str) -> bool:
        """Take the bulletin of a name out; return whether there was one. Its content goes when published."""
        standing = self._names([name])[name]
        self._retire(standing)
        return bool(standing)

    def rename(self, old: str, new: str) -> None:
        """Give a bulletin another name. Raises StoreError if there is none."""
        standing = self._names([old])[old]
        if not standing:
            raise StoreError(f"{old!r} is not in the store: it cannot be renamed")
        self._point({new: int(standing[-1]["content"])})
        self._retire(standing)

    def publish(self) -> int:
        """Let readers see what was put and removed, and return the generation; without changes, the last.

        Only one process may do so at a time.
        """
        self.head = publish(self._connection, head_of(self._connection))
        return self.head.generation

    def _put(
        self, entries: Sequence[Outline | Prepared], prepared: dict[str, Prepared], encoder: Encoder
    ) -> list[bool]:
        written, pointed = set[str](), set[str]()
        for _ in range(_ATTEMPTS):
            lacking = _distinct(self._lacking(entries))
            # What was there when its texts would have been embedded may be gone by now.
            late = [entry for entry in lacking if isinstance(entry, Outline) and entry.digest not in prepared]
            prepared |= {entry.digest: entry for entry in embed(late, encoder)}
            self._write([prepared[entry.digest] for entry in lacking])
            written |= {entry.digest for entry in lacking}
            pointed |= self._point({entry.name: entry.content for entry in entries})
            if not self._lacking(entries):
                return [entry.digest in written or entry.name in pointed for entry in entries]
        raise StoreError(
            f"{entries[0].name!r} could not be written because others publish all the time: "
            "let one process publish"
        )

    def _lacking(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return those whose content isn't there. Raises StoreError if another one has its number."""
        found: dict[int, str] = {}
        for part in chunks({entry.content for entry in entries}):
            keys = ", ".join(f"'{int(Kind.CONTENT)}:{content}:0'" for content in part)
            expression = f"key in [{keys}] and removed == {WHOLE}"
            rows = self._connection.query(self._records, expression, ["key", "content", "data"])
            found |= {int(row["content"]): str(row["data"])[:200] for row in rows}
        for entry in entries:
            if entry.digest not in found.get(entry.content, entry.digest):
                raise StoreError(
                    f"{entry.name!r} has the same number as another bulletin (one chance in millions): "
                    "change its text, if only by a space"
                )
        return [entry for entry in entries if entry.content not in found]

    def _write(self, prepared: Sequence[Prepared]) -> None:
        """Write contents; see the top of the file for the order."""
        if not prepared:
            return
        connection, address = self._connection, self._connection.address
        while True:
            generation = head_of(connection).collecting
            self._mark(prepared, BEGUN, generation)
            if head_of(connection).collecting == generation:
                break
        units = [
            {**row, "added": generation, "vector": vector}
            for entry in prepared
            for row, vector in zip(entry.units, widened(entry.vectors), strict=True)
        ]
        passages = [{**row, "added": generation} for entry in prepared for row in entry.passages]
        records = [{**row, "added": generation} for entry in prepared for row in entry.records]
        connection.upsert(address.units, units, size=4 * self._encoder.dimension + 128)
        connection.upsert(address.passages, passages, size=4096)
        connection.upsert(address.records, records, size=8192)
        self._mark(prepared, WHOLE, generation)

    def _mark(self, prepared: Sequence[Prepared], state: int, generation: int) -> None:
        first, others = list[Row](), list[Row]()
        for entry in prepared:
            rows = record(
                Kind.CONTENT, entry.content, data=entry.summary, content=entry.content,
                added=generation, removed=state, ordinal=int(time.time()),
            )  # fmt: skip
            first.append(rows[0])
            others += rows[1:]
        # The first row of a record says the state: it is written last.
        self._connection.upsert(self._records, others, size=65_535)
        self._connection.upsert(self._records, first, size=8192)

    def _embedded(self, names: Iterable[str]) -> dict[int, Packed]:
        """Return the vectors of what stands under names, by text: a new version repeats most of it."""
        found: dict[int, Packed] = {}
        contents = {int(row["content"]) for rows in self._names(list(names)).values() for row in rows}
        for content in sorted(contents):
            rows = self._connection.query(
                self._connection.address.units, f"content == {content}", ["text", "vector"], _REUSED
            )
            if rows:
                packed = narrowed(np.array([row["vector"] for row in rows], np.float32))
                found |= {int(row["text"]): vector for row, vector in zip(rows, packed, strict=True)}
        return found

    def _names(self, names: Sequence[str]) -> dict[str, list[Row]]:
        """Return the rows under each name that are not removed, the latest last."""
        found: dict[str, list[Row]] = {name: [] for name in names}
        for part in chunks({hash_of("name", name) for name in names}):
            expression = f"kind == {int(Kind.NAME)} and {within('name', part)} and removed == {LIVE}"
            for row in self._connection.scan(self._records, expression, RECORD_FIELDS):
                found.get(read([row]), []).append(row)
        for rows in found.values():
            rows.sort(key=lambda row: (int(row["added"]), int(row["ordinal"])))
        return found

    def _point(self, contents: Mapping[str, int]) -> set[str]:
        """Let names stand for contents; return those that did not before."""
        rows, others, changed = list[Row](), list[Row](), set[str]()
        for name, standing in self._names(list(contents)).items():
            content = contents[name]
            before = [row for row in standing if int(row["content"]) != content]
            others += before
            if len(before) == len(standing):
                key, now = hash_of("name", name), time.time_ns()
                rows += record(
                    Kind.NAME, key, content, now, data=name, content=content, name=key, added=PENDING,
                    removed=LIVE, ordinal=now,
                )  # fmt: skip
            if before or not standing:
                changed.add(name)
        self._connection.upsert(self._records, rows, size=2048)
        self._retire(others)
        return changed

    def _retire(self, rows: Iterable[Row]) -> None:
        """Take names away: at once where they were never published, else with the next generation."""
        pending = [row for row in rows if int(row["added"]) == PENDING]
        published = [row for row in rows if int(row["added"]) != PENDING]
        for first in range(0, len(pending), 200):
            keys = ", ".join(f"'{row['key']}'" for row in pending[first : first + 200])
            self._connection.delete(self._records, f"key in [{keys}]")
        changed = [{**row, **BLANK, "removed": PENDING} for row in published]
        self._connection.upsert(self._records, changed)


def _distinct(entries: Iterable[Entry]) -> list[Entry]:
    return list({entry.digest: entry for entry in entries}.values())
