"""JSONL exports: one item a line, validated line by line."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from qa.errors import ReadingError
from qa.reading.decoding import clean, decode
from qa.reading.limits import Limits
from qa.types import ExportRecord, Page, SourceText

_LONGEST_ID = 200
_OPTIONAL = ("section", "date", "source")


def read_jsonl(data: bytes, name: str, limits: Limits) -> SourceText:
    """The items of an export as one text, title above text, with a record for each.

    Raises ReadingError with the number of the first line that doesn't follow
    `{"id": str, "title": str, "text": str, "section"?: str, "date"?: "YYYY-MM-DD", "source"?: str}`.
    """
    parts: list[str] = []
    records: list[ExportRecord] = []
    seen: dict[str, int] = {}
    place = 0
    for number, line in enumerate(decode(data, name).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{name}: line {number}"
        fields = _fields(line, where)
        if fields["id"] in seen:
            raise ReadingError(
                f"{where}: id {fields['id']!r} stands on line {seen[fields['id']]} too; make ids unique"
            )
        seen[fields["id"]] = number
        title = " ".join(clean(fields["title"], where).split())
        body = clean(fields["text"], where).replace("\f", "\n").strip("\n")
        if not title and not body.strip():
            raise ReadingError(f"{where}: title and text are both empty; remove the line")
        # An item that is only a title is found by it.
        start = place + len(title) + 1 if body.strip() else place
        text = f"{title}\n{body}" if body.strip() else title
        parts.append(text)
        records.append(
            ExportRecord(
                item_id=fields["id"],
                title=title,
                start=start,
                end=place + len(text),
                section=" ".join(clean(fields["section"], where).split()),
                date=fields["date"] or None,
                source=fields["source"],
            )
        )
        place += len(text) + 2
    if not records:
        raise ReadingError(f"{name}: no items in it; leave it out")
    whole = "\n\n".join(parts)
    return SourceText(name, whole, (Page(1, 0, len(whole)),), "", "jsonl", (), tuple(records))


def _fields(line: str, where: str) -> dict[str, str]:
    try:
        record: Any = json.loads(line)
    except RecursionError:
        raise ReadingError(f"{where}: nested too deeply; each line is one object of strings") from None
    except ValueError as error:
        raise ReadingError(f"{where}: not JSON ({str(error)[:80]}); each line is one object") from None
    if not isinstance(record, dict):
        raise ReadingError(f"{where}: {_kind(record)}, not an object; each line is one object")
    fields: dict[str, str] = {}
    for key in ("id", "title", "text", *_OPTIONAL):
        value = record.get(key)
        if value is None and key in _OPTIONAL:
            value = ""
        if not isinstance(value, str):
            problem = "is missing" if key not in record else f"is {_kind(value)}, not a string"
            raise ReadingError(f"{where}: {key!r} {problem}; each line needs id, title and text")
        fields[key] = value
    if not fields["id"].strip() or not fields["id"].isprintable() or len(fields["id"]) > _LONGEST_ID:
        raise ReadingError(f"{where}: 'id' must be 1 to {_LONGEST_ID} printable characters")
    if fields["date"] and not _is_day(fields["date"]):
        raise ReadingError(f"{where}: 'date' is {fields['date'][:30]!r}, not YYYY-MM-DD")
    return fields


def _kind(value: object) -> str:
    """What JSON calls a value."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return "a number"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else "a string"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
