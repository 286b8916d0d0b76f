"""What one generation of the store holds in all: its files, bulletins, items, sections and counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from qa.storage.connections import Pool
from qa.storage.rows import BulletinRow, Counts, FileState, ItemRow
from qa.storage.schema import ITEM_FIELDS, check_item, decode_detail, decode_layout
from qa.storage.tables import View

Kept = TypeVar("Kept")


class Overview:
    """What a generation holds; what a page or a question asks for again and again is read once."""

    def __init__(self, path: Path, pool: Pool, view: View, identity: str) -> None:
        self.path = path
        self.identity = identity
        self._pool = pool
        self._view = view
        self._lock = threading.Lock()
        self._kept: dict[tuple[int, str], Any] = {}

    def _once(self, what: str, read: Callable[[], Kept]) -> Kept:
        """Return what `read` gives, read once a generation: it depends on nothing but the view."""
        key = self._view.generation, what
        with self._lock:
            if key in self._kept:
                return cast("Kept", self._kept[key])
        value = read()
        with self._lock:
            # A writer moves on from generation to generation; only the present one is asked for again.
            self._kept = {held: kept for held, kept in self._kept.items() if held[0] == key[0]}
            self._kept[key] = value
        return value

    @property
    def generation(self) -> int:
        """The number of changes committed before this view; for a reader, when it was opened."""
        return self._view.generation

    def latest_generation(self) -> int:
        """Return the number of changes committed by now, by any process."""
        return int(self.meta("generation") or 0)

    def meta(self, key: str) -> str | None:
        """Return a value noted with `note`, or None."""
        with self._pool.connection() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def files(self) -> dict[str, FileState]:
        """Return what is known of each file, by name."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT name, digest, size, mtime_ns, seen_ns, kind, note, reader FROM files ORDER BY name"
            ).fetchall()
        return {name: FileState(*values) for name, *values in rows}

    def bulletins(self) -> list[BulletinRow]:
        """Return the bulletins by name."""
        return list(self._once("bulletins", self._bulletins))

    def _bulletins(self) -> tuple[BulletinRow, ...]:
        rows = self._by_content(
            "SELECT content, title, issue, date, format, items, passages, characters, layout FROM contents"
        )
        found = []
        for name, content in zip(self._view.names, self._view.contents, strict=True):
            _, title, issue, date, form, items, passages, characters, layout = rows[int(content)]
            sections = decode_layout(layout)["sections"]
            found.append(BulletinRow(name, title, issue, date, form, items, passages, characters, sections))
        return tuple(found)

    def _by_content(self, query: str) -> dict[int, tuple[Any, ...]]:
        with self._pool.connection() as connection:
            return {row[0]: row for row in connection.execute(query)}

    def items(self, bulletin: str | None = None) -> list[ItemRow]:
        """Return the items in corpus order, of one bulletin or of all."""
        found = []
        with self._pool.connection() as connection:
            for name, content in zip(self._view.names, self._view.contents, strict=True):
                if bulletin is not None and name != bulletin:
                    continue
                query = f"SELECT {ITEM_FIELDS} FROM items WHERE content = ? ORDER BY ordinal"
                for row in connection.execute(query, (int(content),)):
                    check_item(row)
                    _, _, item_id, title, section, start, end, page, date, detail, _, _, _ = row
                    dates = decode_detail(detail)[1]
                    found.append(ItemRow(item_id, title, section, name, date, page, start, end, dates))
        return found

    def sections(self) -> list[str]:
        """Return the names of the sections that hold items, in corpus order."""
        return list(self._once("sections", self._sections))

    def _sections(self) -> tuple[str, ...]:
        places = self._view.places()
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT content, min(ordinal), section FROM items WHERE section != ''"
                " GROUP BY content, section"
            ).fetchall()
        visible = sorted(
            (places[content], ordinal, name) for content, ordinal, name in rows if content in places
        )
        return tuple(dict.fromkeys(name for *_, name in visible))

    def newest_date(self) -> str | None:
        """Return the day of the newest bulletin (ISO), None when none is known.

        That is the day it gives itself: its items may tell of days to come (自 6 月 1 日起施行). One that
        gives none is as new as its newest item.
        """
        return self._once("newest date", self._newest_date)

    def _newest_date(self) -> str | None:
        visible = self._view.places()
        with self._pool.connection() as connection:
            # The items are only looked at for a bulletin without a date of its own.
            rows = connection.execute(
                "SELECT content, coalesce(date,"
                " (SELECT max(i.date) FROM items i WHERE i.content = c.content)) FROM contents c"
            ).fetchall()
        return max((day for content, day in rows if content in visible and day), default=None)

    def counts(self) -> Counts:
        """Return how much the store holds."""
        return self._once("counts", self._counts)

    def _counts(self) -> Counts:
        rows = self._by_content("SELECT content, items, passages, sentences, characters FROM contents")
        totals = [
            sum(rows[int(content)][column] for content in self._view.contents) for column in range(1, 5)
        ]
        return Counts(len(self._view.names), *totals)
