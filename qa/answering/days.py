"""Reading the dates of a sentence as far as they go: year, month and day, each known or left open."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.answering.numerals import Number, chinese_value, numbers
from qa.types import DateMention

_NUMERAL = "〇零一二三四五六七八九十"
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{name}|{name[:3]}\\.?" for name in _MONTHS) + "|sept\\.?"
_YEAR = rf"(?<!\d)((?:19|20)\d\d|[一二][{_NUMERAL}]{{3}})"
_SMALL = rf"(\d{{1,2}}|[{_NUMERAL}]{{1,3}})"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ymd", re.compile(rf"{_YEAR}\s?[-/.]\s?(\d{{1,2}})\s?[-/.]\s?(\d{{1,2}})(?!\d)")),
    ("ymd", re.compile(rf"{_YEAR}\s?年\s?{_SMALL}\s?月\s?{_SMALL}\s?[日号]")),
    ("ym", re.compile(rf"{_YEAR}\s?年\s?{_SMALL}\s?月")),
    ("md", re.compile(rf"(?<!\d){_SMALL}\s?月\s?{_SMALL}\s?[日号]?(?![\d个])")),
    ("mdy", re.compile(rf"\b({_MONTH})\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s((?:19|20)\d\d)\b", re.IGNORECASE)),
    (
        "dmy",
        re.compile(
            rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?({_MONTH}),?\s((?:19|20)\d\d)\b", re.IGNORECASE
        ),
    ),
    ("my", re.compile(rf"\b({_MONTH}),?\s((?:19|20)\d\d)\b", re.IGNORECASE)),
    ("md", re.compile(rf"\b({_MONTH})\s(\d{{1,2}})(?:st|nd|rd|th)?\b", re.IGNORECASE)),
    ("dm", re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?({_MONTH})\b", re.IGNORECASE)),
    ("m", re.compile(rf"(?<![\d\w])({'|'.join(name.title() for name in _MONTHS if name != 'may')})\b")),
    ("y", re.compile(rf"{_YEAR}\s?年")),
    ("y", re.compile(r"(?<![\d.,])((?:19|20)\d\d)(?=\s?[-—–~至到]\s?(?:19|20)\d\d)")),
    (
        "y",
        re.compile(
            r"\b(?:[Ii]n|[Bb]y|[Ss]ince|[Uu]ntil|[Ff]rom|to|during|of|year)\s((?:19|20)\d\d)\b(?![,%]\d)"
        ),
    ),
    (
        "m",
        re.compile(
            rf"(?<![\d{_NUMERAL}个])(1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])\s?月(?:份|底|初|中旬|上旬|下旬)?(?!\d)"
        ),
    ),
)
_QUOTED = re.compile(r"《[^《》]*》|“[^“”]*”|「[^「」]*」")
# Times of the day, week and year that are words, not dates; a claim must use those of its quote.
_TIME_WORD = re.compile(
    r"每(?:个)?(?:半年|季度|季|周[一二三四五六日末]?|星期[一二三四五六日天]?|月|年|天|日|小时)"
    r"|(?:周|星期)[一二三四五六日天末]|凌晨|清晨|上午|中午|下午|傍晚|深夜|上半年|下半年|年初|年中|年底|年末"
    r"|月初|月中|月底|[上中下]旬|春季|夏季|秋季|冬季"
)
_RELATIVE = {
    "next year": ("明年", "next year"),
    "this year": ("今年", "本年", "this year"),
    "last year": ("去年", "上年", "last year"),
    "the year before last": ("前年",),
    "the year after next": ("后年",),
    "next month": ("下月", "下个月", "next month"),
    "this month": ("本月", "当月", "this month"),
    "last month": ("上月", "上个月", "last month"),
    "today": ("今天", "今日", "today"),
    "yesterday": ("昨天", "昨日", "yesterday"),
    "tomorrow": ("明天", "明日", "tomorrow"),
}


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as a text gives it; what is None was not said. `start`/`end` delimit it (NFKC text)."""

    year: int | None
    month: int | None
    day: int | None
    text: str = ""
    start: int = 0
    end: int = 0

    def agrees(self, other: PartialDate) -> bool:
        """Whether `other` says everything that this date says, and the same.

        December 30 is carried by 2020-12-30; 2020-12-30 is not carried by December 30.
        """
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine is None or mine == theirs for mine, theirs in pairs)


def find_partial_dates(text: str) -> list[PartialDate]:
    """The dates of `text`, left to right, the fullest reading at each place.

    >>> [(d.year, d.month, d.day) for d in find_partial_dates("2020年十二月３０日、Dec. 8")]
    [(2020, 12, 30), (None, 12, 8)]
    """
    text = unicodedata.normalize("NFKC", text)
    taken: list[tuple[int, int]] = []
    found: list[PartialDate] = []
    for shape, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            parts = {part: _value(raw) for part, raw in zip(shape, match.groups(), strict=True)}
            month, day = parts.get("m"), parts.get("d")
            if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
                continue
            taken.append(match.span())
            found.append(PartialDate(parts.get("y"), month, day, match.group(), *match.span()))
    return sorted(found, key=lambda date: date.start)


def carried_numbers(text: str) -> list[Number]:
    """The numbers by which `text` can bear out a claim, those that are part of a date left out."""
    dated = [(date.start, date.end) for date in find_partial_dates(text)]
    return [
        number
        for number in numbers(text, strict=False)
        if not any(number.start < end and start < number.end for start, end in dated)
    ]


def time_words(text: str) -> frozenset[str]:
    """The words of `text` for times that recur or are parts of a day, month or year.

    >>> sorted(time_words("每个星期二下午开放"))
    ['下午', '每周二']
    """
    return frozenset(
        match.replace("星期", "周").replace("周天", "周日").replace("每个", "每")
        for match in _TIME_WORD.findall(text)
    )


def undated_numbers(text: str) -> list[Number]:
    """The numbers that `text` claims, those that are part of a date or of a quoted name left out."""
    dated = [(date.start, date.end) for date in find_partial_dates(text)]
    dated.extend(match.span() for match in _QUOTED.finditer(unicodedata.normalize("NFKC", text)))
    return [
        number
        for number in numbers(text, strict=True)
        if not any(number.start < end and start < number.end for start, end in dated)
    ]


def relative_words(text: str) -> frozenset[str]:
    """The relative times that `text` names (明年, last month), as language-free labels."""
    folded = text.lower()
    return frozenset(label for label, words in _RELATIVE.items() if any(word in folded for word in words))


def resolved(mentions: Iterable[DateMention]) -> Iterator[PartialDate]:
    """What resolved mentions stand for: one date for a day, month or year, both ends for a range."""
    for mention in mentions:
        for bound in {mention.first, mention.last} - {None}:
            date = iso(bound)
            if date is None:
                continue
            if mention.precision == "year" or (
                mention.precision == "range" and mention.first != mention.last
            ):
                yield PartialDate(date.year, None, None)
            if mention.precision in ("month", "quarter"):
                yield PartialDate(date.year, date.month, None)
            elif mention.precision in ("day", "range"):
                yield date


def iso(text: str | None) -> PartialDate | None:
    """`2020-12-30` as a date; None when it is not one."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text or "")
    return PartialDate(int(match[1]), int(match[2]), int(match[3])) if match else None


def _value(raw: str) -> int | None:
    lowered = raw.lower().rstrip(".")
    if lowered.isascii() and lowered.isalpha():
        return next(number for number, name in enumerate(_MONTHS, 1) if name.startswith(lowered[:3]))
    if raw.isdigit():
        return int(raw)
    value = chinese_value(raw)
    return None if value is None else int(value)
