"""Questions about the whole collection: how many, all of them, what sections, what happened on a day.

They are answered over every item, never over the top k, with the count and what it was counted in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.query import Query
from qa.retrieval import Retriever
from qa.text import compact, matching_form
from qa.types import DateMention
from qa.words import content_terms, is_function_word

_ITEM_WORD = "(?:条目|消息|报道|新闻|信息|简讯|动态|文章|条|篇|则)"
_ABOUT = "(?:涉及|提到|提及|关于|有关|讲到|属于|谈到)"
_COUNT = re.compile(
    rf"(?:几|多少){_ITEM_WORD}[^，。]{{0,3}}{_ABOUT}"
    rf"|{_ABOUT}.{{1,20}}?的?(?:{_ITEM_WORD})?(?:一共|总共|共)?有?(?:几|多少){_ITEM_WORD}"
    r"|(?:一共|总共|共|共有|收录了?|有)(?:几|多少)(?:条|篇|则|个条目|条目|条消息|条信息)(?:消息|信息|报道|内容)?[？?。]?$"
)
_COUNT_EN = re.compile(r"how many (?:\w+ ){0,2}(?:items|reports|articles|entries|stories|bulletins|pieces|news)", re.I)
_ALL = re.compile(
    rf"(?:哪些|哪几|所有|全部)(?:的|条|篇)?(?:条目|消息|报道|新闻|信息|简讯|动态|文章){_ABOUT}?"
    rf"|{_ABOUT}.{{1,20}}?的?(?:{_ITEM_WORD}|内容)?(?:都)?(?:有|是)(?:哪些|哪几)(?:{_ITEM_WORD})?[？?]?$"
    r"|(?:列出|列举)(?:所有|全部)?.{0,20}(?:条目|消息|报道|新闻|信息|动态)"
)
_ALL_EN = re.compile(
    r"\b(?:list|show|which|what|all)\b.{0,30}\b(?:items|reports|articles|entries|stories|pieces of news)\b", re.I
)
_EVENTS = re.compile(
    r"(?:发生|出现|有)了?(?:哪些|什么|几件)?(?:事情?|大事|新闻|活动|动态|要闻|事件|进展)|(?:哪些|什么|几件)(?:事情?|大事|新闻|活动|动态|要闻|事件)"
)
_EVENTS_EN = re.compile(
    r"what (?:happened|took place|events|occurred|was announced|were announced)|which events|anything happen",
    re.I,
)
_SECTIONS = re.compile(
    r"(?:哪些|哪几个|几个|多少个?|什么|列出.{0,4})(?:栏目|版块|板块栏目|专栏)|栏目(?:有|包括|是|名)(?:哪些|什么|几)|(?:有|分为?)几个?栏目"
)
_SECTIONS_EN = re.compile(r"(?:which|what|how many|list).{0,20}\b(?:sections|columns)\b", re.I)
_FILLER = re.compile(
    r"[两这本各]?[一二两三四五六七八九十\d]*期(?:简报)?|简报|公报|本期|各期|全部|所有|库里|资料库|里面?|中|上"
)

COUNT, ALL, EVENTS, SECTIONS = "count", "all", "events", "sections"


@dataclass(frozen=True, slots=True)
class Match:
    """An item that belongs to the answer and the sentence offsets that show it."""

    item_id: str
    start: int


@dataclass(frozen=True, slots=True)
class CollectionAnswer:
    """Every matching item in corpus order, counted over `items` items in `bulletins` bulletins."""

    kind: str
    matches: tuple[Match, ...]
    items: int
    bulletins: int
    condition: str
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()


def collection_kind(query: Query) -> str | None:
    """Which kind of collection question this is; None when it is about one item's content."""
    text = query.standalone
    chinese = query.language == "zh"
    if (_SECTIONS if chinese else _SECTIONS_EN).search(text):
        return SECTIONS
    if query.dates and (_EVENTS if chinese else _EVENTS_EN).search(text):
        return EVENTS
    if (_COUNT if chinese else _COUNT_EN).search(text):
        return COUNT
    if (_ALL if chinese else _ALL_EN).search(text):
        return ALL
    return None


def answer_collection(
    retriever: Retriever, query: Query, kind: str, *, allowed_items: frozenset[str] | None = None
) -> CollectionAnswer | None:
    """Go through every item; None when the question names no condition that can be checked."""
    store = retriever.store
    rows = [row for row in store.items() if allowed_items is None or row.item_id in allowed_items]
    bulletins = store.bulletins()
    if kind == SECTIONS:
        by_bulletin = tuple((row.name, tuple(row.sections)) for row in bulletins)
        return CollectionAnswer(SECTIONS, (), len(rows), len(bulletins), "", by_bulletin)
    conditions = condition_terms(query)
    dated = [mention for mention in query.dates if mention.first and mention.last]
    if not conditions and not query.places and not dated:
        return CollectionAnswer(kind, (), len(rows), len(bulletins), "") if kind == COUNT else None
    sections = {matching_form(row.section) for row in rows if row.section}
    section_terms = [term for term in sections if term and term in matching_form(query.standalone)]
    if section_terms:
        conditions = [term for term in conditions if not any(term in section for section in section_terms)]
    wanted = set(lexical_items(retriever, query, conditions)) if conditions or query.places else None
    matches = []
    for row in rows:
        if wanted is not None and row.item_id not in wanted:
            continue
        if section_terms and matching_form(row.section) not in section_terms:
            continue
        start = (
            _dated_start(row.dates, row.date, row.start, dated, events=kind == EVENTS) if dated else row.start
        )
        if start is not None:
            matches.append(Match(row.item_id, start))
    shown = "、".join(
        [*(m.text for m in query.places), *(m.text for m in dated), *section_terms, *conditions]
    )
    return CollectionAnswer(kind, tuple(matches), len(rows), len(bulletins), shown)


def condition_terms(query: Query) -> list[str]:
    """The content words that an item has to hold, places and dates left out."""
    text = query.standalone
    spans = sorted(
        [*((m.start, m.end) for m in query.places), *((d.start, d.end) for d in query.dates)], reverse=True
    )
    for start, end in spans:
        text = f"{text[:start]} {text[end:]}"
    for pattern in (_COUNT, _ALL, _EVENTS) if query.language == "zh" else (_COUNT_EN, _ALL_EN, _EVENTS_EN):
        text = pattern.sub(lambda m: _kept(m.group()), text)
    text = _FILLER.sub(" ", text)
    terms = content_terms(text)
    generic = {
        "条目",
        "消息",
        "报道",
        "新闻",
        "发生",
        "涉及",
        "提到",
        "有关",
        "文章",
        "动态",
        "items",
        "reports",
        "mention",
        "happened",
        "收录",
        "报告期",
        "讲",
        "相关",
        "信息",
        "简讯",
    }
    longest = [t for t in terms if not any(t != other and t in other for other in terms)]
    return [term for term in longest if term not in generic and not is_function_word(term)]


def _kept(matched: str) -> str:
    """What a question phrase says about the topic: the words between 涉及 and 的有几条."""
    inner = re.search(
        r"(?:涉及|提到|关于|有关|讲到|属于|列出|列举|mention|about)(.{1,24}?)(?:的|有|共|是|哪|几|多少|$)",
        matched,
    )
    return f" {inner.group(1)} " if inner else " "


def lexical_items(retriever: Retriever, query: Query, conditions: Sequence[str]) -> list[str]:
    """Items that hold every condition and, for each place asked for, the place or one inside it."""
    store = retriever.store
    form: dict[str, str] = {}

    def text_of(item_id: str) -> str:
        if item_id not in form:
            item = store.item(item_id)
            form[item_id] = matching_form(item.title + "".join(p.text for p in item.passages))
        return form[item_id]

    candidates: set[str] | None = None
    for term in conditions:
        numbers = retriever.lexical.matching([term])
        held = {p.item_id for p in store.passages(np.asarray(numbers).tolist())} if len(numbers) else set()
        candidates = held if candidates is None else candidates & held
    for mention in query.places:
        names = [name for place in mention.places for name in (place.label, *place.aliases)]
        held = set()
        for name in names:
            numbers = retriever.lexical.matching([matching_form(name)])
            held |= (
                {p.item_id for p in store.passages(np.asarray(numbers).tolist())} if len(numbers) else set()
            )
        candidates = held if candidates is None else candidates & held
    if candidates is None:
        return [row.item_id for row in store.items()]
    return [
        row.item_id
        for row in store.items()
        if row.item_id in candidates and all(compact(t) in text_of(row.item_id) for t in conditions)
    ]


def _dated_start(
    mentions: Sequence[DateMention],
    date: str | None,
    start: int,
    wanted: Sequence[DateMention],
    *,
    events: bool,
) -> int | None:
    """Where the item says a day in one of the wanted ranges; None when it does not."""
    for mention in mentions:
        if not mention.first or not mention.last or (events and mention.precision != "day"):
            continue
        for want in wanted:
            if want.first and want.last and want.first <= mention.first and mention.last <= want.last:
                return mention.start
    for want in wanted:
        if date and want.first and want.last and want.first <= date <= want.last:
            return start
    return None
