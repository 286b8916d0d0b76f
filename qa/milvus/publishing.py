"""Publishing: from what was put and removed to a new generation, at the cost of what changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from qa.milvus.connection import Connection, Row
from qa.milvus.keys import within
from qa.milvus.manifest import (
    Head,
    Manifest,
    forget_manifests,
    now,
    read_manifest,
    write_head,
    write_manifest,
)
from qa.milvus.records import BLANK, RECORD_FIELDS, by_key, read
from qa.milvus.schema import LIVE, PENDING, Kind
from qa.milvus.statistics import Statistics, total

GRACE = 3600
"""Seconds for which what is no longer visible stays for readers of an older generation."""
MOST_HIDDEN = 5000
"""Contents that a manifest hides; of more the oldest are deleted before their time."""
BEGUN, WHOLE, DOOMED = 0, 1, 2
"""States of a content's record, in its field `removed`."""
_CHUNK = 200


def publish(connection: Connection, head: Head) -> Head:
    """Make a generation of what changed since that of `head`; without changes return the head as it is."""
    number = head.collecting
    head = replace(head, collecting=number + 1)
    write_head(connection, head)
    before, counts = read_manifest(connection, head.generation)
    changed = _changed_names(connection, head.generation)
    begun = _begun(connection, before.through, number)
    states = _states(connection, {int(row["content"]) for row in changed})
    # A name whose content was deleted under it waits until the content is put again.
    changed = [row for row in changed if states.get(int(row["content"])) == WHOLE or _gone(row)]
    if not changed:
        _purge(connection, dict(before.hidden), number)
        return head
    _stamp(connection, changed, head.generation, number)
    contents = {int(row["content"]) for row in changed}
    were, are = set[int](), set[int]()
    for row in _names_of(connection, contents):
        added, removed, content = (int(row[field]) for field in ("added", "removed", "content"))
        if added <= head.generation < removed:
            were.add(content)
        if added <= number < removed:
            are.add(content)
    counts = _counted(connection, counts, are - were, were - are)
    hidden = {content: since for content, since in before.hidden.items() if content not in are}
    hidden |= {content: since for content, since in begun.items() if content not in are}
    hidden |= dict.fromkeys(were - are, now())
    hidden = _purge(connection, hidden, number)
    address = connection.address
    connection.settle([address.units, address.passages, address.records])
    write_manifest(connection, Manifest(number, number, hidden), counts)
    older, head = head.generation, replace(head, generation=number)
    write_head(connection, head)
    forget_manifests(connection, older)
    return head


def unpublished(connection: Connection, generation: int) -> int:
    """Return how many names were put or removed since a generation."""
    return connection.count(connection.address.records, _since(generation))


def _since(generation: int) -> str:
    """Return the expression for names put or removed since a generation, by a broken off publishing too."""
    later = f"added > {generation} or (removed > {generation} and removed < {LIVE})"
    return f"kind == {int(Kind.NAME)} and ({later})"


def _changed_names(connection: Connection, generation: int) -> list[Row]:
    return list(connection.scan(connection.address.records, _since(generation), RECORD_FIELDS))


def _gone(row: Row) -> bool:
    return int(row["removed"]) < LIVE


def _names_of(connection: Connection, contents: Iterable[int]) -> Iterator[Row]:
    for part in chunks(contents):
        expression = f"kind == {int(Kind.NAME)} and {within('content', part)}"
        yield from connection.scan(
            connection.address.records, expression, ["key", "content", "added", "removed"]
        )


def _begun(connection: Connection, after: int, through: int) -> dict[int, int]:
    """Return the contents begun since, whole or not, and when."""
    expression = f"kind == {int(Kind.CONTENT)} and part == 0 and added > {after} and added <= {through}"
    rows = connection.scan(connection.address.records, expression, ["key", "content", "ordinal"])
    return {int(row["content"]): int(row["ordinal"]) for row in rows}


def _states(connection: Connection, contents: Collection[int]) -> dict[int, int]:
    found = {}
    for part in chunks(contents):
        expression = f"kind == {int(Kind.CONTENT)} and part == 0 and {within('content', part)}"
        rows = connection.scan(connection.address.records, expression, ["key", "content", "removed"])
        found.update({int(row["content"]): int(row["removed"]) for row in rows})
    return found


def _stamp(connection: Connection, changed: list[Row], generation: int, number: int) -> None:
    """Give the names their generation. Of several put under one name at once the last one stays."""
    latest: dict[int, Row] = {}
    for row in sorted(changed, key=lambda row: int(row["ordinal"])):
        if not _gone(row):
            latest[int(row["name"])] = row
    for row in changed:
        if int(row["added"]) > generation:
            row["added"] = number
        loses = not _gone(row) and latest[int(row["name"])]["content"] != row["content"]
        if generation < int(row["removed"]) < LIVE or loses:
            row["removed"] = number
        row.update(BLANK)
    connection.upsert(connection.address.records, changed)


def _counted(
    connection: Connection, counts: Statistics, new: Collection[int], gone: Collection[int]
) -> Statistics:
    for sign, contents in ((1, new), (-1, gone)):
        for part in chunks(contents):
            expression = f"kind == {int(Kind.WORDS)} and {within('content', part)}"
            rows = list(connection.scan(connection.address.records, expression, ["key", "part", "data"]))
            held = [Statistics.decode(read(group)) for group in by_key(rows).values()]
            counts = total([(1, counts), *((sign, own) for own in held)])
    return counts


def _purge(connection: Connection, hidden: dict[int, int], number: int) -> dict[int, int]:
    """Delete contents hidden for long; return those that stay hidden."""
    oldest = sorted(hidden, key=lambda content: (hidden[content], content))
    excess = max(0, len(hidden) - MOST_HIDDEN)
    due = [content for place, content in enumerate(oldest) if place < excess or _expired(hidden[content])]
    address = connection.address
    for part in chunks(due):
        spared = _doom(connection, part)
        gone = [content for content in part if content not in spared]
        if not gone:
            continue
        # A writer that began one anew meanwhile gave its rows a later number.
        expression = f"{within('content', gone)} and added <= {number}"
        for collection in (address.records, address.units, address.passages):
            connection.delete(collection, expression)
        hidden = {content: since for content, since in hidden.items() if content not in gone}
    return hidden


def _expired(since: int) -> bool:
    return since < now() - GRACE


def _doom(connection: Connection, contents: list[int]) -> set[int]:
    """Mark contents as about to be deleted, and return those that were named again meanwhile."""
    records = connection.address.records
    expression = f"kind == {int(Kind.CONTENT)} and part == 0 and {within('content', contents)}"
    rows = connection.query(records, expression, RECORD_FIELDS)
    connection.upsert(records, [{**row, **BLANK, "removed": DOOMED} for row in rows], size=8192)
    pending = f"kind == {int(Kind.NAME)} and added == {PENDING} and {within('content', contents)}"
    named = {int(row["content"]) for row in connection.scan(records, pending, ["key", "content"])}
    spared = [{**row, **BLANK} for row in rows if int(row["content"]) in named]
    connection.upsert(records, spared, size=8192)
    return named


def chunks(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Yield numbers in order, a few hundred at a time."""
    ordered = sorted(numbers)
    for first in range(0, len(ordered), _CHUNK):
        yield ordered[first : first + _CHUNK]
