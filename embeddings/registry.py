"""From the name of a model to an encoder."""

from __future__ import annotations

from embeddings.bilingual import BilingualEncoder
from embeddings.embedded import MODELS, EmbeddedEncoder
from embeddings.encoder import Encoder

DEFAULT = "default"
CHINESE = "bge-small-zh-v1.5"
ENGLISH = "bulletin-small-en"


def load_encoder(
    name: str | None = None, *, offline: bool = False, trust_remote_code: bool = False
) -> Encoder:
    """Load the model called `name`, or for None or "default" the one that ships with the project.

    `name` is a hub id, a folder, or a short name of RECOMMENDED. With `offline` the hub is not asked even
    when the model is not cached. `trust_remote_code` lets a model run Python code that it brings along.

    Raises EncoderError, whose message names the model and the cure.
    """
    if name is None or name == DEFAULT:
        chinese = EmbeddedEncoder.load(MODELS / CHINESE)
        return BilingualEncoder(DEFAULT, chinese, EmbeddedEncoder.load(MODELS / ENGLISH))
    if name == CHINESE:
        return EmbeddedEncoder.load(MODELS / CHINESE, name)
    from embeddings.sentence_transformer import SentenceTransformerEncoder

    return SentenceTransformerEncoder.load(name, offline=offline, trust_remote_code=trust_remote_code)
