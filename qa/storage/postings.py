"""Postings as plain arrays: which passages hold which term, and how often.

A posting list is a run of rows; a row is the place of a passage in the corpus, so that ties in a score
break by place in the corpus. All functions are pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.storage.vocabulary import Vocabulary

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Postings:
    """The rows and term frequencies of each term.

    The rows of the i-th term are `rows[offsets[i]:offsets[i+1]]`, ascending, and `counts` are their term
    frequencies. `numbers` and `lengths` hold the passage number and its length in tokens, by row.
    """

    vocabulary: Vocabulary
    offsets: Ints
    rows: NDArray[np.int32]
    counts: NDArray[np.uint16]
    numbers: Ints
    lengths: NDArray[np.int32]

    @classmethod
    def empty(cls) -> Postings:
        """Return the postings of no passages."""
        no = np.zeros(0, np.int64)
        return cls(
            Vocabulary.empty(),
            np.zeros(1, np.int64),
            no.astype(np.int32),
            no.astype(np.uint16),
            no,
            no.astype(np.int32),
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """Term frequencies of some passages as triples, sorted by passage, with the words in `vocabulary`."""

    numbers: Ints
    lengths: NDArray[np.int32]
    words: NDArray[np.int32]
    places: NDArray[np.int32]
    counts: NDArray[np.uint16]
    vocabulary: Sequence[str]


def count(documents: Iterable[tuple[int, Sequence[str]]], chunk: int = 20_000) -> Counted:
    """Count the tokens of (passage number, tokens) pairs."""
    vocabulary: dict[str, int] = {}
    numbers: list[int] = []
    lengths: list[int] = []
    parts: list[tuple[Ints, NDArray[np.uint16]]] = []
    words: list[int] = []
    pending: list[int] = []

    def flush() -> None:
        if not pending:
            return
        base = len(numbers) - len(pending)
        place = np.repeat(np.arange(base, base + len(pending), dtype=np.int64), pending)
        keys, counts = np.unique((place << 32) | np.array(words, np.int64), return_counts=True)
        parts.append((keys, np.minimum(counts, 65535).astype(np.uint16)))
        words.clear()
        pending.clear()

    for number, tokens in documents:
        numbers.append(number)
        lengths.append(len(tokens))
        pending.append(len(tokens))
        for token in tokens:
            words.append(vocabulary.setdefault(token, len(vocabulary)))
        if len(pending) >= chunk:
            flush()
    flush()
    keys = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.int64)
    counts = np.concatenate([part[1] for part in parts]) if parts else np.zeros(0, np.uint16)
    return Counted(
        np.array(numbers, np.int64), np.array(lengths, np.int32), (keys & 0xFFFFFFFF).astype(np.int32),
        (keys >> 32).astype(np.int32), counts, list(vocabulary),
    )  # fmt: skip


def merge(old: Postings, new: Counted, order: Ints) -> Postings:
    """Return the postings of exactly the passages `order`, in that order, out of old and new ones.

    Equal to counting all of them afresh: nothing of a passage that is gone remains in any statistic. Every
    number of `order` must be in `old` or `new`.
    """
    old_row = place_of(old.numbers, order)
    new_row = place_of(new.numbers, order)
    lengths = np.zeros(len(order), np.int32)
    lengths[old_row[old_row >= 0]] = np.asarray(old.lengths)[old_row >= 0]
    lengths[new_row] = new.lengths

    rows, held = old_row[np.asarray(old.rows)], np.asarray(old.counts)
    vocabulary, own, others = old.vocabulary.extended(new.vocabulary)
    terms = np.repeat(own, np.diff(old.offsets))
    kept = rows >= 0
    if not kept.all():
        rows, terms, held = rows[kept], terms[kept], held[kept]
    keys = np.concatenate([terms << 32 | rows, others[new.words] << 32 | new_row[new.places]])
    counts = np.concatenate([held, new.counts])
    # The old keys are one sorted run unless bulletins changed places, which a stable sort makes use of.
    by_key = np.argsort(keys, kind="stable")
    keys, counts = keys[by_key], counts[by_key]
    frequency = np.bincount(keys >> 32, minlength=len(vocabulary))
    present = frequency > 0
    offsets = np.concatenate([[0], np.cumsum(frequency[present])]).astype(np.int64)
    places = (keys & 0xFFFFFFFF).astype(np.int32)
    return Postings(vocabulary.kept(present), offsets, places, counts, order, lengths)


def place_of(numbers: Ints, order: Ints, by_number: Ints | None = None) -> Ints:
    """Return where each of `numbers` stands in `order`, -1 where it doesn't.

    `by_number` is argsort(order), where it is known.
    """
    found = np.full(len(numbers), -1, np.int64)
    if len(order) and len(numbers):
        by_number = np.argsort(order, kind="stable") if by_number is None else by_number
        slot = np.minimum(np.searchsorted(order, numbers, sorter=by_number), len(order) - 1)
        place = by_number[slot]
        hit = order[place] == numbers
        found[hit] = place[hit]
    return found
