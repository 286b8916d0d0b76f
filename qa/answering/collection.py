"""Questions about the whole collection: how many, all of them, what sections, what happened on a day.

They are answered over every item, never over the top k, with the count and what it was counted in. A
question is one of them when it says so (哪些报道, 几条消息), or when it asks for a list and all that is left
of it, without places, dates, section and asking words, are conditions that items can be held against.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.places import PlaceMention, gazetteer
from qa.query import LIST, Query
from qa.retrieval import Retriever
from qa.storage.rows import ItemRow
from qa.text import fold, matching_form
from qa.types import DateMention, Item
from qa.words import content_terms

_ITEM_WORD = "(?:条目|消息|报道|新闻|信息|简讯|动态|文章|内容|条|篇|则)"
_ABOUT = "(?:涉及|提到|提及|关于|有关|讲到|属于|谈到|讲的是|说的是)"
_COUNT = re.compile(
    rf"(?:几|多少)(?:条|篇|则|个)?{_ITEM_WORD}[^，。]{{0,3}}{_ABOUT}"
    rf"|{_ABOUT}.{{1,20}}?的?(?:{_ITEM_WORD})?(?:一共|总共|共)?有?(?:几|多少)(?:{_ITEM_WORD}|个)"
    r"|(?:一共|总共|共|共有|收录了?|有)(?:几|多少)(?:条|篇|则|个条目|条目|条消息"
    r"|条信息)(?:消息|信息|报道|内容)?[？?。]?$"
)
_COUNT_EN = re.compile(
    r"how many (?:\w+ ){0,2}(?:items|reports|articles|entries|stories|bulletins|pieces|news)", re.I
)
_ALL = re.compile(
    rf"(?:哪些|哪几|所有|全部)(?:的|条|篇|则)?(?:条目|消息|报道|新闻|信息|简讯|动态|文章)"
    rf"|(?!内容){_ITEM_WORD}(?:一共|都|分别)?(?:有|是)(?:哪些|哪几)"
    rf"|{_ABOUT}.{{1,20}}?的?(?:都)?(?:有|是)(?:哪些|哪几)(?:{_ITEM_WORD})?[？?]?$"
    r"|(?:列出|列举)(?:所有|全部)?.{0,20}(?:条目|消息|报道|新闻|信息|动态)"
    r"|(?:简报|公报)(?:里|中)?.{0,30}(?:有|是)哪些|(?:简报|公报)(?:里|中)?(?:一共"
    r"|都)?(?:有|是)?哪些(?:内容|地方)?"
)
_ALL_EN = re.compile(
    r"\b(?:list|show|which|what|all)\b.{0,40}\b(?:items|reports|articles|entries|stories"
    r"|pieces of news|everything)\b|\beverything\b",
    re.I,
)
_EVENTS_EN = re.compile(
    r"what (?:happened|took place|events|occurred|was announced|were announced"
    r"|was launched)|which events|anything happen",
    re.I,
)
_SECTIONS = re.compile(
    r"(?:哪些|哪几个|几个|多少个?|什么)(?:栏目|版块|专栏)|(?:栏目|专栏)(?:有|包括|是"
    r"|名)(?:哪些|什么|几|多少)|有几个?(?:栏目|专栏)|列出.{0,6}栏目(?:名称)?$"
)
_SECTIONS_EN = re.compile(r"(?:which|what|how many|list).{0,20}\b(?:sections|columns)\b", re.I)
_OPEN_LIST = re.compile(r"哪些|哪几|有什么|[写讲说登]了什么|什么(?:事|新|大|动|进展)|几件|列出|列举")
_FRAME = re.compile(
    r"[两这本各该]?[一二两三四五六七八九十\d]*期(?:简报|公报)|简报|公报|本期|各期|资料库"
    r"|一共|总共|共有|分别|都有|里面|有关|关于|相关|涉及|提到|提及|讲到|谈到|属于|报道了?"
    r"|收录了?|刊登了?|明确|讲的|说的|栏目"
    r"|(?:哪些|哪几|什么|几|多少)(?:件|个|条(?!目)|项|种|篇|则|类|家)?|列出|列举|所有|全部|里|中"
    r"|上|当天|这天|那天|一天|[的是有都在了为和]"
)
_GENERIC = frozenset(
    "条目 消息 报道 新闻 信息 简讯 动态 文章 内容 事 事情 大事 事件 动向 新动向 进展"
    " 新进展 活动 发生 出现 涉及 提到 提及 有关 关于 相关 讲到 谈到 属于 做法 地方 地区"
    " 举措 措施 情况 方面 工作 事项 新 讲 说 到 期 全部 介绍"
    " 出台 发布 推出 实施 开展 启动 写 举行 要闻 主题 话题 项目 成果 变化 东西".split()
)

# To be the first is what bulletins most often claim, each time in other words: they count as one.
_SAME_CLAIM = (
    (
        "首创",
        "首个",
        "首次",
        "首家",
        "首部",
        "首例",
        "首套",
        "首只",
        "首推",
        "首开",
        "率先",
        "第一个",
        "先例",
    ),
    ("全国", "国内", "我国", "中国"),
)

_DESCRIBES = 2
COUNT, ALL, EVENTS, SECTIONS = "count", "all", "events", "sections"


@dataclass(frozen=True, slots=True)
class Match:
    """An item that belongs to the answer and the offset in it that shows why."""

    item_id: str
    start: int


@dataclass(frozen=True, slots=True)
class CollectionAnswer:
    """Every matching item in corpus order, counted over `items` items in `bulletins` bulletins.

    `words` are those by which an item was found; the sentence that holds them shows why.
    """

    kind: str
    matches: tuple[Match, ...]
    items: int
    bulletins: int
    condition: str
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an item must fulfil: one of each group of words, all places, one of the dates, a section."""

    groups: tuple[tuple[str, ...], ...]
    places: tuple[PlaceMention, ...]
    dates: tuple[DateMention, ...]
    sections: tuple[str, ...]

    @property
    def any(self) -> bool:
        """Whether there is any condition at all."""
        return bool(self.groups or self.places or self.dates or self.sections)

    @property
    def label(self) -> str:
        """The conditions as words, for the answer's heading."""
        words = ["/".join(group[:3]) + ("…" if len(group) > 3 else "") for group in self.groups]
        return "、".join(
            [*(m.text for m in self.places), *(m.text for m in self.dates), *self.sections, *words]
        )


def answer_collection(
    retriever: Retriever, query: Query, *, allowed_items: frozenset[str] | None = None
) -> CollectionAnswer | None:
    """Answer a question about the collection by going through every item; None for another question."""
    store = retriever.store
    chinese = query.language == "zh"
    text = query.standalone
    patterns = (
        (_SECTIONS, _COUNT, _ALL, _OPEN_LIST) if chinese else (_SECTIONS_EN, _COUNT_EN, _ALL_EN, _EVENTS_EN)
    )
    if not any(pattern.search(text) for pattern in patterns):
        return None
    rows = [row for row in retriever.items() if allowed_items is None or row.item_id in allowed_items]
    bulletins = store.bulletins()
    conditions = conditions_of(query, [row.section for row in rows])
    if (_SECTIONS if chinese else _SECTIONS_EN).search(text) and not conditions.sections:
        by_bulletin = tuple((row.name, tuple(row.sections)) for row in bulletins)
        return CollectionAnswer(SECTIONS, (), len(rows), len(bulletins), "", by_bulletin)
    kind = _kind(query, conditions)
    if kind is None:
        return None
    if not conditions.any:
        return CollectionAnswer(kind, (), len(rows), len(bulletins), "") if kind == COUNT else None
    matches = _matches(retriever, query, rows, conditions)
    explicit = kind == COUNT or bool((_ALL if chinese else _ALL_EN).search(text))
    # An implicit list is one only if several items fulfil it: else one item's own list is meant.
    if not matches or (not explicit and len(matches) < 2):
        return None
    # So many conditions that one item alone fulfils describe it: what is asked stands in it.
    if kind == ALL and len(matches) == 1 and len(conditions.groups) > _DESCRIBES:
        return None
    words = tuple(word for group in conditions.groups for word in group)
    return CollectionAnswer(kind, tuple(matches), len(rows), len(bulletins), conditions.label, words=words)


def _kind(query: Query, conditions: Conditions) -> str | None:
    text, chinese = query.standalone, query.language == "zh"
    if (_COUNT if chinese else _COUNT_EN).search(text):
        return COUNT
    if (_ALL if chinese else _ALL_EN).search(text):
        return ALL
    if not chinese:
        return EVENTS if conditions.dates and _EVENTS_EN.search(text) else None
    if not _OPEN_LIST.search(text) or not (query.kind == LIST or conditions.dates or conditions.sections):
        return None
    if (conditions.dates or conditions.places or conditions.sections) and not conditions.groups:
        return EVENTS if conditions.dates else ALL
    if len(conditions.groups) <= 2 and (conditions.dates or conditions.places or conditions.sections):
        return ALL
    return None


def conditions_of(query: Query, sections: Sequence[str]) -> Conditions:
    """What is left of the question when its asking words are taken away, as conditions on items."""
    text = query.standalone
    named = tuple(name for name in dict.fromkeys(sections) if len(name) >= 2 and name in text)
    for name in named:
        text = text.replace(name, " ")
    places = tuple(m for m in query.places if m.text in text)
    dates = tuple(m for m in query.dates if m.first and m.last and not _is_year_of_plan(m))
    for words in (*(place.text for place in places), *(mention.text for mention in query.dates)):
        text = text.replace(words, " ")
    groups: list[tuple[str, ...]] = []
    if query.names:
        groups.append(tuple(dict.fromkeys(matching_form(name) for name in query.names)))
        for name in query.names:
            text = text.replace(name, " ")
    if query.language != "zh":
        return Conditions(tuple(groups) or tuple((n,) for n in query.numbers), places, dates, named)
    for chunk in _alternatives(_FRAME.sub(" ", text)):
        groups.append(chunk)
    return Conditions(tuple(groups), places, dates, named)


def _is_year_of_plan(mention: DateMention) -> bool:
    return "五" in mention.text and "十" in mention.text


def _alternatives(text: str) -> list[tuple[str, ...]]:
    """Groups of words: those joined by 或 are alternatives, others each a condition."""
    groups: list[tuple[str, ...]] = []
    for part in text.split():
        joined = [_terms(piece) for piece in re.split(r"或者|或是|或", part)]
        pieces = [
            terms or [piece] for terms, piece in zip(joined, re.split(r"或者|或是|或", part), strict=True)
        ]
        if len(pieces) > 1:
            named = tuple(terms[-1] for terms in pieces if any(c.isalnum() for c in terms[-1]))
            groups.extend([named] if named else [])
        else:
            groups.extend(_same_claim(term) for terms in joined for term in terms)
    return list(dict.fromkeys(groups))


def _same_claim(term: str) -> tuple[str, ...]:
    return next((claim for claim in _SAME_CLAIM if term in claim), (term,))


def _terms(text: str) -> list[str]:
    terms = content_terms(text)
    longest = [t for t in terms if not any(t != other and t in other for other in terms)]
    return [term for term in longest if term not in _GENERIC]


def _matches(
    retriever: Retriever, query: Query, rows: Sequence[ItemRow], conditions: Conditions
) -> list[Match]:
    wanted: set[str] | None = None
    for group in conditions.groups:
        held = _holding(retriever, group)
        wanted = held if wanted is None else wanted & held
    mentioned = bool(re.search(r"涉及|提到|提及|讲到|谈到|mention|involv", query.standalone))
    matches = []
    for row in rows:
        if wanted is not None and row.item_id not in wanted:
            continue
        if conditions.sections and row.section not in conditions.sections:
            continue
        if conditions.places and not all(
            _is_about(retriever, row, place, mentioned) for place in conditions.places
        ):
            continue
        start = _dated_start(row, conditions.dates) if conditions.dates else row.start
        if start is not None:
            matches.append(Match(row.item_id, start))
    return matches


def _holding(retriever: Retriever, words: Sequence[str]) -> set[str]:
    """Items with a passage (or title) that holds one of `words` literally."""
    held: set[str] = set()
    for word in words:
        tokens = list(content_terms(word)) or [word]
        numbers = retriever.lexical.matching(tokens)
        for passage in retriever.store.passages(np.asarray(numbers).tolist()):
            if fold(word) in matching_form(passage.title + passage.text):
                held.add(passage.item_id)
    return held


def _is_about(retriever: Retriever, row: ItemRow, asked: PlaceMention, mentioned: bool) -> bool:
    """Whether an item tells of a place or one in it: in title or opening, or anywhere if `mentioned`."""
    if _names(asked, row.title):
        return True
    item = retriever.store.item(row.item_id)
    if mentioned:
        return _names(asked, "".join(passage.text for passage in item.passages))
    return not gazetteer().find(row.title) and _names(asked, _opening(item))


def _names(asked: PlaceMention, text: str) -> bool:
    said = [place for mention in gazetteer().find(text) for place in mention.places]
    return any(place.covers(other) for place in asked.places for other in said)


def _opening(item: Item) -> str:
    return item.passages[0].text[:160] if item.passages else ""


def _dated_start(row: ItemRow, wanted: Sequence[DateMention]) -> int | None:
    """Where the item says a day in one of the wanted ranges; None when it does not."""
    for mention in row.dates:
        if (
            mention.first
            and mention.last
            and any(
                (want.first or "") <= mention.first and mention.last <= (want.last or "") for want in wanted
            )
        ):
            return mention.start
    if row.date and any((want.first or "") <= row.date <= (want.last or "") for want in wanted):
        return row.start
    return None
