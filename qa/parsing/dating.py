"""When the things happened that an item reports, as far as its text says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.dates import find_dates
from qa.parsing.lines import MarkedText
from qa.parsing.years import YearFound
from qa.types import DateMention, Passage

# What is announced for later (将于明年 3 月 1 日起实施) isn't when the report's event took place.
_AHEAD = re.compile(
    r"(?:将于|将在|将从|拟于|定于|计划于|预计|必须在|应当?[于在]|最迟|截至|不晚于|力争|争取|到|至)\s*$"
)
_LATER = re.compile(r"明年|后年|次年|下月|下个月")


def dates_of(marked: MarkedText, passages: Sequence[Passage], found: YearFound) -> tuple[DateMention, ...]:
    """Every date in the passages, resolved from the bulletin's year; spans are places in the source."""
    mentions: list[DateMention] = []
    for passage in passages:
        text, places = marked.unwrap(passage.start, passage.end)
        for mention in find_dates(text, found.reference, year=found.year):
            start, end = places[mention.start], places[mention.end - 1] + 1
            mentions.append(replace(mention, start=start, end=end))
    return tuple(mentions)


def date_of(passages: Sequence[Passage], mentions: Sequence[DateMention]) -> str | None:
    """The first day in the first two sentences of the first passage that isn't announced for later.

    None when there is none, or when 日前 or 近日 says first that the day isn't known.
    """
    if not passages or not passages[0].sentences:
        return None
    opening = passages[0].sentences[:2]
    for mention in mentions:
        if mention.start >= opening[-1].end:
            break
        if mention.precision == "unknown" and not re.search(r"\d", mention.text):
            return None
        days = mention.precision == "day" or (
            mention.precision == "range" and re.search("[日号]", mention.text)
        )
        if not days or mention.first is None:
            continue
        sentence = next((each for each in opening if each.start <= mention.start < each.end), opening[0])
        before = sentence.text.partition(mention.text)[0]
        if not _AHEAD.search(before) and not _LATER.match(mention.text):
            return mention.first
    return None
