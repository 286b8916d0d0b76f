"""Whether two items are about one thing: the same 《document》, or titles of the same subject and place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.answering.effect import DRAFT, Effect
from qa.places import Place, gazetteer
from qa.retrieval import places_of_title
from qa.text import compact, matching_form
from qa.types import Item, Sentence
from qa.words import content_terms

SHORTEST_NAME = 5
NAME = re.compile(r"《([^《》]{2,80})》")
# Words of notices: what they say of a subject, never what the subject is.
NOTICE_WORDS = frozenset(
    """
    延期 延长 推迟 顺延 延后 推后 展期 提前 缩短 改期 改为 变更 调整 修改 修订 修正 更正 补充 提高 上调 下调
    降低 增加 减少 扩大 放宽 收紧 恢复 取消 暂停 暂缓 停止 终止 废止 撤销 失效 作废 新版 重新 再次 启动 开始
    开展 启用 发布 印发 出台 公布 下发 颁布 制定 推出 实施 施行 执行 生效 试行 正式 通过 审议 表决 征求 意见
    征求意见 征求意见稿 意见稿 草案 公开 申报 报名 受理 申请 期限 时间 日期 截止 截止日期 有效期 标准 额度
    金额 通知 公告 通告 公示 决定 有关 工作 事项 获得 明确 规定 规范 新规 最新 说明 安排 情况 举行 举办
    召开 活动 延至 上调 拟于
    """.split()
)
_BRACKETS = re.compile(r"[（(][^（）()]{0,20}[)）]")
_ROUND = re.compile(
    r"第\s*([一二三四五六七八九十百\d]+)\s*(届|期|批|次|轮|号|季|部|章)|((?:19|20)\d\d)\s*年|(\d{1,2})\s*月"
)
_COUNT = re.compile(r"[\d.]+\D?")


def likeness(title: str, other: str) -> int:
    """How surely two titles name one subject: 3 the same words, 2 one's among the other's, 1 most, 0 not.

    >>> likeness("衢州启动毕业生租房补贴申报", "衢州延长毕业生租房补贴申报期限")
    3
    >>> likeness("江西启动农机购置补贴申报", "湖南启动农机购置补贴申报")
    0
    """
    if _rounds(title) and _rounds(other) and _rounds(title) != _rounds(other):
        return 0
    mine, theirs = _subject(title), _subject(other)
    shared = mine & theirs
    if len(shared) < 2 or sum(map(len, shared)) < 4:
        return 0
    there = places_of_title(title), places_of_title(other)
    if all(there) and not set(there[0]) & set(there[1]):
        return 0
    if mine == theirs:
        return 3
    if shared in (mine, theirs):
        return 2
    # 第 12 届…大会 is one, whatever the rest of its title tells.
    if _rounds(title) and _rounds(title) == _rounds(other):
        return 2
    return 1 if len(shared) >= 0.6 * min(len(mine), len(theirs)) else 0


def _subject(title: str) -> frozenset[str]:
    terms = [t for t in content_terms(title) if t not in NOTICE_WORDS and not t.isdecimal() and len(t) > 1]
    longest = [t for t in terms if not any(t != other and t in other for other in terms)]
    return frozenset(t for t in longest if not _COUNT.fullmatch(t))


def _rounds(title: str) -> frozenset[str]:
    return frozenset("".join(filter(None, match.groups())) for match in _ROUND.finditer(title))


def base_name(name: str) -> str:
    """A document's name without its stage: （征求意见稿）, （试行）, 草案."""
    bare = DRAFT.sub("", _BRACKETS.sub("", compact(name)))
    return matching_form(bare).removeprefix("关于")


def names_of(item: Item, sentences: Sequence[Sentence]) -> frozenset[str]:
    """The documents an item is about: named in its title or in the sentences that state the thing."""
    text = compact(item.title + "".join(sentence.text for sentence in sentences))
    return frozenset(n for name in NAME.findall(text) if len(n := base_name(name)) >= SHORTEST_NAME)


def one_place(item: Item, other: Item, alike: int) -> bool:
    """Whether two items tell of one place; where one names none, only the same words make up for it."""
    here, there = places_told(item), places_told(other)
    if here and there:
        return bool(set(here) & set(there))
    return alike == 3 or not (here or there)


def places_told(item: Item, characters: int = 120) -> tuple[Place, ...]:
    """The places that an item's title names or, where it names none, the first `characters` of its text."""
    told = places_of_title(item.title)
    if told or not item.passages:
        return told
    return tuple(p for m in gazetteer().find(item.passages[0].text[:characters]) for p in m.places)


def endings_of(held: Effect, effects: Sequence[Effect]) -> list[Effect]:
    """Those of an item's effects that end the force of what `held` says of: of its name, or of none."""
    return [e for e in effects if e.lapses and base_name(e.name) in ("", base_name(held.name))]
