"""BM25 over passages, derived from the store: memory-mapped postings with exact statistics.

Each passage is indexed with its item's title counted twice. The index is our own rather than tantivy's
because tantivy rounds a passage's length to one byte, keeps deleted passages in its statistics until it
merges segments, and breaks ties by segment: scores would depend on the history of the folder. Here an
updated index is byte for byte that of a fresh build.
"""

from __future__ import annotations

import functools
import hashlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.storage.files import ArrayFolder, DamagedError, explain, sweep, write_folder
from qa.storage.generations import Stamp, generations, keep_latest, name_of
from qa.storage.postings import Postings, count, merge, place_of
from qa.storage.progress import Progress
from qa.storage.ranking import K1, B, Posting, best, intersect, inverse_frequency, length_factors
from qa.storage.segmenting import Segmenter
from qa.storage.vocabulary import Vocabulary
from qa.store import Store
from qa.text import tokens

FOLDER = "lexical"
FORMAT = 1
TITLE_WEIGHT = 2
SAMPLE = "上海市人大常委会12月30日审议通过《知识产权保护条例》，G60科创走廊PM2.5浓度下降3.5%，Open Day 2020"


@functools.cache
def segmentation() -> str:
    """Return a digest of how text is cut into tokens: an index cut otherwise is rebuilt."""
    return hashlib.sha256(f"{FORMAT}|{TITLE_WEIGHT}|{'|'.join(tokens(SAMPLE))}".encode()).hexdigest()[:16]


class LexicalIndex:
    """BM25 of one generation of the store. `k1` and `b` are those of its scores (see qa.storage.ranking)."""

    k1: float = K1
    b: float = B

    def __init__(self, folder: Path, stamp: Stamp, postings: Postings) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._set(stamp, postings)

    def _set(self, stamp: Stamp, postings: Postings) -> None:
        self.stamp = stamp
        self._postings = postings
        # One question looks the same few words up many times: for their idf, their bound, each sentence.
        self._place = functools.lru_cache(1 << 14)(postings.vocabulary.find)
        self._factors = length_factors(postings.lengths)
        self._by_number = np.argsort(postings.numbers, kind="stable")

    @property
    def generation(self) -> int:
        """The generation of the store that this index holds."""
        return self.stamp.generation

    def __len__(self) -> int:
        return len(self._postings.numbers)

    @classmethod
    def open(cls, folder: Path, *, stamp: Stamp | None = None, thorough: bool = False) -> LexicalIndex:
        """Open the latest lexical index of an index folder, or that of `stamp`.

        Without any, the result is empty and waits for `catch_up`. Raises DamagedError when the one asked
        for is missing or damaged.
        """
        home = folder / FOLDER
        if stamp is not None:
            return _load(home, stamp, thorough=thorough)
        for candidate in generations(home):
            try:
                return _load(home, candidate, thorough=thorough)
            except DamagedError:
                continue
        return cls(home, Stamp("", -1), Postings.empty())

    def catch_up(self, store: Store, progress: Progress) -> None:
        """Bring the index to the store's generation and publish it; only what is new is cut into tokens.

        Only the holder of the writer's lock may call it. Raises StoreError when the folder can't be written.
        """
        stamp = Stamp(store.identity, store.generation)
        order = store.all_passage_numbers()
        usable = self.stamp.identity == store.identity
        old = self._whole() if usable else Postings.empty()
        missing = order[place_of(order, old.numbers) < 0]
        progress.start("words", len(missing))
        new = count(_documents(store, missing, progress))
        progress.finish()
        postings = merge(old, new, order)
        with explain(self._folder):
            sweep(self._folder)
            write_folder(
                self._folder / name_of(stamp),
                {
                    "blob": postings.vocabulary.blob, "ends": postings.vocabulary.offsets,
                    "offsets": postings.offsets, "rows": postings.rows,
                    "counts": postings.counts, "numbers": postings.numbers, "lengths": postings.lengths,
                },
                {"segmentation": segmentation()},
            )  # fmt: skip
            keep_latest(self._folder, stamp)
        fresh = _load(self._folder, stamp)
        with self._lock:
            self._set(fresh.stamp, fresh._postings)

    def _whole(self) -> Postings:
        """Return the postings with every byte checked, to build on."""
        if self.generation < 0:
            return Postings.empty()
        try:
            return _load(self._folder, self.stamp, thorough=True)._postings
        except DamagedError:
            return Postings.empty()

    def _posting(self, token: str) -> Posting | None:
        place = self._place(token)
        if place < 0:
            return None
        start, end = self._postings.offsets[place : place + 2]
        return self._postings.rows[start:end], self._postings.counts[start:end]

    def document_frequency(self, token: str) -> int:
        """Return the number of passages that hold a token."""
        posting = self._posting(token)
        return 0 if posting is None else len(posting[0])

    def idf(self, token: str) -> float:
        """Return the idf that the scores use; for a token in no passage that is the largest there is."""
        return inverse_frequency(self.document_frequency(token), len(self))

    def search(
        self, tokens: Sequence[str], k: int, allowed: NDArray[np.int64] | None = None
    ) -> list[tuple[int, float]]:
        """Return the k best (passage number, BM25 score), scores above 0, ties by place in the corpus.

        Each distinct token counts once. `allowed` are the passage numbers that may be returned.
        """
        found = []
        for token in dict.fromkeys(tokens):
            posting = self._posting(token)
            if posting is not None:
                found.append((inverse_frequency(len(posting[0]), len(self)), token, posting))
        if not found or k <= 0:
            return []
        found.sort(key=lambda term: (-term[0], term[1]))
        mask = None if allowed is None else self._mask(allowed)
        rows, scores = best([(idf, posting) for idf, _, posting in found], self._factors, k, mask)
        return list(zip(self._postings.numbers[rows].tolist(), scores.tolist(), strict=True))

    def matching(self, tokens: Sequence[str], allowed: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """Return the numbers of all passages that hold every token given, in corpus order."""
        postings = [self._posting(token) for token in dict.fromkeys(tokens)]
        held = [posting for posting in postings if posting is not None]
        if not postings or len(held) < len(postings):
            return np.zeros(0, np.int64)
        rows = intersect(held)
        if allowed is not None:
            rows = rows[self._mask(allowed)[rows]]
        return np.asarray(self._postings.numbers[rows])

    def _mask(self, allowed: NDArray[np.int64]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self), np.bool_)
        rows = place_of(allowed, self._postings.numbers, self._by_number)
        mask[rows[rows >= 0]] = True
        return mask


def _load(home: Path, stamp: Stamp, *, thorough: bool = False) -> LexicalIndex:
    folder = ArrayFolder.open(home / name_of(stamp), thorough=thorough)
    if folder.about.get("segmentation") != segmentation():
        raise DamagedError(f"{folder.path} was cut into words by another version: it will be rebuilt")
    held = folder.arrays
    vocabulary = Vocabulary(held["blob"], held["ends"])
    postings = Postings(
        vocabulary, held["offsets"], held["rows"], held["counts"], held["numbers"], held["lengths"]
    )
    return LexicalIndex(home, stamp, postings)


def _documents(
    store: Store, numbers: NDArray[np.int64], progress: Progress, chunk: int = 4000
) -> Iterator[tuple[int, list[str]]]:
    """Yield each passage's number and its tokens, those of its title twice."""
    with Segmenter(len(numbers)) as segmenter:
        for start in range(0, len(numbers), chunk):
            passages = store.passages(numbers[start : start + chunk])
            cut = segmenter.cut([passage.text for passage in passages])
            for passage, words in zip(passages, cut, strict=True):
                yield passage.number, tokens(passage.title) * TITLE_WEIGHT + words
            progress.advance(len(passages))
