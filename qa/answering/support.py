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

from qa.answering.asked import Asked, asked_of, clauses_with_values
from qa.answering.clauses import clause_form
from qa.answering.evidence import ItemView, ScoredSentence, coverage, partial_coverage, term_weights
from qa.answering.nouns import is_noun
from qa.answering.premises import (
    missing_dates,
    missing_figures,
    missing_names,
    missing_places,
    sure_place,
    without_like,
)
from qa.answering.roles import Role, role_of
from qa.kinds import AREA, CONTACT, DURATION, MONEY, NUMBER, PERCENT, PERSON, TIME
from qa.query import LIST, Query
from qa.retrieval import Retriever
from qa.text import matching_form

_SINGLE = 0.2
_FEW = 2
_COMPOUND = 4
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
    role: float
    role_unfilled: float
    role_unfilled_item: float
    unit_missing: float
    focus_lacking: float
    focus_lacking_item: float
    qualifier_missing: float
    rival: float
    noun_missing: float
    noun_foreign: float
    noun_alone: float

    def to_dict(self) -> dict[str, float]:
        """The features by name."""
        return asdict(self)


def features_of(
    retriever: Retriever, query: Query, view: ItemView, chosen: Sequence[ScoredSentence]
) -> Features:
    """Look at the question beside the sentences chosen for it and the item they come from."""
    weights = own_weights(retriever, query)
    item_text = matching_form(view.text)
    sentences = [scored.sentence.text for scored in chosen]
    every = [scored.sentence.text for scored in view.sentences]
    quoted = view.item.title + "".join(sentences)
    strict = query.expects.kind in STRICT_KINDS
    met = any(scored.meets for scored in chosen)
    met_item = any(scored.meets for scored in view.sentences)
    words_item = coverage(weights, item_text)
    rest = {term: weight for term, weight in weights.items() if term in view.rest}
    role = asked_role(query)
    detail = asked_detail(query, view)
    clauses = clauses_with_values(detail, sentences)
    total = sum(weights.values()) or 1.0
    lacking = without_like(weights, item_text)
    # Of a compound (管理系统) the head says what it is about: held, nothing foreign is asked for.
    lacking = {term: w for term, w in lacking.items() if len(term) < _COMPOUND or term[-2:] not in item_text}
    nouns = {term: weight for term, weight in lacking.items() if is_noun(term)}
    foreign = [w for noun, w in nouns.items() if not any(character in item_text for character in noun)]
    return Features(
        meaning=max((scored.meaning for scored in chosen), default=0.0),
        beyond=max(-1.0, min(1.0, 4.0 * beyond_everyday(retriever, query, view))),
        words_item=words_item,
        words_sentence=partial_coverage(weights, quoted),
        strict=float(strict),
        unmet=float(strict and not met),
        unmet_item=float(strict and not met_item),
        inexact=float(strict and not any(scored.exact for scored in chosen)),
        place_missing=float(bool(missing_places(query, view))),
        date_missing=float(bool(missing_dates(query, view))),
        figure_missing=float(bool(missing_figures(query, item_text))),
        name_missing=len(missing_names(query, item_text)) / max(1, len(query.names)),
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
        role=float(role is not None),
        role_unfilled=_unfilled(query, role, sentences),
        role_unfilled_item=_unfilled(query, role, every),
        unit_missing=detail.unit_missing(sentences),
        focus_lacking=detail.focus_lacking(clauses),
        focus_lacking_item=detail.focus_lacking(clauses_with_values(detail, every)),
        qualifier_missing=float(
            beyond_list(query, view) or bool(detail.qualifier_missing(clause_form(quoted), clauses))
        ),
        rival=detail.rival(clauses),
        noun_missing=max(nouns.values(), default=0.0) / total,
        noun_foreign=max(foreign, default=0.0) / total,
        noun_alone=float(bool(nouns) and len(lacking) <= _FEW),
    )


def beyond_list(query: Query, view: ItemView) -> bool:
    """Whether a point is asked for by a number (第九项) that no list of the item reaches."""
    longest = max((len(enumeration.points) for enumeration in view.item.enumerations), default=0)
    return query.ordinal is not None and 0 < longest < query.ordinal


def asked_role(query: Query) -> Role | None:
    """The role that the question asks to have filled, by its own words or by those it took over."""
    return role_of(query.question, query.language) or role_of(query.standalone, query.language)


def asked_detail(query: Query, view: ItemView) -> Asked:
    """The detail asked for, told apart from the words that only say of which item."""
    title = matching_form(view.item.title)
    known = {term for term in query.terms if term in title or term in query.carried}
    known.update(matching_form(mention.text) for mention in query.places)
    return asked_of(query.standalone, query.language, query.expects, known, counted=query.ordinal is not None)


def _unfilled(query: Query, role: Role | None, sentences: Sequence[str]) -> float:
    if role is None:
        return 0.0
    if query.kind == LIST:
        return float(not role.filled_across(sentences))
    return float(not any(role.filled_in(sentence) for sentence in sentences))


def beyond_everyday(retriever: Retriever, query: Query, view: ItemView) -> float:
    """How much closer the question is to the item than to everyday questions (`Background`)."""
    cosine = max((scored.cosine for scored in view.sentences), default=0.0)
    return retriever.background.beyond_everyday(retriever.encode(query.rewritten), cosine, query.language)


def own_weights(retriever: Retriever, query: Query) -> dict[str, float]:
    """What each content word is worth; one of a single character (交, 设) says little of the topic."""
    weights = term_weights(retriever, _own_terms(query))
    return {term: weight * (1.0 if len(term) > 1 else _SINGLE) for term, weight in weights.items()}


def _own_terms(query: Query) -> list[str]:
    """Content words without the places that are checked apart and without words contained in longer ones."""
    named = {matching_form(mention.text) for mention in query.places if sure_place(mention)}
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


@dataclass(frozen=True, slots=True)
class SupportModel:
    """Logistic regression over `Features` and the products of pairs of them.

    P(supported) = 1 / (1 + exp(-(intercept + Σ w·x))); the name of a product is `first*second`. A question
    plainly closer to everyday questions than to the item (`beyond` below `off_topic_beyond`), and of whose
    words the item holds less than `off_topic_words`, is off topic whatever else it says.
    """

    intercept: float
    coefficients: tuple[tuple[str, float], ...]
    off_topic_words: float
    refuse_below: float
    off_topic_beyond: float

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
        return features.beyond < self.off_topic_beyond and words < self.off_topic_words


@lru_cache(maxsize=1)
def support_model() -> SupportModel:
    """The fitted model that ships with the project."""
    stored = json.loads(files("qa").joinpath("data/support.json").read_text(encoding="utf-8"))
    return SupportModel(
        float(stored["intercept"]),
        tuple((name, float(weight)) for name, weight in stored["coefficients"].items()),
        float(stored["off_topic_words"]),
        float(stored["refuse_below"]),
        float(stored["off_topic_beyond"]),
    )
