"""Numbers made from content: the same bulletin gets the same ones from every worker, at every repeat.

Names, item ids and sections stand in filter expressions as such numbers alone. No text of a document or of a
user ever becomes part of an expression, so there is nothing to escape.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from qa.text import matching_form

PLACE_BITS = 18
"""A bulletin holds fewer than 2**18 passages: more than a file of the largest size read can hold in prose."""
MOST_PASSAGES = 1 << PLACE_BITS
_TERMS = (1 << 32) - 3


def hash_of(*parts: object) -> int:
    """Return 63 bits of the SHA-256 of some values: two of 20 million collide with odds of 1 in 46,000."""
    total = hashlib.sha256()
    for part in parts:
        data = str(part).encode("utf-8", "surrogatepass")
        total.update(b"%d:" % len(data) + data)
    return int.from_bytes(total.digest()[:8], "big") >> 1


def content_of(digest: str) -> int:
    """Return the number of a content (45 bits of its digest); `put` finds out if two ever share one."""
    return int(digest[:16], 16) >> (64 - 63 + PLACE_BITS)


def first_number(content: int) -> int:
    """Return the number of a content's first passage; the others follow."""
    return content << PLACE_BITS


def term_of(token: str) -> int:
    """Return a token's dimension, 1 … 2**32 - 3: of 100,000 words about one pair shares one."""
    data = token.encode("utf-8", "surrogatepass")
    return 1 + int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") % _TERMS


def text_of(text: str) -> int:
    """Return the number of a text that is embedded."""
    return hash_of("text", text)


def section_of(section: str) -> int:
    """Return a section's number, the same for spellings that match."""
    return hash_of("section", matching_form(section))


def day_of(date: str | None) -> int:
    """Return a day as a number that sorts, 0 for none: `day_of("2020-12-30")` is 20201230."""
    return int(date.replace("-", "")) if date else 0


def within(field: str, values: Iterable[int] | NDArray[np.int64], *, outside: bool = False) -> str:
    """Return the expression that a field is one of some numbers (or none of them).

    >>> within("content", [3, 5])
    'content in [3, 5]'
    """
    listed = ", ".join(str(int(value)) for value in values)
    return f"{field} {'not in' if outside else 'in'} [{listed}]"
