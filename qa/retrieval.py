"""Retrieval: BM25 over passages and cosine over sentences, joined in one score that means the same
from question to question.

Both parts lie in [0, 1]. The lexical one is BM25 divided by the most that the question's words could score,
Σ idf·(k1+1): unlike min-max or rank fusion it stays near 0 when no word matches, so that noise never drowns
a good paraphrase. The dense one is the best cosine of a passage's sentences and pairs of neighbours,
counted from the floor that unrelated questions reach (`background.py`).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from embeddings import Encoder, Reranker
from qa.backend import BulletinStore, LexicalSearch, Selection, VectorSearch
from qa.background import Background
from qa.places import Place, gazetteer
from qa.query import Query
from qa.storage.remembered import Remembered
from qa.storage.rows import ItemRow
from qa.types import Hit, StoredPassage

_CANDIDATES = 100
_UNITS = 400
_RERANKED = 30
_ELSEWHERE = 0.8
_FULL_TRUST = 0.2
_REMEMBERED = 512


@lru_cache(maxsize=8192)
def places_of_title(title: str) -> tuple[Place, ...]:
    """The places that a title names."""
    return tuple(place for mention in gazetteer().find(title) for place in mention.places)


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """A sentence of a passage with the cosine of its unit to the question."""

    passage: int
    index: int
    cosine: float


class Retriever:
    """Searches one snapshot of the indexes. Safe to use from many threads."""

    def __init__(
        self,
        store: BulletinStore,
        lexical: LexicalSearch,
        vectors: VectorSearch,
        encoder: Encoder,
        background: Background,
        *,
        lexical_weight: float,
        foreign_lexical_weight: float,
        reranker: Reranker | None = None,
    ) -> None:
        self.store = store
        self.lexical = lexical
        self.vectors = vectors
        self.encoder = encoder
        self.background = background
        self._weights = {"zh": lexical_weight, "en": foreign_lexical_weight}
        self._remembered: Remembered[str, NDArray[np.float32]] = Remembered(_REMEMBERED)
        self._reranker = reranker
        self._items: list[ItemRow] | None = None
        self._lock = threading.Lock()

    def search(self, query: Query, k: int, allowed: Selection | None = None) -> list[Hit]:
        """The best `k` passages, best first; `allowed` are those that may be found."""
        if k <= 0 or (allowed is not None and len(allowed) == 0):
            return []
        terms = self.search_terms(query)
        most = self.most(terms)
        lexical = dict(self.lexical.search(terms, max(k, _CANDIDATES), allowed)) if terms else {}
        vector = self.encode(query.rewritten)
        dense = self._dense(vector, max(4 * k, _UNITS), allowed)
        missing = [number for number in lexical if number not in dense]
        if missing:
            found = self._dense(vector, 8 * len(missing) + 64, np.array(sorted(missing), dtype=np.int64))
            dense.update(found)
        scored = self._scored(query.language, lexical, dense, most)
        needed = k if self._reranker is None else max(k, _RERANKED)
        if query.places:
            considered = max(4 * k, _CANDIDATES)
            scored = self._by_place(query, self._sorted(scored, considered)[:considered])
        scored = self._sorted(scored, needed)
        best = self._rerank(query, scored[:needed])[:k]
        passages = self.store.passages([number for *_, number in best])
        return [
            _hit(rank, score, words, meaning, passage, dense.get(passage.number))
            for rank, ((score, words, meaning, _), passage) in enumerate(zip(best, passages, strict=True), 1)
        ]

    def _scored(
        self, language: str, lexical: dict[int, float], dense: dict[int, tuple[float, int, int]], most: float
    ) -> list[tuple[float, float, float, int]]:
        """(score, its lexical part, its dense part, passage number) of all passages that were found."""
        weight = self._weights[language]
        numbers = list({*lexical, *dense})
        cosines = np.array([dense[number][0] if number in dense else 0.0 for number in numbers])
        scores = np.array([lexical.get(number, 0.0) for number in numbers])
        meaning = np.minimum(self.background.normalised(cosines, language), 1.0)
        words = np.minimum(scores / most, 1.0) if most else np.zeros(len(numbers))
        # A stray common word is no evidence: what covers little of the question counts for less still.
        trusted = words * np.minimum(1.0, words / _FULL_TRUST)
        joined = (meaning + weight * trusted) / (1.0 + weight)
        return list(zip(joined.tolist(), words.tolist(), meaning.tolist(), numbers, strict=True))

    def _rerank(
        self, query: Query, scored: list[tuple[float, float, float, int]]
    ) -> list[tuple[float, float, float, int]]:
        """The first passages in the order of their score and the cross-encoder's, half and half."""
        if self._reranker is None:
            return scored
        passages = self.store.passages([entry[3] for entry in scored])
        finer = self._reranker.scores(query.rewritten, [f"{p.title}\n{p.text}" for p in passages])
        joined = [
            (0.5 * score + 0.5 * min(max(float(fine), 0.0), 1.0), words, meaning, number)
            for (score, words, meaning, number), fine in zip(scored, finer, strict=True)
        ]
        return self._sorted(joined, len(joined))

    def _by_place(
        self, query: Query, head: list[tuple[float, float, float, int]]
    ) -> list[tuple[float, float, float, int]]:
        """The same passages, those lowered whose title names other places than the question."""
        asked = query.place_set
        lowered = []
        for (score, words, meaning, number), passage in zip(
            head, self.store.passages([entry[3] for entry in head]), strict=True
        ):
            told = places_of_title(passage.title)
            elsewhere = bool(told) and not any(p.covers(t) or t.covers(p) for p in asked for t in told)
            lowered.append((score * (_ELSEWHERE if elsewhere else 1.0), words, meaning, number))
        return lowered

    def _sorted(
        self, scored: list[tuple[float, float, float, int]], needed: int
    ) -> list[tuple[float, float, float, int]]:
        """The first `needed` and any as good as the last of them: best first, ties by place in the corpus.

        The passages' numbers say nothing of that place: it depends on the backend how they are given.
        """
        scored = sorted(scored, key=lambda entry: -entry[0])
        if len(scored) > needed:
            scored = [entry for entry in scored if entry[0] >= scored[needed - 1][0]]
        held = Counter(entry[0] for entry in scored)
        tied = [entry[3] for entry in scored if held[entry[0]] > 1]
        places = {p.number: (p.bulletin, p.number) for p in self.store.passages(tied)} if tied else {}
        return sorted(scored, key=lambda entry: (-entry[0], places.get(entry[3], ("", 0))))

    def items(self) -> list[ItemRow]:
        """Every item without its passages, in corpus order; read once, when a question first needs them."""
        with self._lock:
            if self._items is None:
                self._items = self.store.items()
            return self._items

    def search_terms(self, query: Query) -> list[str]:
        """The question's content words and the full names of places it abbreviates."""
        return list(dict.fromkeys((*query.terms, *query.extra_terms)))

    def most(self, terms: Iterable[str]) -> float:
        """The most BM25 can give a passage for `terms`: Σ idf·(k1+1) (Robertson and Zaragoza 2009)."""
        return sum(self.lexical.idf(term) for term in terms) * (self.lexical.k1 + 1.0)

    def encode(self, text: str) -> NDArray[np.float32]:
        """The question's vector, shape (d,); the last few hundred are remembered."""
        return self._remembered.of(text, lambda: self.encoder.encode_queries([text])[0])

    def sentence_scores(self, text: str, passages: Sequence[int]) -> list[SentenceScore]:
        """The cosine of `text` to every single sentence of the passages numbered `passages`."""
        if not passages:
            return []
        vector = self.encode(text)
        rows = self.vectors.search(vector[None, :], 4096, np.array(sorted(passages), dtype=np.int64))
        best: dict[tuple[int, int], float] = {}
        for unit in rows[0]:
            if unit.first < 0:
                continue
            # A pair lends its score to both members, a little lowered: alone each says less.
            shade = 1.0 if unit.first == unit.last else 0.9
            for index in range(unit.first, unit.last + 1):
                place = (unit.passage, index)
                best[place] = max(best.get(place, -1.0), unit.score * shade)
        return [SentenceScore(passage, index, cosine) for (passage, index), cosine in sorted(best.items())]

    def _dense(
        self, vector: NDArray[np.float32], k: int, allowed: Selection | None
    ) -> dict[int, tuple[float, int, int]]:
        best: dict[int, tuple[float, int, int]] = {}
        for unit in self.vectors.search(vector[None, :], k, allowed)[0]:
            known = best.get(unit.passage)
            if known is None or unit.score > known[0]:
                best[unit.passage] = (unit.score, unit.first, unit.last)
        return best


def _hit(
    rank: int,
    score: float,
    lexical: float,
    dense: float,
    passage: StoredPassage,
    unit: tuple[float, int, int] | None,
) -> Hit:
    sentences = passage.sentences
    first, last = (unit[1], unit[2]) if unit and unit[1] >= 0 else (0, 0)
    evidence = "".join(sentence.text for sentence in sentences[first : last + 1]) or passage.text
    return Hit(
        rank=rank,
        score=round(score, 6),
        item_id=passage.item_id,
        title=passage.title,
        section=passage.section,
        bulletin=passage.bulletin,
        date=passage.date,
        page=passage.page,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        evidence=evidence,
        lexical=lexical,
        dense=dense,
        number=passage.number,
    )
