"""What an encoder is, and the one error that this room raises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors: TypeAlias = NDArray[np.float32]
Progress: TypeAlias = Callable[[int], None]


class EncoderError(Exception):
    """A model cannot be loaded or used; the message names it and says what to do."""


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into rows whose dot product is their cosine."""

    @property
    def name(self) -> str:
        """The model as it was asked for: hub id, folder, or short name."""
        ...

    @property
    def fingerprint(self) -> str:
        """A short string that changes whenever the vectors would: weights and settings."""
        ...

    @property
    def dimension(self) -> int:
        """The length d of a row."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows (n, d) for questions, n = len(texts); (0, d) for none."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return unit rows (n, d) for sentences or passages; `progress` hears how many more are done."""
        ...


@runtime_checkable
class Warming(Protocol):
    """An encoder that answers faster once it has taken seconds to get ready."""

    def warm(self) -> None:
        """Get ready, for a process that stays; safe to call from any thread, and again."""
        ...


@runtime_checkable
class Reranker(Protocol):
    """Scores how well each passage answers a question; slower and finer than an encoder."""

    @property
    def name(self) -> str:
        """The model as it was asked for."""
        ...

    def scores(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return one score in [0, 1] a passage, shape (n,)."""
        ...
