"""The rules for Chinese dates: a pattern each, and what a text must hold for it to be tried."""

from __future__ import annotations

import re

_N2 = r"(?:(?<![\d.])\d{1,2}|[一二三四五六七八九十廿卅]{1,3})"
# 21 年 3 月 and 21 年一季度 have a year of two digits; 21 年 alone is as likely a stretch of time.
_SHORT = r"(?<![\d.])[0-4]\d(?=\s*年\s*(?:1[0-2]|0?[1-9])\s*月|\s*年\s*第?[一二三四]\s*季度)"
_YEAR = rf"(?:(?<![\d.])(?:19|20)\d\d|{_SHORT}|[一二][九〇○零][〇○零一二三四五六七八九]{{2}})"
# The look-behinds keep apart words that only end or begin alike: 证明年限, 以前年度, 今后年均.
_RELATIVE_YEAR = (
    "今年|(?<![证说声表文])明年|(?<!过)去年|(?<![以之从目当提])前年(?!均)|(?<![以之今此])后年(?!均)|次年"
    "|本年度?|(?<!以)上年度?|当年|同年"
)
_TO = r"\s*(?:至|到|[-—–－~～]{1,2})\s*"
_Y = rf"(?:(?P<{{0}}y>{_YEAR})\s*年|(?P<{{0}}r>{_RELATIVE_YEAR}))"


def _year(prefix: str) -> str:
    return _Y.replace("{0}", prefix)


_DAY_RANGE = re.compile(
    rf"(?:{_year('a')}\s*)?(?P<m>{_N2})\s*月\s*(?P<d>{_N2})\s*[日号]?{_TO}"
    rf"(?:{_year('b')}\s*)?(?:(?P<m2>{_N2})\s*月\s*)?(?P<d2>{_N2})\s*[日号]"
)
_DAY = re.compile(rf"(?:{_year('a')}\s*)?(?P<m>{_N2})\s*月\s*(?P<d>{_N2})\s*[日号](?![线楼院馆胶])")
_NUMERIC = re.compile(
    r"(?<![\d.])(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?![\d.])"
)
_MONTH_DAY = re.compile(rf"(?P<w>本月|上月|下月|当月|次月|上个月|下个月|这个月)(?:\s*(?P<d>{_N2})\s*[日号])?")
_COMPARED_MONTH = re.compile(r"(?<=[比较])上个?月")
_MONTH_RANGE = re.compile(
    rf"(?:{_year('a')}\s*)?(?P<m>{_N2})\s*月?份?{_TO}(?:{_year('b')}\s*)?(?P<m2>{_N2})\s*月(?!\s*{_N2}\s*[日号])份?"
)
_MONTH = re.compile(rf"(?:{_year('a')}\s*)?(?P<m>{_N2})\s*月(?!内)(?P<e>份|底|末|初|上旬|中旬|下旬)?")
_QUARTER = re.compile(
    rf"(?:{_year('a')}\s*)?(?:第?(?P<q>[一二三四1-4])\s*季度|(?:(?P<y>(?<!\d)20\d\d)\s*)?Q(?P<q2>[1-4])(?![0-9A-Za-z]))|(?:{_year('b')}\s*)?(?P<h>[上下])半年"
)
_FIRST_PART = re.compile(
    rf"(?:{_year('a')}\s*)?前\s*(?:(?P<q>[二两三2-3])\s*个?季度|(?P<n>[4-9四五六七八九十]|1[01]|十一)\s*个月(?![前后内的]))"
)
_THIS_QUARTER = re.compile(r"(?P<w>本|上|下)(?:个|一)?季度")
_NEW_YEAR = re.compile(rf"{_year('a')}\s*元旦")
_WINDOW = re.compile(
    rf"(?:最近|过去|近)(?P<n>{_N2}|半|两|几)\s*个?(?P<u>天|日|周|星期|月|年)(?:之?内|以?来|里)"
    rf"|(?:最近|过去|(?:(?<=[，。？！：])|^)近)(?P<n2>{_N2}|半|两)\s*(?:个(?P<u2>星期|月)|(?P<u3>天|日|周|星期|月|年))(?!前|后)"
)
_YEAR_RANGE = re.compile(rf"(?P<y>{_YEAR})\s*年?{_TO}(?P<y2>{_YEAR})\s*年")
_YEAR_END = re.compile(rf"{_year('a')}\s*(?:年\s*)?(?P<e>底|末|初|年底|年末|年初|岁末)")
_YEAR_ALONE = re.compile(_year("a"))
_PLAN = re.compile(
    r"[“\"]?(?P<n>十[一二三四五六七八九]?|[一二三四五六七八九])五[”\"]?(?=期间|规划|时期|末|以来|开局|计划)|“(?P<n2>十[一二三四五六七八九]?)五”"
)
# Not within 3 年内, 两年内, which count from no year's start.
_LOOSE_END = re.compile(
    r"(?<![每\d一二两三四五六七八九十几数多半个])(?<!\d )(?P<e>年底|年末|岁末|年内|年初)(?:前)?"
)
_MONTH_END = re.compile(r"(?<![\d一二三四五六七八九十上下本当次个每逐各])(?<!\d )月(?P<e>底|末)(?:前)?")
_NEXT_DAY = re.compile(r"(?:(?<=[，。；：、至到])|^)\s*(?P<w>次日|翌日)(?!起)")
_RECENT = re.compile(r"日前(?!往|来)|近日|近期|不久前|前不久|最近(?!的[距离])|近来|前些天")
_NAMED_DAY = re.compile(r"(?P<w>今天|今日|昨天|昨日|前天|明天|明日|当天|当日|同日)(?![内起])")
_WEEK = re.compile(
    r"(?P<w>[本上下这])个?(?:周|星期|礼拜)(?!岁|年|边|期|刊|报|转|全|密|围)(?P<d>[一二三四五六日天])?"
)
_BARE_DAY = re.compile(rf"(?:(?<=[。！？；])|^)\s*(?P<d>{_N2})\s*日(?=[，,上下晚早])")

RULES: dict[str, re.Pattern[str]] = {
    "day range": _DAY_RANGE,
    "day": _DAY,
    "numeric": _NUMERIC,
    "month range": _MONTH_RANGE,
    "first part": _FIRST_PART,
    "this quarter": _THIS_QUARTER,
    "new year": _NEW_YEAR,
    "window": _WINDOW,
    "quarter": _QUARTER,
    "year range": _YEAR_RANGE,
    "year end": _YEAR_END,
    "compared month": _COMPARED_MONTH,
    "relative month": _MONTH_DAY,
    "month": _MONTH,
    "plan": _PLAN,
    "year": _YEAR_ALONE,
    "loose end": _LOOSE_END,
    "recent": _RECENT,
    "named day": _NAMED_DAY,
    "week": _WEEK,
    "bare day": _BARE_DAY,
    "month end": _MONTH_END,
    "next day": _NEXT_DAY,
}
# What a text must hold for a rule to find anything: most lines hold no date at all.
SIGNS = {
    "day range": ("月",),
    "day": ("月",),
    "numeric": ("19", "20"),
    "month range": ("月",),
    "first part": ("季度", "个月"),
    "this quarter": ("季度",),
    "new year": ("元旦",),
    "window": ("近", "过去"),
    "quarter": ("季度", "半年", "Q"),
    "year range": ("年",),
    "year end": ("年",),
    "compared month": ("月",),
    "relative month": ("月",),
    "month": ("月",),
    "plan": ("五",),
    "year": ("年",),
    "loose end": ("年", "岁末"),
    "recent": ("近", "日前", "不久", "前些天"),
    "named day": ("天", "日"),
    "week": ("周", "星期", "礼拜"),
    "bare day": ("日",),
    "month end": ("月",),
    "next day": ("次日", "翌日"),
}
