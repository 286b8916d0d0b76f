"""Answers to comparisons: one block for each side, from its own evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.answering.compare import Side, sides_of
from qa.answering.compose import Writer, answered, phrase
from qa.answering.evidence import coverage, term_weights, view_item
from qa.backend import Selection
from qa.query import Query
from qa.types import Answer, Hit

if TYPE_CHECKING:
    from qa.answering.answerer import Answerer, Evidence

_NAMED = 0.6
_SIDES = 3


def answer_comparison(
    answerer: Answerer, query: Query, hits: Sequence[Hit], allowed: Selection | None
) -> Answer | None:
    """A block for each side, the sides that aren't covered named; None when no side is.

    `hits` are those of the whole question, for a comparison whose sides cannot be told apart.
    """
    sides = sides_of(query)
    labels = [side.label for side in sides]
    sides_evidence: list[Evidence | None]
    if sides:
        found = [_side(answerer, side, query, allowed) for side in sides]
        # Sides known by their names alone stand beside one that is supported, never by themselves.
        supported = any(evidence and _supports_side(answerer, evidence) for evidence in found)
        sides_evidence = found if supported else [None] * len(found)
    else:
        sides_evidence = list(_residual(answerer, query, hits))
        labels = [query.standalone] * len(sides_evidence)
    covered = [evidence for evidence in sides_evidence if evidence is not None]
    if not covered or (len(covered) == 1 and len(labels) < 2):
        return None
    if len({evidence.view.item.item_id for evidence in covered}) == 1 and len(covered) == len(labels):
        labels, sides_evidence = [query.standalone], [_joined(covered)]
    writer = Writer(query.language)
    for label, evidence in zip(labels, sides_evidence, strict=True):
        writer.new_line()
        if evidence is None:
            writer.say(phrase(query.language, "missing_side", side=label.rstrip("？?。. ")))
        else:
            answerer.write(writer, query, evidence, header=True)
    supports = [evidence.support for evidence in sides_evidence if evidence]
    return answered(query, writer, sum(supports) / len(sides_evidence))


def _side(answerer: Answerer, side: Side, query: Query, allowed: Selection | None) -> Evidence | None:
    """What answers one side of a comparison; None when nothing does."""
    for asked in side.readings(query):
        found = answerer.evidence(asked, answerer.retriever.search(asked, 20, allowed), side=True)
        if found is None or found.features.place_missing or found.features.date_missing:
            continue
        weights = term_weights(answerer.retriever, side.names(asked))
        if weights and asked.language == "zh" and not coverage(weights, found.view.text):
            continue
        named = not found.features.unmet and coverage(weights, found.view.item.title) >= _NAMED
        if named or (_supports_side(answerer, found) and not found.off_topic):
            return found
    return None


def _supports_side(answerer: Answerer, found: Evidence) -> bool:
    """Whether evidence may stand for one side: asked with half of a question, it is judged less hard."""
    return found.support >= 0.5 * answerer.refuse_below


def _residual(answerer: Answerer, query: Query, hits: Sequence[Hit]) -> list[Evidence | None]:
    """Items that together cover the question's words, when its sides cannot be told apart."""
    chosen: list[Evidence | None] = []
    weights = term_weights(answerer.retriever, answerer.retriever.search_terms(query))
    left = dict(weights)
    for item_id in list(dict.fromkeys(hit.item_id for hit in hits))[:4]:
        view = view_item(answerer.retriever, query, item_id)
        if not view.sentences:
            continue
        new = sum(weight for term, weight in left.items() if term in view.text)
        if chosen and new < 0.15 * sum(weights.values()):
            continue
        evidence = answerer.choose(query, view)
        if evidence.support < answerer.refuse_below:
            continue
        chosen.append(evidence)
        left = {term: weight for term, weight in left.items() if term not in view.text}
    return chosen[:_SIDES]


def _joined(evidence: Sequence[Evidence]) -> Evidence:
    """Evidence from one item as one, its sentences in order and each once."""
    first = evidence[0]
    listing = next((entry.listing for entry in evidence if entry.listing is not None), None)
    orders = {scored.order: scored for entry in evidence for scored in entry.sentences}
    return replace(first, sentences=tuple(orders[order] for order in sorted(orders)), listing=listing)
