"""How close an unrelated question comes to the corpus by chance, per language.

Cosines of different encoders live in different ranges, and even unrelated texts share some direction
(Ethayarajh, "How contextual are contextualized word representations?", EMNLP 2019). Everyday questions that
no bulletin answers are searched once per index; the mean of their best cosines is the floor from which a
dense score counts, and it makes scores comparable between corpora and models.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_PROBES = {
    "zh": (
        "红烧肉怎么做才好吃？", "吉他初学者先练什么和弦？", "猫咪总是半夜叫怎么办？",
        "世界杯决赛是哪两支球队踢的？", "如何用毛线织一条围巾？", "这部电影的主演是谁？",
        "手机屏幕碎了能自己换吗？", "恐龙为什么会灭绝？", "怎样快速入睡？", "法语的你好怎么说？",
        "明天会下雨吗？", "跑步后膝盖疼怎么缓解？", "黑洞是怎么形成的？", "推荐几本科幻小说",
        "婚礼上该穿什么颜色的裙子？", "怎么证明勾股定理？",
    ),
    "en": (
        "How do I cook a medium rare steak?", "Which chords should a guitar beginner learn?",
        "Why does my cat meow at night?", "Who won the World Cup final?", "How do you knit a scarf?",
        "Who plays the lead in that movie?", "Can I replace a cracked phone screen?",
        "Why did the dinosaurs die out?", "How can I fall asleep faster?",
        "How do you say hello in French?", "Will it rain tomorrow?",
        "What helps with knee pain after running?", "How do black holes form?",
        "Recommend a few science fiction novels", "What should I wear to a wedding?",
        "How do you prove the Pythagorean theorem?",
    ),
}  # fmt: skip


class _Encoder(Protocol):
    @property
    def fingerprint(self) -> str: ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class _UnitHit(Protocol):
    @property
    def score(self) -> float: ...


class _Vectors(Protocol):
    @property
    def generation(self) -> int: ...

    def search(self, vectors: NDArray[np.float32], k: int) -> Sequence[Sequence[_UnitHit]]: ...


@dataclass(frozen=True, slots=True)
class Background:
    """Mean and standard deviation of the best cosine of an unrelated question, by language."""

    zh_mean: float = 0.0
    zh_deviation: float = 0.1
    en_mean: float = 0.0
    en_deviation: float = 0.1

    def normalise(self, cosine: float, language: str) -> float:
        """`cosine` on a scale where an unrelated question's best is 0 and identity is 1, at least 0.

        >>> Background(zh_mean=0.4).normalise(0.7, "zh")
        0.5
        """
        floor = self.zh_mean if language == "zh" else self.en_mean
        return round(max(0.0, (cosine - floor) / max(1.0 - floor, 1e-6)), 6)

    def deviations(self, cosine: float, language: str) -> float:
        """How many standard deviations `cosine` lies above the best of an unrelated question."""
        if language == "zh":
            return (cosine - self.zh_mean) / self.zh_deviation
        return (cosine - self.en_mean) / self.en_deviation

    @classmethod
    def measure(cls, vectors: _Vectors, encoder: _Encoder, cache: Path | None = None) -> Background:
        """Search the probes, or read what an earlier search of the same index and encoder found."""
        key = f"{encoder.fingerprint}:{vectors.generation}:{len(_PROBES['zh'])}"
        known = _read(cache, key) if cache else None
        if known is not None:
            return known
        figures: dict[str, float] = {}
        for language, probes in _PROBES.items():
            rows = vectors.search(encoder.encode_queries(list(probes)), 1)
            best = np.array([row[0].score for row in rows if row] or [0.0])
            figures[f"{language}_mean"] = round(float(best.mean()), 6)
            figures[f"{language}_deviation"] = round(max(float(best.std()), 0.02), 6)
        measured = cls(**figures)
        if cache:
            _write(cache, key, measured)
        return measured


def _read(cache: Path, key: str) -> Background | None:
    try:
        stored = json.loads(cache.read_text(encoding="utf-8"))
        return (
            Background(**{name: float(value) for name, value in stored["figures"].items()})
            if stored["key"] == key
            else None
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # Missing or damaged: it is derived, so it is measured again.


def _write(cache: Path, key: str, background: Background) -> None:
    temporary = cache.with_name(f"{cache.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps({"key": key, "figures": asdict(background)}), encoding="utf-8")
        temporary.replace(cache)
    except OSError:
        temporary.unlink(missing_ok=True)  # A read-only index measures anew at each start.
