"""Reading the store: one generation of it, from any number of threads."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.errors import StoreError
from qa.storage.connections import Pool
from qa.storage.filters import Filters, filtered
from qa.storage.overview import Overview
from qa.storage.remembered import Remembered
from qa.storage.schema import (
    ITEM_FIELDS,
    PASSAGE_FIELDS,
    check,
    decode_layout,
    item_of,
    passage_of,
)
from qa.storage.tables import View
from qa.types import Bulletin, Item, Passage, StoredPassage

REMEMBERED = 32
"""Filters whose passages are remembered: a chat page asks with the same ones again and again."""
SOURCES = 16 << 20
"""Characters of sources that are remembered: the quotes of an answer, and of the next, come from a few."""


class Reader(Overview):
    """What can be asked of one generation of the store."""

    def __init__(self, path: Path, pool: Pool, view: View, identity: str) -> None:
        super().__init__(path, pool, view, identity)
        self._filtered: Remembered[tuple[int, Filters], NDArray[np.int64]] = Remembered(REMEMBERED)
        self._sources: Remembered[tuple[int, str], Bulletin] = Remembered(
            SOURCES, lambda held: len(held.text)
        )

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
        place = self._view.place(bulletin)
        if place is None:
            raise StoreError(f"there is no bulletin {bulletin!r} in the index: list them with `contents`")
        content = int(self._view.contents[place])
        return self._sources.of((content, bulletin), lambda: self._source(bulletin, content))

    def _source(self, bulletin: str, content: int) -> Bulletin:
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

    def first_passages(self, numbers: Sequence[int] | NDArray[np.int64] | None = None) -> dict[int, str]:
        """Return the title of each item that has passages, by the number of its first passage.

        With `numbers`, only of the items whose first passage is among them.
        """
        visible = self._view.places()
        with self._pool.connection() as connection:
            if numbers is None:
                rows = connection.execute(
                    "SELECT content, first_number, title FROM items WHERE passages > 0"
                ).fetchall()
            else:
                rows = connection.execute(
                    "SELECT i.content, i.first_number, i.title FROM passages p"
                    " JOIN items i ON i.content = p.content AND i.ordinal = p.item"
                    " WHERE p.number IN (SELECT value FROM json_each(?)) AND i.first_number = p.number",
                    (json.dumps([int(number) for number in numbers]),),
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
        return self._filtered.of((self._view.generation, filters), lambda: self._numbers(filters))

    def _numbers(self, filters: Filters) -> NDArray[np.int64]:
        with self._pool.connection() as connection:
            numbers = filtered(connection, self._view, filters)
        numbers.setflags(write=False)
        return numbers

    def items_in(self, selection: NDArray[np.int64]) -> frozenset[str]:
        """Return the ids of the items that hold the passages numbered `selection`."""
        first, ids = self._once("item numbers", self._item_numbers)
        if not len(first):
            return frozenset()
        places = np.unique(np.searchsorted(first, selection, side="right") - 1)
        return frozenset(ids[place] for place in places.tolist())

    def _item_numbers(self) -> tuple[NDArray[np.int64], list[str]]:
        """Return the number of the first passage of each item, ascending, and the item's id."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT first_number, item_id FROM items WHERE passages > 0 ORDER BY first_number"
            ).fetchall()
        return np.array([row[0] for row in rows], np.int64), [row[1] for row in rows]
