"""An optional cross-encoder that reads question and passage together; off unless a model is named."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoder import EncoderError, Reranker, Vectors
from embeddings.hub import find_folder, quiet
from embeddings.recommended import recommended
from embeddings.sentence_transformer import failed, refuse_own_code

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder with one score a pair."""

    def __init__(self, name: str, model: CrossEncoder) -> None:
        self.name = name
        self._model = model
        self._lock = threading.Lock()

    def scores(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return one score in [0, 1] a passage, shape (n,)."""
        if not passages:
            return np.zeros(0, np.float32)
        import torch

        with self._lock:
            scores = self._model.predict(
                [(question, passage) for passage in passages],
                show_progress_bar=False,
                activation_fn=torch.nn.Sigmoid(),
                convert_to_numpy=True,
            )
        return np.asarray(scores, np.float32).reshape(len(passages))


def load_reranker(name: str, *, offline: bool = False, trust_remote_code: bool = False) -> Reranker:
    """Load a cross-encoder by hub id, folder, or recommended short name."""
    known = recommended(name)
    refuse_own_code(name, known, trust_remote_code)
    folder = find_folder(name, offline=offline)
    try:
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise EncoderError(
            f"Model {name} needs sentence-transformers ({error}): pip install sentence-transformers."
        ) from None
    quiet()
    try:
        model = CrossEncoder(
            str(folder),
            trust_remote_code=trust_remote_code,
            local_files_only=not trust_remote_code,
            max_length=known.length if known else None,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # transformers raises whatever the model's files lead to
        raise EncoderError(failed(name, folder, error)) from error
    if model.num_labels != 1:
        raise EncoderError(f"Model {name} gives {model.num_labels} scores a pair; a reranker gives one.")
    return CrossEncoderReranker(name, model)
