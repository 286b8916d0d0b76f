"""From the name of a model to an encoder."""

from __future__ import annotations

from embeddings.embedded import MODELS, EmbeddedEncoder
from embeddings.encoder import Encoder

DEFAULT = "bge-small-zh-v1.5"


def load_encoder(name: str | None = None, *, offline: bool = False) -> Encoder:
    """Load the model called `name`, or the one that ships with the project."""
    if name is None or name in ("default", DEFAULT):
        return EmbeddedEncoder.load(MODELS / DEFAULT, DEFAULT)
    from embeddings.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder.load(name, offline=offline)
