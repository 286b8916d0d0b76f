"""Reading the numbers of a text: Arabic, full-width, Chinese and English, with scale, percent and bounds.

Two writings of one amount are one value: `1.2亿`, `12000万` and `120 million` all read as 120000000.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "○": 0}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_CHINESE = "".join(_DIGITS) + "十百千万亿"
_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_RUN = re.compile(
    rf"(?<![A-Za-z\d.])(?:{_ARABIC})(?:\s?[十百千万亿]+(?:\d+(?:\.\d+)?[十百千万亿]+)*)?(?!\d)|[{_CHINESE}]+"
)
_TOKEN = re.compile(rf"{_ARABIC}|.")
_LATIN_UNITS = "km|kg|cm|mm|mw|gw|kw|kwh|tb|gb|mb|pc|pct"
_GLUED_NAME = re.compile(rf"(?!(?:{_LATIN_UNITS}|st|nd|rd|th)\b)[A-Za-z]", re.IGNORECASE)

_UNITS = (
    "平方公里|平方千米|平方米|立方米|千瓦时|公里|千米|公顷|公斤|千克|美元|欧元|日元|港元|港币|英镑|"
    "个百分点|小时|分钟|季度|周岁|元|块|吨|米|亩|岁|年|个月|月|日|天|号|周|倍|人次|人|名|位|个|项|家|条|章|款|件|种|类|"
    "所|座|批|次|届|期|号|版|点|度|株|辆|台|套|户|股|张|份|处|支|幅|场|起|例|艘|架|门|级|步|班|趟|大"
)
_UNIT = re.compile(rf"\s?(?:余|多|几)?\s?({_UNITS})")
_UNIT_FAMILY = {
    **dict.fromkeys(("平方公里", "平方千米", "square kilometre", "square kilometer"), "km2"),
    **dict.fromkeys(("公里", "千米", "km", "kilometre", "kilometer"), "km"),
    **dict.fromkeys(("公斤", "千克", "kg", "kilogram"), "kg"),
    **dict.fromkeys(("日", "天", "号", "day"), "day"),
    **dict.fromkeys(("月", "个月", "month"), "month"),
    **dict.fromkeys(("元", "块", "yuan"), "yuan"),
    **dict.fromkeys(("美元", "dollar", "us dollar"), "usd"),
    **dict.fromkeys(("欧元", "euro"), "eur"),
    **dict.fromkeys(("年", "year"), "year"),
    **dict.fromkeys(("周", "week"), "week"),
    **dict.fromkeys(("小时", "hour"), "hour"),
    **dict.fromkeys(("分钟", "minute"), "minute"),
    **dict.fromkeys(("吨", "ton", "tonne"), "ton"),
    **dict.fromkeys(("亩", "mu"), "mu"),
    **dict.fromkeys(("个百分点", "percentage point"), "point"),
    **dict.fromkeys(("港元", "港币", "hong kong dollar"), "hkd"),
    **dict.fromkeys(("岁", "周岁"), "year-old"),
    **dict.fromkeys(("平方米", "square metre", "square meter"), "m2"),
    **dict.fromkeys(("人", "名", "位", "人次", "people", "person"), "people"),
}
# Units that measure: 3000 元 is not 3000 家, while 70 家 and 70 个 may well be the same count.
_MEASURES = frozenset(
    "km2 km kg day month year week hour minute yuan usd eur hkd year-old ordinal m2 people ton mu point "
    "立方米 千瓦时 公顷 日元 英镑 季度 米 倍".split()
)
_EVERYDAY = frozenset(
    "平方公里 公里 元 美元 年 个月 月 日 天 岁 周 小时 分钟 倍 亩 吨 米 公顷 季度 个百分点".split()
)

# The longer phrase comes first: 不超过 must not be read as 超过.
_BOUND_BEFORE = re.compile(
    "(?P<down>不超过|不高于|不多于|不大于|至多|最多|最高|低于|少于|小于|不到|不足|近|not more than"
    "|no more than|not exceed(?:ing)?|at most|up to|below|under|nearly|almost|within|maximum of)"
    "|(?P<up>不低于|不少于|不小于|至少|最低|最少|超过|超|逾|突破|大于|高于|多于|not less than|no less than"
    "|not fewer than|no fewer than|not lower than|at least|more than|over|above|exceed(?:s|ed|ing)?"
    "|minimum of|starting (?:from|at))"
    "|(?P<less>less than|fewer than)",
    re.IGNORECASE,
)
_BOUND_AFTER = re.compile(
    r"^[^，。；,;\d]{0,4}?(?:(?P<down>以下|以内|之内|(?<=[日天年月时钟周])内(?![容部外资]))|(?P<up>以上|有余|起步))"
    r"|^\s?(?P<more>余|多|(?:万|亿)?元起|%?\s?(?:\w+\s){0,2}(?:or more|or above|and above))",
    re.IGNORECASE,
)
_UNIT_ENGLISH = re.compile(
    r"\s?-?(?:RMB\s)?(yuan|us dollars?|hong kong dollars?|dollars?|euros?|square (?:kilo)?met(?:re|er)s?"
    r"|kilomet(?:re|er)s?|kilograms?|tonnes?|tons?|mu|days?|weeks?|months?|years?|hours?|minutes?"
    r"|percentage points?|people|persons?)\b",
    re.IGNORECASE,
)
_BOUND_REACH = 14
_LONGEST_RUN = 40

_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_WORDS |= {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ENGLISH = re.compile(
    rf"(?<![\w.])(?:{_ARABIC}|\b(?:{'|'.join(_WORDS)})\b)"
    rf"(?:[\s-]+(?:and\s+)?(?:{'|'.join([*_WORDS, *_SCALES])})\b)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands (`text`) and its value.

    `percent` tells 3% from 3; `unit` is the family of its unit ("" when none is known); `bound` is
    "up" (at least, more than), "down" (at most, less than) or ""; `start`/`end` delimit it in the
    text that `numbers` was given, NFKC applied.
    """

    text: str
    value: Decimal
    percent: bool
    unit: str
    bound: str
    start: int
    end: int

    def agrees(self, other: Number) -> bool:
        """Whether `other`, in a quote, carries this number: same value and kind, same bound if it has one."""
        if self.value != other.value or self.percent != other.percent:
            return False
        if self.bound and self.bound != other.bound:
            return False
        both = {self.unit, other.unit}
        return len(both) == 1 or "" in both or not both & _MEASURES


def chinese_value(run: str) -> Decimal | None:
    """The value of a run of numeral characters, None when it is not one number (十四五).

    >>> [int(chinese_value(run)) for run in ("三百二十", "1亿2000万", "二〇二一", "2万亿")]
    [320, 120000000, 2021, 2000000000000]
    """
    tokens = _TOKEN.findall(run.replace(" ", ""))
    if len(tokens) > 1 and all(token in _DIGITS for token in tokens):
        return Decimal("".join(str(_DIGITS[token]) for token in tokens))
    total = below = section = Decimal(0)
    current: Decimal | None = None
    for token in tokens:
        if token in _PLACES:
            section += (Decimal(1) if current is None else current) * _PLACES[token]
            current = None
        elif token == "万":
            below += (section + (current or 0) or Decimal(1)) * 10**4
            section, current = Decimal(0), None
        elif token == "亿":
            total += (below + section + (current or 0) or Decimal(1)) * 10**8
            below, section, current = Decimal(0), Decimal(0), None
        else:
            digit = Decimal(_DIGITS[token]) if token in _DIGITS else Decimal(token.replace(",", ""))
            if current:
                return None
            current = digit
    return total + below + section + (current or 0)


def numbers(text: str, *, strict: bool) -> list[Number]:
    """The numbers of `text`, left to right.

    `strict` is for what a model claims: a Chinese numeral counts only where it plainly is an amount
    (三百二十, 六章), not in 统一 or 第一. For quotes it is off: every numeral that could support a claim
    counts. Digits inside names (G60, 5G) are names, not numbers.
    """
    text = unicodedata.normalize("NFKC", text)
    found = [*_chinese(text, strict=strict), *_english(text)]
    found.sort(key=lambda number: (number.start, -number.end))
    kept: list[Number] = []
    for number in found:
        if not kept or number.start >= kept[-1].end:
            kept.append(number)
    return kept


def _chinese(text: str, *, strict: bool) -> Iterator[Number]:
    for match in re.finditer(rf"({_ARABIC}|[{_CHINESE}]+)分之({_ARABIC}|[{_CHINESE}]+)", text):
        below = Decimal(100) if match[1] == "百" else chinese_value(match[1])
        above = chinese_value(match[2])
        if below and above is not None:
            yield _number(text, match.start(), match.end(), above * 100 / below, percent=True)
    for match in re.finditer(
        r"([一二三四五六七八九\d])成([一二三四五六七八九]?)(?![立为功果都员长本交分不])", text
    ):
        value = chinese_value(match[1])
        if value is not None:
            share = value * 10 + _DIGITS.get(match[2], 0)
            yield _number(text, match.start(), match.end(), share, percent=True)
    for match in _RUN.finditer(text):
        end = match.end()
        value = chinese_value(match.group()) if end - match.start() <= _LONGEST_RUN else None
        if value is None or (text[end : end + 1].isascii() and _GLUED_NAME.match(text, end)):
            continue
        percent = re.match(r"\s?%", text[end:])
        number = _number(text, match.start(), end, value, percent=percent is not None)
        if (
            not strict
            or match.group()[0].isdigit()
            or _plainly_an_amount(match.group(), text, match.start(), end)
        ):
            yield number


def _plainly_an_amount(run: str, text: str, start: int, end: int) -> bool:
    unit = _UNIT.match(text, end)
    if text[:start].endswith("第"):
        # 第二产业 and 第六批 tell things apart; 第二，… counts points and 第一时间 is a set phrase.
        follows = re.match(r"[\u4e00-\u9fff]", text[end : end + 1]) is not None
        return follows and not (run == "一" and text[end] in "个次家时")
    if len(run) > 1:
        return any(character in _PLACES or character in "万亿" for character in run) or unit is not None
    if (
        run not in _DIGITS
        or unit is None
        or text[:start].endswith(("统", "唯", "同", "万", "这", "那", "每"))
    ):
        return False
    # 一个, 一项, 一种 are articles; 一年 and 一元 are amounts.
    return run != "一" or unit[1] in _EVERYDAY


def _english(text: str) -> Iterator[Number]:
    for match in _ENGLISH.finditer(text):
        words = re.findall(rf"{_ARABIC}|[a-z]+", match.group().lower())
        if words in (["one"], ["zero"]) or _GLUED_NAME.match(text, match.end()):
            continue
        total = section = Decimal(0)
        for word in words:
            if word in _SCALES:
                section = (section or Decimal(1)) * _SCALES[word]
                if word != "hundred":
                    total, section = total + section, Decimal(0)
            elif word != "and":
                section += _WORDS[word] if word in _WORDS else Decimal(word.replace(",", ""))
        percent = re.match(r"\s?(?:%|per\s?cent)", text[match.end() :], re.IGNORECASE)
        if words[0].isdigit() and len(words) == 1 and percent is None:
            continue
        yield _number(text, match.start(), match.end(), total + section, percent=percent is not None)


def _number(text: str, start: int, end: int, value: Decimal, *, percent: bool) -> Number:
    before, after = text[max(0, start - 32) : start], text[end : end + 24]
    unit = _UNIT.match(after)
    english = _UNIT_ENGLISH.match(after)
    name = unit[1] if unit else english[1].lower().rstrip("s") if english else ""
    if before.endswith("第"):
        name = "ordinal"
    return Number(
        text[start:end], value, percent, _UNIT_FAMILY.get(name, name), _bound(before, after), start, end
    )


def _bound(before: str, after: str) -> str:
    behind = _BOUND_AFTER.match(after)
    if behind:
        return "down" if behind["down"] else "up"
    reach = re.split(r"[，。；,;\d]", before)[-1]
    bounds = [match for match in _BOUND_BEFORE.finditer(reach) if len(reach) - match.end() <= _BOUND_REACH]
    if not bounds:
        return ""
    return "up" if bounds[-1]["up"] else "down"
