"""Whether what one item says replaces what another said before: another day, figure or status of one thing.

The later must say so (延长至 4 月 30 日, 调整为, 废止), give another day for the same 《document》, or tell
that a draft became one. What isn't sure is no change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.answering.clauses import clause_spans
from qa.answering.effect import DRAFT, END, HELD, MOVED_VERBS, START, Effect, effects_of
from qa.answering.sameness import NAME, NOTICE_WORDS, SHORTEST_NAME, base_name
from qa.dates import find_dates
from qa.kinds import AREA, DURATION, MONEY, NUMBER, PERCENT, TEXT, TIME
from qa.query import Query
from qa.text import compact, matching_form
from qa.types import Item, Sentence
from qa.words import content_terms

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
    r"|公里|吨|人|名|家|户|个月|个工作日|个|项|套|辆|张|年|工作日|天|日|小时|分钟|倍|岁|周岁|千瓦时|时|点|度|立方米|万))"
)
# Figures that are measured anew each time: another value is news, not a change of what was said.
_MEASURED = re.compile(
    r"同比|环比|累计|增速|截至|占比|产值|产量|销量|出口额|进口额|营收|增长|下降|指数|完成|成交|客流|吞吐"
)
_REPLACED = re.compile(
    r"(?:由|从|原来?的?|原定)[^，。；]{0,24}?\d[^，。；]{0,12}?(?=调整|提高|上调|下调|降|增|提|改|延|缩|变)"
)
# Asked when, it is the hour that another hour replaces; days are compared by what they begin and end.
_CLOCK = ("时", "点")
_COUNTED = frozenset((NUMBER, MONEY, PERCENT, AREA, DURATION))
_ADOPTED = re.compile(r"通过|发布|印发|公布|出台|颁布|施行|实施|生效")
_ENDING = re.compile(r"截止|截至|到期|期限|有效期|结束|报名|申报|受理|\bdeadline|\bclos|\bexpir|\bend", re.I)
_STARTING = re.compile(
    r"施行|实施|生效|执行|启用|开始|启动|上线|\beffect|\bforce|\bstart|\bbegin|\blaunch|\bimplement", re.I
)


@dataclass(frozen=True, slots=True)
class Side:
    """An item, the day it was said and the sentences that may be the statement."""

    item: Item
    bulletin: str
    day: str
    focus: tuple[Sentence, ...]
    names: frozenset[str]


def change_between(query: Query, earlier: Side, later: Side, alike: int) -> tuple[Sentence, Sentence] | None:
    """The sentence of each that shows that the later changes what is asked of the earlier; None without."""
    return (
        _stopped(earlier, later, alike)
        or _dates_changed(query, earlier, later, alike)
        or _figures_changed(query, earlier, later, alike)
        or _draft_adopted(query, earlier, later)
    )


def _stopped(earlier: Side, later: Side, alike: int) -> tuple[Sentence, Sentence] | None:
    """The later repeals or stops the document, or calls off what both titles name."""
    titled = alike >= 2 and re.search(_CALLED_OFF, later.item.title)
    for sentence in later.focus:
        text = compact(sentence.text)
        repealed = [name for match in _REPEALED.finditer(text) for name in NAME.findall(match.group())]
        named = {base_name(name) for name in repealed} & earlier.names
        if named or (titled and re.search(_CALLED_OFF, text)):
            return _stating(earlier, named), sentence
    return None


def _stating(side: Side, names: frozenset[str] | set[str]) -> Sentence:
    """The sentence of the statement that names the document, or its first."""
    for sentence in side.focus:
        if any(base_name(name) in names for name in NAME.findall(compact(sentence.text))):
            return sentence
    return side.focus[0]


def _dates_changed(query: Query, earlier: Side, later: Side, alike: int) -> tuple[Sentence, Sentence] | None:
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
    held = {HELD} if START in wanted else set()
    before = [e for e in effects_of(earlier.focus, earlier.item.dates) if e.kind in wanted | held and e.first]
    after = [e for e in effects_of(later.focus, later.item.dates) if e.kind in wanted and e.first]
    for old in before:
        for new in after:
            moved = new.kind == START and old.kind == HELD and re.fullmatch(MOVED_VERBS, new.verb)
            if (new.kind != old.kind and not moved) or (new.first, new.last) == (old.first, old.last):
                continue
            if _same_named(old, new, earlier, later, alike) and _says_so(old, new, later, alike):
                return old.sentence, new.sentence
    return None


def _same_named(old: Effect, new: Effect, earlier: Side, later: Side, alike: int) -> bool:
    """Whether two effects are of one document: by name, or by the titles where neither has one."""
    mine, theirs = base_name(old.name), base_name(new.name)
    if len(mine) >= SHORTEST_NAME and len(theirs) >= SHORTEST_NAME:
        return mine == theirs
    return alike >= 2 or bool(earlier.names & later.names)


def _says_so(old: Effect, new: Effect, later: Side, alike: int) -> bool:
    """Whether the later says that the day moved, or is about the very same document."""
    text = compact(new.sentence.text)
    if re.search(_MOVED, text) or re.search(_MOVED, later.item.title):
        return True
    return alike == 3 and bool(old.name) and base_name(old.name) == base_name(new.name)


def _figures_changed(
    query: Query, earlier: Side, later: Side, alike: int
) -> tuple[Sentence, Sentence] | None:
    """The later sets a figure of the same unit anew, said of the same words."""
    kind = query.expects.kind
    if kind not in _COUNTED | {TEXT, TIME} or alike < 2:
        return None
    for sentence in later.focus:
        text = compact(sentence.text)
        if not re.search(_MOVED, text) or _MEASURED.search(text):
            continue
        for clause in _clauses(text):
            if not re.search(_MOVED, clause):
                continue
            news = {figure for figure in _figures(clause) if kind != TIME or figure[1] in _CLOCK}
            if not news:
                continue
            for old in earlier.focus:
                if _MEASURED.search(compact(old.text)):
                    continue
                for said in _asked_clauses(query, compact(old.text)):
                    if _replaces(_figures(said), clause, news) and _shares_subject(said, clause):
                        return old, sentence
    return None


def _replaces(olds: set[tuple[str, str]], clause: str, news: set[tuple[str, str]]) -> bool:
    """Whether a clause sets another figure for one of `olds`, and not for a figure that it names itself."""
    units = {unit for _, unit in olds} & {unit for _, unit in news}
    before = {
        figure
        for match in _REPLACED.finditer(clause)
        for figure in _figures(match.group())
        if figure[1] in units
    }
    if before and not before & olds:
        return False
    return any(new not in olds for new in news if new[1] in units)


def _asked_clauses(query: Query, text: str) -> list[str]:
    """The clauses with a figure that hold most of the question's words: of two levels, the one asked for."""
    held = [(sum(term in matching_form(c) for term in query.terms), c) for c in _clauses(text) if _figures(c)]
    most = max((words for words, _ in held), default=0)
    return [clause for words, clause in held if words == most]


def _clauses(text: str) -> Iterator[str]:
    return (text[start:end] for start, end in clause_spans(text))


def _figures(clause: str) -> set[tuple[str, str]]:
    dated = {(mention.start, mention.end) for mention in find_dates(clause, None)}
    return {
        (match[1].replace(",", ""), matching_form(match[2]))
        for match in _NUMBER.finditer(clause)
        if not any(start <= match.start() < end for start, end in dated)
    }


def _shares_subject(said: str, clause: str) -> bool:
    """Whether two clauses set a figure of one thing: they share a word that is no word of notices."""
    mine = {t for t in content_terms(said) if len(t) > 1 and not any(c.isdigit() for c in t)}
    theirs = {t for t in content_terms(clause) if len(t) > 1 and not any(c.isdigit() for c in t)}
    telling = {
        t for t in mine & theirs if t not in NOTICE_WORDS or t in ("标准", "额度", "金额", "期限", "有效期")
    }
    return bool(telling)


def _draft_adopted(query: Query, earlier: Side, later: Side) -> tuple[Sentence, Sentence] | None:
    """The earlier tells of a draft, the later of the document that it became."""
    for sentence in earlier.focus:
        drafts = {base_name(name) for name in NAME.findall(compact(sentence.text)) if DRAFT.search(name)}
        if not drafts and DRAFT.search(earlier.item.title + sentence.text):
            drafts = {base_name(name) for name in NAME.findall(compact(sentence.text))}
        for other in later.focus:
            text = compact(other.text)
            adopted = [n for n in NAME.findall(text) if base_name(n) in drafts and not DRAFT.search(n)]
            if adopted and _ADOPTED.search(text) and not DRAFT.search(text):
                return _said_in_draft(query, earlier, sentence, other), other
    return None


def _said_in_draft(query: Query, side: Side, naming: Sentence, adopted: Sentence) -> Sentence:
    """The sentence of the draft that says most of what is asked; the one that names it else."""
    title = matching_form(side.item.title)
    asked = {term for term in query.terms if term not in title}
    wanted = set(content_terms(adopted.text))
    drafted = [s for s in side.focus if s == naming or DRAFT.search(s.text)]

    def worth(sentence: Sentence) -> tuple[int, int, int]:
        form = matching_form(sentence.text)
        held = len(wanted & set(content_terms(sentence.text)))
        return sum(term in form for term in asked), held, -sentence.start

    return max(drafted, key=worth, default=naming)
