"""Any sentence-transformers model: a hub id, a local folder, or a recommended short name."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.encoder import EncoderError, Progress, Vectors
from embeddings.fingerprint import folder_fingerprint
from embeddings.hub import find_folder, quiet
from embeddings.recommended import Recommended, recommended

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 32
SLAB = 8 * BATCH


class SentenceTransformerEncoder:
    """A sentence-transformers model with its own prompts, or those of the table where it has none."""

    def __init__(
        self, name: str, fingerprint: str, model: SentenceTransformer, query: str, passage: str
    ) -> None:
        self.name = name
        self.fingerprint = fingerprint
        self._model = model
        self._query = query
        self._passage = passage
        self._lock = threading.Lock()
        self.dimension = int(self._dimension())

    @classmethod
    def load(
        cls, name: str, *, offline: bool = False, trust_remote_code: bool = False
    ) -> SentenceTransformerEncoder:
        """Load a model; raise EncoderError with the cure when that is impossible."""
        known = recommended(name)
        refuse_own_code(name, known, trust_remote_code)
        folder = find_folder(name, offline=offline)
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EncoderError(
                f"Model {name} needs sentence-transformers ({error}): pip install sentence-transformers."
            ) from None
        quiet()
        try:
            model = SentenceTransformer(
                str(folder),
                trust_remote_code=trust_remote_code,
                local_files_only=not trust_remote_code,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:  # transformers raises whatever the model's files lead to
            raise EncoderError(failed(name, folder, error)) from error
        query, passage = prompts({key: text or "" for key, text in model.prompts.items()}, known)
        length = model.max_seq_length
        if known is not None and (length is None or length > known.length):
            model.max_seq_length = known.length
        fingerprint = folder_fingerprint(folder, query, passage, str(model.max_seq_length))
        return cls(name, fingerprint, model, query, passage)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows (n, d) for questions."""
        return self._encode(texts, self._query, None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return unit rows (n, d) for sentences or passages; `progress` hears how many more are done."""
        return self._encode(texts, self._passage, progress)

    def _encode(self, texts: Sequence[str], prompt: str, progress: Progress | None) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        for start in range(0, len(order), SLAB):
            part = order[start : start + SLAB]
            with self._lock:
                rows[part] = self._model.encode(
                    [texts[index] for index in part],
                    prompt=prompt or None,
                    batch_size=BATCH,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                    normalize_embeddings=True,
                )
            if progress is not None:
                progress(len(part))
        return rows

    def _dimension(self) -> int:
        model: Any = self._model
        ask = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
        return int(ask() or len(model.encode("a")))


def prompts(own: dict[str, str], known: Recommended | None) -> tuple[str, str]:
    """Return the prompts for a query and a passage: the model's own, else the table's, else none.

    >>> prompts({"query": "q: ", "document": ""}, None)
    ('q: ', '')
    """
    query = own.get("query", "")
    passage = own.get("document", "") or own.get("passage", "")
    if not query and not passage and known is not None:
        return known.query, known.passage
    return query, passage


def refuse_own_code(name: str, known: Recommended | None, allowed: bool) -> None:
    """Refuse a model that brings code of its own unless the user allows that."""
    if known is not None and known.own_code and not allowed:
        raise EncoderError(
            f"Model {name} runs Python code that comes with it: allow that with trust_remote_code if you "
            f"trust {known.hub_id}, or choose another model."
        )


def failed(name: str, folder: Path, error: Exception) -> str:
    """Say in one line why a model that is there cannot be loaded."""
    lines = str(error).strip().splitlines()
    return (
        f"Model {name} in {folder} cannot be loaded ({lines[0] if lines else type(error).__name__}): it may "
        "be incomplete, of another kind, or need code of its own (trust_remote_code)."
    )
