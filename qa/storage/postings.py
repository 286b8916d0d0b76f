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
    stays = old_row >= 0
    lengths = np.zeros(len(order), np.int32)
    lengths[old_row[stays]] = np.asarray(old.lengths)[stays]
    lengths[new_row] = new.lengths

    rows, counts, offsets = (
        old_row.astype(np.int32)[np.asarray(old.rows)],
        np.asarray(old.counts),
        old.offsets,
    )
    if not stays.all():
        kept = rows >= 0
        offsets = np.concatenate([[0], np.cumsum(kept)])[np.asarray(offsets)]
        rows, counts = rows[kept], counts[kept]
    vocabulary, own, others = old.vocabulary.extended(new.vocabulary)
    frequency = np.zeros(len(vocabulary), np.int64)
    frequency[own] = np.diff(offsets)

    terms, places = others[new.words], new_row[new.places]
    by_key = np.argsort(terms << 32 | places, kind="stable")
    terms, added, more = terms[by_key], places[by_key].astype(np.int32), new.counts[by_key]
    if not len(rows):
        rows, counts = added, more
    elif (np.diff(old_row[stays]) > 0).all():
        # No bulletin changed places: each list is in order still, and the few new rows go between.
        ends = np.cumsum(frequency)
        at = _slots(rows, (ends - frequency)[terms], ends[terms], added)
        rows, counts = np.insert(rows, at, added), np.insert(counts, at, more)
    else:
        keys = np.concatenate(
            [np.repeat(np.arange(len(frequency)), frequency) << 32 | rows, terms << 32 | added]
        )
        by_key = np.argsort(keys, kind="stable")
        rows, counts = (keys[by_key] & 0xFFFFFFFF).astype(np.int32), np.concatenate([counts, more])[by_key]
    frequency += np.bincount(terms, minlength=len(frequency))
    present = frequency > 0
    offsets = np.concatenate([[0], np.cumsum(frequency[present])]).astype(np.int64)
    return Postings(vocabulary.kept(present), offsets, rows, counts, order, lengths)


def _slots(rows: NDArray[np.int32], first: Ints, last: Ints, values: NDArray[np.int32]) -> Ints:
    """Return where each of `values` belongs in its ascending run `rows[first:last]`.

    >>> rows = np.array([3, 5, 1, 2, 9], np.int32)
    >>> _slots(rows, np.array([0, 2, 2]), np.array([2, 5, 5]), np.array([4, 0, 10], np.int32)).tolist()
    [1, 2, 5]
    """
    low, high = first.copy(), last.copy()
    while (open_ := low < high).any():
        middle = (low + high) // 2
        less = open_ & (rows[np.minimum(middle, len(rows) - 1)] < values)
        low = np.where(less, middle + 1, low)
        high = np.where(open_ & ~less, middle, high)
    return low


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
