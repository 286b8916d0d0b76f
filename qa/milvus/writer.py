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
from collections.abc import Iterable, Sequence

import numpy as np

from embeddings.encoder import Encoder
from qa.errors import StoreError
from qa.milvus.address import Address
from qa.milvus.connection import Connection, Row
from qa.milvus.keys import hash_of
from qa.milvus.manifest import Head, head_of, start
from qa.milvus.publishing import BEGUN, WHOLE, publish
from qa.milvus.rows import Outline, Prepared, embed, outline, read, record
from qa.milvus.schema import LIVE, PENDING, Kind, load, make
from qa.storage.cache import Packed, narrowed, widened
from qa.types import Bulletin

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
        lacking = {entry.digest: entry for entry in outlines if not self._whole(entry)}
        known: dict[int, Packed] = {}
        for entry in lacking.values():
            known |= self._embedded(entry.name)
        prepared = {entry.digest: entry for entry in embed(list(lacking.values()), encoder, known)}
        done = []
        for entry in outlines:
            done.append(self._put(entry, prepared.get(entry.digest), encoder))
        return done

    def put_prepared(self, prepared: Prepared) -> bool:
        """Store what `prepare` made, perhaps in another process; see `put`."""
        if prepared.fingerprint != self._encoder.fingerprint:
            raise StoreError(
                f"{prepared.name!r} was prepared with another embedding model than {self._encoder.name!r}: "
                "use one model for a whole library"
            )
        return self._put(prepared, prepared, self._encoder)

    def remove(self, name: str) -> bool:
        """Take the bulletin of a name out; return whether there was one. Its content goes when published."""
        standing = self._names(name)
        self._retire(standing)
        return bool(standing)

    def rename(self, old: str, new: str) -> None:
        """Give a bulletin another name. Raises StoreError if there is none."""
        standing = self._names(old)
        if not standing:
            raise StoreError(f"{old!r} is not in the store: it cannot be renamed")
        self._point(new, int(standing[-1]["content"]))
        self._retire(standing)

    def publish(self) -> int:
        """Let readers see what was put and removed, and return the generation; without changes, the last.

        Only one process may do so at a time.
        """
        self.head = publish(self._connection, head_of(self._connection))
        return self.head.generation

    def _put(self, entry: Outline | Prepared, prepared: Prepared | None, encoder: Encoder) -> bool:
        wrote = False
        for _ in range(_ATTEMPTS):
            if not self._whole(entry):
                if prepared is None:
                    if not isinstance(entry, Outline):
                        raise RuntimeError("a prepared bulletin without its rows")
                    prepared = embed([entry], encoder)[0]
                self._write(prepared)
                wrote = True
            wrote = self._point(entry.name, entry.content) or wrote
            if self._whole(entry):
                return wrote
        raise StoreError(
            f"{entry.name!r} could not be written because others publish all the time: "
            "let one process publish"
        )

    def _whole(self, entry: Outline | Prepared) -> bool:
        """Whether a content is there. Raises StoreError if another one has its number."""
        rows = self._connection.query(
            self._records, f"key == '{int(Kind.CONTENT)}:{entry.content}:0'", ["key", "removed", "data"]
        )
        if not rows or int(rows[0]["removed"]) != WHOLE:
            return False
        if entry.digest not in str(rows[0]["data"])[:200]:
            raise StoreError(
                f"{entry.name!r} has the same number as another bulletin (one chance in millions): "
                "change its text, if only by a space"
            )
        return True

    def _write(self, prepared: Prepared) -> None:
        """Write a content; see the top of the file for the order."""
        connection, address = self._connection, self._connection.address
        while True:
            generation = head_of(connection).collecting
            self._mark(prepared, BEGUN, generation)
            if head_of(connection).collecting == generation:
                break
        units = [
            {**row, "added": generation, "vector": vector}
            for row, vector in zip(prepared.units, widened(prepared.vectors), strict=True)
        ]
        connection.upsert(address.units, units, size=4 * prepared.vectors.shape[1] + 128)
        connection.upsert(address.passages, [{**row, "added": generation} for row in prepared.passages], 4096)
        records = [{**row, "added": generation} for row in prepared.records]
        connection.upsert(address.records, records, size=8192)
        self._mark(prepared, WHOLE, generation)

    def _mark(self, prepared: Prepared, state: int, generation: int) -> None:
        rows = record(
            Kind.CONTENT, prepared.content, data=prepared.summary, content=prepared.content,
            added=generation, removed=state, ordinal=int(time.time()),
        )  # fmt: skip
        # The first row says the state: it is written last.
        self._connection.upsert(self._records, rows[:0:-1], size=65_535)
        self._connection.upsert(self._records, rows[:1], size=65_535)

    def _embedded(self, name: str) -> dict[int, Packed]:
        """Return the vectors of what stands under a name, by text: a new issue of it repeats most of it."""
        found: dict[int, Packed] = {}
        for standing in self._names(name):
            expression = f"content == {int(standing['content'])}"
            rows = self._connection.query(
                self._connection.address.units, expression, ["text", "vector"], _REUSED
            )
            if rows:
                packed = narrowed(np.array([row["vector"] for row in rows], np.float32))
                found |= {int(row["text"]): vector for row, vector in zip(rows, packed, strict=True)}
        return found

    def _names(self, name: str) -> list[Row]:
        """Return the rows under a name that are not removed, the latest last."""
        rows = self._connection.query(
            self._records,
            f"kind == {int(Kind.NAME)} and name == {hash_of('name', name)} and removed == {LIVE}",
            ["key", "part", "kind", "content", "added", "removed", "name", "ordinal", "data"],
        )
        held = [row for row in rows if read([row]) == name]
        return sorted(held, key=lambda row: (int(row["added"]), int(row["ordinal"])))

    def _point(self, name: str, content: int) -> bool:
        """Let a name stand for a content; return whether it did not before."""
        standing = self._names(name)
        others = [row for row in standing if int(row["content"]) != content]
        if len(others) == len(standing):
            rows = record(
                Kind.NAME, hash_of("name", name), content, time.time_ns(), data=name, content=content,
                name=hash_of("name", name), added=PENDING, removed=LIVE, ordinal=time.time_ns(),
            )  # fmt: skip
            self._connection.upsert(self._records, rows)
        self._retire(others)
        return len(others) == len(standing) or bool(others)

    def _retire(self, rows: Iterable[Row]) -> None:
        """Take names away: at once where they were never published, else with the next generation."""
        pending = [row for row in rows if int(row["added"]) == PENDING]
        published = [row for row in rows if int(row["added"]) != PENDING]
        if pending:
            keys = ", ".join(f"'{row['key']}'" for row in pending)
            self._connection.delete(self._records, f"key in [{keys}]")
        changed = [{**_bare(row), "removed": PENDING} for row in published]
        self._connection.upsert(self._records, changed)


def _bare(row: Row) -> Row:
    return {**row, "section": 0, "item": 0, "day": 0, "vector": [0.0, 1.0]}
