"""An inverted file of vectors (FAISS) whose settings are chosen by the recall they were measured to have.

Vectors are grouped around centroids and a query looks only into the lists nearest to it (Jégou, Douze and
Schmid, "Product Quantization for Nearest Neighbor Search", 2011). Inside a list each four dimensions are
coded in four bits, which are compared many at a time (André, Kermarrec and Le Scouarnec, "Cache locality
is not enough", 2015). The candidates are compared again with the vectors themselves, so a score is the
same as in an exact search.
"""

from __future__ import annotations

import importlib
import itertools
import math
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.storage.cache import EmbeddingCache, Packed, widened
from qa.storage.files import ArrayFolder, DamagedError, write_folder
from qa.storage.progress import Progress

RECALL = ((10, 0.99), (64, 0.95))
"""Which share of the true k nearest a setting must find, on average, to be used: (k, share)."""
FEWEST = 16
"""Lists that are looked into at least; fewer save nothing that can be felt."""
QUERIES = 256
SEED = 20201230
CANDIDATES = (128, 256, 512, 1024, 2048)
COMPARING = 200
"""Codes that can be looked at in the time in which one candidate is compared with its vector."""
PREFIX = "base-"
FILE = "ivf.faiss"
CHUNK = 65_536

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Inverted:
    """An opened inverted file: `rows` are the cache's rows by their number in it.

    `probes` lists are looked into and `candidates` vectors compared again; that setting found `recall` of the
    true 10 nearest.
    """

    name: str
    index: Any
    rows: NDArray[np.int32]
    trained: int
    probes: int
    candidates: int
    recall: float

    @classmethod
    def open(cls, home: Path, name: str, *, thorough: bool = False) -> Inverted:
        """Open one; the codes are read into memory. Raises DamagedError."""
        faiss = _faiss()
        if not name.startswith(PREFIX) or not name[len(PREFIX) :].isalnum():
            raise DamagedError(f"{home} names no inverted file: it will be rebuilt")
        folder = ArrayFolder.open(home / name, thorough=thorough)
        try:
            index = faiss.read_index(str(folder.path / FILE), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
            about = folder.about
            found = cls(
                name, index, folder.arrays["rows"], about["trained"], about["probes"], about["candidates"],
                about["recall"],
            )  # fmt: skip
        except (RuntimeError, KeyError) as error:
            raise DamagedError(f"{folder.path} cannot be read: it will be rebuilt") from error
        lists = faiss.downcast_InvertedLists(index.invlists)
        if hasattr(lists, "prefetch_nthread"):
            # Starting threads for each query costs more than the pages that they fetch.
            lists.prefetch_nthread = 0
        if index.ntotal != len(found.rows):
            raise DamagedError(f"{folder.path} doesn't fit its rows: it will be rebuilt")
        return found

    def search(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None) -> Rows:
        """Return the numbers of the candidates for the k nearest; `allowed` marks those wanted."""
        faiss = _faiss()
        count, probes, selector = max(self.candidates, 4 * k), self.probes, None
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            share = max(float(allowed.mean()), 1 / len(allowed))
            probes = min(self.index.nlist, math.ceil(probes / share))
        parameters = faiss.SearchParametersIVF(nprobe=probes, sel=selector)
        _, found = self.index.search(vector.reshape(1, -1), min(count, self.index.ntotal), params=parameters)
        return np.asarray(found[0][found[0] >= 0])


def _faiss() -> Any:
    """Return FAISS, imported when first needed; untyped, for its stubs know less than it does."""
    return importlib.import_module("faiss")


def build(
    home: Path, cache: EmbeddingCache, rows: NDArray[np.int32], old: Inverted | None, progress: Progress
) -> str:
    """Write an inverted file of the cache's `rows` and return its name; `old` is grown where it fits."""
    faiss = _faiss()
    old = _whole(home, old) if old is not None and len(rows) <= 2 * old.trained else None
    progress.start("order", len(rows))
    if old is not None and np.isin(old.rows, rows, assume_unique=True).mean() > 0.7:
        index = faiss.read_index(str(home / old.name / FILE))
        order = np.concatenate([old.rows, np.setdiff1d(rows, old.rows)]).astype(np.int32)
        added, trained = order[len(old.rows) :], old.trained
    elif old is not None:
        index = faiss.read_index(str(home / old.name / FILE))
        index.reset()
        order = added = rows
        trained = old.trained
    else:
        index = _trained(cache.rows, rows)
        order = added = rows
        trained = len(rows)
    for start in range(0, len(added), CHUNK):
        part = added[start : start + CHUNK]
        index.add(widened(cache.rows[part]))
        progress.advance(len(part))
    probes, candidates, recall = _tuned(index, cache.rows, order)
    name = f"{PREFIX}{uuid.uuid4().hex[:12]}"
    about = {"trained": trained, "probes": probes, "candidates": candidates, "recall": recall}
    write_folder(
        home / name, {"rows": order}, about, {FILE: lambda path: faiss.write_index(index, str(path))}
    )
    progress.finish()
    return name


def _whole(home: Path, old: Inverted) -> Inverted | None:
    """Return an inverted file with every byte checked, to build on."""
    try:
        return Inverted.open(home, old.name, thorough=True)
    except DamagedError:
        return None


def _trained(vectors: Packed, rows: NDArray[np.int32]) -> Any:
    """Return an empty inverted file with its centroids and codes learnt from a sample of the rows."""
    faiss = _faiss()
    root = math.sqrt(len(rows))
    # Finding the list of each vector is most of the work of a build: beyond a million there are fewer lists.
    lists = max(1, min(int(2 * root), max(2048, int(root)), len(rows) // 40))
    dimension = vectors.shape[1]
    quantizer = faiss.IndexFlatIP(dimension)
    parts = next(m for m in range(max(1, dimension // 4), 0, -1) if dimension % m == 0)
    index = faiss.IndexIVFPQFastScan(quantizer, dimension, lists, parts, 4, faiss.METRIC_INNER_PRODUCT)
    index.by_residual = False
    index.pq.cp.niter = 10
    index.pq.cp.seed = SEED
    index.own_fields = True
    quantizer.this.disown()
    index.cp.niter = 8
    index.cp.seed = SEED
    index.cp.spherical = True
    rng = np.random.default_rng(SEED)
    sample = rows if len(rows) <= 50 * lists else np.sort(rng.choice(rows, 50 * lists, replace=False))
    index.train(widened(vectors[sample]))
    return index


def _tuned(index: Any, vectors: Packed, order: NDArray[np.int32]) -> tuple[int, int, float]:
    """Return the cheapest (probes, candidates) that reach `RECALL`, and the recall@10 they reached.

    It is measured on vectors of the library, and on the same blurred until their cosine with themselves is
    about 0.75, which is how far a question lies from its evidence; the lower of both counts.
    """
    faiss = _faiss()
    rng = np.random.default_rng(SEED)
    chosen = rng.choice(len(order), min(QUERIES // 2, len(order)), replace=False)
    plain = widened(vectors[order[chosen]])
    noise = rng.normal(size=plain.shape) / math.sqrt(plain.shape[1])
    queries = np.concatenate([plain, plain + 0.88 * noise]).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    truth = nearest_by_hand(queries, vectors, order, max(k for k, _ in RECALL))
    best: tuple[float, int, int, float] | None = None
    steps = (round(FEWEST * 2 ** (half / 2)) for half in range(40))
    for probes in [*itertools.takewhile(lambda step: step < index.nlist, steps), index.nlist]:
        looking = probes / index.nlist * index.ntotal
        if best is not None and best[0] <= looking:
            break
        parameters = faiss.SearchParametersIVF(nprobe=probes)
        found = index.search(queries, min(CANDIDATES[-1], index.ntotal), params=parameters)[1]
        for candidates in CANDIDATES:
            shares = [
                recalled(truth[:, :k], found[:, : max(candidates, 4 * k)], len(plain)) for k, _ in RECALL
            ]
            reached = all(share >= wanted for share, (_, wanted) in zip(shares, RECALL, strict=True))
            if reached or (probes == index.nlist and candidates == CANDIDATES[-1]):
                setting = looking + candidates * COMPARING, probes, candidates, round(shares[0], 4)
                best = setting if best is None or setting[0] < best[0] else best
                break
    assert best is not None
    return best[1:]


def recalled(truth: Rows, found: Rows, half: int) -> float:
    """Return the share of the true neighbours found, the lower of the first `half` queries and the others."""
    pairs = zip(truth.tolist(), found.tolist(), strict=True)
    shares = [len(set(nearest) & set(others)) / len(nearest) for nearest, others in pairs]
    return min(float(np.mean(shares[:half])), float(np.mean(shares[half:])))


def nearest_by_hand(queries: NDArray[np.float32], vectors: Packed, order: NDArray[np.int32], k: int) -> Rows:
    """Return which of `order` are the k nearest to each query, by comparing all."""
    best = np.zeros((len(queries), 0), np.int64)
    scores = np.zeros((len(queries), 0), np.float32)
    for start in range(0, len(order), CHUNK):
        part = queries @ widened(vectors[order[start : start + CHUNK]]).T
        best = np.concatenate(
            [best, np.broadcast_to(np.arange(start, start + part.shape[1]), part.shape)], axis=1
        )
        scores = np.concatenate([scores, part], axis=1)
        kept = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        best, scores = np.take_along_axis(best, kept, 1), np.take_along_axis(scores, kept, 1)
    return best
