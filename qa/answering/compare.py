"""Takes a comparison apart into its sides, so that each gets its own evidence."""

from __future__ import annotations

import re
from itertools import pairwise

from qa.places import PlaceMention, gazetteer
from qa.query import Query
from qa.words import content_terms

_LEAD = re.compile(
    r"^(?:请|帮我)?(?:比较|对比|对照|区分)(?:一下|下)?|^(?:compare|contrast|how (?:do|does"
    r"|did)|what (?:is|are) the differences? between|which of)\s+",
    re.I,
)
_JOIN = re.compile(
    r"、|，(?=[^，]{2,}(?:和|与|跟|以及|及))|以及|和(?!谐|平|睦|解|约|缓)|与(?!会|时俱|众"
    r"|其|此同时)|跟(?!踪|进|随)|同(?=[\u4e00-\u9fff]{2,}(?:相比|比较))|相比于?"
    r"|,\s*(?:and\s+)?|\s+and\s+|\s+versus\s+|\s+vs\.?\s+|\s+with\s+|\s+or\s+"
)
_PREDICATE = re.compile(
    r"(?:，|,)?(?:两者|二者|三者|它们|这两[个项部家者]"
    r"|这三[个项部家者])?(?:之间)?(?:在.{1,16}?(?:上|方面|中))?(?:都|各自?|分别|有何"
    r"|有什么|有哪些|的(?:区别|不同|差异|异同|共同点)|谁|哪(?:一)?[个家座省市边方部]|相比"
    r"|相同|是否|怎么|如何|什么时候|何时|多少|几)"
)
_PREDICATE_EN = re.compile(
    r"\s+(?:differ|compare|both|each|respectively|have in common|come|take|were|was|are|is"
    r"|set|do|did|start|focus)\b",
    re.I,
)


def sides_of(query: Query) -> list[str]:
    """One question per side compared, two or three; empty when the sides cannot be told apart.

    >>> from qa.query import understand
    >>> sides_of(understand("上海和江苏的冷链系统分别叫什么？"))
    ['上海的冷链系统分别叫什么？', '江苏的冷链系统分别叫什么？']
    """
    text = query.standalone
    return _by_place(text) or _by_date(query) or _by_name(text) or _by_conjunction(text, query.language)


def _by_place(text: str) -> list[str]:
    """Places joined in a row ("上海、江苏和山东的…") each take the others' place."""
    mentions = gazetteer().find(text)
    run: list[PlaceMention] = []
    for left, right in pairwise(mentions):
        between = text[left.end : right.start].strip()
        if (
            between
            in {
                "、",
                "和",
                "与",
                "跟",
                "及",
                "以及",
                "，",
                "同",
                "vs",
                "and",
                ",",
                ", and",
                "versus",
                "对比",
                "比",
            }
            and left.places != right.places
        ):
            run = run or [left]
            run.append(right)
        elif run:
            break
    if not 2 <= len(run) <= 4:
        return []
    head, tail = text[: run[0].start], text[run[-1].end :]
    head = _LEAD.sub("", head)
    return [f"{head}{mention.text}{tail}" for mention in run]


def _by_date(query: Query) -> list[str]:
    """Two or three dates ("2022 年和 2025 年的目标") each take the others' place."""
    text, dates = query.standalone, query.dates
    joined = [
        (left, right)
        for left, right in pairwise(dates)
        if text[left.end : right.start].strip() in {"、", "和", "与", "跟", "及", "and", "，", "到", "vs"}
    ]
    if not joined or len(dates) > 3:
        return []
    first, last = joined[0][0], joined[-1][1]
    head, tail = text[: first.start], text[last.end :]
    return [
        f"{_LEAD.sub('', head)}{text[d.start : d.end]}{tail}"
        for d in dates
        if first.start <= d.start <= last.start
    ]


def _by_name(text: str) -> list[str]:
    names = list(dict.fromkeys(re.findall(r"《[^》]{2,60}》|“[^”]{2,40}”", text)))
    if not 2 <= len(names) <= 4:
        return []
    rest = text
    for name in names:
        rest = rest.replace(name, "\0")
    head, _, tail = rest.partition("\0")
    tail = tail.rsplit("\0", 1)[-1]
    return [f"{_LEAD.sub('', head)}{name}{tail}" for name in names]


def _by_conjunction(text: str, language: str) -> list[str]:
    body = _LEAD.sub("", text)
    match = (_PREDICATE if language == "zh" else _PREDICATE_EN).search(body)
    subject, predicate = (
        (body[: match.start()], body[match.start() :]) if match else (body.rstrip("？?。."), "")
    )
    parts = [part.strip(" ，,") for part in _JOIN.split(subject)]
    parts = [part for part in parts if content_terms(part)]
    if not 2 <= len(parts) <= 4:
        return []
    # "港口和机场的防疫措施": what the last part is asked about is asked of all of them.
    owner, of, owned = parts[-1].partition("的")
    if of and owner and owned and not any("的" in part for part in parts[:-1]):
        parts = [*(f"{part}的{owned}" for part in parts[:-1]), parts[-1]]
    # "上海的养老条例和知识产权条例": the first part's place holds for the later ones that name none.
    place = gazetteer().find(parts[0])
    if place and place[0].start == 0 and language == "zh":
        prefix = place[0].text
        parts = [parts[0], *(part if gazetteer().find(part) else f"{prefix}{part}" for part in parts[1:])]
    shared = re.sub(r"^(?:，|,|两者|二者|之间)+", "", predicate)
    return [f"{part}{'' if language == 'zh' else ' '}{shared}".strip() for part in parts]
