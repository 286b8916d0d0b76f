"""Models as the product takes them: loaded with our errors, their vectors held to what was promised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder, EncoderError, Reranker, load_encoder, load_reranker
from qa.errors import ModelError


def encoder_of(model: str | None) -> Encoder:
    """Load an encoder. Raises ModelError."""
    try:
        return load_encoder(model)
    except EncoderError as error:
        raise ModelError(str(error)) from error


def reranker_of(name: str) -> Reranker | None:
    """Load a reranker, if one is named. Raises ModelError."""
    try:
        return load_reranker(name) if name else None
    except EncoderError as error:
        raise ModelError(str(error)) from error


def embedded(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the unit rows (n, d) of texts. Raises ModelError when their shape is another."""
    rows = encoder.encode_passages(texts)
    if rows.shape != (len(texts), encoder.dimension) or not np.isfinite(rows).all():
        raise ModelError(
            f"model {encoder.name!r} gave vectors of shape {rows.shape} or not finite, {encoder.dimension} "
            "numbers a text were promised: choose another with --model"
        )
    return rows
