"""Which blocks are section headings, which are item titles, which are text.

A run of heading-like blocks before text is read together: a section heading stands before a title, a title
before text. Markers, length, and how a marker is used in the rest of the document decide; words that often
head a section only tip the scales.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Sequence

from qa.parsing.layout import Block
from qa.parsing.shapes import Shape, without_marker
from qa.text import HAN, compact

_SENTENCE_END = re.compile(r"[。；;，,、：:…]$|[。；]")
_POINT = re.compile(r"[一二三四五六七八九十]{1,3}是|首先|其次")
_ASIDE = re.compile(r"[（(].*[）)]$|(?:来源|作者|供稿|撰稿|记者|摘编|整理|责编|编辑|审核|联系人|注)\s*[:：]")
_SECTION_ENDING = re.compile(
    "(?:聚焦|热点|动向|动态|举措|交流|要闻|速递|速览|视野|讲话|之石|简讯|快讯|信息|观察|探索|解读|论坛|园地|专栏|"
    "专题|风采|纵横|传真|扫描|集萃|撷英|参考|导读|摘要|精选|一线|基层|前沿|关注|焦点|资讯|播报|之窗|之声|天地|链接)$"
)
_NOT_SECTION = re.compile(rf"[0-9０-９A-Za-z《》“”，,；！？!?%]|[^{HAN}·、\s—\-（）()]")
LONGEST_TITLE = 60


class Role(enum.Enum):
    """What a block is."""

    SECTION = "section"
    TITLE = "title"
    BODY = "body"


def heading_like(block: Block) -> bool:
    """Whether a block could be a title or heading by its look alone."""
    text = block.text
    if block.shape in (Shape.HASH, Shape.BRACKETS):
        return True
    if len(compact(text)) > LONGEST_TITLE or len(block.lines) > 3 or " | " in text:
        return False
    if _ASIDE.match(text) or _POINT.match(text):
        return False
    return not _SENTENCE_END.search(text) and re.search(r"\w", text) is not None


def roles_of(blocks: Sequence[Block], listed: frozenset[str] = frozenset()) -> list[Role]:
    """A role for each block; `listed` holds the compact titles of a table of contents."""
    like = [heading_like(block) for block in blocks]
    roles = [Role.BODY] * len(blocks)
    runs = _runs(like)
    usual = _usual_length([blocks[start] for start, end in runs if end - start > 1])
    for start, end in runs:
        if end == len(blocks) and start > 0:
            continue  # nothing follows: the text's own last lines
        names = list(range(start, end))
        if len(names) > 1 and _section_score(blocks[start], blocks[start + 1], usual, listed) >= 3:
            roles[start] = Role.SECTION
            names = names[1:]
        for number in names:
            roles[number] = Role.TITLE
    return roles


def _runs(like: Sequence[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for number, yes in enumerate([*like, False]):
        if yes and start is None:
            start = number
        elif not yes and start is not None:
            runs.append((start, number))
            start = None
    return runs


def _usual_length(firsts: Sequence[Block]) -> int | None:
    lengths = Counter(len(compact(block.text)) for block in firsts)
    length, count = lengths.most_common(1)[0] if lengths else (0, 0)
    return length if count > 1 and count * 2 > len(firsts) else None


def _section_score(block: Block, following: Block, usual: int | None, listed: frozenset[str]) -> int:
    name = compact(without_marker(block.text))
    score = 2 if len(name) <= 6 else 1 if len(name) <= 8 else 0 if len(name) <= 12 else -3
    score += 1 if usual == len(name) else 0
    score += 1 if _SECTION_ENDING.search(name) else 0
    score -= 2 if _NOT_SECTION.search(name) else 0
    score += 1 if len(compact(following.text)) >= 1.5 * len(name) else 0
    score += 2 if block.shape is not Shape.PLAIN and block.shape is not following.shape else 0
    return score + (1 if name in listed else 0)
