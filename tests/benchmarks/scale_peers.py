"""Other systems on the same tokens, texts and vectors as the scale benchmark, where they are installed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scale_measures import peak, quantiles, spent, timed
from scale_texts import drawn_encoder

from qa.store import Store
from qa.text import tokens
from qa.types import StoredPassage


def passages_of(size: int, work: Path) -> list[StoredPassage]:
    """Return all passages of the run's index."""
    store = Store.open(work / f"index-{size}")
    return store.passages(store.all_passage_numbers())


def asked_of(size: int, work: Path) -> list[str]:
    """Return the questions of the run."""
    return [question for question, _ in json.loads((work / f"questions-{size}.json").read_text())]


def latencies(ask: Callable[[Any], Any], questions: list[Any]) -> dict[str, Any]:
    """Ask each question once, after one that warms up."""
    ask(questions[0])
    both = [spent(lambda question=question: ask(question)) for question in questions]
    return {
        "one": quantiles([clock for clock, _ in both]),
        "computing": quantiles([computing for _, computing in both]),
    }


def bm25s_alone(size: int, work: Path) -> dict[str, Any]:
    """Build and ask bm25s with the same tokens."""
    import bm25s

    passages = passages_of(size, work)
    cut, words = timed(lambda: [tokens(p.title) * 2 + tokens(p.text) for p in passages])
    other = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    built, _ = timed(lambda: other.index(words, show_progress=False))
    asked = [tokens(question) for question in asked_of(size, work)]
    found = latencies(lambda held: other.retrieve([held], k=100, show_progress=False, n_threads=0), asked)
    return {"build_s": built, "words_s": cut, "peak_mib": peak(), **found}


def txtai_hybrid(size: int, work: Path) -> dict[str, Any]:
    """Build and ask txtai: hybrid search over the passages, with the same vectors."""
    from txtai import Embeddings

    encoder = drawn_encoder(work, size)
    passages = passages_of(size, work)
    other = Embeddings(
        {
            "method": "external",
            "transform": lambda texts: encoder.encode_passages(texts),
            "hybrid": True,
            "content": True,
        }
    )
    rows = [(p.number, {"text": " ".join(tokens(p.text))}, None) for p in passages]
    built, _ = timed(lambda: other.index(rows))
    asked = [" ".join(tokens(question)) for question in asked_of(size, work)]
    return {"build_s": built, "peak_mib": peak(), **latencies(lambda text: other.search(text, 5), asked)}


def langchain_faiss(size: int, work: Path) -> dict[str, Any]:
    """Build and ask LangChain's FAISS store over the passages, with the same vectors."""
    from langchain_community.vectorstores import FAISS
    from langchain_core.embeddings import Embeddings

    encoder = drawn_encoder(work, size)

    class Given(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return encoder.encode_passages(texts).tolist()

        def embed_query(self, text: str) -> list[float]:
            return encoder.encode_queries([text])[0].tolist()

    passages = passages_of(size, work)
    built, other = timed(lambda: FAISS.from_texts([p.text for p in passages], Given()))
    found = latencies(lambda text: other.similarity_search(text, 5), asked_of(size, work))
    return {"build_s": built, "peak_mib": peak(), **found}


OTHERS: dict[str, tuple[str, Callable[[int, Path], dict[str, Any]]]] = {
    "bm25s": ("bm25s", bm25s_alone),
    "txtai": ("txtai", txtai_hybrid),
    "langchain": ("langchain_community", langchain_faiss),
}
