"""What a content adds to the counts of the collection, and the sum of all: exact, at every generation.

Each content carries its own counts; publishing adds those of what is new and takes off those of what is gone.
Readers load the sum, so that an idf costs no question to the server, and all of one generation see the same.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

_TOTALS = ("bulletins", "items", "passages", "sentences", "characters", "length")


@dataclass(frozen=True, slots=True)
class Statistics:
    """Totals, `length` being that of all passages in tokens, and three tables of counts.

    `terms` (ascending, see `keys.term_of`) stand in `frequencies` passages each; `sections` counts the items
    of each section and `days` the bulletins of each day: their own or, lacking it, that of their newest item.
    """

    bulletins: int = 0
    items: int = 0
    passages: int = 0
    sentences: int = 0
    characters: int = 0
    length: int = 0
    terms: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    frequencies: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    sections: dict[str, int] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)

    @property
    def mean_length(self) -> float:
        """The mean length of a passage in tokens, 0 when there is none."""
        return self.length / self.passages if self.passages else 0.0

    def frequency(self, term: int) -> int:
        """Return in how many passages a term stands."""
        place = int(np.searchsorted(self.terms, np.uint32(term)))
        return int(self.frequencies[place]) if place < len(self.terms) and self.terms[place] == term else 0

    def encode(self) -> str:
        """Pack it as text."""
        packed: dict[str, object] = {name: getattr(self, name) for name in _TOTALS}
        packed |= {"sections": self.sections, "days": self.days}
        packed["terms"] = _pack(self.terms.astype("<u4"))
        packed["frequencies"] = _pack(self.frequencies.astype("<i8"))
        return json.dumps(packed, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def decode(cls, packed: str) -> Statistics:
        """Undo `encode`. Raises ValueError or KeyError for anything else."""
        held = json.loads(packed)
        held["terms"] = np.frombuffer(_unpack(held["terms"]), "<u4")
        held["frequencies"] = np.frombuffer(_unpack(held["frequencies"]), "<i8")
        return cls(**{one.name: held[one.name] for one in fields(cls)})


def total(parts: list[tuple[int, Statistics]]) -> Statistics:
    """Return the sum of statistics, each times its sign (1 or -1).

    >>> total([(1, Statistics(items=3)), (-1, Statistics(items=1))]).items
    2
    """
    sums = {name: sum(sign * getattr(part, name) for sign, part in parts) for name in _TOTALS}
    tables: dict[str, dict[str, int]] = {"sections": {}, "days": {}}
    for name, table in tables.items():
        for sign, part in parts:
            for key, count in getattr(part, name).items():
                table[key] = table.get(key, 0) + sign * count
        tables[name] = {key: count for key, count in table.items() if count > 0}
    none = [np.zeros(0, np.uint32)]
    terms, places = np.unique(np.concatenate([part.terms for _, part in parts] or none), return_inverse=True)
    frequencies = np.zeros(len(terms), np.int64)
    signed = [sign * part.frequencies for sign, part in parts]
    np.add.at(frequencies, places, np.concatenate(signed or [np.zeros(0, np.int64)]))
    kept = frequencies > 0
    return Statistics(
        **sums,
        terms=terms[kept],
        frequencies=frequencies[kept],
        sections=tables["sections"],
        days=tables["days"],
    )


def _pack(array: NDArray[np.generic]) -> str:
    return base64.b64encode(zlib.compress(array.tobytes(), 6)).decode()


def _unpack(packed: str) -> bytes:
    return zlib.decompress(base64.b64decode(packed))
