"""Source text into a bulletin: sections, items, passages, sentences, lists and dates."""

from __future__ import annotations

from collections.abc import Sequence

from qa.parsing.headings import Role, roles_of
from qa.parsing.layout import Block, Layout, blocks_of
from qa.parsing.lines import Line, MarkedText, lines_of
from qa.parsing.passages import passages_of
from qa.parsing.shapes import shape_of, without_marker
from qa.types import Bulletin, Item, SourceText


def parse_bulletin(source: SourceText) -> Bulletin:
    """The structure of `source`; text under no title still becomes an item, so that nothing is lost."""
    marked = MarkedText(source)
    lines = lines_of(marked)
    blocks = [_block(marked, group) for group in blocks_of(lines, Layout.of(lines))]
    roles = roles_of(blocks)
    sections: list[str] = []
    items: list[Item] = []
    section = ""
    number = 0
    while number < len(blocks):
        if roles[number] is Role.SECTION:
            section = without_marker(blocks[number].text)
            if section not in sections:
                sections.append(section)
            number += 1
            continue
        end = number
        while end < len(blocks) and roles[end] is Role.TITLE:
            end += 1
        titles = blocks[number:end]
        while end < len(blocks) and roles[end] is Role.BODY:
            end += 1
        items.append(
            _item(marked, source, len(items) + 1, section, titles, blocks[number + len(titles) : end])
        )
        number = end
    return Bulletin(
        name=source.name,
        digest=source.digest,
        format=source.format,
        text=source.text,
        pages=source.pages,
        marks=source.marks,
        sections=tuple(sections) if sections else ("",),
        items=tuple(items),
    )


def _block(marked: MarkedText, lines: Sequence[Line]) -> Block:
    start, end = lines[0].start, lines[-1].end
    text = marked.unwrap(start, end)[0]
    return Block(tuple(lines), text, start, end, shape_of(text))


def _item(
    marked: MarkedText,
    source: SourceText,
    ordinal: int,
    section: str,
    titles: Sequence[Block],
    body: Sequence[Block],
) -> Item:
    blocks = [*titles, *body]
    passages, enumerations = passages_of(marked, [(block.start, block.end) for block in body or titles])
    title = " ".join(without_marker(block.text) for block in titles)
    return Item(
        item_id=f"{source.digest[:10]}-{ordinal:03d}",
        title=title,
        section=section,
        start=blocks[0].start,
        end=blocks[-1].end,
        page=blocks[0].page,
        date=None,
        passages=passages,
        enumerations=enumerations,
    )
