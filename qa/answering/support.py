"""Whether the evidence carries what is asked: features of a question and its evidence, and a probability.

No threshold on a retrieval score can tell a near miss (right topic, missing detail) from an answer. So the
check asks separately: is the question about this collection at all; does the evidence hold the kind of
thing asked for; are the place, the year, the names and the figures of the question there; is each content
word accounted for, by word or by meaning. A logistic regression (Cox 1958) weighs the replies; its
coefficients are fitted on the development questions and on the same questions with their evidence taken
away (`tests/benchmarks/fit_support.py`) and stored in `data/support.json`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files

from qa.answering.evidence import ItemView, ScoredSentence, coverage, partial_coverage, term_weights
from qa.kinds import AREA, CONTACT, DURATION, MONEY, NUMBER, PERCENT, PERSON, TIME
from qa.places import Place, gazetteer
from qa.query import Query
from qa.retrieval import Retriever
from qa.text import matching_form

_SINGLE = 0.2
_CLAUSE_END = re.compile(r"[，,；;：:。！？]")
STRICT_KINDS = frozenset({TIME, DURATION, NUMBER, MONEY, PERCENT, AREA, PERSON, CONTACT})


@dataclass(frozen=True, slots=True)
class Features:
    """What the support check looks at; every field lies in about [-1, 1]."""

    meaning: float
    beyond: float
    words_item: float
    words_sentence: float
    strict: float
    unmet: float
    unmet_item: float
    inexact: float
    place_missing: float
    date_missing: float
    figure_missing: float
    name_missing: float
    worst_term: float
    asks_more: float
    rest_words: float
    rest_quoted: float
    rest_share: float
    rest_meaning: float
    near: float
    english: float
    followup: float
    partial: float

    def to_dict(self) -> dict[str, float]:
        """The features by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A premise of the question that the evidence contradicts: what was asked, what it says instead."""

    asked: str
    found: str


def features_of(
    retriever: Retriever, query: Query, view: ItemView, chosen: Sequence[ScoredSentence]
) -> Features:
    """Look at the question beside the sentences chosen for it and the item they come from."""
    weights = _own_weights(retriever, query)
    item_text = matching_form(view.text)
    quoted = view.item.title + "".join(scored.sentence.text for scored in chosen)
    meaning = max((scored.meaning for scored in chosen), default=0.0)
    strict = query.expects.kind in STRICT_KINDS
    met = any(scored.meets for scored in chosen)
    met_item = any(scored.meets for scored in view.sentences)
    words_item = coverage(weights, item_text)
    rest = {term: weight for term, weight in weights.items() if term in view.rest}
    return Features(
        meaning=meaning,
        beyond=max(-1.0, min(1.0, 4.0 * beyond_everyday(retriever, query, view))),
        words_item=words_item,
        words_sentence=partial_coverage(weights, quoted),
        strict=float(strict),
        unmet=float(strict and not met),
        unmet_item=float(strict and not met_item),
        inexact=float(strict and not any(scored.exact for scored in chosen)),
        place_missing=float(bool(missing_places(query, view))),
        date_missing=float(bool(missing_dates(query, view))),
        figure_missing=float(any(figure not in item_text for figure in query.numbers)),
        name_missing=_names_missing(query, item_text),
        worst_term=_worst_term(weights, item_text),
        asks_more=float(bool(rest)),
        rest_words=coverage(rest, item_text),
        rest_quoted=partial_coverage(rest, quoted),
        rest_share=sum(rest.values()) / sum(weights.values()) if rest else 0.0,
        rest_meaning=max((scored.beside for scored in chosen), default=0.0),
        near=_nearness(query, weights, rest, chosen),
        english=float(query.language == "en"),
        followup=float(bool(query.carried)),
        partial=4.0 * words_item * (1.0 - words_item) if weights else 0.0,
    )


def beyond_everyday(retriever: Retriever, query: Query, view: ItemView) -> float:
    """How much closer the question is to the item than to everyday questions (`Background`)."""
    cosine = max((scored.cosine for scored in view.sentences), default=0.0)
    return retriever.background.beyond_everyday(retriever.encode(query.rewritten), cosine, query.language)


def _own_weights(retriever: Retriever, query: Query) -> dict[str, float]:
    """What each content word is worth; one of a single character (交, 设) says little of the topic."""
    weights = term_weights(retriever, _own_terms(query))
    return {term: weight * (1.0 if len(term) > 1 else _SINGLE) for term, weight in weights.items()}


def _own_terms(query: Query) -> list[str]:
    """Content words without the places (checked apart) and without words contained in longer ones."""
    named = {matching_form(mention.text) for mention in query.places}
    terms = [term for term in query.terms if term not in named]
    return [t for t in terms if not any(t != other and t in other for other in terms)]


def _worst_term(weights: dict[str, float], item_text: str) -> float:
    """Share of the weight held by the heaviest content word that the item lacks."""
    missing = [weight for term, weight in weights.items() if term not in item_text]
    return max(missing, default=0.0) / sum(weights.values()) if weights else 0.0


def _nearness(
    query: Query, weights: dict[str, float], rest: dict[str, float], chosen: Sequence[ScoredSentence]
) -> float:
    """How much of what is asked stands in the clause of the answering words, or the one before it.

    In "共有 35 家企业，占地 200 亩" the area is near 占地 and not near 企业.
    """
    asked = rest or weights
    best = 0.0
    for scored in chosen:
        text = scored.sentence.text
        ends = [match.end() for match in _CLAUSE_END.finditer(text)]
        ends = ends if ends and ends[-1] == len(text) else [*ends, len(text)]
        starts = [0, *ends[:-1]]
        spans = query.expects.places(text) or [(start, end) for start, end in zip(starts, ends, strict=True)]
        for start, end in spans:
            place = next(i for i, stop in enumerate(ends) if start < stop)
            clause = text[starts[place] : max(ends[place], end)]
            before = text[starts[max(0, place - 1)] : starts[place]]
            best = max(best, partial_coverage(asked, clause), 0.8 * partial_coverage(asked, before + clause))
    return best


def missing_places(query: Query, view: ItemView) -> list[Place]:
    """Places the question names that the item neither names, nor lies in, nor holds."""
    if not query.places:
        return []
    said = [place for mention in gazetteer().find(view.text) for place in mention.places]
    text = matching_form(view.text)
    missing = []
    for mention in query.places:
        # A district goes by its short name in many a compound; only its full name is a sure premise.
        if all(p.level == "district" and mention.text != p.name for p in mention.places):
            continue
        if any(matching_form(name) in text for name in {mention.text, *(p.label for p in mention.places)}):
            continue
        if any(asked.covers(there) for asked in mention.places for there in said):
            continue
        missing.append(mention.places[0])
    return missing


def missing_dates(query: Query, view: ItemView) -> list[str]:
    """Dates the question names that fit no date of the item (a year fits any day in it)."""
    missing = []
    for asked in query.dates:
        if not asked.first or not asked.last or asked.precision == "unknown":
            continue
        said = [(m.first, m.last) for m in view.item.dates if m.first and m.last]
        if view.item.date:
            said.append((view.item.date, view.item.date))
        if not any(first <= asked.last and asked.first <= last for first, last in said):
            form = matching_form(asked.text)
            if form not in matching_form(view.text):
                missing.append(asked.text)
    return missing


def place_conflict(query: Query, view: ItemView) -> Conflict | None:
    """The wrong place of a question whose item tells of another one."""
    missing = missing_places(query, view)
    said = gazetteer().find(view.item.title) or gazetteer().find(view.text[:120])
    if not missing or not said:
        return None
    return Conflict(missing[0].label, said[0].places[0].label)


def date_conflict(query: Query, view: ItemView) -> Conflict | None:
    """The wrong date of a question whose item gives another one."""
    missing = missing_dates(query, view)
    found = view.item.date or next((m.text for m in view.item.dates if m.first), None)
    return Conflict(missing[0], found) if missing and found else None


def _names_missing(query: Query, item_text: str) -> float:
    """Share of the quoted names (《…》, “…”) of whose character pairs the item holds under 60 %."""
    if not query.names:
        return 0.0
    return sum(_pairs_held(name, item_text) < 0.6 for name in query.names) / len(query.names)


def _pairs_held(name: str, text: str) -> float:
    form = matching_form(re.sub(r"[《》“”（）()]", "", name))
    pairs = {form[i : i + 2] for i in range(len(form) - 1)} or {form}
    return sum(pair in text for pair in pairs) / len(pairs)


@dataclass(frozen=True, slots=True)
class SupportModel:
    """Logistic regression over `Features` and the products of pairs of them.

    P(supported) = 1 / (1 + exp(-(intercept + Σ w·x))); the name of a product is `first*second`. A question
    closer to everyday questions than to the item, and of whose words the item holds less than
    `off_topic_words`, is off topic whatever else it says.
    """

    intercept: float
    coefficients: tuple[tuple[str, float], ...]
    off_topic_words: float
    refuse_below: float

    def probability(self, features: Features) -> float:
        """The probability, in (0, 1), that the evidence carries what is asked."""
        values = features.to_dict()
        total = self.intercept
        for name, weight in self.coefficients:
            first, _, second = name.partition("*")
            total += weight * values[first] * (values[second] if second else 1.0)
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def off_topic(self, features: Features) -> bool:
        """Whether the question has nothing to do with the item found for it."""
        words = 0.0 if features.english else features.words_item
        return features.beyond < 0.0 and words < self.off_topic_words


@lru_cache(maxsize=1)
def support_model() -> SupportModel:
    """The fitted model that ships with the project."""
    stored = json.loads(files("qa").joinpath("data/support.json").read_text(encoding="utf-8"))
    return SupportModel(
        float(stored["intercept"]),
        tuple((name, float(weight)) for name, weight in stored["coefficients"].items()),
        float(stored["off_topic_words"]),
        float(stored["refuse_below"]),
    )
