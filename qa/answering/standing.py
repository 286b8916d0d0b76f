"""Answers what had begun, ended or come out by a day: for one thing asked about, or over every item.

The verdict is a fixed phrase beside the sentence that gives the date; a date that is too coarse, only
planned or not given is said to be so. Nothing is counted that the text doesn't date.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from qa.answering import refusal
from qa.answering.asof import date_question, may_ask_of_dates
from qa.answering.asof_days import DateQuestion
from qa.answering.changes import Statement, write_statements
from qa.answering.compose import Writer, answered
from qa.answering.dated_items import ENGLISH_VERBS, answer_over_all, say_relative, shown_days
from qa.answering.effect import END, MOVED_VERBS, PUBLISH, START, Effect, effects_of
from qa.answering.evidence import ItemView, with_subject
from qa.answering.premises import pairs_held
from qa.answering.sameness import endings_of
from qa.backend import Selection
from qa.query import Query, analyse
from qa.text import matching_form
from qa.types import Answer, Sentence

if TYPE_CHECKING:
    from qa.answering.answerer import Answerer, Evidence

YES, NO, UNSURE, PLANNED, OPEN, ENDED = "yes", "no", "unsure", "planned", "open", "ended"

_VERDICTS = {
    "zh": {
        YES: "截至 {day}，已{verb}（{verb}日期：{date}）：",
        NO: "截至 {day}，尚未{verb}（{verb}日期：{date}）：",
        UNSURE: "截至 {day} 是否已{verb}，无法判断：写明的日期只精确到 {date}。",
        PLANNED: "截至 {day} 是否已{verb}，无法判断：写明的只是计划日期 {date}。",
        OPEN: "截至 {day} 是否已{verb}，无法判断：没有写明具体日期。",
        ENDED: "截至 {day}，曾{verb}，但已不再有效（终止日期：{date}）：",
    },
    "en": {
        YES: "As of {day}: yes, {verb} ({date}). ",
        NO: "As of {day}: no, not yet {verb} (date given: {date}). ",
        UNSURE: "Whether {verb} by {day} cannot be told: the date given is only as exact as {date}. ",
        PLANNED: "Whether {verb} by {day} cannot be told: {date} is only a planned date. ",
        OPEN: "Whether {verb} by {day} cannot be told: no day is given. ",
        ENDED: "As of {day}: no longer in force (ended: {date}). ",
    },
}
_TEXTS = {
    "zh": {
        "undated": "简报中没有这个问题的答案。最接近的是《{title}》，但其中没有写明{verb}日期。",
    },
    "en": {
        "undated": "The bulletins do not answer this. The nearest item is “{title}”, which gives no date on"
        " which it {verb}.",
    },
}
_ENGLISH_STATES = {START: "in effect or use", END: "ended", PUBLISH: "published"}


def answer_dated(
    answerer: Answerer,
    query: Query,
    k: int,
    allowed: Selection | None,
    allowed_items: frozenset[str] | None,
) -> Answer | None:
    """The answer to a question of what had begun, ended or come out by a day; None for any other."""
    if not may_ask_of_dates(query):
        return None
    asked = date_question(query, answerer.retriever.store.newest_date())
    if asked is None:
        return None
    if asked.whole:
        return answer_over_all(answerer, query, asked, k, allowed, allowed_items)
    return _of_one(answerer, query, asked, k, allowed)


def _of_one(
    answerer: Answerer, query: Query, asked: DateQuestion, k: int, allowed: Selection | None
) -> Answer | None:
    reference = date.fromisoformat(asked.newest) if asked.newest else None
    base = analyse(asked.base, asked.base, reference)
    hits = answerer.retriever.search(base, max(k, 20), allowed)
    evidence = answerer.evidence(base, hits)
    if evidence is not None and not evidence.off_topic and not answerer.supports(evidence):
        # 生效 asked of what the text calls 实施 is no word that it lacks.
        evidence = _in_its_words(answerer, query, asked, evidence, reference)
    if evidence is None or not answerer.supports(evidence):
        if not asked.explicit:
            return None
        refused = refusal.refuse(answerer.retriever, base, hits[:k], evidence)
        if evidence is not None and refused.reason == "missing_detail":
            return _undated(query, asked, evidence, refused)
        return replace(refused, question=query.question, standalone_question=query.standalone)
    view = evidence.view
    effects = effects_of([scored.sentence for scored in view.sentences], view.item.dates)
    effect = _fitting(view, effects, asked)
    if effect is None:
        refused = refusal.refuse(answerer.retriever, base, hits[:k], evidence)
        return _undated(query, asked, evidence, refused) if asked.explicit else None
    statements = answerer.changes.find(base, evidence, hits)
    effect, effects = _latest(statements, effect, effects, asked.last)
    verdict, shown = _verdict(effect, effects, asked)
    writer = Writer(query.language)
    writer.say(_sentence(query.language, verdict, shown, asked))
    if statements:
        write_statements(writer, answerer.retriever, statements)
        say_relative(writer, asked)
        return answered(query, writer, evidence.support, hits[:k])
    if query.language != "zh":
        writer.new_line()
        writer.header(view.item, name="from")
        writer.new_line()
    quoted = dict.fromkeys((effect.sentence, shown.sentence))
    chosen = [scored for scored in view.sentences if scored.sentence in quoted]
    published = _publication(effects, effect)
    chosen = with_subject(view, chosen) if chosen else chosen
    wanted = [*(scored.sentence for scored in chosen), *([published] if published else [])]
    sentences = sorted(dict.fromkeys(wanted), key=lambda sentence: sentence.start)
    source = answerer.retriever.store.source(view.bulletin).text
    emphasis = [effect.mention.text] if effect.mention else []
    writer.quote(view.item, view.bulletin, source, sentences, emphasis)
    say_relative(writer, asked)
    return answered(query, writer, evidence.support, hits[:k])


def _latest(
    statements: Sequence[Statement], effect: Effect, effects: Sequence[Effect], day: str | None
) -> tuple[Effect, list[Effect]]:
    """The effect as the newest statement has it, and all that was said of it.

    A new issue of a rule that begins after `day` leaves the old one in force until then; a day that was
    moved, or only planned, is no longer the day.
    """
    everything = list(effects)
    for statement in statements:
        later = effects_of(statement.sentences, statement.item.dates)
        everything.extend(later)
        new = next((e for e in later if e.kind == effect.kind and e.first), effect)
        moved = effect.planned or new.kind != START or re.fullmatch(MOVED_VERBS, new.verb)
        if moved or standing(effect, day) != YES or standing(new, day) == YES:
            effect = new
    return effect, everything


def _in_its_words(
    answerer: Answerer, query: Query, asked: DateQuestion, evidence: Evidence, reference: date | None
) -> Evidence:
    """The evidence weighed again, asked with the item's own verb of the kind asked for."""
    view = evidence.view
    effects = effects_of([scored.sentence for scored in view.sentences], view.item.dates)
    effect = _fitting(view, effects, asked)
    if effect is None or query.language != "zh" or asked.verb in ("", effect.verb):
        return evidence
    base = asked.base.replace(f"什么时候{asked.verb}", f"什么时候{effect.verb}")
    again = analyse(base, base, reference)
    hits = [hit for hit in answerer.retriever.search(again, 20) if hit.item_id == view.item.item_id]
    return (answerer.evidence(again, hits) if hits else None) or evidence


def _fitting(view: ItemView, effects: Sequence[Effect], asked: DateQuestion) -> Effect | None:
    """The effect of the kind asked for that the question is most about; None when the item gives none."""
    form = matching_form(asked.base)
    best: tuple[float, Effect] | None = None
    for effect in effects:
        if effect.kind != asked.kind:
            continue
        scored = view.by_place.get(effect.sentence.start)
        worth = (scored.score if scored else 0.0) + 0.3 * (effect.group == asked.group)
        worth += 0.3 * (effect.verb == asked.verb) + 0.2 * bool(effect.first)
        if effect.name:
            worth += 0.5 * pairs_held(matching_form(effect.name), form)
        if best is None or worth > best[0] + 1e-9:
            best = (worth, effect)
    return best[1] if best else None


def _verdict(effect: Effect, effects: Sequence[Effect], asked: DateQuestion) -> tuple[str, Effect]:
    """How the effect stands on the last day asked about, and the effect whose date says so."""
    verdict = standing(effect, asked.last)
    if verdict == YES and effect.kind == START:
        ended = endings_of(effect, effects)
        over = next(
            (e for e in ended if standing(e, asked.last) == YES and (e.last or "") < (asked.last or "")), None
        )
        if over is not None:
            return ENDED, over
    return verdict, effect


def standing(effect: Effect, day: str | None) -> str:
    """Whether `effect` has come by `day` (ISO): `YES`, `NO`, or why that can't be told."""
    if effect.first is None or effect.last is None or day is None:
        return OPEN
    if effect.first > day:
        return NO
    if effect.planned:
        return PLANNED
    return YES if effect.last <= day else UNSURE


def _sentence(language: str, verdict: str, effect: Effect, asked: DateQuestion) -> str:
    chinese = language == "zh"
    verb = ("施行" if asked.verb == "有效" else asked.verb) if chinese else _ENGLISH_STATES[asked.kind]
    when = shown_days(effect)
    return _VERDICTS["zh" if chinese else "en"][verdict].format(day=asked.last, verb=verb, date=when)


def _publication(effects: Sequence[Effect], effect: Effect) -> Sentence | None:
    """The sentence of the day that an effect counts from, when it is another one."""
    if not effect.term or effect.mention is None:
        return None
    base = next((e for e in effects if e.mention == effect.mention and not e.term), None)
    return base.sentence if base else None


def _undated(query: Query, asked: DateQuestion, evidence: Evidence, refused: Answer) -> Answer:
    """The refusal, saying that the nearest item gives no such day, where it gives none."""
    view, chinese = evidence.view, query.language == "zh"
    named = replace(refused, question=query.question, standalone_question=query.standalone)
    effects = effects_of([scored.sentence for scored in view.sentences], view.item.dates)
    if any(effect.kind == asked.kind for effect in effects):
        return named
    verb = ("施行" if asked.verb == "有效" else asked.verb) if chinese else ENGLISH_VERBS[asked.kind]
    text = _TEXTS["zh" if chinese else "en"]["undated"].format(title=view.item.title, verb=verb)
    return replace(named, answer=text, reason="missing_detail")
