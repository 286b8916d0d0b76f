"""Texts to vectors: the encoder that ships with the project, and every other one setting away."""

from embeddings.encoder import Encoder, EncoderError, Reranker, Warming
from embeddings.recommended import RECOMMENDED, RECOMMENDED_RERANKERS
from embeddings.registry import load_encoder
from embeddings.reranker import load_reranker

__all__ = [
    "RECOMMENDED",
    "RECOMMENDED_RERANKERS",
    "Encoder",
    "EncoderError",
    "Reranker",
    "Warming",
    "load_encoder",
    "load_reranker",
]
