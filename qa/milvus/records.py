"""Records: data of any length under a key, in as many rows as it takes, and what is kept that way."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from qa.milvus.connection import Row
from qa.milvus.schema import DATA_BYTES, Kind
from qa.storage.files import DamagedStoreError
from qa.storage.rows import BulletinRow, ItemRow
from qa.storage.schema import decode_detail, decode_layout, decode_sentences
from qa.types import Bulletin, Item, StoredPassage

BLANK: Row = {"section": 0, "item": 0, "day": 0, "vector": [0.0, 1.0]}
"""Fields that mean something in the records of items alone; Milvus wants each in every row."""
RECORD_FIELDS = ["key", "part", "kind", "content", "added", "removed", "name", "ordinal", "data"]
"""All others."""


def record(kind: Kind, *key: int, data: str = "", **fields: int) -> list[Row]:
    """Return the rows of one record; long data goes into several, with a checksum over all."""
    common: Row = {
        "kind": int(kind), "content": 0, "added": 0, "removed": 0, "name": 0, "ordinal": 0, **BLANK, **fields,
    }  # fmt: skip
    stem = ":".join(str(part) for part in (int(kind), *key))
    parts = _parts(f"{zlib.crc32(data.encode()):08x}{len(data):08x}{data}")
    return [
        {**common, "key": f"{stem}:{place}", "part": place, "data": part} for place, part in enumerate(parts)
    ]


def read(rows: Iterable[Row]) -> str:
    """Return the data of one record's rows. Raises DamagedStoreError when it is not what was written."""
    joined = "".join(str(row["data"]) for row in sorted(rows, key=lambda row: int(row["part"])))
    data = joined[16:]
    if joined[:16] != f"{zlib.crc32(data.encode()):08x}{len(data):08x}":
        raise DamagedStoreError(
            "a record in the store is incomplete: publish again, or put its bulletin again"
        )
    return data


def by_key(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Group the rows of records by record."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["key"]).rpartition(":")[0], []).append(row)
    return found


def passage_of(number: int, data: str, bulletin: str) -> StoredPassage:
    """Undo the packing of a passage."""
    item_id, title, section, date, start, end, page, packed, text = json.loads(data)
    sentences = decode_sentences(text, base64.b64decode(packed))
    return StoredPassage(
        number, item_id, title, section, bulletin, date, text, start, end, page, sentences
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item as its record has it; its passages are numbered from `first`, `count` of them."""

    item: Item
    content: int
    ordinal: int
    first: int
    count: int

    def row(self, bulletin: str) -> ItemRow:
        """Return it as the store lists it."""
        item = self.item
        return ItemRow(
            item.item_id, item.title, item.section, bulletin, item.date, item.page, item.start, item.end,
            item.dates,
        )  # fmt: skip


def item_of(row: Row, data: str) -> ItemRecord:
    """Undo the packing of an item, without its passages."""
    (item_id, title, section, start, end, page, date, detail), first, count = json.loads(data)
    enumerations, dates = decode_detail(detail)
    item = Item(item_id, title, section, start, end, page, date, (), enumerations, dates)
    return ItemRecord(item, int(row["content"]), int(row["ordinal"]), first, count)


def source_of(name: str, data: str) -> Bulletin:
    """Undo the packing of a bulletin, without its items."""
    digest, form, title, issue, date, year, layout, packed = json.loads(data)
    text = zlib.decompress(base64.b64decode(packed)).decode()
    fields = decode_layout(base64.b64decode(layout))
    return Bulletin(
        name=name, digest=digest, format=form, text=text, items=(), title=title, issue=issue, date=date,
        year=year, **fields,
    )  # fmt: skip


def bulletin_row(name: str, summary: str) -> BulletinRow:
    """Undo the packing of a content's summary."""
    _, title, issue, date, form, items, passages, characters, sections = json.loads(summary)
    return BulletinRow(name, title, issue, date, form, items, passages, characters, tuple(sections))


def _parts(data: str) -> list[str]:
    """Cut text into parts of at most DATA_BYTES bytes."""
    if len(data) * 4 <= DATA_BYTES or len(encoded := data.encode()) <= DATA_BYTES:
        return [data]
    parts, start = [], 0
    while start < len(encoded):
        end = min(start + DATA_BYTES, len(encoded))
        while end < len(encoded) and encoded[end] & 0xC0 == 0x80:
            end -= 1
        parts.append(encoded[start:end].decode())
        start = end
    return parts
