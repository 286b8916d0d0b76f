"""What a question may ask of dates: the days that it names, and what it wants to know of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from qa.types import DateMention

BY, WITHIN = "by", "within"

# What a rule is called: asked for by that name, it must be one.
DOCUMENT_NOUNS = frozenset("条例 办法 通知 方案 细则 规则 意见 标准 规范 指南".split())
NOW = re.compile(r"目前|现在|当前|如今|眼下|至今|迄今|到现在为止")
LEGAL = re.compile(r"施行|生效|in (?:force|effect)|effective|into (?:force|effect)|effect$", re.I)
_END_OF = re.compile(r"[底末内]$")
MOST_CONDITIONS = 3


@dataclass(frozen=True, slots=True)
class DateQuestion:
    """A question about beginnings (START), ends (END) or publications (PUBLISH), held against days.

    `first`..`last` (ISO, both included; None is open) is what it asks for. With `whole` it is about every
    item, and `conditions` are the words that one must hold; else `base` asks for the day itself. `verb` is
    the question's, `group` the sort of beginning; `relative` says that the days were worked out from
    `newest`, the newest date of the collection, and `said` are the question's words for them.
    """

    kind: str
    group: str
    verb: str
    first: str | None
    last: str | None
    whole: bool
    base: str = ""
    conditions: tuple[str, ...] = ()
    said: str = ""
    relative: bool = False
    newest: str | None = None
    explicit: bool = True


@dataclass(frozen=True, slots=True)
class Days:
    """The stretch of days that a question names, and the question without the words for it."""

    first: str | None
    last: str | None
    rest: str
    said: str
    relation: str
    relative: bool


def standing_days(
    text: str, days: Days | None, newest: str | None, not_yet: re.Pattern[str], done: re.Pattern[str]
) -> Days | None:
    """The days of what has, or has not yet, come by the day named, or by the newest date when none is."""
    rest = not_yet.sub("", days.rest if days else text)
    if not_yet.search(text):
        last = days.last if days else newest
        if last is None or (days and days.first is not None):
            return days
        return Days(day_after(last, 1), None, rest, days.said if days else "", "since", days is None)
    if days is None and newest is not None and done.search(text):
        return Days(None, newest, NOW.sub("", rest), "", BY, True)
    return days


def stretch(mention: DateMention, relation: str, rest: str, said: str) -> Days | None:
    """The days that a date and the word beside it (by, before, since, later) mean; None without a year."""
    first, last = mention.first, mention.last
    if first is None or last is None:
        return None
    relative = is_relative(mention)
    if relation == "by":
        return Days(None, last, rest, said, BY, relative)
    if relation == "before":
        # 年底前 and 月内 run to the end of it, 3 月 1 日前 and 2021 年前 stop the day before.
        end = (
            last if _END_OF.search(mention.text) or "end of" in mention.text.lower() else day_after(first, -1)
        )
        return Days(None, end, rest, said, BY, relative)
    if relation == "since":
        return Days(first, None, rest, said, "since", relative)
    if relation == "later":
        return Days(day_after(last, 1), None, rest, said, "since", relative)
    return Days(first, last, rest, said, WITHIN, relative)


def is_relative(mention: DateMention) -> bool:
    """Whether the year of a date was worked out: its words do not say it."""
    return (mention.first or "")[:4] not in mention.text


def day_after(iso: str, step: int) -> str:
    """The day `step` days on from another, both ISO."""
    return (date.fromisoformat(iso) + timedelta(days=step)).isoformat()
