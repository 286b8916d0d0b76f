"""Nearest units by meaning, derived from the store: one index beside the other for each encoder."""

from __future__ import annotations

import itertools
import re
import threading
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from qa.models import embedded
from qa.storage.cache import KEY, EmbeddingCache, key_of
from qa.storage.files import ArrayFolder, DamagedError, explain, sweep, write_folder
from qa.storage.generations import Stamp, generations, keep_latest, name_of
from qa.storage.nearest import Nearest
from qa.storage.postings import place_of
from qa.storage.progress import Progress
from qa.storage.units import UnitHit, Units, UnitTable, longest_pair, units_of
from qa.store import Store

FOLDER = "vectors"
FORMAT = 1
BATCH = 1024
"""Texts embedded between two checkpoints: what a kill can cost. So many pay for importing torch."""
WINDOW = 16 * BATCH
"""Texts sorted by length before they are cut into batches, so that a batch needs little padding."""

__all__ = ["UnitHit", "VectorIndex"]


class VectorIndex:
    """The units of one generation of the store as one encoder sees them."""

    def __init__(
        self, home: Path, stamp: Stamp, cache: EmbeddingCache, table: UnitTable, nearest: Nearest
    ) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._set(stamp, cache, table, nearest)

    def _set(self, stamp: Stamp, cache: EmbeddingCache, table: UnitTable, nearest: Nearest) -> None:
        self.stamp = stamp
        self._state = cache, table, nearest, np.argsort(table.order, kind="stable")

    @property
    def generation(self) -> int:
        """The generation of the store that this index holds, -1 when it is empty."""
        return self.stamp.generation

    def __len__(self) -> int:
        return len(self._state[1].places)

    @property
    def description(self) -> str:
        """Say which kind of search is used, and its measured recall where it isn't exact."""
        return self._state[2].description

    @classmethod
    def open(
        cls, folder: Path, encoder: Encoder, *, stamp: Stamp | None = None, thorough: bool = False
    ) -> VectorIndex:
        """Open the latest vector index for an encoder, or that of `stamp`.

        Without any, the result is empty and waits for `catch_up`. Raises DamagedError when the one asked
        for is missing or damaged.
        """
        home = folder / FOLDER / folder_name(encoder)
        cache = EmbeddingCache.open(home, encoder.fingerprint, encoder.dimension, thorough=thorough)
        if stamp is not None:
            return _load(home, stamp, cache, thorough=thorough)
        for candidate in generations(home):
            try:
                return _load(home, candidate, cache, thorough=thorough)
            except DamagedError:
                continue
        return _empty(home, cache)

    def catch_up(self, store: Store, encoder: Encoder, progress: Progress, *, thorough: bool = False) -> None:
        """Bring the index to the store's generation and publish it; only texts never seen are embedded.

        Stopped at any point, it goes on from the last checkpoint. Only the holder of the writer's lock may
        call it. What is copied from the state before is compared with its checksums; what stays where it is
        (the vectors, the inverted file) wholly only with `thorough`, else in samples, as when opened. Raises
        StoreError when the folder can't be written, ModelError when vectors have another shape than promised.
        """
        stamp = Stamp(store.identity, store.generation)
        cache = EmbeddingCache.open(self._home, encoder.fingerprint, encoder.dimension, thorough=thorough)
        order = store.all_passage_numbers()
        longest = longest_pair(len(order))
        old = self._usable(cache, store.identity, longest, thorough)
        cache.start_writing(encoder.fingerprint, encoder.name)
        held = Units.empty() if old is None else old._state[1].units()
        known = np.zeros(0, np.int64) if old is None else old._state[1].order
        new = _units(store, order[place_of(order, known) < 0], longest, cache, encoder, progress)
        units = Units(
            np.concatenate([held.numbers, new.numbers]), np.concatenate([held.first, new.first]),
            np.concatenate([held.last, new.last]), np.concatenate([held.rows, new.rows]),
        )  # fmt: skip
        table = UnitTable.build(units, order)
        with explain(self._home):
            sweep(self._home)
            base = Nearest.prepare(
                self._home, cache, table.rows, None if old is None else old._state[2], progress
            )
            about = {"format": FORMAT, "base": base, "longest_pair": longest}
            write_folder(self._home / name_of(stamp), table.arrays(), about)
            keep_latest(self._home, stamp)
            Nearest.forget(self._home, [_base(self._home, entry) for entry in generations(self._home)])
        fresh = _load(self._home, stamp, cache, near=None if old is None else old._state[2])
        with self._lock:
            self.stamp = fresh.stamp
            self._state = fresh._state

    def _usable(
        self, cache: EmbeddingCache, identity: str, longest: int | None, thorough: bool
    ) -> VectorIndex | None:
        """Return the last state to build on, None when there is none, it is damaged or has other pairs."""
        if self.stamp.identity != identity:
            return None
        try:
            if _about(self._home, self.stamp).get("longest_pair") != longest:
                return None
            near = None if thorough else self._state[2]
            return _load(self._home, self.stamp, cache, thorough=True, near=near)
        except DamagedError:
            return None

    def search(
        self, vectors: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[list[UnitHit]]:
        """Return the k best units for each of `vectors` (n, d), best first, ties by place in the corpus.

        `allowed` are the passage numbers that may be returned. A title is a unit of its item's first passage
        with first = last = -1.
        """
        _, table, nearest, by_number = self._state
        mask, places = None, None
        if allowed is not None:
            chosen = np.sort(place_of(allowed, table.order, by_number))
            chosen = chosen[chosen >= 0]
            mask = np.zeros(len(table.order), np.bool_)
            mask[chosen] = True
            places = table.vectors_of(chosen, mask)
        found = []
        for vector in np.atleast_2d(np.asarray(vectors, np.float32)):
            # A few more than asked for, so that equal scores at the k-th place break by place in the corpus.
            rows, scores = nearest.search(vector, k + 8, places)
            found.append(table.hits(rows, scores, k, mask))
        return found


def folder_name(encoder: Encoder) -> str:
    """Return the name of an encoder's folder: readable, safe, and as distinct as its fingerprint."""
    readable = re.sub(r"[^0-9A-Za-z._-]+", "-", encoder.name).strip("-.")[-40:] or "model"
    return f"{readable}-{key_of(encoder.fingerprint).hex()[:12]}"


def _about(home: Path, stamp: Stamp) -> Mapping[str, Any]:
    return ArrayFolder.about_of(home / name_of(stamp))


def _base(home: Path, stamp: Stamp) -> str | None:
    try:
        base = _about(home, stamp).get("base")
    except DamagedError:
        return None
    return str(base) if base else None


def _empty(home: Path, cache: EmbeddingCache) -> VectorIndex:
    table = UnitTable.build(Units.empty(), np.zeros(0, np.int64))
    return VectorIndex(home, Stamp("", -1), cache, table, Nearest.open(home, cache, table.rows, None))


def _load(
    home: Path,
    stamp: Stamp,
    cache: EmbeddingCache,
    *,
    thorough: bool = False,
    near: Nearest | None = None,
) -> VectorIndex:
    folder = ArrayFolder.open(home / name_of(stamp), thorough=thorough)
    if folder.about.get("format") != FORMAT:
        raise DamagedError(f"{folder.path} was written by another version: it will be rebuilt")
    table = UnitTable.load(folder.arrays)
    cache.require(table.rows)
    nearest = Nearest.open(home, cache, table.rows, folder.about.get("base"), thorough=thorough, near=near)
    return VectorIndex(home, stamp, cache, table, nearest)


def _units(
    store: Store,
    numbers: NDArray[np.int64],
    longest: int | None,
    cache: EmbeddingCache,
    encoder: Encoder,
    progress: Progress,
) -> Units:
    """Return the units of passages (see `units_of`), embedding those texts that the cache lacks."""
    # Typed arrays: a million passages have five million units.
    owners, first, last, keys = array("q"), array("i"), array("i"), bytearray()
    for number, begin, end, text in _texts(store, numbers, longest):
        owners.append(number)
        first.append(begin)
        last.append(end)
        keys += key_of(text)
    packed = np.frombuffer(keys, "<u8").reshape(-1, 2)
    passages = np.array(owners, np.int64)
    rows = cache.find(packed)
    once = _first_of_each(packed, np.flatnonzero(rows < 0))
    if len(once):
        wanted = np.zeros(len(rows), np.bool_)
        wanted[once] = True
        concerned = np.zeros(len(numbers), np.bool_)
        concerned[place_of(passages[once], numbers)] = True
        places = np.flatnonzero(concerned[place_of(passages, numbers)])
        progress.start("meanings", len(once))
        texts = zip(places.tolist(), _texts(store, numbers[concerned], longest), strict=True)
        lacking = (
            (bytes(keys[KEY * place : KEY * (place + 1)]), unit[3]) for place, unit in texts if wanted[place]
        )
        while window := list(itertools.islice(lacking, WINDOW)):
            _embed(window, cache, encoder, progress)
        progress.finish()
        rows = cache.find(packed)
    return Units(passages, np.array(first, np.int32), np.array(last, np.int32), rows.astype(np.int32))


def _first_of_each(keys: NDArray[np.uint64], places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of `places` whose key doesn't stand at an earlier one, ascending."""
    chosen = keys[places]
    order = np.lexsort((places, chosen[:, 1], chosen[:, 0]))
    new = np.ones(len(order), np.bool_)
    new[1:] = (chosen[order[1:]] != chosen[order[:-1]]).any(axis=1)
    return np.sort(places[order[new]])


def _texts(
    store: Store, numbers: NDArray[np.int64], longest: int | None, chunk: int = 2000
) -> Iterator[tuple[int, int, int, str]]:
    for start in range(0, len(numbers), chunk):
        part = numbers[start : start + chunk]
        titles = store.first_passages(part)
        for passage in store.passages(part):
            for first, last, text in units_of(passage, titles.get(passage.number), longest):
                yield passage.number, first, last, text


def _embed(
    window: Sequence[tuple[bytes, str]], cache: EmbeddingCache, encoder: Encoder, progress: Progress
) -> None:
    """Embed texts, given with their keys, and keep their rows."""
    entries = sorted(window, key=lambda entry: len(entry[1]), reverse=True)
    for start in range(0, len(entries), BATCH):
        part = entries[start : start + BATCH]
        cache.append([key for key, _ in part], embedded(encoder, [text for _, text in part]))
        progress.advance(len(part))
