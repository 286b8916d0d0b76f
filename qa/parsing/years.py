"""The year a bulletin speaks from, inferred from what it says.

Most dates in a bulletin have no year (12 月 30 日). The few that have one vote: a full date supports the
year in which a bulletin of the usual month would mention it, an event named with its year supports that
year, a goal (到 2025 年) only says that the bulletin is older. A date in the masthead decides alone.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa.dates import find_dates

_ISSUE_YEAR = re.compile(
    r"((?:19|20)\d\d)\s*年\s*第\s*\d{1,4}\s*期|[（(\[〔]((?:19|20)\d\d)[)）\]〕]\s*第?\s*\d{1,4}\s*[期号]"
)
_BARE = re.compile(r"(?<![\d年.])\s?(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_YEAR_BEFORE = re.compile(r"(?:\d{4}\s*年|[今明去前后次当本上同]年度?|[一二〇零○九]{4}年)\s*$")
_FULL = re.compile(
    r"(?<!\d)(?=(?:19|20)\d\d)(\d{4})(?:\s*年\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?"
    r"|[-./](\d{1,2})[-./](\d{1,2})(?![\d.]))"
)
_YEAR = re.compile(r"(?<![\d.,])((?:19|20)\d\d)\s*年(?!\s*\d{1,2}\s*月|\s*第\s*\d)")
_EVENT = re.compile(
    r"(?<![\d.,\-—–~])((?:19|20)\d\d)\s?(?![\d年.,\-—–~%]|\s)(?=[^。；\n]{1,40}?(?:会|论坛|展|节|赛|周|活动|演练|行动|大会|日|榜|报告))"
    r"|(?:论坛|大会|峰会|年会|博览会|展览会|交易会|周|节|赛)\s?((?:19|20)\d\d)(?!\d|\s?年)"
)
_THIS_YEAR = re.compile(r"今年\s*[（(]\s*((?:19|20)\d\d)")
# 2021年第3期.txt, brief-2021-03.txt, 20210308.txt; no part of a longer number or of a digest.
_NAMED_YEAR = re.compile(
    r"(?<![0-9A-Za-z])(20\d\d)(?=年|[-_.](?:\D|0\d|1[0-2])|(?:0[1-9]|1[0-2])[0-3]\d(?![0-9A-Za-z]))"
)
_GOAL = re.compile(r"(?:到|至|力争|争取|计划|预计|将于|拟于|截至|目标)\s?$")
_FUTURE = re.compile(r"(?:将于|将在|拟于|定于|自|从|到|至|于)\s?$")


@dataclass(frozen=True, slots=True)
class YearFound:
    """The inferred year and the day that relative words count from; both None when nothing supports one."""

    year: int | None
    reference: date | None


def infer_year(text: str, masthead: date | None = None, issue: str = "", name: str = "") -> YearFound:
    """The most supported year of an unwrapped bulletin text; `masthead` is the date it gives itself."""
    if masthead is not None:
        return YearFound(masthead.year, masthead)
    said = _ISSUE_YEAR.search(issue)
    months = bare_months(text)
    usual = months.most_common(1)[0][0] if months else None
    votes: defaultdict[int, float] = defaultdict(float)
    if said:
        votes[int(said.group(1) or said.group(2))] += 10
    for year, weight in [*_dated(text, usual), *_named(text, name)]:
        votes[year] += weight
    supported = [(weight, -year) for year, weight in votes.items() if weight >= 1]
    if not supported:
        return YearFound(None, None)
    best = -max(supported)[1]
    return YearFound(best, _last_day(text, best, usual))


def bare_months(text: str) -> Counter[int]:
    """How often each month is named by a day without a year."""
    months: Counter[int] = Counter()
    for match in _BARE.finditer(text):
        if not _YEAR_BEFORE.search(text[max(0, match.start() - 10) : match.start(1)]):
            months[int(match.group(1))] += 1
    return months


def _dated(text: str, usual: int | None) -> list[tuple[int, float]]:
    """Votes of dates with a year and month, by how far they lie from the bulletin's usual month."""
    votes: list[tuple[int, float]] = []
    for match in _FULL.finditer(text):
        year, month = int(match.group(1)), int(match.group(2) or match.group(4))
        if not 1 <= month <= 12:
            continue
        weight = 1.0 if match.group(3) or match.group(5) else 0.7
        if usual is None:
            votes.append((year, 1.2 * weight))
            continue
        ahead = _FUTURE.search(text[max(0, match.start() - 4) : match.start()]) is not None
        for candidate in (year - 1, year, year + 1):
            months_ago = (candidate - year) * 12 + usual - month
            if 0 <= months_ago <= 1:
                votes.append((candidate, 3.0 * weight))
            elif 2 <= months_ago <= 11:
                votes.append((candidate, (0.4 if ahead else 1.0) * weight))
            elif -3 <= months_ago < 0:
                votes.append((candidate, (2.0 if ahead else 0.7) * weight))
            elif -11 <= months_ago < -3:
                votes.append((candidate, (0.8 if ahead else 0.2) * weight))
    return votes


def _named(text: str, name: str) -> list[tuple[int, float]]:
    """Votes of years without a month: events, 今年（2020）, past years, the file's own name."""
    votes: list[tuple[int, float]] = []
    votes += [(int(match.group(1) or match.group(2)), 1.5) for match in _EVENT.finditer(text)]
    votes += [(int(match.group(1)), 3.0) for match in _THIS_YEAR.finditer(text)]
    # A year by itself (同比 2019 年) tips the scales but never decides, however often it comes.
    plain = {
        int(match.group(1))
        for match in _YEAR.finditer(text)
        if not _GOAL.search(text[max(0, match.start() - 4) : match.start()])
    }
    votes += [vote for year in sorted(plain) for vote in ((year, 0.3), (year + 1, 0.2))]
    votes += [(int(year), 1.5) for year in _NAMED_YEAR.findall(name)]
    return votes


def _last_day(text: str, year: int, usual: int | None) -> date | None:
    """The last day that the text names in its usual month, without a year: about when it was written."""
    if usual is None:
        return None
    days = [int(match.group(2)) for match in _BARE.finditer(text) if int(match.group(1)) == usual]
    for day in sorted(days, reverse=True):
        try:
            return date(year, usual, day)
        except ValueError:
            continue
    return None


def date_in(texts: Sequence[str]) -> date | None:
    """The first full date (with its year) in the lines of a masthead."""
    for text in texts:
        for mention in find_dates(text, None):
            if mention.precision == "day" and mention.first:
                return date.fromisoformat(mention.first)
    return None
