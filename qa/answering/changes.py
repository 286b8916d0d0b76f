"""Finds what other bulletins said of the same thing before or after, where it was changed.

Two items are about one thing when they name the same 《document》 or their titles differ by nothing but words
of change (延期, 调整, 通知); one changes the other when the later says so (延长至 4 月 30 日, 废止), or
gives another date for the start or end of the same document. Other places, other rounds and years, and
figures that are counted anew each month are no change. What isn't sure is not shown.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.answering.compose import Writer, needs_year
from qa.answering.effect import DRAFT, END, START, Effect, effects_of
from qa.answering.evidence import ItemView
from qa.answering.sameness import (
    NAME,
    NOTICE_WORDS,
    SHORTEST_NAME,
    base_name,
    likeness,
    names_of,
    one_place,
)
from qa.dates import find_dates
from qa.kinds import AREA, DURATION, MONEY, NUMBER, PERCENT, TEXT
from qa.query import Query
from qa.retrieval import Retriever
from qa.text import compact, matching_form
from qa.types import DateMention, Hit, Item, Sentence
from qa.words import content_terms

if TYPE_CHECKING:
    from qa.answering.answerer import Evidence

_MOST_ITEMS = 12
_MOST_SHOWN = 3
_REPEAL = "废止|停止执行|停止实施|停止施行|终止|撤销|失效|作废|不再执行|不再实施|暂停实施|暂停执行|暂缓实施"
_REPEALED = re.compile(
    rf"(?:{_REPEAL})(?:了|的|原|以下|下列|文件|规定|：|:){{0,4}}(?:《[^《》]{{2,80}}》(?:[（(][^（）()]{{0,30}}[)）])?[、和及]?)+"
    rf"|《[^《》]{{2,80}}》(?:[（(][^（）()]{{0,30}}[)）])?[^，。；《》]{{0,16}}(?:{_REPEAL})"
)
_CALLED_OFF = "废止|停止|取消|暂停|暂缓|终止|撤销|失效"
_MOVED = (
    "调整|延长|延期|推迟|顺延|延后|推后|展期|提前|缩短|改期|改为|变更|修改|修订|修正|更正|提高|上调|提至|下调|降低"
    "|增至|降至|放宽|恢复"
)
_NUMBER = re.compile(
    r"(?<![\d.])(\d[\d,]*(?:\.\d+)?)\s*(?:多|余)?\s*((?:[万亿千百]+\s*)?(?:元|美元|欧元|%|％|个百分点|平方米|平方公里|公顷|亩"
    r"|公里|吨|人|名|家|户|个|项|套|辆|张|个月|年|个工作日|工作日|天|日|小时|分钟|倍|岁|周岁|千瓦时|度|立方米|万))"
)
# Figures that are measured anew each time: another value is news, not a change of what was said.
_MEASURED = re.compile(
    r"同比|环比|累计|增速|截至|占比|产值|产量|销量|出口额|进口额|营收|增长|下降|指数|完成|成交|客流|吞吐"
)
_COUNTED = frozenset((NUMBER, MONEY, PERCENT, AREA, DURATION))
_OF_CHANGES = re.compile(r"变化|变更|变动|改动|调整|修改|修订|\bchang|\bamend|\bupdate|\brevis", re.I)
_CLAUSE = re.compile(r"[^，；。！？：]+[，；。！？：]?")
_ENDING = re.compile(r"截止|截至|到期|期限|有效期|结束|报名|申报|受理|deadline|close|expire|end", re.I)
_STARTING = re.compile(
    r"施行|实施|生效|执行|启用|开始|启动|上线|effect|force|start|begin|launch|implement", re.I
)


_WORDS = {
    "zh": ("此前（{day}，《{title}》）：", "其后变更为（{day}，《{title}》）："),
    "en": ("Earlier ({day}, “{title}”): ", "Later changed ({day}, “{title}”): "),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What one item says of the thing asked for: its sentences and the day (ISO) it was said."""

    item: Item
    bulletin: str
    day: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """An item, the day it was said and the sentences that may be the statement."""

    item: Item
    bulletin: str
    day: str
    focus: tuple[Sentence, ...]
    names: frozenset[str]


class ChangeFinder:
    """Looks for changed statements in one snapshot."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._lock = threading.Lock()
        self._written: dict[str, str] | None = None

    def find(self, query: Query, evidence: Evidence, hits: Sequence[Hit]) -> list[Statement]:
        """What was said before and after, oldest first and the evidence among it; empty without a change.

        Only the items of `hits` are looked at, and of them only those of the same name or title.
        """
        view = evidence.view
        others = self._alike(view, evidence, hits)
        if not others:
            return []
        day = self._day(view.item, view.bulletin)
        if not day:
            return []
        chosen = tuple(scored.sentence for scored in evidence.sentences)
        own = _Side(view.item, view.bulletin, day, chosen, names_of(view.item, chosen))
        everything = tuple(scored.sentence for scored in view.sentences)
        whole = _Side(view.item, view.bulletin, day, everything, own.names)
        found: list[Statement] = []
        said: tuple[Sentence, ...] = chosen
        for item_id, bulletin, alike in others:
            item = self._retriever.store.item(item_id, bulletin)
            other_day = self._day(item, bulletin)
            if not other_day or other_day == day or not one_place(view.item, item, alike):
                continue
            sentences = tuple(s for p in item.passages for s in p.sentences)
            other = _Side(item, bulletin, other_day, sentences, names_of(item, sentences))
            if other_day > day:
                pair = change_between(query, own, other, alike) or change_between(query, whole, other, alike)
                if pair is not None:
                    found.append(Statement(item, bulletin, other_day, (pair[1],)))
                    said = said if pair[0] in said else (*said, pair[0])
            else:
                pair = change_between(query, other, own, alike)
                if pair is not None:
                    found.append(Statement(item, bulletin, other_day, (pair[0],)))
        if not found:
            return []
        if _OF_CHANGES.search(query.standalone):
            found.extend(self._beside(query, found, others, day))
        statement = Statement(view.item, view.bulletin, day, tuple(sorted(said, key=lambda s: s.start)))
        return _newest(sorted([*found, statement], key=lambda s: (s.day, s.bulletin, s.item.start)))

    def _beside(
        self, query: Query, found: Sequence[Statement], others: Sequence[tuple[str, str, int]], day: str
    ) -> Iterator[Statement]:
        """What else was changed of the oldest statement's item, where all changes are asked for."""
        oldest = min(found, key=lambda statement: statement.day)
        if oldest.day >= day:
            return
        sentences = tuple(s for p in oldest.item.passages for s in p.sentences)
        base = _Side(oldest.item, oldest.bulletin, oldest.day, sentences, names_of(oldest.item, sentences))
        known = {statement.item.item_id for statement in found}
        for item_id, bulletin, alike in others:
            item = self._retriever.store.item(item_id, bulletin)
            there = self._day(item, bulletin)
            if item_id in known or there <= oldest.day or not one_place(oldest.item, item, alike):
                continue
            said = tuple(s for p in item.passages for s in p.sentences)
            other = _Side(item, bulletin, there, said, names_of(item, said))
            if pair := change_between(query, base, other, alike):
                yield Statement(item, bulletin, there, (pair[1],))

    def _alike(self, view: ItemView, evidence: Evidence, hits: Sequence[Hit]) -> list[tuple[str, str, int]]:
        """Other items of the hits that may be about the same thing: id, bulletin and how alike (1 to 3)."""
        names = names_of(view.item, tuple(scored.sentence for scored in evidence.sentences))
        found: dict[str, tuple[str, str, int]] = {}
        for hit in hits:
            if hit.item_id == view.item.item_id:
                continue
            alike = likeness(view.item.title, hit.title)
            if names and names & {base_name(name) for name in NAME.findall(compact(hit.title + hit.text))}:
                alike = 3
            known = found.get(hit.item_id)
            if alike and (known is None or alike > known[2]):
                found[hit.item_id] = (hit.item_id, hit.bulletin, alike)
            if len(found) == _MOST_ITEMS:
                break
        return list(found.values())

    def _day(self, item: Item, bulletin: str) -> str:
        """When an item was said: its bulletin's date, or its own, or the newest of its bulletin's items."""
        with self._lock:
            if self._written is None:
                self._written = {row.name: row.date or "" for row in self._retriever.store.bulletins()}
            written = self._written.get(bulletin, "")
        if written or item.date:
            return written or item.date or ""
        return max(
            (row.date or "" for row in self._retriever.items() if row.bulletin == bulletin), default=""
        )


def change_between(
    query: Query, earlier: _Side, later: _Side, alike: int
) -> tuple[Sentence, Sentence] | None:
    """The sentence of each that shows that the later changes what is asked of the earlier; None without."""
    return (
        _stopped(earlier, later, alike)
        or _dates_changed(query, earlier, later, alike)
        or _figures_changed(query, earlier, later, alike)
        or _draft_adopted(earlier, later)
    )


def _stopped(earlier: _Side, later: _Side, alike: int) -> tuple[Sentence, Sentence] | None:
    """The later repeals or stops the document, or calls off what both titles name."""
    titled = alike == 3 and re.search(_CALLED_OFF, later.item.title)
    for sentence in later.focus:
        text = compact(sentence.text)
        repealed = [name for match in _REPEALED.finditer(text) for name in NAME.findall(match.group())]
        named = {base_name(name) for name in repealed} & earlier.names
        if named or (titled and re.search(_CALLED_OFF, text)):
            return _stating(earlier, named), sentence
    return None


def _stating(side: _Side, names: frozenset[str] | set[str]) -> Sentence:
    """The sentence of the statement that names the document, or its first."""
    for sentence in side.focus:
        if any(base_name(name) in names for name in NAME.findall(compact(sentence.text))):
            return sentence
    return side.focus[0]


def _dates_changed(
    query: Query, earlier: _Side, later: _Side, alike: int
) -> tuple[Sentence, Sentence] | None:
    """The later gives another day for the start or end that is asked for."""
    kind = query.expects.kind
    if kind in _COUNTED:
        return None
    wanted = {START, END}
    text = query.standalone
    if _ENDING.search(text) and not _STARTING.search(text):
        wanted = {END}
    elif _STARTING.search(text) and not _ENDING.search(text):
        wanted = {START}
    before = [e for e in effects_of(earlier.focus, earlier.item.dates) if e.kind in wanted and e.first]
    after = [e for e in effects_of(later.focus, later.item.dates) if e.kind in wanted and e.first]
    for old in before:
        for new in after:
            if new.kind != old.kind or (new.first, new.last) == (old.first, old.last):
                continue
            if _same_named(old, new, earlier, later, alike) and _says_so(old, new, later, alike):
                return old.sentence, new.sentence
    return None


def _same_named(old: Effect, new: Effect, earlier: _Side, later: _Side, alike: int) -> bool:
    """Whether two effects are of one document: by name, or by the titles where neither has one."""
    mine, theirs = base_name(old.name), base_name(new.name)
    if len(mine) >= SHORTEST_NAME and len(theirs) >= SHORTEST_NAME:
        return mine == theirs
    return alike >= 2 or bool(earlier.names & later.names)


def _says_so(old: Effect, new: Effect, later: _Side, alike: int) -> bool:
    """Whether the later says that the day moved, or is about the very same document."""
    text = compact(new.sentence.text)
    if re.search(_MOVED, text) or re.search(_MOVED, later.item.title):
        return True
    return alike == 3 and bool(old.name) and base_name(old.name) == base_name(new.name)


def _figures_changed(
    query: Query, earlier: _Side, later: _Side, alike: int
) -> tuple[Sentence, Sentence] | None:
    """The later sets a figure of the same unit anew, said of the same words."""
    if query.expects.kind not in _COUNTED | {TEXT} or alike < 2:
        return None
    for sentence in later.focus:
        text = compact(sentence.text)
        if not re.search(_MOVED, text) or _MEASURED.search(text):
            continue
        for clause in _clauses(text):
            if not re.search(_MOVED, clause):
                continue
            news = _figures(clause)
            if not news:
                continue
            for old in earlier.focus:
                if _MEASURED.search(compact(old.text)):
                    continue
                for said in _clauses(compact(old.text)):
                    olds = _figures(said)
                    units = {unit for _, unit in olds} & {unit for _, unit in news}
                    moved = any(new not in olds for new in news if new[1] in units) and _shares_subject(
                        said, clause, old, sentence
                    )
                    if units and moved:
                        return old, sentence
    return None


def _clauses(text: str) -> Iterator[str]:
    for match in _CLAUSE.finditer(text):
        yield match.group()


def _figures(clause: str) -> set[tuple[str, str]]:
    dated = {(mention.start, mention.end) for mention in find_dates(clause, None)}
    return {
        (match[1].replace(",", ""), matching_form(match[2]))
        for match in _NUMBER.finditer(clause)
        if not any(start <= match.start() < end for start, end in dated)
    }


def _shares_subject(said: str, clause: str, old: Sentence, new: Sentence) -> bool:
    """Whether two clauses set a figure of one thing: they share a word that is no word of notices."""
    mine = {t for t in content_terms(said) if len(t) > 1 and not any(c.isdigit() for c in t)}
    theirs = {t for t in content_terms(clause) if len(t) > 1 and not any(c.isdigit() for c in t)}
    telling = {
        t for t in mine & theirs if t not in NOTICE_WORDS or t in ("标准", "额度", "金额", "期限", "有效期")
    }
    return bool(telling)


def _draft_adopted(earlier: _Side, later: _Side) -> tuple[Sentence, Sentence] | None:
    """The earlier tells of a draft, the later of the document that it became."""
    for sentence in earlier.focus:
        drafts = {base_name(name) for name in NAME.findall(compact(sentence.text)) if DRAFT.search(name)}
        if not drafts and DRAFT.search(earlier.item.title + sentence.text):
            drafts = {base_name(name) for name in NAME.findall(compact(sentence.text))}
        for other in later.focus:
            text = compact(other.text)
            adopted = [n for n in NAME.findall(text) if base_name(n) in drafts and not DRAFT.search(n)]
            if (
                adopted
                and re.search(r"通过|发布|印发|公布|出台|颁布|施行|实施|生效", text)
                and not DRAFT.search(text)
            ):
                return sentence, other
    return None


def _newest(statements: list[Statement]) -> list[Statement]:
    """The last few of a chain of changes, when there are more than can be shown."""
    return statements[-_MOST_SHOWN:]


def write_statements(writer: Writer, retriever: Retriever, statements: Sequence[Statement]) -> None:
    """Quote the statements in order, each with its day and what it is to the one before."""
    words = _WORDS["zh" if writer.language == "zh" else "en"]
    mentions: list[DateMention] = []
    for number, statement in enumerate(statements):
        writer.new_line()
        writer.say((words[1] if number else words[0]).format(day=statement.day, title=statement.item.title))
        source = retriever.store.source(statement.bulletin).text
        writer.quote(statement.item, statement.bulletin, source, statement.sentences)
        mentions.extend(
            mention
            for mention in statement.item.dates
            if needs_year(mention) and any(s.start <= mention.start < s.end for s in statement.sentences)
        )
    writer.dates(mentions)
