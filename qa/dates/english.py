"""English dates: December 8, 8 Dec 2020, March 2021, last December, Q1 2021, in 2020, yesterday, recently."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.dates.calendar import (
    UNKNOWN,
    Clock,
    Span,
    between,
    day,
    days_from,
    five_year_plan,
    month,
    months,
    neighbouring_month,
    quarter,
    until_today,
    week_from,
    years,
)

_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_NUMBERS = {name: number for number, name in enumerate(_NAMES, 1)} | {
    name[:3]: number for number, name in enumerate(_NAMES, 1)
}
_NUMBERS["sept"] = 9
_M = (
    r"(?P<m>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_D = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_Y = r"(?P<y>(?:19|20)\d\d)"
_R = r"(?P<r>this|last|next|the previous|the following)"
_M2 = _M.replace("?P<m>", "?P<m2>")
_COUNT = r"\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve|few|several"
_COUNTS = {
    word: number
    for number, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)
}
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAYS = "|".join(_DAYS)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_PLANS = {"thirteenth": 13, "fourteenth": 14, "fifteenth": 15}

_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b{pattern}", re.IGNORECASE))
    for kind, pattern in (
        ("day", rf"{_M}\s*{_D}\b(?!\s*[-–]\s*\d)(?:(?:,\s*|\s+){_Y}\b)?(?:\s*(?:of\s+)?{_R}\s+year\b)?"),
        ("day", rf"(?:the\s+)?{_D}\s+(?:of\s+)?{_M}(?:,?\s+{_Y}\b)?"),
        ("days", rf"{_M}\s*{_D}\s*(?:[-–]|to|through)\s*(?P<d2>\d{{1,2}})\b(?:,?\s+{_Y}\b)?"),
        ("months", rf"{_M}\s*(?:to|through|until|and|[-–])\s*{_M2},?\s+(?:of\s+)?{_Y}\b"),
        ("day", rf"{_Y}\s+{_M}\s+{_D}\b"),
        ("month", rf"{_M},?\s+(?:of\s+)?{_Y}\b"),
        ("relative month", rf"{_R}\s+{_M}"),
        (
            "bare month",
            rf"(?P<p>in|between|since|of|by|until|till|before|after|during|from|for|early|late|mid-?)\s+{_M}",
        ),
        (
            "quarter",
            rf"(?:the\s+)?(?P<q>first|second|third|fourth|[1-4](?:st|nd|rd|th))\s+quarter(?:\s+(?:of\s+)?{_Y}\b)?",
        ),
        ("quarter", rf"Q(?P<q>[1-4])\b(?:\s+(?:of\s+)?{_Y}\b)?"),
        ("half", rf"(?:the\s+)?(?P<h>first|second)\s+half\s+of\s+(?:{_Y}\b|the\s+year\b)"),
        (
            "end",
            rf"(?:the\s+)?(?P<e>end|beginning|start)\s+of\s+(?:{_Y}\b|(?P<r>this|last|next|the)\s+year\b)",
        ),
        ("years", rf"{_Y}\s*(?:[-–—]|to|through)\s*(?P<y2>(?:19|20)\d\d)\b"),
        (
            "year",
            rf"(?:in|since|by|until|till|before|after|during|from|of|for|to|year)\s+{_Y}\b(?!\s*[-/.]\d)",
        ),
        ("relative", rf"{_R}\s+(?P<u>year|month)\b"),
        ("named day", r"(?P<w>today|yesterday|tomorrow)\b"),
        ("window", rf"(?:the\s+)?(?:past|last)\s+(?:(?P<n>{_COUNT})\s+)?(?P<u>day|week|month|year)s\b"),
        ("window", r"(?:the\s+)?past\s+(?P<u>day|week|month|year)\b"),
        ("week", rf"{_R}\s+week\b"),
        ("weekday", rf"{_R}\s+(?P<w>{_WEEKDAYS})\b"),
        ("this quarter", rf"{_R}\s+quarter\b"),
        ("half", rf"H(?P<h>[12])\s+(?:of\s+)?{_Y}\b"),
        ("year", rf"(?:early|mid|late)(?:-|\s+){_Y}\b"),
        ("month end", r"(?:the\s+)?end\s+of\s+(?P<r>this|last|next|the)\s+month\b"),
        ("end", r"(?P<e>year[- ]end)\b"),
        ("recent", r"(?:recently|lately|a few days ago|the other day|these days)\b"),
        ("plan", r"(?:the\s+)?(?P<n>1[0-9](?:th)|thirteenth|fourteenth|fifteenth)\s+five[- ]year\s+plan\b"),
    )
)
_PREPOSITION = re.compile(r"\w+\s+")


def english_dates(text: str, clock: Clock) -> Iterator[tuple[int, int, Span]]:
    """Start, end and span of each English date in `text`; those of different rules may overlap."""
    for kind, pattern in _RULES:
        for match in pattern.finditer(text):
            start = match.start()
            found = {name: value for name, value in match.groupdict().items() if value is not None}
            if kind in ("bare month", "year"):
                if "m" in found and not found["m"][0].isupper():
                    continue
                start += _skipped(match.group())
            yield start, match.end(), _resolve(kind, found, clock)


def _skipped(matched: str) -> int:
    preposition = _PREPOSITION.match(matched)
    return preposition.end() if preposition else 0


def _resolve(kind: str, found: dict[str, str], clock: Clock) -> Span:
    year = int(found["y"]) if "y" in found else None
    step = {"t": 0, "l": -1, "n": 1}.get(found.get("r", " ")[0].lower(), 0)
    step = {"the previous": -1, "the following": 1}.get(found.get("r", "").lower(), step)
    number = _NUMBERS.get(found.get("m", "").lower(), 0)
    if kind in ("day", "days"):
        if "r" in found and clock.this_year is not None:
            year = clock.this_year + step
        year = year or clock.year_of(number)
        first = day(year, number, int(found["d"]))
        return first if kind == "day" else between(first, day(year, number, int(found["d2"])))
    if kind == "month":
        return month(year, number)
    if kind == "months":
        return between(month(year, number), month(year, _NUMBERS.get(found["m2"].lower(), 0)))
    if kind == "window":
        said = found.get("n", "1").lower()
        count = int(said) if said.isdecimal() else _COUNTS.get(said)
        unit = {"d": "天", "w": "周", "m": "月", "y": "年"}[found["u"][0].lower()]
        return UNKNOWN if not count else until_today(clock.today, count, unit)
    if kind in ("week", "weekday"):
        week = week_from(clock.today, step)
        if kind == "week" or week.first is None:
            return week
        return days_from(week.first, _DAYS.index(found["w"].lower()))
    if kind == "this quarter":
        if clock.today is None:
            return UNKNOWN
        index = clock.today.year * 4 + (clock.today.month - 1) // 3 + step
        return quarter(index // 4, index % 4 + 1)
    if kind == "month end":
        return month(*neighbouring_month(clock.today, step if found["r"].lower() != "the" else 0))
    if kind == "bare month":
        return month(clock.year_of(number), number)
    if kind == "relative month":
        return month(_year_of_relative_month(step, number, clock), number)
    if kind == "quarter":
        ordinal = _ORDINALS.get(found["q"].lower()) or int(found["q"][0])
        return quarter(year or clock.this_year, ordinal)
    if kind == "half":
        first_half = found["h"].lower() in ("first", "1")
        return months(year or clock.this_year, *((1, 6) if first_half else (7, 12)), "range")
    if kind == "end":
        year = year or (clock.this_year + step if clock.this_year is not None else None)
        return month(year, 12 if found["e"].lower().endswith("end") else 1)
    if kind == "years":
        return years(year, int(found["y2"]))
    if kind == "year":
        return years(year, year)
    if kind == "relative":
        if found["u"].lower() == "month":
            return month(*neighbouring_month(clock.today, step))
        shifted = None if clock.this_year is None else clock.this_year + step
        return years(shifted, shifted)
    if kind == "named day":
        return days_from(clock.today, {"today": 0, "yesterday": -1, "tomorrow": 1}[found["w"].lower()])
    if kind == "plan":
        said = found["n"].lower()
        return five_year_plan(_PLANS.get(said) or int(said[:2]))
    return UNKNOWN


def _year_of_relative_month(step: int, number: int, clock: Clock) -> int | None:
    """Last December is the latest one that is over, next March the earliest to come."""
    year = clock.this_year
    if year is None or not clock.today:
        return None if year is None else year + step
    if step < 0:
        return year if number < clock.today.month else year - 1
    if step > 0:
        return year if number > clock.today.month else year + 1
    return year
