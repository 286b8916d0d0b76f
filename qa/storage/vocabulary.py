"""A sorted list of terms in two arrays, searched where it lies: opening it reads nothing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Vocabulary:
    """Terms sorted by their UTF-8 bytes (the order of code points), in one blob with offsets."""

    def __init__(self, blob: NDArray[np.uint8], offsets: NDArray[np.int64]) -> None:
        self._blob = blob
        self._offsets = offsets

    @staticmethod
    def arrays(terms: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return the blob and the offsets of sorted terms."""
        encoded = [term.encode("utf-8", "surrogatepass") for term in terms]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(term) for term in encoded], out=offsets[1:])
        return np.frombuffer(b"".join(encoded), np.uint8), offsets

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def _at(self, place: int) -> bytes:
        return self._blob[self._offsets[place] : self._offsets[place + 1]].tobytes()

    def find(self, term: str) -> int:
        """Return the place of a term, -1 when it isn't there."""
        wanted = term.encode("utf-8", "surrogatepass")
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._at(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self._at(low) == wanted else -1

    def all(self) -> list[str]:
        """Return all terms in order."""
        data = self._blob.tobytes()
        ends = self._offsets.tolist()
        return [data[start:end].decode("utf-8", "surrogatepass") for start, end in itertools.pairwise(ends)]
