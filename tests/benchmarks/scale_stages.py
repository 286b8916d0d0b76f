"""The stages of the scale benchmark on one size; each runs in a process of its own and can be repeated.

A stage that was done is not done again: the store goes on after its last bulletin, the words and vectors
are taken as they lie when they hold the store's generation, embedding goes on after its last checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from scale_measures import cost, disk, disk_parts, peak, quantiles, resident, spent, timed
from scale_texts import Words, bulletin, bulletins, drawn_encoder, questions

from embeddings import Warming, load_encoder
from qa.background import Background
from qa.indexing import Snapshot
from qa.lexical import LexicalIndex
from qa.query import understand
from qa.retrieval import Retriever
from qa.settings import Settings
from qa.storage.files import DamagedError
from qa.storage.generations import Stamp
from qa.storage.inverted import nearest_by_hand
from qa.storage.progress import Silent
from qa.storage.snapshot import PUBLISHED
from qa.store import Store
from qa.text import tokens
from qa.vectors import VectorIndex


def folder(size: int, work: Path) -> Path:
    """Return the index folder of a size."""
    return work / f"index-{size}"


def fill(size: int, work: Path) -> dict[str, Any]:
    """Put the bulletins into the store."""
    (work / f"questions-{size}.json").write_text(json.dumps(questions(size), ensure_ascii=False))
    store = Store.open(folder(size, work), write=True)
    held = store.counts().bulletins

    def add() -> None:
        for made in bulletins(size, held):
            store.add(made, size=1, mtime_ns=1)
        store.settle()

    figures = cost(add) | {"peak_mib": peak(), "resumed": held}
    store.close()
    return figures


def words(size: int, work: Path) -> dict[str, Any]:
    """Build the BM25 index."""
    store = Store.open(folder(size, work), write=True)
    lexical = LexicalIndex.open(folder(size, work))
    if lexical.stamp == Stamp(store.identity, store.generation):
        return {"resumed": len(lexical)}
    return cost(lambda: lexical.catch_up(store, Silent())) | {"peak_mib": peak(), "resumed": len(lexical)}


def meanings(size: int, work: Path) -> dict[str, Any]:
    """Build the vector index and publish the whole."""
    store = Store.open(folder(size, work), write=True)
    encoder = drawn_encoder(work, size)
    vectors = VectorIndex.open(folder(size, work), encoder)
    figures: dict[str, Any] = {"resumed": len(vectors)}
    if vectors.stamp != Stamp(store.identity, store.generation):
        figures |= cost(lambda: vectors.catch_up(store, encoder, Silent()))
    store.note(PUBLISHED, str(store.generation))
    store.settle()
    counts = store.counts()
    text = sum(len(store.source(row.name).text.encode()) for row in store.bulletins())
    store.close()
    return figures | {
        "peak_mib": peak(), "units": len(vectors), "search": vectors.description, "text_bytes": text,
        "passages": counts.passages, "characters": counts.characters, "disk": disk(folder(size, work)),
        "disk_parts": disk_parts(folder(size, work)),
    }  # fmt: skip


def update(size: int, work: Path) -> dict[str, Any]:
    """Take in one more bulletin of 30 items and take it out again, as synchronising would."""
    index, encoder = folder(size, work), drawn_encoder(work, size)
    store = Store.open(index, write=True)
    one_more = bulletin(10**6, 30, Words())
    figures: dict[str, Any] = {}

    def publish(change: Callable[[], None]) -> None:
        before = store.generation
        change()
        LexicalIndex.open(index).catch_up(store, Silent())
        VectorIndex.open(index, encoder).catch_up(store, encoder, Silent())
        store.note(PUBLISHED, f"{before} {store.generation}")
        store.settle()

    try:
        figures["add"] = cost(lambda: publish(lambda: store.add(one_more, size=1, mtime_ns=1)))
        figures["remove"] = cost(lambda: publish(lambda: store.remove(one_more.name)))
    except DamagedError as error:
        figures["error"] = str(error)
    store.close()
    return figures | {"peak_mib": peak()}


def query(size: int, work: Path) -> dict[str, Any]:
    """Open the index, ask, and tell what it took, in a process that has warmed its encoder as the page does."""
    real = load_encoder()
    if isinstance(real, Warming):
        real.warm()
    index, encoder = folder(size, work), drawn_encoder(work, size, real)
    asked = [question for question, _ in json.loads((work / f"questions-{size}.json").read_text())]
    settings = Settings()
    kept = index / "background-benchmark.npz"
    if not kept.exists():
        snapshot = Snapshot.open(index, encoder)
        assert snapshot.vectors is not None
        Background.measure(snapshot.vectors, encoder, kept)
        snapshot.close()

    def reopen() -> Retriever:
        snapshot = Snapshot.open(index, encoder)
        assert snapshot.vectors is not None
        snapshot.store.newest_date()
        return Retriever(
            snapshot.store, snapshot.lexical, snapshot.vectors, encoder,
            Background.measure(snapshot.vectors, encoder, kept),
            lexical_weight=settings.lexical_weight, foreign_lexical_weight=settings.foreign_lexical_weight,
        )  # fmt: skip

    reopen().store.close()
    opened, retriever = timed(reopen)

    def retrieve(question: str) -> float:
        return timed(lambda: retriever.search(understand(question), 5))[0]

    first = retrieve(asked[0])
    for question in asked:
        retrieve(question)
    figures: dict[str, Any] = {"open_s": opened, "first_s": first, "vectors": len(retriever.vectors)}
    # Asked again in other words: a retriever remembers the vectors of its last questions.
    again = [question.replace("是什么", "是指什么") for question in asked]
    both = [spent(lambda question=question: retrieve(question)) for question in again]
    figures["one"] = quantiles([clock for clock, _ in both])
    figures["computing"] = quantiles([computing for _, computing in both])
    encoder.real = None
    other = [question.replace("是什么", "指什么") for question in asked]
    both = [spent(lambda question=question: retrieve(question)) for question in other]
    figures["without_encoding"] = quantiles([clock for clock, _ in both])
    figures["without_encoding_computing"] = quantiles([computing for _, computing in both])
    with ThreadPoolExecutor(16) as pool:
        mixed = [question.replace("是什么", "有什么") for question in asked]
        whole, times = timed(lambda: list(pool.map(retrieve, mixed)))
    figures["sixteen"] = quantiles(times)
    figures["a_second"] = len(times) / whole
    figures["parts"] = parts(retriever, encoder, real, asked)
    return figures | resident() | {"peak_mib": peak()}


def parts(retriever: Retriever, encoder: Any, real: Any, asked: Sequence[str]) -> dict[str, Any]:
    """Return the computing time of each part alone."""
    cut = [tokens(question) for question in asked]
    rows = encoder.encode_queries(asked)
    lexical, vectors = retriever.lexical, retriever.vectors
    return {
        "encoding": quantiles([spent(lambda text=text: real.encode_queries([text]))[1] for text in asked[:100]]),
        "bm25": quantiles([spent(lambda held=held: lexical.search(held, 100))[1] for held in cut]),
        "nearest": quantiles([spent(lambda row=row: vectors.search(row[None], 400))[1] for row in rows]),
        "understanding": quantiles([spent(lambda text=text: understand(text))[1] for text in asked]),
    }  # fmt: skip


def recall(size: int, work: Path) -> dict[str, Any]:
    """Return the share of the true 10 nearest units that the index finds, for questions of the run."""
    encoder = drawn_encoder(work, size)
    snapshot = Snapshot.open(folder(size, work), encoder)
    assert snapshot.vectors is not None
    asked = [question for question, _ in json.loads((work / f"questions-{size}.json").read_text())][:100]
    cache, table, nearest, _ = snapshot.vectors._state
    rows = encoder.encode_queries(asked)
    truth = nearest_by_hand(rows, cache.rows, table.rows, 10)
    shares = []
    for row, expected in zip(rows, truth, strict=True):
        found, _ = nearest.search(row, 10)
        shares.append(len(set(found.tolist()) & set(expected.tolist())) / 10)
    return {"recall": float(np.mean(shares)), "questions": len(asked)}


STAGES: dict[str, Callable[[int, Path], dict[str, Any]]] = {
    "store": fill, "words": words, "meanings": meanings, "recall": recall, "query": query, "update": update,
}  # fmt: skip
