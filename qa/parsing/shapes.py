"""What a line's beginning says it is: a heading by its marker, a point of a list, a plain line."""

from __future__ import annotations

import enum
import re

from qa.dates.calendar import number_of

BULLETS = "★☆◆◇●○◎◉■□▪▫▲△▼▶►※✦✿♦•·❖➤➢☞"
NUMERAL = "[一二三四五六七八九十百]{1,4}"


class Shape(enum.Enum):
    """The marker in front of a line; `INLINE` for a title that its text followed on the same line."""

    PLAIN = "plain"
    HASH = "#"
    STRONG = "**"
    BRACKETS = "【】"
    INLINE = "【】…"
    BULLET = "◆"
    CHAPTER = "第一部分"
    HAN_NUMBER = "一、"
    HAN_BRACKET = "（一）"
    NUMBER = "1."
    NUMBER_BRACKET = "（1）"


_SHAPES: tuple[tuple[Shape, re.Pattern[str]], ...] = (
    (Shape.HASH, re.compile(r"#{1,6}\s+(?=\S)")),
    (Shape.STRONG, re.compile(r"(?:\*\*|__)(?=[^*_]{1,80}(?:\*\*|__)\s*$)")),
    (Shape.BRACKETS, re.compile(r"[【〖\[](?=[^】〗\]]{0,20}[一-龥][^】〗\]]{0,20}[】〗\]]\s*$)")),
    (Shape.BULLET, re.compile(rf"[{BULLETS}]\s*(?=\S)|[-*+]\s+(?=\S)")),
    (Shape.CHAPTER, re.compile(rf"第\s*(?:{NUMERAL}|\d{{1,2}})\s*(?:部分|章|篇|编|版|栏)[\s:：、]*(?=\S)")),
    (Shape.HAN_NUMBER, re.compile(rf"{NUMERAL}\s*[、．.]\s*(?=\S)")),
    (Shape.HAN_BRACKET, re.compile(rf"[（(]{NUMERAL}[）)]\s*、?(?=\S)")),
    (Shape.NUMBER, re.compile(r"\d{1,2}\s*(?:[、．]|\.(?!\d))\s*(?=\S)")),
    (
        Shape.NUMBER_BRACKET,
        re.compile(
            r"[（(]\d{1,2}[）)]\s*(?=\S)|\d{1,2}[）)]\s*(?=\S)|[①-⑳]\s*(?=\S)|[【〔]\d{1,2}[】〕]\s*(?=\S)"
        ),
    ),
)
_STARTS = frozenset(f"#*_【〖〔[{BULLETS}-+第一二三四五六七八九十百（(0123456789①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
NUMBERED = frozenset({Shape.CHAPTER, Shape.HAN_NUMBER, Shape.HAN_BRACKET, Shape.NUMBER, Shape.NUMBER_BRACKET})
_LETTER_SPACED = re.compile(r"[一-龥](?:\s+[一-龥]){1,}")
_POINT = re.compile(
    rf"(?:{NUMERAL}(?:是|要|为|抓|则)|第{NUMERAL}[，,、：]|其[一二三四五六七八九十]|首先|其次|再次|最后|另一方面|一方面)"
)
# Between a title and its text, or under a text: a day, where it was published, a document's number.
_DAY = r"(?:19|20)\d\d\s*(?:年\s*\d{1,2}\s*月\s*\d{1,2}\s*日?|([-./])\s*\d{1,2}\s*\1\s*\d{1,2})"
_CREDIT = (
    "(?:发布时间|发布日期|发文日期|成文日期|时间|日期|信息来源|文章来源|来源|作者|记者|责任编辑|编辑|责编|审核"
    "|浏览次?数|浏览量|点击数|阅读量?|字号)"
)
_DATED = re.compile(
    rf"[（(]?(?:{_CREDIT}\s*[:：]?\s*)?{_DAY}(?:\s*[T\s]?\d{{1,2}}[:：]\d\d(?:[:：]\d\d)?)?"
    r"(?:\s*[|｜/,，]?\s*\S{1,12}(?:社|报|网|台|刊|杂志))?[)）]?"
)
_CREDITED = re.compile(rf"[（(]?(?:{_CREDIT}\s*[:：]|{_DAY})")
_DOCUMENT_NUMBER = re.compile(r"[一-龥]{2,12}\s*[〔\[（(](?:19|20)\d\d[〕\]）)]\s*第?\s*\d{1,5}\s*号")


def is_dateline(text: str) -> bool:
    """Whether a line only says when and where a text was published, or its number: `2021-03-10　新华社`."""
    if len(text) > 100 or re.search("[。；！？]", text):
        return False
    if _DATED.fullmatch(text) or _DOCUMENT_NUMBER.fullmatch(text):
        return True
    # Several of them on one line, in any order: 来源：市政府办公室　发布时间：2021-03-10　字号：大 中 小
    said = _CREDITED.match(text) and re.search(rf"{_CREDIT}\s*[:：]", text) and re.search(_DAY, text)
    return bool(said)


def shape_of(text: str) -> Shape:
    """The marker that `text` begins with."""
    if text[:1] not in _STARTS:
        return Shape.PLAIN
    return next((shape for shape, pattern in _SHAPES if pattern.match(text)), Shape.PLAIN)


def level_of(text: str) -> int:
    """How deep a Markdown heading is: its hashes, 7 for a line in bold, 0 for any other line."""
    shape = shape_of(text)
    if shape is Shape.HASH:
        return len(text) - len(text.lstrip("#"))
    return 7 if shape is Shape.STRONG else 0


def ordinal_of(text: str) -> int | None:
    """The number in a numbering marker: 3 for 三、, （三）, 3. and ③; None without one."""
    if shape_of(text) not in NUMBERED:
        return None
    found = re.search(rf"{NUMERAL}|\d{{1,2}}|[①-⑳]", text)
    return ordinal_number(found.group()) if found else None


def ordinal_number(numeral: str) -> int | None:
    """The value of a Han, Arabic or circled numeral: `十二`, `12` and `⑫` are 12."""
    if "①" <= numeral <= "⑳":
        return ord(numeral) - ord("①") + 1
    return number_of(numeral)


def without_marker(text: str) -> str:
    """`text` without the marker in front of it and, for brackets, behind it."""
    for shape, pattern in _SHAPES:
        match = pattern.match(text)
        if match:
            rest = text[match.end() :].strip()
            if shape is Shape.BRACKETS:
                return rest.rstrip("】〗]").strip()
            if shape is Shape.STRONG:
                return rest.rstrip("*_").strip()
            if shape is Shape.BULLET:
                return rest.rstrip(BULLETS).strip() or rest
            return rest.rstrip("#").strip() if shape is Shape.HASH else rest
    return text


def tidy_heading(text: str) -> str:
    """A heading as it reads: no marker, no spaces between the letters of `科 创 聚 焦`."""
    bare = without_marker(text)
    if shape_of(text) is Shape.HASH:
        bare = without_marker(bare)
    return "".join(bare.split()) if _LETTER_SPACED.fullmatch(bare) else bare


def is_marker_line(text: str) -> bool:
    """Whether a line is a heading by its marker alone, whatever its length: `## …`, `**…**` or `【…】`."""
    return shape_of(text) in (Shape.HASH, Shape.STRONG, Shape.BRACKETS)


def starts_point(text: str) -> bool:
    """Whether a paragraph begins a point of a list: 一是, 第二，, （三）, 4."""
    return _POINT.match(text) is not None or shape_of(text) in NUMBERED
