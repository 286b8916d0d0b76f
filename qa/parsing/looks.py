"""What a block is like by its look alone: a heading, a section's name, a signature.

None of it decides: `qa.parsing.headings` weighs it against how the rest of the document is set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.parsing.layout import Block
from qa.parsing.lines import width_of
from qa.parsing.matter import Matter
from qa.parsing.shapes import NUMBERED, Shape, is_dateline, tidy_heading
from qa.text import HAN, compact

LONGEST_TITLE = 60
_SENTENCE_END = re.compile(r"[。；;，,、：:…]$|[。；]|(?:[^\W\d_]|\d\d|\s\d|[)%”\"])\.$")
_POINT = re.compile(r"[一二三四五六七八九十]{1,3}(?:是|要)|首先|其次")
_ASIDE = re.compile(r"[（(].*[）)]$|(?:来源|作者|供稿|撰稿|记者|摘编|整理|责编|编辑|审核|联系人|注)\s*[:：]")
_SIGNATURE = re.compile(r"(?:办公室|委员会|管委会|研究室|信息处|秘书处|办公厅|[局厅])$|供稿")
_SECTION_ENDING = re.compile(
    "(?:聚焦|热点|动向|动态|举措|交流|要闻|速递|速览|视野|讲话|之石|简讯|快讯|信息|观察|探索|解读|论坛|园地|专栏|"
    "专题|风采|纵横|传真|扫描|集萃|撷英|参考|导读|摘要|精选|一线|基层|前沿|关注|焦点|资讯|播报|之窗|之声|天地|链接)$"
)
_NOT_SECTION = re.compile(rf"[0-9０-９A-Za-z《》“”，,；！？!?%]|[^{HAN}·、\s—\-（）()]")


def heading_like(block: Block, matter: Matter) -> bool:
    """Whether a block could be a title or heading by its look alone."""
    text = block.text
    if is_dateline(text) or (block.shape is Shape.BRACKETS and _ASIDE.match(tidy_heading(text))):
        return False
    if (
        block.shape in (Shape.HASH, Shape.STRONG, Shape.BRACKETS, Shape.INLINE)
        or name_of(block) in matter.titles
    ):
        return True
    if length_of(text) > LONGEST_TITLE or len(block.lines) > 3 or " | " in text:
        return False
    if _ASIDE.match(text) or _POINT.match(text):
        return False
    return not _SENTENCE_END.search(text) and re.search(r"[^\W\d_]", name_of(block)) is not None


def leave_lists(blocks: Sequence[Block], like: list[bool], matter: Matter) -> None:
    """Three bullets or numbers in a row without text between them are a list, not headings."""
    start = 0
    while start < len(blocks):
        end = start + 1
        while end < len(blocks) and like[start] and like[end] and blocks[end].shape is blocks[start].shape:
            end += 1
        listed = blocks[start].shape in NUMBERED or blocks[start].shape is Shape.BULLET
        if end - start >= 3 and listed and name_of(blocks[start]) not in matter.titles:
            like[start:end] = [False] * (end - start)
        start = end


def leave_signatures(blocks: Sequence[Block], like: list[bool]) -> None:
    """No headings: who signed, with the day below and no text after it; a speaker's name below the day."""
    for number, block in enumerate(blocks[:-1]):
        if not like[number] or not is_dateline(blocks[number + 1].text):
            continue
        after = blocks[number + 2] if number + 2 < len(blocks) else None
        if after is not None and like[number + 2] and len(name_of(after)) <= 4:
            like[number + 2] = False
        elif (
            number and not like[number - 1] and len(block.text) <= 20 and (after is None or like[number + 2])
        ):
            like[number] = False


def section_score(block: Block, following: Block | None, usual: int | None, matter: Matter) -> int:
    """How much a block looks like a section's name, given what follows it and how long they usually are."""
    name = name_of(block)
    length = length_of(tidy_heading(block.text))
    score = 2 if length <= 6 else 1 if length <= 8 else 0 if length <= 12 else -3
    score += 1 if usual == length else 0
    score += 1 if _SECTION_ENDING.search(name) or (name.isascii() and name.isupper()) else 0
    score -= 2 if _NOT_SECTION.search(name) and not name.isascii() else 0
    if following is not None:
        score += 1 if length_of(following.text) >= 1.5 * length else 0
        score += 2 if block.shape is not Shape.PLAIN and block.shape is not following.shape else 0
    return score + (3 if name in matter.headings else 0)


def is_signature(block: Block, usual: int | None, width: int) -> bool:
    """Whether a short line before a title signs the item before it: a department, or set to the right."""
    name = name_of(block)
    if block.shape is not Shape.PLAIN or len(name) > 20:
        return False
    line = block.lines[0]
    if width and line.indent >= 0.4 * width and line.indent + line.width >= width - 6:
        return True
    return _SIGNATURE.search(name) is not None and length_of(name) != usual


def length_of(text: str) -> int:
    """Length in Han characters; two Latin letters are as long as one."""
    return (width_of(text) + 1) // 2


def name_of(block: Block) -> str:
    """A heading without its marker and white space, for comparison."""
    return compact(tidy_heading(block.text))
