"""What an unrelated question looks like to an encoder and a corpus.

Cosines of different encoders live in different ranges, and even unrelated texts share some direction
(Ethayarajh, "How contextual are contextualized word representations?", EMNLP 2019). Everyday questions that
no bulletin answers (`data/everyday_*.txt`) are searched once per index. They give two things:

- the floor from which a dense score counts, which makes scores comparable between corpora and models;
- a background model in the sense of a likelihood-ratio test: a question that lies closer to everyday
  questions than to anything in the corpus is off topic, however high its best cosine is.
"""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
LANGUAGES = ("zh", "en")
_NEAREST = 3
_ABOVE = 0.19
_VERSION = 6
_ENCODED: dict[tuple[str, str], NDArray[np.float32]] = {}


class _Encoder(Protocol):
    @property
    def fingerprint(self) -> str: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors: ...


class _UnitHit(Protocol):
    @property
    def score(self) -> float: ...


class _Index(Protocol):
    @property
    def stamp(self) -> object: ...

    def search(self, vectors: Vectors, k: int) -> Sequence[Sequence[_UnitHit]]: ...


@dataclass(frozen=True, slots=True)
class Language:
    """The background of one language.

    `everyday` holds the everyday questions' unit rows (n, d), `floor` the mean of their best cosines to the
    corpus, and `margin` how far above their own nearest everyday questions they come: the median, each left
    out of its own neighbours, and a fifth of the scale more.
    """

    everyday: Vectors
    floor: float
    margin: float


@dataclass(frozen=True, slots=True)
class Background:
    """What unrelated questions reach, by language (`zh`, `en`)."""

    languages: dict[str, Language]

    def normalise(self, cosine: float, language: str) -> float:
        """`cosine` on a scale where an unrelated question's best is 0 and identity is 1, at least 0.

        >>> rows = np.eye(4, dtype=np.float32)
        >>> Background({"zh": Language(rows, 0.4, 0.0)}).normalise(0.7, "zh")
        0.5
        """
        floor, span = self._scale(language)
        return round(max(0.0, (cosine - floor) / span), 6)

    def normalised(self, cosines: NDArray[np.float64], language: str) -> NDArray[np.float64]:
        """`normalise` of many cosines, shape (n,)."""
        floor, span = self._scale(language)
        scaled: NDArray[np.float64] = np.maximum(0.0, (cosines - floor) / span)
        return scaled.round(6)

    def _scale(self, language: str) -> tuple[float, float]:
        floor = self.languages[language].floor
        return floor, max(1.0 - floor, 1e-6)

    def beyond_everyday(self, vector: Vectors, cosine: float, language: str) -> float:
        """How much closer a question (unit row (d,)) is to the corpus than to everyday questions.

        `cosine` is its best to the corpus. Negative: off topic.
        """
        known = self.languages[language]
        similar = np.sort(known.everyday @ vector)[-_NEAREST:]
        return float(cosine - similar.mean() - known.margin)

    @classmethod
    def measure(cls, index: _Index, encoder: _Encoder, cache: Path | None = None) -> Background:
        """Search the everyday questions, or read what an earlier search of the same index found."""
        key = f"{_VERSION}:{encoder.fingerprint}:{index.stamp}"
        known = _read(cache, key) if cache else None
        if known is not None:
            return known
        measured = cls({language: _measure(index, encoder, language) for language in LANGUAGES})
        if cache:
            _write(cache, key, measured)
        return measured


def everyday_questions(language: str) -> list[str]:
    """The everyday questions of a language, one a line of the data file."""
    text = files("qa").joinpath(f"data/everyday_{language}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]


def _everyday(encoder: _Encoder, language: str) -> Vectors:
    """The everyday questions' unit rows; a library that follows another's changes asks for them often."""
    key = encoder.fingerprint, language
    if key not in _ENCODED:
        _ENCODED[key] = np.asarray(encoder.encode_queries(everyday_questions(language)), np.float32)
    return _ENCODED[key]


def _measure(index: _Index, encoder: _Encoder, language: str) -> Language:
    rows = _everyday(encoder, language)
    best = np.array([found[0].score if found else 0.0 for found in index.search(rows, 1)])
    among = rows @ rows.T
    np.fill_diagonal(among, -1.0)
    similar = np.sort(among, axis=1)[:, -_NEAREST:].mean(axis=1)
    floor = float(best.mean())
    margin = float(np.median(best - similar)) + _ABOVE * (1.0 - floor)
    return Language(rows, floor, margin)


def _read(cache: Path, key: str) -> Background | None:
    try:
        with np.load(cache, allow_pickle=False) as stored:
            if str(stored["key"]) != key:
                return None
            return Background(
                {
                    name: Language(stored[f"{name}_rows"], *(float(f) for f in stored[f"{name}_figures"]))
                    for name in LANGUAGES
                }
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None  # Missing or damaged: it is derived, so it is measured again.


def _write(cache: Path, key: str, background: Background) -> None:
    arrays: dict[str, NDArray[np.generic]] = {"key": np.array(key)}
    for name, known in background.languages.items():
        arrays[f"{name}_rows"] = known.everyday
        arrays[f"{name}_figures"] = np.array([known.floor, known.margin])
    temporary = cache.with_name(f".{os.getpid()}-{cache.name}")
    try:
        np.savez(temporary, **arrays)  # type: ignore[arg-type]
        temporary.replace(cache)
    except OSError:
        # A read-only index measures anew at each start.
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
