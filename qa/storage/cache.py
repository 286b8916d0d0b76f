"""Vectors that were computed once: rows by the digest of their text, kept for one model.

Three files that only grow: the rows (float16), their keys (the first 16 bytes of the SHA-256 of the text)
and a log of checkpoints. A checkpoint is written after the rows that it covers are on the disk, with their
CRC-32; what follows the last one, left by a killed writer, does not count. float16 halves the space and
changes a cosine by less than 0.001.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.storage.files import CHECKED_WHOLE, DamagedError, explain, map_array, write_durably

ROWS, KEYS, LOG, ABOUT = "rows.f16", "keys.bin", "log.bin", "model.json"
KEY = 16
_RECORD = struct.Struct("<QI")
_SEALED = struct.Struct("<QII")

Half = NDArray[np.float16]


def widened(half: Half) -> NDArray[np.float32]:
    """Return float16 rows as float32, seven times as fast as numpy's own cast; only for finite values.

    The bits move to where float32 has them, and a multiplication mends the exponent, subnormals included.
    """
    bits = half.view(np.int16).astype(np.int32)
    bits <<= 13
    # The shift smeared the sign over the three bits below it.
    bits &= np.int32(0x8FFFE000 - (1 << 32))
    rows = bits.view(np.float32)
    rows *= np.float32(2.0**112)
    return rows


def key_of(text: str) -> bytes:
    """Return the key of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY]


class EmbeddingCache:
    """The rows of one model; a writer appends (under the writer's lock), readers see what is sealed."""

    def __init__(self, folder: Path, dimension: int, ends: list[int], sums: list[int]) -> None:
        self._folder = folder
        self.dimension = dimension
        self._ends = ends
        self._sums = sums
        self._lost: list[tuple[int, int]] = []
        self._find: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]] | None = None
        self._map()

    @classmethod
    def open(
        cls, folder: Path, fingerprint: str, dimension: int, *, thorough: bool = False
    ) -> EmbeddingCache:
        """Open what there is; blocks whose checksum fails are lost, not trusted (`lost`)."""
        ends, sums = _read_log(folder / LOG)
        try:
            about = json.loads((folder / ABOUT).read_bytes())
            if about["fingerprint"] != fingerprint or about["dimension"] != dimension:
                ends, sums = [], []
            stored = min(
                (folder / ROWS).stat().st_size // (2 * dimension), (folder / KEYS).stat().st_size // KEY
            )
        except (OSError, ValueError, KeyError, TypeError):
            ends, sums, stored = [], [], 0
        while ends and ends[-1] > stored:
            ends.pop()
            sums.pop()
        cache = cls(folder, dimension, ends, sums)
        cache._verify(thorough)
        return cache

    def _map(self) -> None:
        count = self._ends[-1] if self._ends else 0
        self.rows: Half = map_array(self._folder / ROWS, "<f2", (count, self.dimension))
        self.keys: NDArray[np.uint64] = map_array(self._folder / KEYS, "<u8", (count, 2))

    def _verify(self, thorough: bool) -> None:
        blocks = list(zip([0, *self._ends], self._ends, self._sums, strict=False))
        if not thorough and self.rows.nbytes > CHECKED_WHOLE:
            blocks = blocks[:: max(1, len(blocks) // 64)]
        for start, end, expected in blocks:
            if _sum(self.rows[start:end], self.keys[start:end]) != expected:
                self._lost.append((start, end))

    def __len__(self) -> int:
        return len(self.rows)

    def require(self, rows: NDArray[np.int32]) -> None:
        """Raise DamagedError when one of the rows (ascending) is missing or lost."""
        if len(rows) and rows[-1] >= len(self):
            raise DamagedError(f"{self._folder} lacks vectors: they will be computed again")
        for start, end in self._lost:
            if np.searchsorted(rows, start) < np.searchsorted(rows, end):
                raise DamagedError(f"{self._folder} has scrambled vectors: they will be computed again")

    def find(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the row of each key (n, 2), -1 where there is none."""
        found = np.full(len(keys), -1, np.int64)
        if self._find is None:
            usable = np.ones(len(self), np.bool_)
            for start, end in self._lost:
                usable[start:end] = False
            rows = np.flatnonzero(usable)
            order = rows[np.argsort(self.keys[rows, 0], kind="stable")]
            self._find = self.keys[order, 0], self.keys[order, 1], order
        high, low, order = self._find
        if len(order) and len(keys):
            slot = np.minimum(np.searchsorted(high, keys[:, 0]), len(order) - 1)
            hit = (high[slot] == keys[:, 0]) & (low[slot] == keys[:, 1])
            found[hit] = order[slot[hit]]
        return found

    def start_writing(self, fingerprint: str, name: str) -> None:
        """Cut off what a killed writer left behind the last checkpoint and name the model."""
        with explain(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            about: dict[str, Any] = {"fingerprint": fingerprint, "dimension": self.dimension, "name": name}
            wanted = json.dumps(about, ensure_ascii=False).encode()
            path = self._folder / ABOUT
            if not path.exists() or path.read_bytes() != wanted:
                write_durably(path, wanted)
            count = len(self)
            for file, size in ((ROWS, 2 * self.dimension), (KEYS, KEY), (LOG, _SEALED.size)):
                path = self._folder / file
                length = (len(self._ends) if file == LOG else count) * size
                with path.open("ab") as stream:
                    if stream.tell() != length:
                        stream.truncate(length)

    def append(self, keys: Sequence[bytes], rows: NDArray[np.float32]) -> None:
        """Add rows (n, d) and seal them: afterwards they survive a kill."""
        half = np.ascontiguousarray(rows, dtype="<f2")
        packed = np.frombuffer(b"".join(keys), "<u8").reshape(-1, 2)
        with explain(self._folder):
            for file, data in ((ROWS, half), (KEYS, packed)):
                with (self._folder / file).open("ab") as stream:
                    stream.write(data.tobytes())
                    stream.flush()
                    os.fsync(stream.fileno())
            end, total = len(self) + len(half), _sum(half, packed)
            record = _RECORD.pack(end, total)
            with (self._folder / LOG).open("ab") as stream:
                stream.write(record + struct.pack("<I", zlib.crc32(record)))
                stream.flush()
                os.fsync(stream.fileno())
        self._ends.append(end)
        self._sums.append(total)
        self._find = None
        self._map()


def _sum(rows: NDArray[Any], keys: NDArray[Any]) -> int:
    return zlib.crc32(np.ascontiguousarray(keys).data, zlib.crc32(np.ascontiguousarray(rows).data))


def _read_log(path: Path) -> tuple[list[int], list[int]]:
    try:
        data = path.read_bytes()
    except OSError:
        return [], []
    ends: list[int] = []
    sums: list[int] = []
    for place in range(0, len(data) - _SEALED.size + 1, _SEALED.size):
        end, total, seal = _SEALED.unpack_from(data, place)
        if seal != zlib.crc32(data[place : place + _RECORD.size]) or end <= (ends[-1] if ends else 0):
            break
        ends.append(end)
        sums.append(total)
    return ends, sums
