from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from qa import Library, Settings
from qa.background import Background, Language
from qa.errors import ModelError
from qa.query import understand
from qa.retrieval import Retriever
from tests.conftest import SEEDS


class Prefers:
    """A reranker that wants one word and nothing else."""

    name = "prefers"

    def __init__(self, word: str) -> None:
        self.word = word

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return np.array([float(self.word in passage) for passage in passages], np.float32)


def with_reranker(library: Library, word: str) -> Retriever:
    plain = library.retriever
    return Retriever(
        plain.store, plain.lexical, plain.vectors, plain.encoder, plain.background,
        lexical_weight=0.9, foreign_lexical_weight=0.4, reranker=Prefers(word),
    )  # fmt: skip


def test_a_reranker_decides_among_the_first_passages_and_scores_stay_in_order(samples: Library) -> None:
    query = understand("进口冷链食品怎么追溯？")
    plain = samples.retriever.search(query, 10)
    reranked = with_reranker(samples, "远程视频监控功能").search(query, 10)
    assert "远程视频监控功能" in reranked[0].text
    assert "远程视频监控功能" not in plain[0].text
    assert [hit.score for hit in reranked] == sorted((hit.score for hit in reranked), reverse=True)
    assert all(0.0 <= hit.score <= 1.0 for hit in reranked)


def test_a_question_without_shared_words_is_not_drowned_in_lexical_noise(samples: Library) -> None:
    hits = samples.retrieve("小区里给老头老太太活动的房子，按人头算至少要留多大地方？", k=3)
    assert "养老" in hits[0].title


def test_a_nickname_finds_its_place(samples: Library) -> None:
    hits = samples.retrieve("鹏城的旧楼改造，个别业主不肯搬怎么办？", k=3)
    assert hits[0].title.startswith("深圳")


def test_an_unknown_reranker_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    settings = Settings(reranker=str(tmp_path / "no-such-model"))
    with pytest.raises(ModelError, match="no-such-model"):
        Library.open(SEEDS, tmp_path / "index", settings=settings)


def test_cosines_are_scaled_together_as_they_are_alone() -> None:
    background = Background({"zh": Language(np.eye(4, dtype=np.float32), 0.37, 0.0)})
    cosines = np.random.default_rng(3).uniform(-1, 1, 500)
    alone = [background.normalise(cosine, "zh") for cosine in cosines.tolist()]
    assert background.normalised(cosines, "zh").tolist() == pytest.approx(alone, abs=1e-9)
    assert min(alone) == 0.0
