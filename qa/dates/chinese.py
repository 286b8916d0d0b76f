"""Chinese dates: 12 月 30 日, 二〇二一年三月, 明年 3 月 1 日, 上月, 一季度, 年底, “十四五”期间, 日前."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.dates.calendar import (
    UNKNOWN,
    Clock,
    Span,
    add_months,
    between,
    day,
    days_from,
    five_year_plan,
    month,
    months,
    neighbouring_month,
    number_of,
    quarter,
    third_of_month,
    until_today,
    week_from,
    years,
)
from qa.dates.chinese_rules import RULES, SIGNS

_RECURRING = re.compile(r"(?:每|历|逐)\s?(?:年|月|季)(?:的)?\s*$|[每逐]\s?$")
_BARE_KINDS = frozenset(("day", "day range", "month", "month range", "quarter"))
_LONGEST_ROLL = 200
_YEAR_STEPS = {"今": 0, "本": 0, "明": 1, "去": -1, "上": -1, "前": -2, "后": 2}
_DAY_STEPS = {"今": 0, "昨": -1, "前": -2, "明": 1}
_MONTH_STEPS = {"本": 0, "这": 0, "上": -1, "下": 1}


def chinese_dates(text: str, clock: Clock) -> Iterator[tuple[int, int, Span]]:
    """Start, end and span of each date in `text` (full-width digits already narrowed), in order.

    Of dates that begin together the longest counts, and of equal ones the first rule.
    """
    upcoming = [
        (kind, pattern, pattern.search(text))
        for kind, pattern in RULES.items()
        if any(sign in text for sign in SIGNS[kind])
    ]
    said: Span | None = None
    while True:
        live = [(kind, match) for kind, _, match in upcoming if match is not None]
        if not live:
            return
        kind, match = min(live, key=lambda found: (found[1].start(), -found[1].end()))
        # The year before it was none that is known (9999 年 1 月, 往年 3 月): this year's it is not.
        strange = kind in _BARE_KINDS and text[max(0, match.start() - 4) : match.start()].rstrip().endswith(
            "年"
        )
        recurring = _RECURRING.search(text[max(0, match.start() - 4) : match.start()])
        span = None if recurring else _read(kind, match, clock, said)
        if span is not None and strange and not _has_year(match):
            span = UNKNOWN
        # Where a rule finds nothing after all (13 月), a shorter date may still lie inside.
        after = match.start() + 1 if span is None and not recurring else match.end()
        upcoming = [
            (each, pattern, pattern.search(text, after) if found and found.start() < after else found)
            for each, pattern, found in upcoming
        ]
        if span is None:
            continue
        if span.precision in ("day", "month"):
            said = span
        yield match.start(), match.end(), span


def _has_year(match: re.Match[str]) -> bool:
    return any(match.groupdict().get(name) for name in ("ay", "ar", "by", "br", "y"))


def _read(kind: str, match: re.Match[str], clock: Clock, said: Span | None) -> Span | None:
    found = match.groupdict()
    if kind == "numeric":
        return day(int(found["y"]), int(found["m"]), int(found["d"]))
    if kind == "day":
        return _month_day(_said_year(found, "a", clock, said), found["m"], found["d"], clock)
    if kind == "day range":
        first = _month_day(_said_year(found, "a", clock, said), found["m"], found["d"], clock)
        later = _said_year(found, "b", clock, said) or (first.first.year if first and first.first else None)
        last = _month_day(later, found["m2"] or found["m"], found["d2"], clock)
        return _in_order(first, last, bool(found["by"] or found["br"])) if first and last else None
    return _READERS[kind](found, clock, said)


def _month_range(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span | None:
    first, last = number_of(found["m"] or ""), number_of(found["m2"] or "")
    if not first or not last or first > 12 or last > 12:
        return None
    year = _said_year(found, "a", clock, said) or clock.year_of(first)
    later = _said_year(found, "b", clock, said) or year
    return _in_order(month(year, first), month(later, last), bool(found["by"] or found["br"]))


def _in_order(first: Span, last: Span, said_year: bool) -> Span:
    """From one to the other; 12 月 30 日至 1 月 3 日 runs into the next year, unless it said another."""
    if not said_year and first.first and last.first and last.last and last.first < first.first:
        over = add_months(last.first, 12), add_months(last.last, 12)
        if over[0] and over[1] and (over[1] - first.first).days <= _LONGEST_ROLL:
            return between(first, Span(*over, last.precision))
    return between(first, last)


def _month(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span | None:
    number = number_of(found["m"] or "")
    if not number or number > 12:
        return None
    year = _said_year(found, "a", clock, said) or clock.year_of(number)
    third = "上中下".find((found["e"] or " ")[0])
    return month(year, number) if third < 0 else third_of_month(year, number, third)


def _quarter(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    if found["h"]:
        year = _said_year(found, "b", clock, said) or clock.this_year
        return months(year, *((1, 6) if found["h"] == "上" else (7, 12)), "range")
    year = _plain_year(found["y"]) if found["y"] else _said_year(found, "a", clock, said)
    year = year or clock.this_year
    return quarter(year, number_of(found["q"] or found["q2"] or "") or 0)


def _first_part(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    year = _said_year(found, "a", clock, said) or clock.this_year
    if found["q"]:
        return months(year, 1, 3 * (number_of(found["q"]) or 0), "range")
    return months(year, 1, number_of(found["n"] or "") or 0, "range")


def _this_quarter(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    if clock.today is None:
        return UNKNOWN
    index = clock.today.year * 4 + (clock.today.month - 1) // 3 + _MONTH_STEPS[(found["w"] or "本")[0]]
    return quarter(index // 4, index % 4 + 1)


def _new_year(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    return day(_said_year(found, "a", clock, said), 1, 1)


def _window(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span | None:
    numeral, unit = found["n"] or found["n2"] or "一", found["u"] or found["u2"] or found["u3"] or ""
    if numeral == "几" or (numeral == "半" and unit not in "月年"):
        return UNKNOWN
    count = number_of(numeral) if numeral != "半" else 0
    return (
        None if count is None or (count == 0 and numeral != "半") else until_today(clock.today, count, unit)
    )


def _month_end(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    there = (said.first if said else None) or clock.today
    return month(there.year, there.month) if there else UNKNOWN


def _next_day(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span | None:
    return days_from(said.first, 1) if said and said.precision == "day" else None


def _year_range(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    return years(_plain_year(found["y"]), _plain_year(found["y2"]))


def _year_end(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    year = _said_year(found, "a", clock, said)
    return month(year, 1 if "初" in (found["e"] or "") else 12)


def _year_alone(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span | None:
    year = _said_year(found, "a", clock, said)
    if year is None and (found["ar"] or "")[:1] in ("当", "同", "次"):
        return None
    return years(year, year)


def _plan(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    return five_year_plan(number_of(found["n"] or found["n2"] or "") or 0)


def _loose_end(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    if found["e"] == "年内":
        return years(clock.this_year, clock.this_year)
    return month(clock.this_year, 1 if found["e"] == "年初" else 12)


def _relative_month(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    word = found["w"] or ""
    if word[0] in "当次":
        year, number = neighbouring_month(said.first if said else None, 0 if word[0] == "当" else 1)
    else:
        year, number = neighbouring_month(clock.today, _MONTH_STEPS[word[0]])
    return day(year, number, number_of(found["d"]) or 0) if found["d"] else month(year, number)


def _compared_month(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    """比上月: the month before the one that the figure is of."""
    base = said.first if said and said.precision == "month" else clock.today
    return month(*neighbouring_month(base, -1))


def _named_day(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span | None:
    word = found["w"] or ""
    if word[0] in "当同":
        return said if said and said.precision == "day" else None
    return days_from(clock.today, _DAY_STEPS[word[0]])


def _week(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    week = week_from(clock.today, {"本": 0, "这": 0, "上": -1, "下": 1}[(found["w"] or "本")[0]])
    if not found["d"] or week.first is None:
        return week
    return days_from(week.first, "一二三四五六日天".index(found["d"]) if found["d"] != "天" else 6)


def _bare_day(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span | None:
    there = said.first if said else None
    return day(there.year, there.month, number_of(found["d"] or "") or 0) if there else None


def _recent(found: dict[str, str | None], clock: Clock, said: Span | None) -> Span:
    return UNKNOWN


def _month_day(year: int | None, said_month: str | None, said_day: str | None, clock: Clock) -> Span | None:
    month_number, day_number = number_of(said_month or ""), number_of(said_day or "")
    # 13 月 40 日 is no date in any year.
    if not month_number or not day_number or day(2000, month_number, day_number) is UNKNOWN:
        return None
    return day(year or clock.year_of(month_number), month_number, day_number)


def _said_year(found: dict[str, str | None], prefix: str, clock: Clock, said: Span | None) -> int | None:
    if found.get(prefix + "y"):
        return _plain_year(found[prefix + "y"])
    word = found.get(prefix + "r")
    if not word:
        return None
    if word[0] in "当同次":
        base = said.first.year if said and said.first else None
        return None if base is None else base + (word[0] == "次")
    return None if clock.this_year is None else clock.this_year + _YEAR_STEPS[word[0]]


def _plain_year(numeral: str | None) -> int | None:
    year = number_of("".join((numeral or "").split()))
    return 2000 + year if year is not None and year < 100 else year


_READERS = {
    "month range": _month_range,
    "month": _month,
    "quarter": _quarter,
    "year range": _year_range,
    "year end": _year_end,
    "year": _year_alone,
    "plan": _plan,
    "loose end": _loose_end,
    "relative month": _relative_month,
    "compared month": _compared_month,
    "named day": _named_day,
    "week": _week,
    "bare day": _bare_day,
    "first part": _first_part,
    "this quarter": _this_quarter,
    "new year": _new_year,
    "window": _window,
    "month end": _month_end,
    "next day": _next_day,
    "recent": _recent,
}
