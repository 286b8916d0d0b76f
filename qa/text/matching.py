"""Forms of a text for matching, and the language it is written in. None of them is ever shown."""

from __future__ import annotations

import re
import unicodedata

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f〇々"

_HAN_RUN = re.compile(f"[{HAN}]+")
_CHINESE_FUNCTION = re.compile("什么|哪|如何|怎|吗|呢|的|了|是|有|为何|何时|多少|几|谁|请|在|和|与")


def compact(text: str) -> str:
    """`text` without any white space."""
    return "".join(text.split())


def fold(text: str) -> str:
    """NFKC and lower case; white space is kept and the length may change."""
    return unicodedata.normalize("NFKC", text).lower()


def matching_form(text: str) -> str:
    """NFKC, lower case, no white space: two spellings of one string match. Never shown."""
    return compact(fold(text))


def language_of(text: str) -> str:
    """`"zh"` or `"en"`, by what the words are written in.

    Chinese names inside an English question leave it English: `What is 沪冷链?` is `"en"`.
    """
    han = sum(len(run) for run in _HAN_RUN.findall(text))
    latin = len(re.findall(r"[A-Za-z]{2,}", text))
    if han == 0:
        return "en" if latin else "zh"
    if latin == 0 or (_CHINESE_FUNCTION.search(text) and han * 2 >= latin):
        return "zh"
    return "zh" if han >= 2 * latin else "en"


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
