"""Which texts are embedded, and where each vector stands: the units of passages.

A unit is a sentence, two neighbouring sentences of one passage, or an item's title, which stands for the
item's first passage with sentences -1 … -1.

Pairs find what is said across a full stop, most of all when a question shares no word with the text: of the
paraphrases of our tuning set 88 % find their item first with all pairs, 83 % with those of up to 90
characters, 80 % with none; a pair's vector made of those of its sentences finds 81 %. But pairs are two
thirds of the work of embedding. So a large library keeps the short ones alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.storage.postings import place_of
from qa.storage.tables import expand
from qa.types import Sentence, StoredPassage

TITLE = -1
LARGE = 20_000
"""Passages up to which all pairs are embedded: about five thousand news items, ten minutes on two cores."""
SHORT_PAIR = 64
"""Characters that a pair may have in a larger library."""


@dataclass(frozen=True, slots=True)
class UnitHit:
    """A unit found: sentences `first`..`last` of passage number `passage`; its cosine is `score`."""

    passage: int
    first: int
    last: int
    score: float


def longest_pair(passages: int) -> int | None:
    """Return the characters that a pair may have in a library of so many passages, None for any number."""
    return None if passages <= LARGE else SHORT_PAIR


def units_of(
    passage: StoredPassage, title: str | None, longest: int | None = None
) -> Iterator[tuple[int, int, str]]:
    """Yield (first, last, text) of each unit, without pairs of more than `longest` characters.

    `title` is given with the first passage of an item.
    """
    if title:
        yield TITLE, TITLE, title
    sentences = passage.sentences
    for place, sentence in enumerate(sentences):
        yield place, place, sentence.text
        if place + 1 < len(sentences):
            pair = joined(sentence, sentences[place + 1])
            if longest is None or len(pair) <= longest:
                yield place, place + 1, pair


def joined(first: Sentence, second: Sentence) -> str:
    """Return two sentences as one text, with a space between where both are in Latin letters."""
    space = " " if first.text[-1:].isascii() and second.text[:1].isascii() else ""
    return first.text + space + second.text


@dataclass(frozen=True, slots=True)
class Units:
    """Units in columns; `rows` are the places of their vectors in the cache."""

    numbers: NDArray[np.int64]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    rows: NDArray[np.int32]

    @classmethod
    def empty(cls) -> Units:
        """Return no units."""
        no = np.zeros(0, np.int32)
        return cls(no.astype(np.int64), no, no, no)


@dataclass(frozen=True, slots=True)
class UnitTable:
    """Units by vector: those of `rows[i]` are `offsets[i]:offsets[i+1]`, in corpus order.

    `order` holds the passage numbers in corpus order and `places` index it; the units of the passage at place
    p are `by_place[starts[p]:starts[p+1]]`.
    """

    order: NDArray[np.int64]
    rows: NDArray[np.int32]
    offsets: NDArray[np.int64]
    places: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    by_place: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def build(cls, units: Units, order: NDArray[np.int64]) -> UnitTable:
        """Arrange the units of the passages `order`, each passage's in order; units of others are dropped."""
        places = place_of(units.numbers, order)
        kept = places >= 0
        places, first, last, rows = places[kept], units.first[kept], units.last[kept], units.rows[kept]
        # Those of one passage come in order, and what an update keeps is sorted already: a stable sort of one
        # key finds that out as it goes.
        arranged = np.argsort(rows.astype(np.int64) << 32 | places, kind="stable")
        distinct, starts = np.unique(rows[arranged], return_index=True)
        offsets = np.append(starts, len(arranged)).astype(np.int64)
        standing = places[arranged].astype(np.int32)
        by_place = np.argsort(standing, kind="stable").astype(np.int32)
        starts = np.concatenate([[0], np.cumsum(np.bincount(standing, minlength=len(order)))]).astype(
            np.int64
        )
        distinct = distinct.astype(np.int32)
        return cls(order, distinct, offsets, standing, first[arranged], last[arranged], by_place, starts)

    @classmethod
    def load(cls, arrays: Mapping[str, NDArray[Any]]) -> UnitTable:
        """Undo `arrays`."""
        return cls(*(arrays[field.name] for field in fields(cls)))

    def units(self) -> Units:
        """Undo `build`."""
        rows = np.repeat(self.rows, np.diff(self.offsets))
        return Units(self.order[self.places], np.asarray(self.first), np.asarray(self.last), rows)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def vectors_of(self, chosen: NDArray[np.int64], mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the places in `rows` of the vectors that have a unit in one of the `chosen` passages.

        `chosen` are places of passages, `mask` marks the same ones among all.
        """
        if not len(self.rows) or not len(chosen):
            return np.zeros(0, np.int64)
        if 20 * len(chosen) < len(self.order):
            starts = self.starts[chosen]
            units = self.by_place[expand(starts, self.starts[chosen + 1] - starts)]
            return np.unique(np.searchsorted(self.offsets, units, side="right") - 1)
        counts = np.add.reduceat(mask[self.places].astype(np.int32), self.offsets[:-1])
        return np.flatnonzero(counts)

    def hits(
        self, found: NDArray[np.int64], scores: NDArray[np.float32], k: int, mask: NDArray[np.bool_] | None
    ) -> list[UnitHit]:
        """Return the k best units of the vectors at `found` (places in `rows`), ties by corpus order."""
        starts = self.offsets[found]
        counts = self.offsets[found + 1] - starts
        units = expand(starts, counts)
        cosines = np.repeat(scores, counts)
        passages = self.places[units]
        if mask is not None:
            kept = mask[passages]
            units, cosines, passages = units[kept], cosines[kept], passages[kept]
        first, last = self.first[units], self.last[units]
        best = np.lexsort((last, first, passages, -cosines))[:k]
        columns = (self.order[passages[best]], first[best], last[best], cosines[best])
        return [UnitHit(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]
