"""Models known to be worth trying, and what each wants to be told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recommended:
    """A model with the prompts and length to use where its own configuration has none.

    `length` is in tokens, `dimension` the length of a row; `own_code` tells that the model brings Python code
    that the user has to allow.
    """

    name: str
    hub_id: str
    dimension: int
    length: int
    query: str = ""
    passage: str = ""
    own_code: bool = False
    note: str = ""


_MODELS = (
    Recommended("multilingual-e5-small", "intfloat/multilingual-e5-small", 384, 512, "query: ", "passage: "),
    Recommended("multilingual-e5-base", "intfloat/multilingual-e5-base", 768, 512, "query: ", "passage: "),
    Recommended("multilingual-e5-large", "intfloat/multilingual-e5-large", 1024, 512, "query: ", "passage: "),
    Recommended("bge-m3", "BAAI/bge-m3", 1024, 8192),
    Recommended("gte-multilingual-base", "Alibaba-NLP/gte-multilingual-base", 768, 8192, own_code=True),
    Recommended(
        "Qwen3-Embedding-0.6B",
        "Qwen/Qwen3-Embedding-0.6B",
        1024,
        8192,
        "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
    ),
    Recommended(
        "embeddinggemma-300m",
        "google/embeddinggemma-300m",
        768,
        2048,
        "task: search result | query: ",
        "title: none | text: ",
        note="its licence has to be accepted on the hub first",
    ),
    Recommended(
        "paraphrase-multilingual-MiniLM-L12-v2",
        "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        384,
        128,
        note="small and widely used, but weak at Chinese retrieval",
    ),
)
_RERANKERS = (
    Recommended("bge-reranker-base", "BAAI/bge-reranker-base", 1, 512),
    Recommended("bge-reranker-v2-m3", "BAAI/bge-reranker-v2-m3", 1, 1024),
)

RECOMMENDED: dict[str, Recommended] = {model.name: model for model in _MODELS}
RECOMMENDED_RERANKERS: dict[str, Recommended] = {model.name: model for model in _RERANKERS}


def recommended(name: str) -> Recommended | None:
    """Find a model by short name or hub id, letter case aside."""
    for model in (*_MODELS, *_RERANKERS):
        if name.lower() in (model.name.lower(), model.hub_id.lower()):
            return model
    return None
