"""Reading the store: one generation of it, from any number of threads."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import StoreError
from qa.storage.connections import Pool
from qa.storage.filters import Filters, filtered
from qa.storage.rows import BulletinRow, Counts, FileState, ItemRow
from qa.storage.schema import (
    ITEM_FIELDS,
    PASSAGE_FIELDS,
    check,
    check_item,
    decode_detail,
    decode_layout,
    item_of,
    passage_of,
)
from qa.storage.tables import View
from qa.types import Bulletin, Item, Passage, StoredPassage

REMEMBERED = 32
"""Filters whose passages are remembered: a chat page asks with the same ones again and again."""


class Reader:
    """What can be asked of one generation of the store."""

    def __init__(self, path: Path, pool: Pool, view: View, identity: str) -> None:
        self.path = path
        self.identity = identity
        self._pool = pool
        self._view = view
        self._lock = threading.Lock()
        self._filtered: dict[tuple[int, Filters], NDArray[np.int64]] = {}

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
        rows = self._by_content(
            "SELECT content, title, issue, date, format, items, passages, characters, layout FROM contents"
        )
        found = []
        for name, content in zip(self._view.names, self._view.contents, strict=True):
            _, title, issue, date, form, items, passages, characters, layout = rows[int(content)]
            sections = decode_layout(layout)["sections"]
            found.append(BulletinRow(name, title, issue, date, form, items, passages, characters, sections))
        return found

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

    def _item_row(self, item_id: str, bulletin: str | None) -> tuple[str, tuple[Any, ...]]:
        places = self._view.places()
        with self._pool.connection() as connection:
            rows = connection.execute(
                f"SELECT {ITEM_FIELDS} FROM items WHERE item_id = ?", (item_id,)
            ).fetchall()
        visible = sorted((places[row[0]], row[1], row) for row in rows if row[0] in places)
        for place, _, row in visible:
            if bulletin is None or self._view.names[place] == bulletin:
                return self._view.names[place], row
        raise StoreError(
            f"there is no item {item_id!r} in the index {self.path.parent}: list them with `contents`"
        )

    def item(self, item_id: str, bulletin: str | None = None) -> Item:
        """Return an item whole; of several with one id (in two exports), the first or that of `bulletin`."""
        _, row = self._item_row(item_id, bulletin)
        return item_of(row, self._passages_of(row[10], row[11]))

    def bulletin_of(self, item_id: str) -> str:
        """Return the name of the bulletin that holds an item."""
        return self._item_row(item_id, None)[0]

    def _passages_of(self, first: int, count: int) -> tuple[Passage, ...]:
        with self._pool.connection() as connection:
            rows = connection.execute(
                f"SELECT {PASSAGE_FIELDS} FROM passages WHERE number >= ? AND number < ? ORDER BY number",
                (first, first + count),
            ).fetchall()
        if len(rows) != count:
            raise StoreError(f"the index {self.path} lacks passages: run the command `bulletin-qa build`")
        return tuple(passage_of(row) for row in rows)

    def source(self, bulletin: str) -> Bulletin:
        """Return a bulletin with its text, pages and marks, without its items (see `items`)."""
        if bulletin not in self._view.names:
            raise StoreError(f"there is no bulletin {bulletin!r} in the index: list them with `contents`")
        content = int(self._view.contents[self._view.names.index(bulletin)])
        with self._pool.connection() as connection:
            digest, form, title, issue, date, year, source, layout, crc = connection.execute(
                "SELECT digest, format, title, issue, date, year, source, layout, crc FROM contents"
                " WHERE content = ?",
                (content,),
            ).fetchone()
        check(crc, f"bulletin {bulletin!r}", digest, form, title, issue, date, year, source, layout)
        text = zlib.decompress(source).decode()
        fields = decode_layout(layout)
        return Bulletin(
            name=bulletin, digest=digest, format=form, text=text, items=(), title=title, issue=issue,
            date=date, year=year, **fields,
        )  # fmt: skip

    def passages(self, numbers: Sequence[int] | NDArray[np.int64]) -> list[StoredPassage]:
        """Return passages in the order asked. Raises StoreError for a number that this view doesn't hold."""
        wanted = [int(number) for number in numbers]
        rows: dict[int, tuple[Any, ...]] = {}
        fields = ", ".join(f"p.{name.strip()}" for name in PASSAGE_FIELDS.split(","))
        with self._pool.connection() as connection:
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                marks = ",".join("?" * len(part))
                query = (
                    f"SELECT {fields}, i.item_id, i.title, i.section, i.date FROM passages p JOIN items i"
                    f" ON i.content = p.content AND i.ordinal = p.item WHERE p.number IN ({marks})"
                )
                rows.update((row[0], row) for row in connection.execute(query, part))
        names = self._view.names_of(np.array(wanted, np.int64))
        found = []
        for number, name in zip(wanted, names, strict=True):
            if number not in rows or not name:
                raise StoreError(
                    f"passage {number} is not in this state of the index: open the library again"
                )
            *fields_, item_id, title, section, date = rows[number]
            passage = passage_of(fields_)
            found.append(
                StoredPassage(
                    number,
                    item_id,
                    title,
                    section,
                    name,
                    date,
                    passage.text,
                    passage.start,
                    passage.end,
                    passage.page,
                    passage.sentences,
                )
            )
        return found

    def all_passage_numbers(self) -> NDArray[np.int64]:
        """Return the numbers of all passages in corpus order."""
        return self._view.order()

    def first_passages(self) -> dict[int, str]:
        """Return the title of each item that has passages, by the number of its first passage."""
        visible = {int(content) for content in self._view.contents}
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT content, first_number, title FROM items WHERE passages > 0"
            ).fetchall()
        return {number: title for content, number, title in rows if content in visible}

    def passage_numbers(
        self,
        *,
        sections: Sequence[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        bulletins: Sequence[str] | None = None,
        item_ids: Sequence[str] | None = None,
    ) -> NDArray[np.int64] | None:
        """Return the numbers of the passages that pass the filters, in corpus order; None without a filter.

        Sections match in matching form, exactly or, where none does, as part of one another. `since` and
        `until` (ISO, inclusive) hold for the item's date or, lacking one, its bulletin's; an item of unknown
        date passes neither.
        """
        return self.select(
            Filters(
                None if sections is None else tuple(sections),
                since,
                until,
                None if bulletins is None else frozenset(bulletins),
                None if item_ids is None else tuple(item_ids),
            )
        )

    def select(self, filters: Filters) -> NDArray[np.int64] | None:
        """Return the numbers of the passages that filters leave, as `passage_numbers` does."""
        if not filters.anything:
            return None
        key = self._view.generation, filters
        with self._lock:
            known = self._filtered.get(key)
        if known is None:
            with self._pool.connection() as connection:
                known = filtered(connection, self._view, filters)
            known.setflags(write=False)
            with self._lock:
                while len(self._filtered) >= REMEMBERED:
                    del self._filtered[next(iter(self._filtered))]
                self._filtered[key] = known
        return known

    def items_in(self, selection: NDArray[np.int64]) -> frozenset[str]:
        """Return the ids of the items that hold the passages numbered `selection`."""
        numbers = np.sort(selection)
        found = set()
        with self._pool.connection() as connection:
            for item_id, first, count in connection.execute(
                "SELECT item_id, first_number, passages FROM items WHERE passages > 0"
            ):
                place = int(np.searchsorted(numbers, first))
                if place < len(numbers) and numbers[place] < first + count:
                    found.add(item_id)
        return frozenset(found)

    def sections(self) -> list[str]:
        """Return the names of the sections that hold items, in corpus order."""
        return list(dict.fromkeys(row.section for row in self.items() if row.section))

    def newest_date(self) -> str | None:
        """Return the day of the newest bulletin (ISO), None when none is known.

        That is the day it gives itself: its items may tell of days to come (自 6 月 1 日起施行). One that gives
        none is as new as its newest item.
        """
        visible = set(self._view.contents.tolist())
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT content, coalesce(c.date, max(i.date), '')"
                " FROM contents c LEFT JOIN items i USING (content) GROUP BY content"
            ).fetchall()
        return max((day for content, day in rows if content in visible and day), default=None)

    def counts(self) -> Counts:
        """Return how much the store holds."""
        rows = self._by_content("SELECT content, items, passages, sentences, characters FROM contents")
        totals = [
            sum(rows[int(content)][column] for content in self._view.contents) for column in range(1, 5)
        ]
        return Counts(len(self._view.names), *totals)
