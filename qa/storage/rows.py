"""What the store returns besides the types of the stages: small frozen records."""

from __future__ import annotations

from dataclasses import dataclass

from qa.types import DateMention

HOLDING = frozenset({"bulletin", "kept"})
"""Kinds of files whose content is in the store under their own name."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What is known of a file of the bulletins folder.

    `digest` is the SHA-256 of its bytes (hex), `seen_ns` when they were read and `reader` by which version of
    the code. `kind` is `bulletin` when its content is in the store under its name, `duplicate` when under
    the name in `note`, `skipped` when it is no bulletin, `unreadable` when the system would not give its
    bytes, `kept` when that happened later and its earlier content was kept; `note` holds the reason.
    """

    digest: str
    size: int
    mtime_ns: int
    seen_ns: int = 0
    kind: str = "bulletin"
    note: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class BulletinRow:
    """One bulletin and the size of what it holds; `characters` counts its source text."""

    name: str
    title: str
    issue: str
    date: str | None
    format: str
    items: int
    passages: int
    characters: int
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item without its passages."""

    item_id: str
    title: str
    section: str
    bulletin: str
    date: str | None
    page: int
    start: int
    end: int
    dates: tuple[DateMention, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a store holds."""

    bulletins: int
    items: int
    passages: int
    sentences: int
    characters: int
