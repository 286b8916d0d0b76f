"""From a question as understood to an answer or a refusal, without a language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.answering import refusal
from qa.answering.changes import ChangeFinder, write_statements
from qa.answering.collection import SECTIONS, CollectionAnswer, Match, answer_collection
from qa.answering.compare import sides_of
from qa.answering.comparing import answer_comparison
from qa.answering.compose import SURE, Writer, answered, needs_year, phrase
from qa.answering.dated_items import EffectTable
from qa.answering.evidence import (
    LIST_NOUNS,
    ItemView,
    ListEvidence,
    ScoredSentence,
    asks_openly,
    point_asked,
    select_explanation,
    select_likely,
    select_list,
    select_overview,
    term_weights,
    view_item,
    with_subject,
)
from qa.answering.standing import answer_dated
from qa.answering.support import Features, SupportModel, features_of, support_model
from qa.backend import Selection
from qa.expectation import Expectation
from qa.followup import without_topic
from qa.kinds import AGENT, PLACE, TEXT
from qa.query import COMPARE, FACT, LIST, WHY_HOW, Query, analyse
from qa.retrieval import Retriever
from qa.text import matching_form
from qa.types import Answer, Hit, Sentence

_CANDIDATES = 8
_LONG_POINT = 160
_BY_MEANING = 0.2
_LIKELY = 0.92
_TELLING = 2
_OTHER_DATE = 0.3
_LOOSE_KINDS = frozenset({TEXT, AGENT, PLACE})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was chosen to answer with: sentences of one item, or one of its lists, and its support."""

    view: ItemView
    sentences: tuple[ScoredSentence, ...]
    listing: ListEvidence | None
    features: Features
    support: float
    off_topic: bool = False


class Answerer:
    """Answers questions from one snapshot of the indexes."""

    def __init__(self, retriever: Retriever, refuse_below: float, model: SupportModel | None = None) -> None:
        self.retriever = retriever
        self._model = model or support_model()
        self.refuse_below = refuse_below or self._model.refuse_below
        self.effect_table = EffectTable(retriever)
        self.changes = ChangeFinder(retriever)

    def answer(
        self,
        query: Query,
        k: int,
        allowed: Selection | None = None,
        *,
        filtered_items: frozenset[str] | None = None,
    ) -> Answer:
        """The extractive answer to `query` from the passages in `allowed` (all when None)."""
        dated = answer_dated(self, query, k, allowed, filtered_items)
        if dated is not None:
            return dated
        hits = self.retriever.search(query, max(k, 20), allowed)
        found = answer_collection(self.retriever, query, allowed_items=filtered_items)
        if found is not None:
            return self._collected(query, found, hits[:k])
        if query.kind == COMPARE:
            compared = answer_comparison(self, query, hits, allowed)
            if compared is not None:
                return replace(compared, hits=tuple(hits[:k]))
            query = replace(query, kind=LIST)
        evidence = self.evidence(query, hits)
        if evidence is not None and query.carried and not self.supports(evidence):
            query, evidence = self._of_place(query, evidence, allowed)
        if len(query.places) > 1 and (evidence is None or not self.supports(evidence)):
            # Asked of two places at once, no item may answer for both.
            compared = answer_comparison(self, query, hits, allowed) if sides_of(query) else None
            if compared is not None:
                return replace(compared, hits=tuple(hits[:k]))
        if evidence is None or not self.supports(evidence):
            return refusal.refuse(self.retriever, query, hits[:k], evidence)
        writer = Writer(query.language)
        statements = self.changes.find(query, evidence, hits)
        if evidence.listing is not None or not statements:
            self.write(writer, query, evidence, header=False)
        if statements:
            write_statements(writer, self.retriever, statements)
        return answered(query, writer, evidence.support, hits[:k])

    def _of_place(
        self, query: Query, evidence: Evidence, allowed: Selection | None
    ) -> tuple[Query, Evidence]:
        """A follow-up about another place ("那贵州呢？") asked of it alone, where that is answered.

        The topic of the question before is given up only if what is left of it, beyond the place, is more
        than a word and stands in the sentences found.
        """
        for mention in query.places:
            if mention.text not in query.question:
                continue
            alone = without_topic(query.standalone, mention.text)
            asked = analyse(query.question, alone, None) if alone else query
            words = [term for term in asked.terms if len(term) > 1 and term != mention.text]
            if len(words) < _TELLING:
                continue
            found = self.evidence(asked, self.retriever.search(asked, 20, allowed))
            if found is None or found.features.place_missing or not self.supports(found):
                continue
            quoted = matching_form("".join(scored.sentence.text for scored in found.sentences))
            if all(word in quoted for word in words):
                return asked, found
        return query, evidence

    def supports(self, evidence: Evidence) -> bool:
        """Whether evidence is enough to answer with."""
        return not evidence.off_topic and evidence.support >= self.refuse_below

    def evidence(self, query: Query, hits: Sequence[Hit], *, side: bool = False) -> Evidence | None:
        """The best-supported evidence among the items of the first hits."""
        item_ids = list(dict.fromkeys(hit.item_id for hit in hits))[:_CANDIDATES]
        best: tuple[float, Evidence] | None = None
        top = hits[0].score if hits else 0.0
        for item_id in item_ids if query.dates else item_ids[:3]:
            hit = next(hit for hit in hits if hit.item_id == item_id)
            if hit.score < (0.4 if query.dates else 0.6) * top:
                break
            view = view_item(self.retriever, query, item_id)
            if not view.sentences:
                continue
            found = self.choose(query, view, side=side)
            # The order of retrieval leads; support only overrules it where the two are close.
            worth = hit.score / max(top, 1e-9) + 0.35 * found.support
            worth -= _OTHER_DATE * found.features.date_missing
            if best is None or worth > best[0] + 1e-9:
                best = (worth, found)
        return best[1] if best else None

    def choose(self, query: Query, view: ItemView, *, side: bool = False) -> Evidence:
        """The evidence of one item; `side` when the question is one side of a comparison."""
        weights = term_weights(self.retriever, self.retriever.search_terms(query))
        listing: ListEvidence | None = None
        if query.kind in {LIST, WHY_HOW, COMPARE} or query.ordinal is not None or view.item.enumerations:
            listing = select_list(view, query, weights)
            if listing is not None:
                point = point_asked(view, query, weights, listing)
                whole = query.kind == LIST or (side and not LIST_NOUNS.isdisjoint(query.terms))
                opens = query.kind in {WHY_HOW, COMPARE} or view.best.sentence.text.endswith("：")
                whole = whole or (opens and self._announces(view, listing))
                # A figure, a day or a name asked for stands in one sentence of its point.
                narrow = query.kind == FACT and query.ordinal is None and query.expects.kind != TEXT
                if point is not None and not narrow:
                    chosen = list(listing.points[point])[:4]
                    return self._weigh(query, view, chosen, None)
                if not whole:
                    listing = None
        if listing is not None:
            chosen = [*listing.lead, *(point[0] for point in listing.points)]
            return self._weigh(query, view, chosen, listing)
        if query.kind == LIST and side and asks_openly(view, weights):
            chosen = select_overview(view, 3)
        elif query.kind in {WHY_HOW, LIST}:
            chosen = select_explanation(view, 4)
        elif query.expects.kind == TEXT and asks_openly(view, weights):
            # What an item is about stands where it begins.
            chosen = select_overview(view, 3)
        elif side and query.expects.kind == TEXT:
            chosen = select_explanation(view, 3)
        elif view.best.words < _BY_MEANING:
            chosen = select_likely(view, _LIKELY, 3)
        else:
            chosen = select_likely(view, _LIKELY, 3 if query.expects.kind in _LOOSE_KINDS else 2)
        chosen = with_subject(view, chosen)
        return self._weigh(query, view, chosen, None)

    @staticmethod
    def _announces(view: ItemView, listing: ListEvidence) -> bool:
        return any(scored.order == view.best.order for scored in listing.lead) or not listing.lead

    def _weigh(
        self, query: Query, view: ItemView, chosen: Sequence[ScoredSentence], listing: ListEvidence | None
    ) -> Evidence:
        features = features_of(self.retriever, query, view, chosen)
        off_topic = self._model.off_topic(features)
        support = 0.0 if off_topic else self._model.probability(features)
        return Evidence(view, tuple(chosen), listing, features, support, off_topic)

    def write(self, writer: Writer, query: Query, evidence: Evidence, *, header: bool) -> None:
        """Quote evidence, under its item's title with `header`, and resolve the dates it names."""
        view = evidence.view
        source = self.retriever.store.source(view.bulletin).text
        if header or writer.language != "zh":
            writer.new_line()
            writer.header(view.item, name="in" if header else "from")
            writer.new_line()
        if evidence.listing is not None:
            self._write_list(writer, view, source, evidence.listing)
        else:
            writer.quote(
                view.item,
                view.bulletin,
                source,
                _sentences(evidence.sentences),
                _words(query.expects, evidence.sentences),
            )
        quoted = writer.citations
        writer.dates(
            mention
            for mention in view.item.dates
            if needs_year(mention)
            and any(c.item_id == view.item.item_id and c.start <= mention.start < c.end for c in quoted)
        )

    @staticmethod
    def _write_list(writer: Writer, view: ItemView, source: str, listing: ListEvidence) -> None:
        lead_orders = {scored.order for scored in listing.lead}
        points = [tuple(s for s in point if s.order not in lead_orders) for point in listing.points]
        if listing.lead:
            writer.quote(view.item, view.bulletin, source, _sentences(listing.lead))
            writer.new_line()
        writer.say(phrase(writer.language, "list", n=len(listing.points)))
        for number, point in enumerate((point for point in points if point), 1):
            whole = sum(len(scored.sentence.text) for scored in point) <= _LONG_POINT
            writer.new_line()
            writer.say(f"{number}. ")
            writer.quote(view.item, view.bulletin, source, _sentences(point if whole else point[:1]))

    def _collected(self, query: Query, found: CollectionAnswer, hits: Sequence[Hit]) -> Answer:
        writer = Writer(query.language)
        store = self.retriever.store
        if found.kind == SECTIONS:
            for name, sections in found.sections:
                writer.new_line()
                writer.say(
                    f"{name}（{len(sections)}）："
                    if query.language == "zh"
                    else f"{name} ({len(sections)}): "
                )
                writer.say("、".join(section or "—" for section in sections))
        elif not found.matches and not found.condition:
            writer.say(phrase(query.language, "total", bulletins=found.bulletins, items=found.items))
        else:
            about = found.condition
            what = (
                (f"涉及“{about}”的" if about else "")
                if query.language == "zh"
                else (f" match “{about}”" if about else "")
            )
            writer.say(
                phrase(
                    query.language,
                    "count",
                    bulletins=found.bulletins,
                    items=found.items,
                    n=len(found.matches),
                    what=what,
                )
            )
            for number, match in enumerate(found.matches, 1):
                view = view_item(self.retriever, query, match.item_id)
                shown = _shown(view, match, found.words)
                writer.new_line()
                writer.say(f"{number}. ")
                writer.header(view.item)
                source = store.source(view.bulletin).text
                writer.quote(view.item, view.bulletin, source, [shown.sentence])
        return answered(query, writer, SURE, hits)


def _shown(view: ItemView, match: Match, words: Sequence[str]) -> ScoredSentence:
    """The sentence that shows why an item belongs to an answer: the day's, the words', or the first."""
    at = next((s for s in view.sentences if s.sentence.start <= match.start < s.sentence.end), None)
    if at is not None and at.order:
        return at
    held = {s.order: sum(word in matching_form(s.sentence.text) for word in words) for s in view.sentences}
    return max(view.sentences, key=lambda s: (held[s.order], -s.order))


def _sentences(scored: Sequence[ScoredSentence]) -> list[Sentence]:
    return [entry.sentence for entry in scored]


def _words(expects: Expectation, scored: Sequence[ScoredSentence]) -> list[str]:
    return [word for entry in scored for word in expects.answering_words(entry.sentence.text)]
