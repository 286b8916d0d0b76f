"""How large a source may be: bounds that keep one file from taking the machine down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file: bytes on disk and once unpacked, characters of text and of a line, pages.

    `recognised_pages` bounds the pages read by character recognition, which take seconds each.
    """

    file_bytes: int = 50_000_000
    unpacked_bytes: int = 400_000_000
    characters: int = 20_000_000
    line_characters: int = 1_000_000
    pages: int = 20_000
    recognised_pages: int = 100


DEFAULT_LIMITS = Limits()
