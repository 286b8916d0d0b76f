"""The tables of the store, and how bulletins become rows and come back.

Contents are immutable and numbered; a row of `bulletins` says under which name and from which generation to
which one a content is visible. A reader that is pinned to a generation therefore sees the same bulletins
while a writer goes on. Every row carries a CRC-32 of what it holds: SQLite finds a broken page structure,
not a flipped byte inside a text, and a wrong byte must never become a quote.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from qa.storage.files import DamagedStoreError
from qa.types import Bulletin, DateMention, Enumeration, Item, Page, Passage, Sentence

APPLICATION_ID = 0x62756C71
SCHEMA_VERSION = 1

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    name TEXT PRIMARY KEY, digest TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    seen_ns INTEGER NOT NULL, kind TEXT NOT NULL, note TEXT NOT NULL,
    reader TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE contents (
    content INTEGER PRIMARY KEY, digest TEXT NOT NULL, format TEXT NOT NULL, title TEXT NOT NULL,
    issue TEXT NOT NULL, date TEXT, year INTEGER, source BLOB NOT NULL, layout BLOB NOT NULL,
    first_number INTEGER NOT NULL, passages INTEGER NOT NULL, items INTEGER NOT NULL,
    sentences INTEGER NOT NULL, characters INTEGER NOT NULL, crc INTEGER NOT NULL
);
CREATE TABLE bulletins (
    row INTEGER PRIMARY KEY, name TEXT NOT NULL, content INTEGER NOT NULL, added INTEGER NOT NULL,
    removed INTEGER, removed_at REAL
);
CREATE INDEX bulletins_name ON bulletins (name);
CREATE INDEX bulletins_content ON bulletins (content);
CREATE TABLE items (
    content INTEGER NOT NULL, ordinal INTEGER NOT NULL, item_id TEXT NOT NULL, title TEXT NOT NULL,
    section TEXT NOT NULL, section_key TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    page INTEGER NOT NULL, date TEXT, detail TEXT NOT NULL, first_number INTEGER NOT NULL,
    passages INTEGER NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (content, ordinal)
) WITHOUT ROWID;
CREATE INDEX items_id ON items (item_id);
CREATE INDEX items_section ON items (section_key);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, content INTEGER NOT NULL, item INTEGER NOT NULL, text TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, page INTEGER NOT NULL, sentences BLOB NOT NULL,
    crc INTEGER NOT NULL
);
"""

SIZES = """
CREATE INDEX IF NOT EXISTS contents_sizes
ON contents (content, first_number, passages, items, sentences, characters)
"""
"""Opening a store reads these of every content; in the table itself the whole source stands before them."""

ITEM_FIELDS = (
    "content, ordinal, item_id, title, section, start, end, page, date, detail, first_number, passages, crc"
)
PASSAGE_FIELDS = "number, content, item, text, start, end, page, sentences, crc"
_SENTENCE = struct.Struct("<5I")
_PACKED, _LITERAL = b"p", b"j"


def checksum(*values: object) -> int:
    """Return the CRC-32 of some values."""
    total = 0
    for value in values:
        part = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        total = zlib.crc32(part, zlib.crc32(b"%d:" % len(part), total))
    return total


def check(stored: int, what: str, *values: object) -> None:
    """Raise DamagedStoreError when `values` are not those that `stored` was computed from."""
    if stored != checksum(*values):
        raise DamagedStoreError(
            f"{what} is damaged in the index: run the command `bulletin-qa build` to repair it"
        )


def encode_sentences(text: str, sentences: Sequence[Sentence]) -> bytes:
    """Pack sentences as places in their passage; as JSON where one isn't a slice of it."""
    packed, place = [_PACKED], 0
    for sentence in sentences:
        found = text.find(sentence.text, place)
        if found < 0:
            rows = [[s.text, s.start, s.end, s.page] for s in sentences]
            return _LITERAL + json.dumps(rows, ensure_ascii=False).encode()
        place = found + len(sentence.text)
        packed.append(_SENTENCE.pack(sentence.start, sentence.end, sentence.page, found, place))
    return b"".join(packed)


def decode_sentences(text: str, packed: bytes) -> tuple[Sentence, ...]:
    """Undo `encode_sentences`."""
    if packed[:1] == _LITERAL:
        return tuple(Sentence(*row) for row in json.loads(packed[1:]))
    places = _SENTENCE.iter_unpack(packed[1:])
    return tuple(Sentence(text[first:last], start, end, page) for start, end, page, first, last in places)


def encode_layout(bulletin: Bulletin) -> bytes:
    """Pack what a bulletin knows of its pages, marks and sections."""
    layout = {
        "pages": [[page.number, page.start, page.end] for page in bulletin.pages],
        "marks": [list(mark) for mark in bulletin.marks],
        "sections": list(bulletin.sections),
    }
    return zlib.compress(json.dumps(layout, ensure_ascii=False).encode(), 6)


def decode_layout(packed: bytes) -> dict[str, Any]:
    """Undo `encode_layout` into the fields of a Bulletin."""
    try:
        layout = json.loads(zlib.decompress(packed))
    except (zlib.error, ValueError) as error:
        raise DamagedStoreError(
            "a bulletin is damaged in the index: run the command `bulletin-qa build`"
        ) from error
    return {
        "pages": tuple(Page(*page) for page in layout["pages"]),
        "marks": tuple((start, end) for start, end in layout["marks"]),
        "sections": tuple(layout["sections"]),
    }


def encode_detail(item: Item) -> str:
    """Pack an item's enumerations and dates."""
    lists = [[entry.lead, entry.points, entry.announced] for entry in item.enumerations]
    dates = [[d.text, d.start, d.end, d.first, d.last, d.precision] for d in item.dates]
    return json.dumps([lists, dates], ensure_ascii=False, separators=(",", ":"))


def decode_detail(packed: str) -> tuple[tuple[Enumeration, ...], tuple[DateMention, ...]]:
    """Undo `encode_detail`."""
    lists, dates = json.loads(packed)
    enumerations = tuple(
        Enumeration(
            lead=(lead[0], lead[1]) if lead else None,
            points=tuple((start, end) for start, end in points),
            announced=announced,
        )
        for lead, points, announced in lists
    )
    return enumerations, tuple(DateMention(*date) for date in dates)


def item_row(content: int, ordinal: int, item: Item, section_key: str, first_number: int) -> tuple[Any, ...]:
    """Return the values of a row of `items`, in the order of its columns."""
    detail = encode_detail(item)
    crc = checksum(item.item_id, item.title, item.section, item.start, item.end, item.page, item.date, detail)
    return (
        *(
            content,
            ordinal,
            item.item_id,
            item.title,
            item.section,
            section_key,
            item.start,
            item.end,
            item.page,
        ),
        *(item.date, detail, first_number, len(item.passages), crc),
    )


def check_item(row: Sequence[Any]) -> None:
    """Raise DamagedStoreError unless a row of `ITEM_FIELDS` is as it was written."""
    _, _, item_id, title, section, start, end, page, date, detail, _, _, crc = row
    check(crc, f"item {item_id!r}", item_id, title, section, start, end, page, date, detail)


def item_of(row: Sequence[Any], passages: tuple[Passage, ...]) -> Item:
    """Return the item of a row of `ITEM_FIELDS` with its passages."""
    check_item(row)
    _, _, item_id, title, section, start, end, page, date, detail, _, _, _ = row
    enumerations, dates = decode_detail(detail)
    return Item(item_id, title, section, start, end, page, date, passages, enumerations, dates)


def passage_row(number: int, content: int, ordinal: int, passage: Passage) -> tuple[Any, ...]:
    """Return the values of a row of `PASSAGE_FIELDS`."""
    packed = encode_sentences(passage.text, passage.sentences)
    crc = checksum(number, passage.text, passage.start, passage.end, passage.page, packed)
    return number, content, ordinal, passage.text, passage.start, passage.end, passage.page, packed, crc


def passage_of(row: Sequence[Any]) -> Passage:
    """Return the passage of a row of `PASSAGE_FIELDS`."""
    number, _, _, text, start, end, page, packed, crc = row
    check(crc, f"passage {number}", number, text, start, end, page, packed)
    return Passage(text, start, end, page, decode_sentences(text, packed))
