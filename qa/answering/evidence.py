"""Picks the sentences of an item that answer a question.

An item is laid out as its sentences in order (`ItemView`); each gets a score from its meaning (cosine), its
words (share of the question's idf it holds) and whether it holds the kind of thing asked for. A list is
answered by its whole enumeration, a fact by one or two sentences, a why or how by those that say so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from qa.answering.scoring import SentenceSigns, sentence_model
from qa.kinds import AGENT, AREA, CONTACT, DURATION, MONEY, NUMBER, PERCENT, PERSON, PLACE, TEXT, TIME
from qa.query import LIST, Query
from qa.retrieval import Retriever
from qa.text import matching_form
from qa.types import Enumeration, Item, Sentence, StoredPassage
from qa.words import content_terms

_KNOWN_SHARE = 0.35
_MEASURES = frozenset({TIME, DURATION, NUMBER, MONEY, PERCENT, AREA, PERSON, CONTACT})
_CHARACTER_SHARE = 0.5
_LEAD_KINDS = frozenset({AGENT, TIME, PLACE})
LIST_NOUNS = frozenset(
    "措施 举措 亮点 特点 任务 要点 做法 方向 突破 内容 安排 规定 要求 工作 创新 方面 行动"
    " 事项 功能 目标 政策 支持 采取 提出 推进 推出 实施 开展".split()
)
_ANAPHORIC = re.compile(
    r"^(?:该(?!院校)|其(?!中[，,]?[一二三四五]|他|余|次|实)|同时|此外|另外|此次"
    r"|这(?!样的话)|上述|目前|今后|为此|对此|届时|其中|他们|它们?|两者|前者|后者|并|还将"
    r"|并将|当天|当日|当时|下一步|未来)"
)


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """A sentence of an item: its place in the item's order, and how well it fits the question.

    `meets` says whether it holds the kind of answer expected, `exact` also of what; `signs` are what its
    score was made of.
    """

    order: int
    passage: int
    sentence: Sentence
    cosine: float
    meets: bool
    exact: bool
    signs: SentenceSigns
    score: float

    @property
    def words(self) -> float:
        """The idf-weighted share of the question's terms that it holds."""
        return self.signs.words

    @property
    def meaning(self) -> float:
        """Its cosine to the question, normalised."""
        return self.signs.meaning

    @property
    def beside(self) -> float:
        """Its cosine to what the question asks beyond the item's topic, normalised."""
        return self.signs.beside


@dataclass(frozen=True)
class ItemView:
    """An item as its scored sentences, in order."""

    item: Item
    bulletin: str
    sentences: tuple[ScoredSentence, ...]
    paragraphs: tuple[tuple[int, int], ...] = field(default=())
    rest: tuple[str, ...] = ()

    @cached_property
    def best(self) -> ScoredSentence:
        """The sentence that fits best; the earlier one of equals."""
        return max(self.sentences, key=lambda scored: (scored.score, -scored.order))

    @cached_property
    def by_place(self) -> dict[int, ScoredSentence]:
        """Sentences by their start offset."""
        return {scored.sentence.start: scored for scored in self.sentences}

    def within(self, start: int, end: int) -> list[ScoredSentence]:
        """The sentences that begin inside the span."""
        return [scored for scored in self.sentences if start <= scored.sentence.start < end]

    @property
    def text(self) -> str:
        """Title and sentences joined, for matching."""
        return self.item.title + "".join(scored.sentence.text for scored in self.sentences)


def term_weights(retriever: Retriever, terms: Sequence[str]) -> dict[str, float]:
    """idf of each term: what it is worth to find it."""
    return {term: retriever.lexical.idf(term) for term in terms}


def coverage(weights: dict[str, float], text: str) -> float:
    """Share of the terms' weight found in `text`, in [0, 1]; 0 when there are no terms.

    >>> coverage({"江苏": 1.0, "冷链": 3.0}, "江苏的系统")
    0.25
    """
    total = sum(weights.values())
    form = matching_form(text)
    return sum(weight for term, weight in weights.items() if term in form) / total if total else 0.0


def partial_coverage(weights: dict[str, float], text: str) -> float:
    """Like `coverage`, with part of a term's weight where only characters of it are found (级别, 省级).

    >>> round(partial_coverage({"级别": 1.0}, "省级工作站"), 3)
    0.25
    """
    total = sum(weights.values())
    form = matching_form(text)
    held = 0.0
    for term, weight in weights.items():
        if term in form:
            held += weight
        elif len(term) > 1 and not term.isascii():
            held += _CHARACTER_SHARE * weight * sum(character in form for character in term) / len(term)
    return held / total if total else 0.0


def view_item(
    retriever: Retriever, query: Query, item_id: str, hidden: frozenset[int] = frozenset()
) -> ItemView:
    """The item's sentences scored against the question; those starting at a `hidden` offset are left out."""
    store = retriever.store
    item = store.item(item_id)
    numbers = store.passage_numbers(item_ids=[item_id])
    passages = store.passages(np.asarray(numbers).tolist())
    cosines = _cosines(retriever, query.rewritten, passages)
    # Of a follow-up, its own words say what is asked; what it took over only says of what.
    own = (
        _cosines(retriever, query.question, passages) if query.carried and query.language == "zh" else cosines
    )
    weights = term_weights(retriever, retriever.search_terms(query))
    # What the title says, or the questions before said, tells the sentences apart least.
    title = matching_form(item.title)
    known = {term for term in weights if term in title or term in query.carried}
    telling = {term: weight * (_KNOWN_SHARE if term in known else 1.0) for term, weight in weights.items()}
    rest_terms = tuple(term for term in query.terms if term not in known)
    rest = "".join(rest_terms)
    rest_cosines = _cosines(retriever, rest, passages) if rest and query.language == "zh" else {}
    lead_starts = {enumeration.lead[0] for enumeration in item.enumerations if enumeration.lead}
    title_terms = content_terms(item.title)
    kind = query.expects.kind
    typed, strict = kind != TEXT, kind in _MEASURES
    sentences = [
        (passage.number, index, sentence)
        for passage in passages
        for index, sentence in enumerate(passage.sentences)
        if sentence.start not in hidden
    ]
    mean_length = sum(len(sentence.text) for *_, sentence in sentences) / max(1, len(sentences))
    model = sentence_model()
    scored: list[ScoredSentence] = []
    for number, index, sentence in sentences:
        cosine = cosines.get((number, index), 0.0)
        normalise = retriever.background.normalise
        form = matching_form(sentence.text)
        meets = typed and query.expects.met_by(sentence.text)
        exact = typed and query.expects.exactly_met_by(sentence.text)
        signs = SentenceSigns(
            meaning=normalise(cosine, query.language),
            asked=normalise(own.get((number, index), 0.0), query.language),
            beside=normalise(rest_cosines.get((number, index), 0.0), "zh"),
            words=coverage(weights, sentence.text),
            held=partial_coverage(telling, sentence.text),
            meets_strict=float(meets and strict),
            meets_loose=float(meets and not strict),
            exact_strict=float(exact and strict),
            opening=float(not scored),
            opening_lead=float(not scored and kind in _LEAD_KINDS),
            announces=float(sentence.start in lead_starts),
            titular=sum(term in form for term in title_terms) / max(1, len(title_terms)),
            length=math.log(max(1, len(sentence.text)) / max(1.0, mean_length)),
        )
        scored.append(
            ScoredSentence(len(scored), number, sentence, cosine, meets, exact, signs, model.score(signs))
        )
    paragraphs = [
        (min(orders), max(orders) + 1)
        for passage in passages
        if (orders := [entry.order for entry in scored if entry.passage == passage.number])
    ]
    return ItemView(item, store.bulletin_of(item_id), tuple(scored), tuple(paragraphs), rest_terms)


def _cosines(
    retriever: Retriever, text: str, passages: Sequence[StoredPassage]
) -> dict[tuple[int, int], float]:
    scores = retriever.sentence_scores(text, [passage.number for passage in passages])
    return {(score.passage, score.index): score.cosine for score in scores}


def select_likely(view: ItemView, share: float, limit: int) -> list[ScoredSentence]:
    """The likeliest sentences that together hold the answer with probability `share`, at most `limit`."""
    likely = sentence_model().shares([scored.score for scored in view.sentences])
    ranked = sorted(view.sentences, key=lambda scored: (-scored.score, scored.order))
    chosen: list[ScoredSentence] = []
    for scored in ranked[:limit]:
        if chosen and sum(likely[entry.order] for entry in chosen) >= share:
            break
        chosen.append(scored)
    return sorted(chosen, key=lambda scored: scored.order)


def asks_openly(view: ItemView, weights: dict[str, float]) -> bool:
    """Whether all that a question says and the item's text holds is in the title or a word like 措施.

    Then it asks what the item is about, and no sentence fits it better than another.
    """
    title, text = matching_form(view.item.title), matching_form(view.text)
    if not any(term in title for term in weights):
        return False
    return all(term in title or term in LIST_NOUNS or term not in text for term in weights)


def select_overview(view: ItemView, limit: int) -> list[ScoredSentence]:
    """The item's opening sentence and the likeliest of the others."""
    others = [scored for scored in select_likely(view, 1.0, limit) if scored.order]
    return [view.sentences[0], *others[: limit - 1]]


def select_explanation(view: ItemView, limit: int = 4, share: float = 0.55) -> list[ScoredSentence]:
    """The best sentence, what follows it in its paragraph, and others of at least `share` of its score."""
    best = view.best
    start, end = next((first, last) for first, last in view.paragraphs if first <= best.order < last)
    chosen = {best.order}
    following = [
        order for order in range(best.order + 1, end) if view.sentences[order].score > 0.3 * best.score
    ]
    ranked = sorted(view.sentences, key=lambda scored: (-scored.score, scored.order))
    near = [scored.order for scored in ranked[1:] if scored.score > share * best.score]
    for order in (*near[:1], *following[:1], *near[1:], *following[1:], *range(start, best.order)):
        if len(chosen) < limit:
            chosen.add(order)
    return [view.sentences[order] for order in sorted(chosen)]


def with_subject(view: ItemView, chosen: Sequence[ScoredSentence]) -> list[ScoredSentence]:
    """`chosen` with the sentence before each that opens with 该市, 同时 … and so leans on it."""
    orders = {scored.order for scored in chosen}
    for scored in chosen:
        if scored.order and _ANAPHORIC.match(scored.sentence.text):
            orders.add(scored.order - 1)
    return [view.sentences[order] for order in sorted(orders)]


@dataclass(frozen=True, slots=True)
class ListEvidence:
    """An enumeration to quote: its lead sentences and, for each point, its sentences."""

    lead: tuple[ScoredSentence, ...]
    points: tuple[tuple[ScoredSentence, ...], ...]


def select_list(view: ItemView, query: Query, weights: dict[str, float]) -> ListEvidence | None:
    """The item's enumeration that the question asks for; None when no enumeration answers it."""
    best: tuple[float, Enumeration] | None = None
    for enumeration in view.item.enumerations:
        if len(enumeration.points) < 2:
            continue
        worth = _worth(view, enumeration)
        if best is None or worth > best[0]:
            best = (worth, enumeration)
    if best is None or best[0] < 0.55 * view.best.score:
        return None
    enumeration = best[1]
    lead = tuple(view.within(*enumeration.lead)) if enumeration.lead else ()
    points = tuple(tuple(view.within(*point)) for point in enumeration.points)
    points = tuple(point for point in points if point)
    return ListEvidence(lead, points) if len(points) >= 2 else None


def point_asked(
    view: ItemView, query: Query, weights: dict[str, float], evidence: ListEvidence
) -> int | None:
    """The one point that the question is about, as an index; None when it is about the list."""
    if query.ordinal is not None:
        return query.ordinal - 1 if query.ordinal <= len(evidence.points) else None
    frame = matching_form(view.item.title + "".join(scored.sentence.text for scored in evidence.lead))
    specific = {
        term: weight for term, weight in weights.items() if term not in frame and term not in LIST_NOUNS
    }
    if not specific:
        return None
    needed = 0.5 if query.kind == LIST else 0.3
    holds = [coverage(specific, "".join(s.sentence.text for s in point)) for point in evidence.points]
    top = max(holds)
    if (
        top >= 0.6
        and sum(1 for share in holds if share >= 0.6 * top) == 1
        and sum(specific.values()) > needed * sum(weights.values())
    ):
        return holds.index(top)
    return None


def _worth(view: ItemView, enumeration: Enumeration) -> float:
    lead = [scored.score for scored in view.within(*enumeration.lead)] if enumeration.lead else []
    points = [max((s.score for s in view.within(*point)), default=0.0) for point in enumeration.points]
    ranked = sorted(points, reverse=True)[:3]
    return max([*lead, sum(ranked) / len(ranked) if ranked else 0.0, 0.9 * max(points, default=0.0)])
