"""Lists every item that says that something began, ended or came out in the days asked for.

Counted over the whole collection, never over the top k. What is dated too coarsely, only planned, or not
dated (日前印发) is listed apart: nothing is counted that the text doesn't date.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.answering import refusal
from qa.answering.asof_days import DOCUMENT_NOUNS, DateQuestion
from qa.answering.compose import SURE, Writer, answered, phrase
from qa.answering.effect import END, PUBLISH, RULE, START, USE_VERBS, Effect, effects_of
from qa.answering.sameness import SHORTEST_NAME, base_name, endings_of, places_told
from qa.backend import Selection
from qa.places import Place
from qa.query import Query
from qa.retrieval import Retriever
from qa.storage.rows import ItemRow
from qa.text import matching_form
from qa.types import Answer, Item, Sentence

if TYPE_CHECKING:
    from qa.answering.answerer import Answerer

_CHUNK = 4000
_TEXTS = {
    "zh": {
        "now": "（以简报最新日期 {newest} 为准。）",
        "relative": "（“{said}”按简报最新日期 {newest} 理解。）",
        "by": "写明在 {last} 或之前{verb}的",
        "since": "写明在 {first} 或之后{verb}的",
        "within": "写明在 {first} 至 {last} 之间{verb}的",
        "on": "写明在 {first} {verb}的",
        "holding": "含“{words}”且",
        "used": "另有 {n} 条写明在此期间启用或投入使用：",
        "unsure": "另有 {n} 条的日期不够明确或只是计划，无法判断：",
        "none": "在 {bulletins} 期 {items} 条中没有找到{what}内容。",
    },
    "en": {
        "now": "(As of the newest date in the bulletins, {newest}.)",
        "relative": "(“{said}” is counted from the newest date in the bulletins, {newest}.)",
        "by": " state what {verb} on or before {last}",
        "since": " state what {verb} on or after {first}",
        "within": " state what {verb} between {first} and {last}",
        "on": " state what {verb} on {first}",
        "holding": " hold “{words}” and",
        "used": "{n} more state what was put to use in that time:",
        "unsure": "{n} more give no date that is exact enough to tell, or only a planned one:",
        "none": "None of the {items} items in {bulletins} bulletins{what}.",
    },
}
ENGLISH_VERBS = {START: "takes effect or begins", END: "ends", PUBLISH: "was published"}


class EffectTable:
    """What the items of one snapshot say of beginnings, ends and publications; read once, when asked."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._lock = threading.Lock()
        self._effects: dict[str, tuple[Effect, ...]] | None = None

    def effects(self) -> Mapping[str, tuple[Effect, ...]]:
        """The effects of each item that has any, by item id."""
        with self._lock:
            if self._effects is None:
                self._effects = self._read()
            return self._effects

    def _read(self) -> dict[str, tuple[Effect, ...]]:
        dates = {row.item_id: row.dates for row in self._retriever.items()}
        sentences: dict[str, list[Sentence]] = {}
        numbers = self._retriever.store.all_passage_numbers()
        for start in range(0, len(numbers), _CHUNK):
            for passage in self._retriever.store.passages(numbers[start : start + _CHUNK]):
                sentences.setdefault(passage.item_id, []).extend(passage.sentences)
        found = {key: tuple(effects_of(said, dates.get(key, ()))) for key, said in sentences.items()}
        return {key: effects for key, effects in found.items() if effects}


@dataclass(frozen=True, slots=True)
class _Found:
    row: ItemRow
    effect: Effect


def answer_over_all(
    answerer: Answerer,
    query: Query,
    asked: DateQuestion,
    k: int,
    allowed: Selection | None,
    allowed_items: frozenset[str] | None,
) -> Answer | None:
    """Every item that says so, with the count and what it was counted in; None when it asks of one item.

    Without a match it is a refusal that says in how many items none was found.
    """
    retriever = answerer.retriever
    rows = [row for row in retriever.items() if allowed_items is None or row.item_id in allowed_items]
    table = answerer.effect_table.effects()
    repealed = _repealed(table, asked)
    written = _written(retriever, rows)
    sure: list[_Found] = []
    used: list[_Found] = []
    unsure: list[_Found] = []
    for row in rows:
        said = [e for e in table.get(row.item_id, ()) if e.kind == asked.kind]
        if not said or not _about_places(retriever, row, query):
            continue
        for effect in sorted(said, key=lambda e: (not _same_sort(e, asked), e.sentence.start)):
            holds = _holds(effect, asked)
            if holds is False or not _fulfils(row, effect, asked) or _over(table[row.item_id], effect, asked):
                continue
            if base_name(effect.name) in repealed:
                continue
            if not _same_sort(effect, asked):
                if holds and effect.verb in USE_VERBS:
                    used.append(_Found(row, effect))
            elif holds:
                sure.append(_Found(row, effect))
            elif _may(effect, asked, written.get(row.bulletin)):
                unsure.append(_Found(row, effect))
            else:
                continue
            break
    texts = _TEXTS["zh" if query.language == "zh" else "en"]
    what = _what(query.language, asked)
    counts = {"bulletins": len({row.bulletin for row in rows}), "items": len(rows)}
    if not sure and not unsure and not used:
        # With conditions of its own it may ask for what one item lists.
        if not DOCUMENT_NOUNS.issuperset(asked.conditions):
            return None
        hits = retriever.search(query, max(k, 20), allowed)
        refused = refusal.refuse(retriever, query, hits[:k], answerer.evidence(query, hits))
        return replace(refused, answer=texts["none"].format(what=what, **counts), reason="missing_detail")
    writer = Writer(query.language)
    writer.say(phrase(query.language, "count", n=len(sure), what=what, **counts))
    _list(writer, retriever, sure)
    for name, more in (("used", used), ("unsure", unsure)):
        if more:
            writer.new_line()
            writer.say(texts[name].format(n=len(more)))
            _list(writer, retriever, more)
    say_relative(writer, asked)
    hits = retriever.search(query, max(k, 20), allowed)[:k]
    return answered(query, writer, SURE, hits)


def _list(writer: Writer, retriever: Retriever, found: Sequence[_Found]) -> None:
    for number, entry in enumerate(found, 1):
        item = retriever.store.item(entry.row.item_id, entry.row.bulletin)
        writer.new_line()
        writer.say(f"{number}. ")
        writer.header(item)
        source = retriever.store.source(entry.row.bulletin).text
        mention = entry.effect.mention
        writer.quote(
            item, entry.row.bulletin, source, [entry.effect.sentence], [mention.text] if mention else []
        )
        if when := shown_days(entry.effect):
            writer.say(f"（{when}）" if writer.language == "zh" else f" ({when})")


def _same_sort(effect: Effect, asked: DateQuestion) -> bool:
    """What comes into force is no system put to use; a question for what is put to use takes both."""
    return asked.kind != START or asked.group != RULE or effect.group == RULE


def _holds(effect: Effect, asked: DateQuestion) -> bool | None:
    """Whether the effect lies in the days asked for; None when its date doesn't tell."""
    if effect.first is None or effect.last is None:
        return None
    first, last = asked.first or "", asked.last or "9999"
    if effect.last < first or effect.first > last:
        return False
    inside = first <= effect.first and effect.last <= last
    if effect.planned:
        return None
    return True if inside else None


def _repealed(table: Mapping[str, tuple[Effect, ...]], asked: DateQuestion) -> frozenset[str]:
    """The documents that any item ends by the last day, where what was in force by it is asked for."""
    if asked.kind != START or asked.first is not None or asked.last is None:
        return frozenset()
    ends = (e for effects in table.values() for e in effects if e.lapses and e.last)
    names = (base_name(e.name) for e in ends if (e.last or "") <= asked.last)
    return frozenset(name for name in names if len(name) >= SHORTEST_NAME)


def _may(effect: Effect, asked: DateQuestion, written: str | None) -> bool:
    """Whether an effect without a day (日前印发) may lie in the days asked for, by its bulletin's date."""
    if effect.first is not None:
        return True
    if written is None:
        return False
    return (asked.first or "") <= written <= (asked.last or "9999")


def _over(effects: Sequence[Effect], held: Effect, asked: DateQuestion) -> bool:
    """Whether what had begun by the last day asked about had ended again by then."""
    if held.kind != START or asked.first is not None or asked.last is None:
        return False
    return any(e.last and (held.first or "") < e.last < asked.last for e in endings_of(held, effects))


def _written(retriever: Retriever, rows: Sequence[ItemRow]) -> dict[str, str]:
    """When each bulletin was written: its own date, or the newest of its items'."""
    days = {row.name: row.date or "" for row in retriever.store.bulletins()}
    for row in rows:
        days[row.bulletin] = max(days[row.bulletin], row.date or "")
    return {name: day for name, day in days.items() if day}


def _fulfils(row: ItemRow, effect: Effect, asked: DateQuestion) -> bool:
    text = matching_form(row.title + effect.sentence.text)
    return all(term in text for term in asked.conditions)


def _about_places(retriever: Retriever, row: ItemRow, query: Query) -> bool:
    if not query.places:
        return True
    item = retriever.store.item(row.item_id, row.bulletin)
    return all(_about(item, mention.places) for mention in query.places)


def _about(item: Item, places: Sequence[Place]) -> bool:
    told = places_told(item, 160)
    return any(asked.covers(there) for asked in places for there in told)


def _what(language: str, asked: DateQuestion) -> str:
    texts = _TEXTS["zh" if language == "zh" else "en"]
    verb = asked.verb if language == "zh" else ENGLISH_VERBS[asked.kind]
    # What an assembly passes is new by that, whatever day it is printed.
    verb += "或通过" if language == "zh" and asked.kind == PUBLISH and "通过" not in verb else ""
    name = "by" if asked.first is None else "since" if asked.last is None else "within"
    name = "on" if asked.first == asked.last else name
    held = texts["holding"].format(words="、".join(asked.conditions)) if asked.conditions else ""
    return held + texts[name].format(first=asked.first, last=asked.last, verb=verb)


def say_relative(writer: Writer, asked: DateQuestion) -> None:
    """Say from which day the question's relative words were counted."""
    if asked.relative and asked.newest:
        name = "relative" if asked.said else "now"
        writer.new_line()
        text = _TEXTS["zh" if writer.language == "zh" else "en"][name]
        writer.say(text.format(said=asked.said, newest=asked.newest))


def shown_days(effect: Effect) -> str:
    """`2021-03-01`, or `2021-03-01/2021-03-31` where no day is said; empty when none is known."""
    if effect.first is None or effect.last is None:
        return ""
    return effect.first if effect.first == effect.last else f"{effect.first}/{effect.last}"
