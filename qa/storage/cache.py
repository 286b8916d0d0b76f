"""Vectors that were computed once: rows by the digest of their text, kept for one model.

Three files that only grow: the rows (8 bits a number), their keys (the first 16 bytes of the SHA-256 of the
text) and a log of checkpoints. A checkpoint is written after the rows that it covers are on the disk, with
their CRC-32; what follows the last one, left by a killed writer, does not count. A row is a direction, so its
length need not be kept, and 8 bits a number move a cosine of the default encoder by 0.0003 on average and
less than 0.003 at most: half the space of float16, on disk and in the page cache that comparing candidates
depends on.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.storage.files import CHECKED_WHOLE, DamagedError, explain, map_array, write_durably

ROWS, KEYS, LOG, ABOUT = "rows.i8", "keys.bin", "log.bin", "model.json"
FORMER = ("rows.f16",)
"""What earlier versions called the rows."""
KEY = 16
_RECORD = struct.Struct("<QI")
_SEALED = struct.Struct("<QII")

Packed = NDArray[np.int8]


MU = 10.0
"""How much finer small numbers are kept than large ones, for the default encoder: 5 to 20 are alike."""


def _levels() -> NDArray[np.float32]:
    codes = np.arange(256).astype(np.uint8).view(np.int8).astype(np.float64)
    levels = np.sign(codes) * np.expm1(np.abs(codes) / 127 * math.log1p(MU)) / MU
    return np.asarray(levels, np.float32)


_LEVELS = _levels()
# Two codes are looked up at a time, in half the time of one by one.
_PAIRS = np.arange(1 << 16).astype(np.uint16).view(np.uint8).reshape(-1, 2)
_LEVELS_OF_PAIRS = _LEVELS[_PAIRS].view(np.uint64).ravel()


def narrowed(rows: NDArray[np.float32]) -> Packed:
    """Return rows (n, d) in 8 bits a number: ±127·ln(1 + μ·|x|/max|x|) / ln(1 + μ), rounded.

    That is the μ-law of telephony (ITU-T G.711): most numbers of a row are small beside its largest.

    >>> narrowed(np.array([[0.6, -0.8, 0.0]], np.float32)).tolist()
    [[113, -127, 0]]
    """
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    codes = np.abs(rows) * (np.float32(MU) / np.where(largest, largest, 1))
    np.log1p(codes, out=codes)
    codes *= np.float32(127 / math.log1p(MU))
    return np.copysign(np.rint(codes), rows).astype(np.int8)


def widened(packed: Packed) -> NDArray[np.float32]:
    """Return packed rows (n, d) as the unit rows of their direction; a row of zeros stays one."""
    if packed.shape[1] % 2:
        rows = np.take(_LEVELS, packed.view(np.uint8))
    else:
        pairs = np.ascontiguousarray(packed).view(np.uint16)
        rows = np.take(_LEVELS_OF_PAIRS, pairs, mode="clip").view(np.float32)
    squares = np.einsum("nd,nd->n", rows, rows)
    rows /= np.sqrt(np.where(squares, squares, np.float32(1)))[:, None]
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
            stored = min((folder / ROWS).stat().st_size // dimension, (folder / KEYS).stat().st_size // KEY)
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
        self.rows: Packed = map_array(self._folder / ROWS, "|i1", (count, self.dimension))
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
        if not len(keys) or not len(self):
            return found
        if 16 * len(keys) < len(self):
            # For few it is faster to go once through all than to sort all.
            rows = self._usable(np.isin(self.keys[:, 0], keys[:, 0]))
        else:
            rows = self._usable(np.ones(len(self), np.bool_))
        order = rows[np.argsort(self.keys[rows, 0], kind="stable")]
        high, low = self.keys[order, 0], self.keys[order, 1]
        if len(order):
            slot = np.minimum(np.searchsorted(high, keys[:, 0]), len(order) - 1)
            hit = (high[slot] == keys[:, 0]) & (low[slot] == keys[:, 1])
            found[hit] = order[slot[hit]]
        return found

    def _usable(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return the rows that `chosen` marks, without those that are lost."""
        for start, end in self._lost:
            chosen[start:end] = False
        return np.flatnonzero(chosen)

    def start_writing(self, fingerprint: str, name: str) -> None:
        """Cut off what a killed writer left behind the last checkpoint and name the model."""
        with explain(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            about: dict[str, Any] = {"fingerprint": fingerprint, "dimension": self.dimension, "name": name}
            wanted = json.dumps(about, ensure_ascii=False).encode()
            path = self._folder / ABOUT
            if not path.exists() or path.read_bytes() != wanted:
                write_durably(path, wanted)
            for name in FORMER:
                (self._folder / name).unlink(missing_ok=True)
            count = len(self)
            for file, size in ((ROWS, self.dimension), (KEYS, KEY), (LOG, _SEALED.size)):
                path = self._folder / file
                length = (len(self._ends) if file == LOG else count) * size
                with path.open("ab") as stream:
                    if stream.tell() != length:
                        stream.truncate(length)

    def append(self, keys: Sequence[bytes], rows: NDArray[np.float32]) -> None:
        """Add rows (n, d) and seal them: afterwards they survive a kill."""
        narrow = np.ascontiguousarray(narrowed(rows))
        packed = np.frombuffer(b"".join(keys), "<u8").reshape(-1, 2)
        with explain(self._folder):
            for file, data in ((ROWS, narrow), (KEYS, packed)):
                with (self._folder / file).open("ab") as stream:
                    stream.write(data.tobytes())
                    stream.flush()
                    os.fsync(stream.fileno())
            end, total = len(self) + len(narrow), _sum(narrow, packed)
            record = _RECORD.pack(end, total)
            with (self._folder / LOG).open("ab") as stream:
                stream.write(record + struct.pack("<I", zlib.crc32(record)))
                stream.flush()
                os.fsync(stream.fileno())
        self._ends.append(end)
        self._sums.append(total)
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
