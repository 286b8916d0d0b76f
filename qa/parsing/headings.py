"""Which blocks are section headings, which are item titles, which are text.

Markdown levels say so themselves. Elsewhere a run of heading-like blocks before text is read together: a
section heading stands before a title, a title before text. Markers and how they are used in the rest of
the document decide; length comes next; words that often head a section only tip the scales.
"""

from __future__ import annotations

import enum
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from qa.parsing.layout import Block
from qa.parsing.looks import (
    heading_like,
    is_signature,
    leave_lists,
    leave_signatures,
    length_of,
    name_of,
    section_score,
)
from qa.parsing.matter import Matter
from qa.parsing.shapes import NUMBERED, Shape, level_of, ordinal_of, tidy_heading

_NEWS = re.compile(r"[^。！？]{6,60}[。！？].{0,25}?(?:\d{1,2}\s?月\s?\d{1,2}\s?日|近日|日前|记者)")


class Role(enum.Enum):
    """What a block is; an entry is a report in one paragraph, under no title."""

    DOCUMENT = "document"
    SECTION = "section"
    TITLE = "title"
    ENTRY = "entry"
    BODY = "body"


def roles_of(blocks: Sequence[Block], matter: Matter, width: int = 0) -> list[Role]:
    """A role for each block; `width` is the columns of a full line, 0 for unwrapped text."""
    if sum(block.shape is Shape.HASH for block in blocks) >= 2:
        return _roles_by_level(blocks)
    like = [heading_like(block, matter) for block in blocks]
    leave_lists(blocks, like, matter)
    leave_signatures(blocks, like)
    if (entries := _entries(blocks, like)) is not None:
        return entries
    roles = [Role.BODY] * len(blocks)
    runs = [(start, end) for start, end in _runs(like) if end < len(blocks) or start == 0]
    heads = [blocks[start] for start, end in runs if end - start > 1]
    usual = _usual_length(heads)
    section_shapes, title_shapes = _uses(blocks, like, runs)
    for start, end in runs:
        names = list(range(start, end))
        while len(names) > 1 and is_signature(blocks[names[0]], usual, width):
            names = names[1:]
        if _heads_section(blocks, names, usual, matter, section_shapes, title_shapes):
            roles[names[0]] = Role.SECTION
            names = names[1:]
            # Below a part of the bulletin its sections are marked in another way.
            if len(names) > 1 and blocks[names[0]].shape in section_shapes - {blocks[start].shape}:
                roles[names[0]] = Role.SECTION
                names = names[1:]
        names = list(itertools.takewhile(lambda at: blocks[at].shape not in NUMBERED - title_shapes, names))
        # The department under a title wrote the report; its name is the report's first line.
        if len(names) > 1 and is_signature(blocks[names[-1]], usual, width):
            names = names[:-1]
        # Many short lines in a row are a list or table under its title.
        for number in names if len(names) <= 3 else names[:1]:
            roles[number] = Role.TITLE
    _demote_subheadings(blocks, roles, matter)
    return roles


def _entries(blocks: Sequence[Block], like: Sequence[bool]) -> list[Role] | None:
    """Roles where every heading is numbered and stands over short news numbered in another way.

    `一、总局要闻` over `1．总局部署专项检查。3 月 2 日，…`: a section and its reports. That they are news and
    not the points of one report shows by the day that most of them name after their first sentence.
    """
    heads = {block.shape for block, yes in zip(blocks, like, strict=True) if yes}
    points = {block.shape for block, yes in zip(blocks, like, strict=True) if not yes}
    if len(heads) != 1 or len(points) != 1 or not heads | points <= NUMBERED or not like[0]:
        return None
    texts = [block.text for block, yes in zip(blocks, like, strict=True) if not yes]
    dated = sum(_NEWS.match(text) is not None for text in texts)
    if len(texts) < 2 or dated * 2 < len(texts):
        return None
    return [Role.SECTION if yes else Role.ENTRY for yes in like]


def _roles_by_level(blocks: Sequence[Block]) -> list[Role]:
    """Roles from Markdown levels: items at the level that text follows, sections above, text below."""
    levels = [level_of(block.text) for block in blocks]
    used = sorted({level for level in levels if level})
    document = _document_heading(levels)
    candidates = [level for level in used if document is None or level != levels[document]]
    item_level = next((level for level in candidates if _holds_text(levels, level)), candidates[-1])
    roles = [Role.BODY] * len(blocks)
    for number, level in enumerate(levels):
        if number == document:
            roles[number] = Role.DOCUMENT
        elif level == item_level:
            roles[number] = Role.TITLE
        elif 0 < level < item_level:
            roles[number] = Role.SECTION
    return roles


def _document_heading(levels: Sequence[int]) -> int | None:
    """The place of the one heading of the highest level, before all others, that names the whole document."""
    first = next(number for number, level in enumerate(levels) if level)
    others = [level for level in levels[first + 1 :] if level]
    return first if len(others) >= 2 and min(others) > levels[first] else None


def _holds_text(levels: Sequence[int], wanted: int) -> bool:
    """Whether at least half of the headings of a level stand straight before text."""
    places = [number for number, level in enumerate(levels) if level == wanted]
    before_text = sum(number + 1 < len(levels) and levels[number + 1] == 0 for number in places)
    return before_text * 2 >= len(places)


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


def _usual_length(heads: Sequence[Block]) -> int | None:
    lengths = Counter(length_of(tidy_heading(block.text)) for block in heads)
    length, count = lengths.most_common(1)[0] if lengths else (0, 0)
    return length if count > 1 and count * 2 > len(heads) else None


def _uses(
    blocks: Sequence[Block], like: Sequence[bool], runs: Sequence[tuple[int, int]]
) -> tuple[frozenset[Shape], frozenset[Shape]]:
    """The markers that this document puts before sections, and those before titles."""
    over_heading: Counter[Shape] = Counter()
    over_text: Counter[Shape] = Counter()
    for start, end in runs:
        for number in range(start, end):
            follows = number + 1 < end and blocks[number + 1].shape is not blocks[number].shape
            (over_heading if follows else over_text)[blocks[number].shape] += 1
    marked = (set(over_heading) | set(over_text)) - {Shape.PLAIN}
    # A bracketed name that once stands over a title names a section wherever it stands.
    sections = frozenset(
        shape
        for shape in marked
        if over_heading[shape] >= 1.5 * over_text[shape]
        or (shape is Shape.BRACKETS and over_heading[shape] > 0)
    )
    titles: set[Shape] = set()
    for shape in marked - sections:
        counted = _number_items(blocks, runs, shape) and _counts_on(blocks, like, shape, sections)
        if shape not in NUMBERED or counted:
            titles.add(shape)
    parts = _parts_of_items(blocks, runs, sections, titles)
    return sections - parts, frozenset(titles)


def _parts_of_items(
    blocks: Sequence[Block],
    runs: Sequence[tuple[int, int]],
    sections: frozenset[Shape],
    titles: set[Shape],
) -> frozenset[Shape]:
    """Numberings that part one report: below a plain title with text, over numbers that title none."""
    over_text = [blocks[end - 1].shape for _, end in runs if end < len(blocks)]
    if not over_text or over_text[0] is not Shape.PLAIN:
        return frozenset()
    under = {
        shape: {
            blocks[number + 1].shape
            for start, end in runs
            for number in range(start, end - 1)
            if blocks[number].shape is shape
        }
        for shape in sections & NUMBERED
    }
    return frozenset(shape for shape, shapes in under.items() if shapes and shapes <= NUMBERED - titles)


def _number_items(blocks: Sequence[Block], runs: Sequence[tuple[int, int]], shape: Shape) -> bool:
    """Whether headings with this numbering title items, rather than part the items of plain titles.

    Where a plain title with text stands before the first of them, or many stand among them, they part. One
    straight below a numbered heading is the only item of its section, and tells neither.
    """
    over_text = [end - 1 for _, end in runs if end < len(blocks)]
    alone = {end - 1 for start, end in runs if end - start > 1 and blocks[start].shape in NUMBERED - {shape}}
    plain = [number for number in over_text if blocks[number].shape is Shape.PLAIN and number not in alone]
    numbered = [number for number in over_text if blocks[number].shape is shape]
    if not numbered or (plain and plain[0] < numbered[0]):
        return False
    return len(plain) <= 0.2 * len(numbered)


def _counts_on(
    blocks: Sequence[Block], like: Sequence[bool], shape: Shape, sections: frozenset[Shape]
) -> bool:
    """Whether the numbers of a marker run on through the document, starting again only under a section.

    Numbers that start again under every title are subheadings of items.
    """
    last, fresh = 0, True
    for number, block in enumerate(blocks):
        following = blocks[number + 1] if number + 1 < len(blocks) else None
        plain = like[number] and block.shape is Shape.PLAIN and following is not None
        if (like[number] and block.shape in sections) or (
            plain and section_score(block, following, None, Matter()) >= 3
        ):
            fresh = True
        elif like[number] and block.shape is shape:
            ordinal = ordinal_of(block.text) or 0
            if ordinal <= last and not fresh:
                return False
            last, fresh = ordinal, False
    return True


def _heads_section(
    blocks: Sequence[Block],
    names: Sequence[int],
    usual: int | None,
    matter: Matter,
    section_shapes: frozenset[Shape],
    title_shapes: frozenset[Shape],
) -> bool:
    first = blocks[names[0]]
    if first.shape in section_shapes:
        return True
    if first.shape in title_shapes and not section_shapes and len(names) == 1:
        return False
    following = blocks[names[0] + 1] if names[0] + 1 < len(blocks) else None
    if len(names) > 1 and following is not None:
        unmarked = first.shape is Shape.PLAIN or first.shape in NUMBERED
        if unmarked and following.shape in NUMBERED - title_shapes - section_shapes:
            return False
        if first.shape is Shape.PLAIN and following.shape in title_shapes:
            return True
        return section_score(first, following, usual, matter) >= 3
    # A name straight above bullets heads them; above text it may as well be a title.
    over_bullets = 2 if following is not None and following.shape is Shape.BULLET else 0
    score = section_score(first, None, usual, matter) + over_bullets
    return score >= 4 and first.shape is Shape.PLAIN


def _demote_subheadings(blocks: Sequence[Block], roles: list[Role], matter: Matter) -> None:
    """A very short title among long ones, between two texts, is a subheading of the item around it."""
    titles = [number for number, role in enumerate(roles) if role is Role.TITLE]
    lengths = [length_of(tidy_heading(blocks[number].text)) for number in titles]
    if len(titles) < 3 or median(lengths) < 10:
        return
    for number, length in zip(titles, lengths, strict=True):
        between = (
            number > 0 and roles[number - 1] is Role.BODY and roles[number + 1 : number + 2] == [Role.BODY]
        )
        if between and length <= 6 and name_of(blocks[number]) not in matter.titles:
            roles[number] = Role.BODY
