"""A sorted list of terms in two arrays, searched where it lies: opening it reads nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Vocabulary(Sequence[bytes]):
    """Terms sorted by their UTF-8 bytes (the order of code points), in one blob with offsets."""

    def __init__(self, blob: NDArray[np.uint8], offsets: Ints) -> None:
        self.blob = blob
        self.offsets = offsets

    @classmethod
    def empty(cls) -> Vocabulary:
        """Return a vocabulary without terms."""
        return cls(np.zeros(0, np.uint8), np.zeros(1, np.int64))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, place: int) -> bytes:  # type: ignore[override]
        return self.blob[self.offsets[place] : self.offsets[place + 1]].tobytes()

    def find(self, term: str) -> int:
        """Return the place of a term, -1 when it isn't there."""
        wanted = encoded(term)
        place = bisect_left(self, wanted)
        return place if place < len(self) and self[place] == wanted else -1

    def extended(self, terms: Sequence[str]) -> tuple[Vocabulary, Ints, Ints]:
        """Return this vocabulary with distinct `terms` added, and where its own and the others stand in it.

        What is already there is copied, not decoded: a library knows nearly every word of a new bulletin.

        >>> whole, own, others = Vocabulary.empty().extended(["b"])[0].extended(["c", "b", "a"])
        >>> [term.decode() for term in whole], own.tolist(), others.tolist()
        (['a', 'b', 'c'], [1], [2, 1, 0])
        """
        # Looking a few up where they lie is faster than reading all; reading all is faster for many.
        held: Sequence[bytes] = [*self] if 20 * len(terms) > len(self) else self
        wanted = [encoded(term) for term in terms]
        slots = [bisect_left(held, term) for term in wanted]
        fresh = [
            place for place, slot in enumerate(slots) if slot == len(held) or held[slot] != wanted[place]
        ]
        fresh.sort(key=wanted.__getitem__)
        inserted = np.array([slots[place] for place in fresh], np.int64)
        own = np.arange(len(self)) + np.searchsorted(inserted, np.arange(len(self)), side="right")
        others = np.zeros(len(terms), np.int64)
        known = np.ones(len(terms), np.bool_)
        known[fresh] = False
        if len(self):
            others[known] = own[np.array(slots, np.int64)[known]]
        others[fresh] = inserted + np.arange(len(fresh))
        lengths = np.zeros(len(self) + len(fresh), np.int64)
        lengths[own] = np.diff(self.offsets)
        lengths[others[fresh]] = [len(wanted[place]) for place in fresh]
        data, pieces, before = self.blob.tobytes(), list[bytes](), 0
        for place, end in zip(fresh, self.offsets[inserted].tolist(), strict=True):
            pieces += (data[before:end], wanted[place])
            before = end
        blob = np.frombuffer(b"".join([*pieces, data[before:]]), np.uint8)
        return Vocabulary(blob, np.concatenate([[0], np.cumsum(lengths)])), own, others

    def kept(self, mask: NDArray[np.bool_]) -> Vocabulary:
        """Return the vocabulary of the terms that `mask` marks."""
        if mask.all():
            return self
        lengths = np.diff(self.offsets)
        return Vocabulary(
            self.blob[np.repeat(mask, lengths)], np.concatenate([[0], np.cumsum(lengths[mask])])
        )


def encoded(term: str) -> bytes:
    """Return the bytes that a term is sorted by."""
    return term.encode("utf-8", "surrogatepass")
