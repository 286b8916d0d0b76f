"""Spans of days: months, quarters, years, five-year plans, and what a missing year must be."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST, LATEST = 1900, 2100
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
}


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, and how exactly they were said; both None when they cannot be known."""

    first: date | None
    last: date | None
    precision: str


UNKNOWN = Span(None, None, "unknown")


@dataclass(frozen=True, slots=True)
class Clock:
    """What relative words count from: `today` when known, else `year` alone, else nothing."""

    today: date | None
    year: int | None

    @property
    def this_year(self) -> int | None:
        """The year it is."""
        return self.today.year if self.today else self.year

    def year_of(self, month: int) -> int | None:
        """The year of a month that is named without one.

        It is this year's, except that in January and February November and December are the last ones:
        a bulletin of 5 January 2021 that says 12 月 30 日 means 30 December 2020.
        """
        if self.today and self.today.month <= 2 and month >= 11:
            return self.today.year - 1
        return self.this_year


def number_of(numeral: str) -> int | None:
    """The value of an Arabic or Han numeral: `30`, `三十`, `二〇二〇` or `廿八`; None when it is none.

    `number_of("二〇二一")` is 2021, `number_of("十二")` is 12.
    """
    if numeral.isdecimal():
        return int(numeral)
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    if "十" not in numeral:
        digits = [_DIGITS.get(character) for character in numeral]
        return None if None in digits or not digits else int("".join(str(digit) for digit in digits))
    tens, _, units = numeral.partition("十")
    if (tens and tens not in _DIGITS) or (units and units not in _DIGITS):
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[units] if units else 0)


def day(year: int | None, month: int, number: int) -> Span:
    """One day, unknown when the year is or when there is no such day."""
    if year is None or not EARLIEST <= year <= LATEST:
        return UNKNOWN
    try:
        there = date(year, month, number)
    except ValueError:
        return UNKNOWN
    return Span(there, there, "day")


def month(year: int | None, number: int) -> Span:
    """One month."""
    if year is None or not EARLIEST <= year <= LATEST or not 1 <= number <= 12:
        return UNKNOWN
    last = calendar.monthrange(year, number)[1]
    return Span(date(year, number, 1), date(year, number, last), "month")


def third_of_month(year: int | None, number: int, third: int) -> Span:
    """The first (0), second (1) or last (2) ten days or so of a month: 上旬, 中旬, 下旬."""
    whole = month(year, number)
    if whole.first is None or whole.last is None:
        return UNKNOWN
    first = whole.first.replace(day=10 * third + 1)
    return Span(first, whole.last if third == 2 else first.replace(day=10 * third + 10), "range")


def months(year: int | None, first: int, last: int, precision: str) -> Span:
    """From one month of a year to another, such as a quarter or half."""
    start, end = month(year, first), month(year, last)
    return UNKNOWN if start.first is None or end.last is None else Span(start.first, end.last, precision)


def quarter(year: int | None, number: int) -> Span:
    """One quarter of a year, counted from 1."""
    if not 1 <= number <= 4:
        return UNKNOWN
    return months(year, 3 * number - 2, 3 * number, "quarter")


def years(first: int | None, last: int | None) -> Span:
    """Whole years, both included; precision year for one and range for more."""
    if first is None or last is None or not EARLIEST <= first <= last <= LATEST:
        return UNKNOWN
    return Span(date(first, 1, 1), date(last, 12, 31), "year" if first == last else "range")


def five_year_plan(number: int) -> Span:
    """The years of China's five-year plan of that number; the fourteenth is 2021-2025."""
    if number in (1, 2):
        return years(1948 + 5 * number, 1952 + 5 * number)
    return years(1951 + 5 * number, 1955 + 5 * number) if 3 <= number <= 25 else UNKNOWN


def between(first: Span, last: Span) -> Span:
    """From the first day of one span to the last day of another."""
    if first.first is None or last.last is None or last.last < first.first:
        return UNKNOWN
    return Span(first.first, last.last, "range")


def neighbouring_month(today: date | None, step: int) -> tuple[int | None, int]:
    """Year and number of the month `step` months from today's; (None, 1) when today is unknown."""
    if today is None:
        return None, 1
    index = today.year * 12 + today.month - 1 + step
    return index // 12, index % 12 + 1


def days_from(today: date | None, step: int) -> Span:
    """The day `step` days from today."""
    if today is None:
        return UNKNOWN
    there = today + timedelta(days=step)
    return Span(there, there, "day")


def add_months(there: date, step: int) -> date | None:
    """The same day `step` months on, or the month's last where it has no such day; None beyond `LATEST`.

    `add_months(date(2020, 1, 31), 1)` is 29 February 2020.
    """
    index = there.year * 12 + there.month - 1 + step
    year, number = index // 12, index % 12 + 1
    if not EARLIEST <= year <= LATEST:
        return None
    return date(year, number, min(there.day, calendar.monthrange(year, number)[1]))


def until_today(today: date | None, count: int, unit: str) -> Span:
    """The `count` days, weeks, months or years (天, 周, 月, 年) up to today; 0 is half a month or year."""
    if today is None or count > 400:
        return UNKNOWN
    if unit in ("月", "年"):
        back = count * (12 if unit == "年" else 1) or (6 if unit == "年" else 0)
        start = add_months(today, -back) if back else today - timedelta(days=15)
    else:
        start = today - timedelta(days=count * (1 if unit in ("天", "日") else 7))
    return Span(start + timedelta(days=1), today, "range") if start else UNKNOWN


def week_from(today: date | None, step: int) -> Span:
    """The week, from Monday, `step` weeks from today's."""
    if today is None:
        return UNKNOWN
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
    return Span(monday, monday + timedelta(days=6), "range")
