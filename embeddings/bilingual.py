"""Two towers into one space: a text is read by the one that knows its language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from embeddings.encoder import Encoder, Progress, Vectors, Warming

CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
WORD = re.compile(r"[A-Za-z]{2,}")


def shares(text: str) -> tuple[float, float]:
    """Return how much of the Chinese and of the English tower a text gets; they add up to 1.

    Names and abbreviations inside Chinese are read by the Chinese tower, which knows the common ones; a
    Chinese name inside English is read by both.

    >>> shares("5G 基站建了多少？"), shares("How many 5G masts?"), shares("What does the name 沪 stand for?")
    ((1.0, 0.0), (0.0, 1.0), (0.5, 0.5))
    """
    characters, words = len(CHINESE.findall(text)), len(WORD.findall(text))
    if words == 0 or characters >= words:
        return 1.0, 0.0
    return (0.5, 0.5) if characters else (0.0, 1.0)


class BilingualEncoder:
    """A Chinese and an English encoder whose rows can be compared, as one encoder."""

    def __init__(self, name: str, chinese: Encoder, english: Encoder) -> None:
        self.name = name
        self.dimension = chinese.dimension
        both = f"{chinese.fingerprint} {english.fingerprint} 1"
        self.fingerprint = hashlib.sha256(both.encode()).hexdigest()[:16]
        self._towers = (chinese, english)

    def warm(self) -> None:
        """Let both towers get ready for many questions."""
        for tower in self._towers:
            if isinstance(tower, Warming):
                tower.warm()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows (n, d) for questions."""
        return self._encode(texts, None, queries=True)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return unit rows (n, d) for sentences or passages; `progress` hears how many more are done."""
        return self._encode(texts, progress, queries=False)

    def _encode(self, texts: Sequence[str], progress: Progress | None, queries: bool) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        weights = np.array([shares(text) for text in texts], np.float32).reshape(len(texts), 2)
        for tower, share in zip(self._towers, weights.T, strict=True):
            # A text that both towers read is counted once, with those of the Chinese tower.
            first = tower is self._towers[0]
            for mixed in (False, True):
                chosen = np.flatnonzero((share == 0.5) if mixed else (share == 1.0))
                if not len(chosen):
                    continue
                part = [texts[int(index)] for index in chosen]
                heard = progress if first or not mixed else None
                found = tower.encode_queries(part) if queries else tower.encode_passages(part, heard)
                rows[chosen] += share[chosen, None] * found
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: Vectors = rows / np.maximum(lengths, np.float32(1e-12))
        return unit
