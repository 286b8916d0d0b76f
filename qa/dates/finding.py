"""All the dates of a text in one list, whichever language they are written in."""

from __future__ import annotations

from datetime import date

from qa.dates.calendar import Clock, Span
from qa.dates.chinese import chinese_dates
from qa.dates.english import english_dates
from qa.types import DateMention

# One character for one, so that places stay what they are.
_NARROW = str.maketrans("０１２３４５６７８９　\xa0", "0123456789  ")


def find_dates(text: str, reference: date | None, *, year: int | None = None) -> list[DateMention]:
    """The dates in `text`, in order and without overlaps; spans count characters of `text`.

    `reference` is the day that relative words (明年, 上月, yesterday) and missing years count from; where
    only the year is known, `year` stands in for it. Without either a date that needs one keeps its words,
    with `first` and `last` None and precision "unknown". `find_dates("明年 3 月 1 日", date(2020, 12, 30))`
    covers 2021-03-01.
    """
    clock = Clock(reference, reference.year if reference else year)
    narrow = text.translate(_NARROW)
    found = list(chinese_dates(narrow, clock))
    if any("a" <= character <= "z" for character in narrow) or "Q" in narrow:
        found += english_dates(narrow, clock)
    found.sort(key=lambda each: (each[0], -each[1]))
    mentions: list[DateMention] = []
    for start, end, span in found:
        start, end = _tight(text, start, end)
        if not mentions or start >= mentions[-1].end:
            mentions.append(_mention(text, start, end, span))
    return mentions


def _tight(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _mention(text: str, start: int, end: int, span: Span) -> DateMention:
    return DateMention(
        text=text[start:end],
        start=start,
        end=end,
        first=span.first.isoformat() if span.first else None,
        last=span.last.isoformat() if span.last else None,
        precision=span.precision,
    )
