"""Reading one generation of a library on Milvus."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qa.errors import StoreError
from qa.milvus.connection import STRONG, Connection
from qa.milvus.keys import PLACE_BITS, day_of, hash_of, section_of, within
from qa.milvus.manifest import Head, Manifest
from qa.milvus.publishing import chunks
from qa.milvus.records import ItemRecord, bulletin_row, by_key, item_of, passage_of, read, source_of
from qa.milvus.schema import Kind
from qa.milvus.statistics import Statistics
from qa.storage.filters import Filters, section_keys
from qa.storage.remembered import Remembered
from qa.storage.rows import BulletinRow, Counts, FileState, ItemRow
from qa.text import matching_form
from qa.types import Bulletin, Item, Passage, StoredPassage


@dataclass(frozen=True, slots=True)
class Filtered:
    """What filters leave: an expression over the fields that units, passages and items share."""

    expression: str
    passages: int

    def __len__(self) -> int:
        return self.passages


class MilvusStore:
    """The bulletins of one generation (see `qa.backend.BulletinStore`). Safe to read from many threads."""

    def __init__(
        self, connection: Connection, head: Head, manifest: Manifest, statistics: Statistics
    ) -> None:
        self.identity = head.identity
        self.generation = manifest.generation
        self.manifest = manifest
        self.statistics = statistics
        self._connection = connection
        self._address = connection.address
        self._names: dict[int, str] = {}
        self._items: Remembered[tuple[str, str | None], tuple[str, ItemRecord]] = Remembered(2048)
        self._passages: Remembered[int, StoredPassage] = Remembered(8192)
        self._sources: Remembered[str, Bulletin] = Remembered(16)
        self._selected: Remembered[Filters, Filtered] = Remembered(32)
        self._listed: Remembered[int, list[BulletinRow]] = Remembered(1)

    def bulletins(self) -> list[BulletinRow]:
        """Return the bulletins by name."""
        return list(self._listed.of(0, self._list))

    def _list(self) -> list[BulletinRow]:
        owners = self._owners(self.manifest.names())
        self._names.update(owners)
        expression = f"kind == {int(Kind.CONTENT)} and {self.manifest.rows()}"
        rows = self._connection.scan(self._address.records, expression, ["key", "content", "part", "data"])
        found = []
        for group in by_key(rows).values():
            content = int(group[0]["content"])
            if content in owners:
                found.append(bulletin_row(owners[content], read(group)))
        return sorted(found, key=lambda row: row.name)

    def _owners(self, expression: str) -> dict[int, str]:
        """Return the name of each content; of several the first."""
        found: dict[int, str] = {}
        for row in self._connection.scan(
            self._address.records, expression, ["key", "content", "part", "data"]
        ):
            name, content = read([row]), int(row["content"])
            found[content] = min(name, found.get(content, name))
        return found

    def names_of(self, contents: Iterable[int]) -> dict[int, str]:
        """Return the bulletins that contents are, those left out that this generation doesn't have."""
        wanted = set(contents)
        for part in chunks(wanted - self._names.keys()):
            self._names.update(self._owners(f"{self.manifest.names()} and {within('content', part)}"))
        return {content: self._names[content] for content in wanted if content in self._names}

    def _content_of(self, bulletin: str) -> int:
        expression = f"{self.manifest.names()} and name == {hash_of('name', bulletin)}"
        for content, name in self._owners(expression).items():
            if name == bulletin:
                return content
        raise StoreError(
            f"there is no bulletin {bulletin!r} in the store {self._address.shown}: list them with `contents`"
        )

    def _item_records(self, expression: str) -> list[tuple[str, ItemRecord]]:
        """Return the items of this generation that satisfy an expression, with their bulletins, in order."""
        expression = f"kind == {int(Kind.ITEM)} and {self.manifest.rows()}{expression}"
        rows = self._connection.scan(
            self._address.records, expression, ["key", "content", "ordinal", "part", "data"]
        )
        records = [item_of(group[0], read(group)) for group in by_key(rows).values()]
        names = self.names_of(record.content for record in records)
        found = [(names[record.content], record) for record in records if record.content in names]
        return sorted(found, key=lambda entry: (entry[0], entry[1].ordinal))

    def items(self, bulletin: str | None = None) -> list[ItemRow]:
        """Return the items in corpus order, of one bulletin or of all."""
        chosen = "" if bulletin is None else f" and content == {self._content_of(bulletin)}"
        return [record.row(name) for name, record in self._item_records(chosen)]

    def _item(self, item_id: str, bulletin: str | None) -> tuple[str, ItemRecord]:
        def find() -> tuple[str, ItemRecord]:
            for name, record in self._item_records(f" and item == {hash_of('item', item_id)}"):
                if record.item.item_id == item_id and bulletin in {None, name}:
                    return name, record
            raise StoreError(
                f"there is no item {item_id!r} in the store {self._address.shown}: list them with `contents`"
            )

        return self._items.of((item_id, bulletin), find)

    def item(self, item_id: str, bulletin: str | None = None) -> Item:
        """Return an item whole; of several with one id (in two exports), the first or that of `bulletin`."""
        _, record = self._item(item_id, bulletin)
        stored = self.passages(range(record.first, record.first + record.count))
        passages = tuple(Passage(p.text, p.start, p.end, p.page, p.sentences) for p in stored)
        return replace(record.item, passages=passages)

    def bulletin_of(self, item_id: str) -> str:
        """Return the name of the bulletin that holds an item."""
        return self._item(item_id, None)[0]

    def source(self, bulletin: str) -> Bulletin:
        """Return a bulletin with its text, pages and marks, without its items (see `items`)."""

        def find() -> Bulletin:
            content = self._content_of(bulletin)
            expression = f"kind == {int(Kind.SOURCE)} and content == {content}"
            rows = list(self._connection.scan(self._address.records, expression, ["key", "part", "data"]))
            return source_of(bulletin, read(rows))

        return self._sources.of(bulletin, find)

    def passages(self, numbers: Sequence[int] | NDArray[np.int64]) -> list[StoredPassage]:
        """Return passages in the order asked. Raises StoreError for a number that isn't in this state."""
        wanted = [int(number) for number in numbers]
        found: dict[int, StoredPassage] = {}
        for number in wanted:
            known = self._passages.get(number)
            if known is not None:
                found[number] = known
        missing = sorted(set(wanted) - found.keys())
        names = self.names_of({number >> PLACE_BITS for number in missing})
        for part in chunks(missing):
            rows = self._connection.query(self._address.passages, within("number", part), ["number", "data"])
            for row in rows:
                number = int(row["number"])
                name = names.get(number >> PLACE_BITS)
                if name is not None:
                    data = str(row["data"]) or self._long(number)
                    found[number] = self._passages.put(number, passage_of(number, data, name))
        for number in wanted:
            if number not in found:
                raise StoreError(
                    f"passage {number} is not in this state of the store: open the library again"
                )
        return [found[number] for number in wanted]

    def _long(self, number: int) -> str:
        expression = f"kind == {int(Kind.LONG)} and ordinal == {number}"
        return read(self._connection.scan(self._address.records, expression, ["key", "part", "data"]))

    def passage_numbers(self, *, item_ids: Sequence[str]) -> NDArray[np.int64]:
        """Return the numbers of the passages of some items, in corpus order."""
        wanted = set(item_ids)
        if len(wanted) == 1:
            with_id = [self._item(item_ids[0], None)]
        else:
            keys = [hash_of("item", item_id) for item_id in wanted]
            with_id = self._item_records(f" and {within('item', keys)}")
        runs = [
            range(record.first, record.first + record.count)
            for _, record in with_id
            if record.item.item_id in wanted
        ]
        return np.array([number for run in runs for number in run], np.int64)

    def all_passage_numbers(self) -> NDArray[np.int64]:
        """Return the numbers of all passages in corpus order."""
        runs = [range(record.first, record.first + record.count) for _, record in self._item_records("")]
        return np.array([number for run in runs for number in run], np.int64)

    def select(self, filters: Filters) -> Filtered | None:
        """Return what filters leave, None when they ask nothing.

        Sections match in matching form, exactly or, where none does, as part of one another. `since` and
        `until` hold for the item's date or, lacking one, its bulletin's.
        """
        return self._selected.of(filters, lambda: self._select(filters)) if filters.anything else None

    def _select(self, filters: Filters) -> Filtered:
        conditions = []
        if filters.sections is not None:
            known = {matching_form(section) for section in self.statistics.sections} | {""}
            keys = [section_of(key) for key in section_keys(known, filters.sections)]
            conditions.append(within("section", keys) if keys else "section == 0")
        if filters.since is not None:
            conditions.append(f"day >= {day_of(filters.since)}")
        if filters.until is not None:
            conditions.append(f"day > 0 and day <= {day_of(filters.until)}")
        if filters.item_ids is not None:
            keys = [hash_of("item", item_id) for item_id in filters.item_ids]
            conditions.append(within("item", keys) if keys else "item == 0")
        if filters.bulletins is not None:
            hashes = [hash_of("name", name) for name in filters.bulletins]
            named = self._owners(f"{self.manifest.names()} and {within('name', hashes)}") if hashes else {}
            contents = [content for content, name in named.items() if name in filters.bulletins]
            conditions.append(within("content", contents) if contents else "content == -1")
        expression = " and ".join(conditions)
        passages = self._connection.count(self._address.passages, f"{self.manifest.rows()} and {expression}")
        return Filtered(expression, passages)

    def items_in(self, selection: Filtered | NDArray[np.int64]) -> frozenset[str]:
        """Return the ids of the items that hold the passages of a selection."""
        if not isinstance(selection, Filtered):
            return frozenset(passage.item_id for passage in self.passages(selection))
        found = self._item_records(f" and {selection.expression}")
        return frozenset(record.item.item_id for _, record in found if record.count)

    def sections(self) -> list[str]:
        """Return the names of the sections that hold items."""
        return list(self.statistics.sections)

    def newest_date(self) -> str | None:
        """Return the day of the newest bulletin (ISO), None when none is known."""
        return max(self.statistics.days, default=None)

    def counts(self) -> Counts:
        """Return how much the generation holds."""
        held = self.statistics
        return Counts(held.bulletins, held.items, held.passages, held.sentences, held.characters)

    def files(self) -> dict[str, FileState]:
        """Return what is known of each file that a folder brought, by name; as of now."""
        return files(self._connection.reading(STRONG))

    def close(self) -> None:
        """Nothing is held open: the connection belongs to the backend."""


def files(connection: Connection) -> dict[str, FileState]:
    """Return what is known of each file that a folder brought, by name."""
    rows = connection.scan(connection.address.records, f"kind == {int(Kind.FILE)}", ["key", "part", "data"])
    states = [json.loads(read(group)) for group in by_key(rows).values()]
    return {name: FileState(*values) for name, *values in sorted(states, key=lambda entry: str(entry[0]))}
