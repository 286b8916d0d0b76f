"""Texts to vectors: the encoder that ships with the project, and every other one setting away."""

from embeddings.encoder import Encoder, EncoderError, Reranker
from embeddings.registry import load_encoder

__all__ = ["Encoder", "EncoderError", "Reranker", "load_encoder"]
