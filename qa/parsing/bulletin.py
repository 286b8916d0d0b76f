"""Source text into a bulletin: sections, items, passages, sentences, lists and dates."""

from __future__ import annotations

import bisect
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qa.parsing.dating import date_of, dates_of
from qa.parsing.headings import Role, roles_of
from qa.parsing.layout import Block, Layout, blocks_of
from qa.parsing.lines import Line, MarkedText, lines_of
from qa.parsing.matter import Matter, find_matter, matter_of_header, names_series
from qa.parsing.passages import passages_of
from qa.parsing.shapes import Shape, is_dateline, shape_of, tidy_heading
from qa.parsing.years import YearFound, infer_year
from qa.text import compact
from qa.types import Bulletin, DateMention, ExportRecord, Item, Passage, SourceText

_LONGEST_LEAD = 40
_INLINE_TITLE = re.compile(
    r"(【(?!(?:来源|编辑|责编|作者|供稿|注)\s*[:：])[^】]{5,40}】|\*\*[^*]{5,60}\*\*)\s*(?=[^\s【*].{9})"
)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An item before it is cut up: the blocks of its title and of its text, and its section's name."""

    section: str
    titles: tuple[Block, ...]
    body: tuple[Block, ...]


def parse_bulletin(source: SourceText) -> Bulletin:
    """The structure of `source`.

    All of its text but marks, headings, masthead, table of contents and distribution list belongs to some
    item: what stands under no title becomes an item named by its own beginning. The spans of masthead,
    contents and distribution list are added to the marks, for no quote is taken from them.
    """
    marked = MarkedText(source)
    lines = lines_of(marked)
    if source.records:
        return _from_records(source, marked, lines)
    matter = find_matter(lines)
    if not matter.issue and not matter.date:
        header = matter_of_header([source.text[start:end] for start, end in source.marks])
        matter = replace(matter, title=matter.title or header.title, issue=header.issue, date=header.date)
    inner = lines[matter.front : len(lines) - matter.back]
    layout = Layout.of(inner)
    blocks = [_block(marked, group) for group in blocks_of(inner, layout, matter.titles)]
    blocks = _inline_titles_apart(marked, blocks)
    roles = roles_of(blocks, matter, layout.width)
    drafts = list(_drafts(blocks, roles))
    text = "\n".join(block.text for block in blocks)
    found = infer_year(text, matter.date, matter.issue, source.name)
    said = matter.date.isoformat() if matter.date else None
    items = tuple(_item(marked, source, number, draft, found, said) for number, draft in enumerate(drafts, 1))
    if len(items) == 1 and not drafts[0].titles and matter.title and not names_series(matter.title):
        # A document of one item that gives its title where others give their masthead.
        items = (replace(items[0], title=matter.title),)
    heading = next(
        (block.text for block, role in zip(blocks, roles, strict=True) if role is Role.DOCUMENT), ""
    )
    return Bulletin(
        name=source.name,
        digest=source.digest,
        format=source.format,
        text=source.text,
        pages=source.pages,
        marks=_all_marks(source, lines, matter),
        sections=_sections(blocks, roles, items),
        items=items,
        title=matter.title or tidy_heading(heading),
        issue=matter.issue,
        date=said,
        year=found.year,
        notice=source.notice,
    )


def _block(marked: MarkedText, lines: Sequence[Line]) -> Block:
    start, end = lines[0].start, lines[-1].end
    text = marked.unwrap(start, end)[0]
    return Block(tuple(lines), text, start, end, shape_of(text))


def _inline_titles_apart(marked: MarkedText, blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with `【title】text` in one paragraph made two where a document does so again and again."""
    heads = [_INLINE_TITLE.match(block.text) for block in blocks]
    said = Counter(head.group(1) for head in heads if head)
    # A label that comes back (【专家观点】) is no title.
    if len(said) < 2 or max(said.values()) > 1:
        return list(blocks)
    parted: list[Block] = []
    for block, head in zip(blocks, heads, strict=True):
        if head is None:
            parted.append(block)
            continue
        places = marked.unwrap(block.start, block.end)[1]
        cut, begin = places[head.end(1) - 1] + 1, places[head.end()]
        inside = [line for line in block.lines if line.end > begin] or block.lines[-1:]
        title = marked.unwrap(block.start, cut)[0]
        parted.append(Block(block.lines[:1], title, block.start, cut, Shape.INLINE))
        text = marked.unwrap(begin, block.end)[0]
        parted.append(Block(tuple(inside), text, begin, block.end, shape_of(text)))
    return parted


def _drafts(blocks: Sequence[Block], roles: Sequence[Role]) -> Iterator[_Draft]:
    section = ""
    titles: list[Block] = []
    body: list[Block] = []
    for block, role in zip(blocks, roles, strict=True):
        # Under no title each bullet is a report of its own.
        fresh = role is Role.BODY and body and not titles and block.shape is Shape.BULLET
        fresh = fresh or (role is Role.ENTRY and bool(body))
        text = role in (Role.BODY, Role.ENTRY)
        if (body and not text) or fresh or (titles and role in (Role.SECTION, Role.DOCUMENT)):
            yield _Draft(section, tuple(titles), tuple(body))
            titles, body = [], []
        if role is Role.SECTION:
            section = tidy_heading(block.text)
        elif role is Role.TITLE:
            titles.append(block)
        elif text:
            body.append(block)
    if titles or body:
        yield _Draft(section, tuple(titles), tuple(body))


def _item(
    marked: MarkedText, source: SourceText, number: int, draft: _Draft, found: YearFound, fallback: str | None
) -> Item:
    blocks = (*draft.titles, *draft.body)
    text = draft.body or draft.titles
    passages, enumerations = passages_of(marked, [(block.start, block.end) for block in text])
    mentions = dates_of(marked, passages, found)
    title = " ".join(tidy_heading(block.text) for block in draft.titles).rstrip("。：:") or lead_of(
        text[0].text
    )
    own = _day_of(passages, mentions)
    return Item(
        item_id=f"{source.digest[:10]}-{number:03d}",
        title=title,
        section=draft.section,
        start=blocks[0].start,
        end=blocks[-1].end,
        page=blocks[0].page,
        date=own or _closing_day(draft, mentions) or fallback,
        passages=passages,
        enumerations=enumerations,
        dates=mentions,
    )


def _day_of(passages: Sequence[Passage], mentions: Sequence[DateMention]) -> str | None:
    """When what an item reports happened; the day that it was published on only where its text names none."""
    text = list(itertools.dropwhile(lambda passage: is_dateline(passage.text), passages))
    if not text or len(text) == len(passages):
        return date_of(passages, mentions)
    later = [mention for mention in mentions if mention.start >= text[0].start]
    return date_of(text, later) or date_of(passages, mentions)


def _closing_day(draft: _Draft, mentions: Sequence[DateMention]) -> str | None:
    """The day that an item's last line gives it, under the name of who signed it."""
    last = draft.body[-1] if draft.body else None
    if last is None or not is_dateline(last.text):
        return None
    days = [mention for mention in mentions if mention.start >= last.start and mention.precision == "day"]
    return days[-1].first if days else None


def lead_of(text: str) -> str:
    """The beginning of a text, as a name for it: its first clause, or clauses, up to 40 characters."""
    text = tidy_heading(text)
    ends = [place for place, character in enumerate(text) if character in "，。；：！？,;:!?"]
    first_stop = next((end for end in ends if text[end] in "。；！？;!?"), len(text))
    if first_stop <= _LONGEST_LEAD:
        return text[:first_stop] or text[:_LONGEST_LEAD]
    return text[: max((end for end in ends if 4 <= end <= _LONGEST_LEAD), default=_LONGEST_LEAD)]


def _sections(blocks: Sequence[Block], roles: Sequence[Role], items: Sequence[Item]) -> tuple[str, ...]:
    named = [
        tidy_heading(block.text) for block, role in zip(blocks, roles, strict=True) if role is Role.SECTION
    ]
    return tuple(dict.fromkeys([*(item.section for item in items if not item.section), *named]))


def _all_marks(source: SourceText, lines: Sequence[Line], matter: Matter) -> tuple[tuple[int, int], ...]:
    spans = list(source.marks)
    if matter.front:
        spans.append((lines[0].start, lines[matter.front - 1].end))
    if matter.back:
        spans.append((lines[-matter.back].start, lines[-1].end))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _from_records(source: SourceText, marked: MarkedText, lines: Sequence[Line]) -> Bulletin:
    """One item for each record of an export, in order."""
    starts = [line.start for line in lines]
    items: list[Item] = []
    for record in source.records:
        first, last = bisect.bisect_left(starts, record.start), bisect.bisect_left(starts, record.end)
        items.append(_recorded(marked, record, lines[first:last]))
    return Bulletin(
        name=source.name,
        digest=source.digest,
        format=source.format,
        text=source.text,
        pages=source.pages,
        marks=source.marks,
        sections=tuple(dict.fromkeys(record.section for record in source.records)),
        items=tuple(items),
    )


def _recorded(marked: MarkedText, record: ExportRecord, lines: Sequence[Line]) -> Item:
    groups = blocks_of(lines, Layout.of(lines))
    passages, enumerations = passages_of(marked, [(group[0].start, group[-1].end) for group in groups])
    text = "\n".join(passage.text for passage in passages)
    found = infer_year(text, date.fromisoformat(record.date) if record.date else None)
    mentions = dates_of(marked, passages, found)
    return Item(
        item_id=record.item_id,
        title=record.title or (lead_of(compact(text)) if text else ""),
        section=record.section,
        start=record.start,
        end=record.end,
        page=marked.page_at(record.start),
        date=record.date or date_of(passages, mentions),
        passages=passages,
        enumerations=enumerations,
        dates=mentions,
    )
