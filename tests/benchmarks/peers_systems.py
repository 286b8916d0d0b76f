"""The systems compared: each is built from the same passages and ranks them for a question.

`build` gets the passages (title and text) or, for this project, the folder of bulletins; `search` returns
places in the list of passages, or items, best first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from embeddings import load_encoder
from qa.parsing import parse_bulletin
from qa.reading import read_source
from qa.storage.scanning import scan
from qa.text import matching_form, tokens

CANDIDATES = 60
RRF_K = 60


@dataclass(frozen=True, slots=True)
class Document:
    """A passage as every system gets it, with the two names that its item may have in a question set."""

    title: str
    text: str
    item_id: str
    file_and_title: str


def read_documents(folder: Path) -> list[Document]:
    """Every passage of the bulletins in a folder, in order, as this project's parser cuts them."""
    documents = []
    for found in scan(folder, folder / ".none"):
        if found.reason:
            continue
        bulletin = parse_bulletin(read_source(found.path, found.name))
        for item in bulletin.items:
            key = f"{Path(bulletin.name).name}\t{matching_form(item.title)}"
            documents += [Document(item.title, passage.text, item.item_id, key) for passage in item.passages]
    return documents


class System(Protocol):
    """What is timed: `build` once, then `search` for each question; `history` holds the questions before."""

    def build(self, folder: Path, documents: Sequence[Document]) -> None: ...

    def search(self, question: str, history: Sequence[str]) -> list[Document]: ...


def joined(question: str, history: Sequence[str]) -> str:
    """What a system without dialogue is asked: the last question before and this one."""
    return " ".join((*history[-1:], question))


def _passage(document: Document) -> str:
    return f"{document.title}\n{document.text}"


class Bm25:
    """bm25s over jieba tokens, the title counted twice."""

    def build(self, folder: Path, documents: Sequence[Document]) -> None:
        import bm25s

        self.documents = documents
        self.index = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
        self.index.index(
            [tokens(f"{each.title}\n{each.title}\n{each.text}") for each in documents], show_progress=False
        )

    def ranked(self, question: str) -> list[int]:
        asked = [token for token in tokens(question) if token in self.index.vocab_dict]
        if not asked:
            return []
        places, scores = self.index.retrieve(
            [asked], k=min(CANDIDATES, len(self.documents)), show_progress=False
        )
        return [int(place) for place, score in zip(places[0], scores[0], strict=True) if score > 0]

    def search(self, question: str, history: Sequence[str]) -> list[Document]:
        return [self.documents[place] for place in self.ranked(joined(question, history))]


class Dense:
    """Exact search over the embeddings of whole passages."""

    def build(self, folder: Path, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.encoder = load_encoder()
        self.vectors = self.encoder.encode_passages([_passage(each) for each in documents])

    def ranked(self, question: str) -> list[int]:
        scores = self.vectors @ self.encoder.encode_queries([question])[0]
        return [int(place) for place in np.argsort(-scores, kind="stable")[:CANDIDATES]]

    def search(self, question: str, history: Sequence[str]) -> list[Document]:
        return [self.documents[place] for place in self.ranked(joined(question, history))]


class ReciprocalRankFusion:
    """The two above, fused by the sum of 1 / (60 + rank) (Cormack, Clarke & Büttcher 2009)."""

    def build(self, folder: Path, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.parts = (Bm25(), Dense())
        for part in self.parts:
            part.build(folder, documents)

    def search(self, question: str, history: Sequence[str]) -> list[Document]:
        asked = joined(question, history)
        scores: dict[int, float] = {}
        for part in self.parts:
            for rank, place in enumerate(part.ranked(asked), 1):
                scores[place] = scores.get(place, 0.0) + 1.0 / (RRF_K + rank)
        order = sorted(scores, key=lambda place: (-scores[place], place))
        return [self.documents[place] for place in order[:CANDIDATES]]


class Txtai:
    """txtai's hybrid index as its documentation sets it up, with this project's embedding model."""

    def build(self, folder: Path, documents: Sequence[Document]) -> None:
        from txtai import Embeddings

        encoder = load_encoder()

        def transform(texts: list[str]) -> Any:
            return encoder.encode_passages(texts)

        self.documents = documents
        self.embeddings = Embeddings(method="external", transform=transform, hybrid=True)
        self.embeddings.index((place, _passage(each), None) for place, each in enumerate(documents))

    def search(self, question: str, history: Sequence[str]) -> list[Document]:
        found = self.embeddings.search(joined(question, history), CANDIDATES)
        return [self.documents[int(place)] for place, _ in found]


class LangChainEnsemble:
    """LangChain's EnsembleRetriever of BM25Retriever (jieba tokens) and FAISS, equal weights."""

    def build(self, folder: Path, documents: Sequence[Document]) -> None:
        from langchain_classic.retrievers import EnsembleRetriever
        from langchain_community.retrievers import BM25Retriever
        from langchain_community.vectorstores import FAISS
        from langchain_core.embeddings import Embeddings

        encoder = load_encoder()

        class Ours(Embeddings):
            def embed_documents(self, texts: list[str]) -> list[list[float]]:
                return encoder.encode_passages(texts).tolist()

            def embed_query(self, text: str) -> list[float]:
                return encoder.encode_queries([text])[0].tolist()

        self.documents = documents
        texts = [_passage(each) for each in documents]
        places = [{"place": place} for place in range(len(documents))]
        lexical = BM25Retriever.from_texts(texts, metadatas=places, preprocess_func=tokens, k=CANDIDATES)
        dense = FAISS.from_texts(texts, Ours(), metadatas=places).as_retriever(
            search_kwargs={"k": CANDIDATES}
        )
        self.retriever = EnsembleRetriever(retrievers=[lexical, dense], weights=[0.5, 0.5])

    def search(self, question: str, history: Sequence[str]) -> list[Document]:
        found = self.retriever.invoke(joined(question, history))
        return [self.documents[each.metadata["place"]] for each in found]


class BulletinQA:
    """This project: `Library.open` on the folder, then `Library.retrieve`."""

    def build(self, folder: Path, documents: Sequence[Document]) -> None:
        from qa.library import Library

        self.scratch = tempfile.TemporaryDirectory()
        self.library = Library.open(folder, index=self.scratch.name)

    def search(self, question: str, history: Sequence[str]) -> list[Document]:
        return [
            Document(
                hit.title, hit.text, hit.item_id, f"{Path(hit.bulletin).name}\t{matching_form(hit.title)}"
            )
            for hit in self.library.retrieve(question, k=CANDIDATES, history=history)
        ]


SYSTEMS: dict[str, Callable[[], System]] = {
    "BM25 (bm25s, jieba)": Bm25,
    "dense passages": Dense,
    "reciprocal rank fusion": ReciprocalRankFusion,
    "txtai hybrid": Txtai,
    "LangChain FAISS + BM25": LangChainEnsemble,
    "bulletin-qa": BulletinQA,
}

PACKAGES = {
    "BM25 (bm25s, jieba)": ("bm25s", "jieba"),
    "dense passages": ("numpy",),
    "reciprocal rank fusion": ("bm25s", "jieba"),
    "txtai hybrid": ("txtai", "faiss-cpu"),
    "LangChain FAISS + BM25": (
        "langchain-classic",
        "langchain-community",
        "langchain-core",
        "rank-bm25",
        "faiss-cpu",
    ),
    "bulletin-qa": ("bulletin-qa", "faiss-cpu", "tantivy"),
}
