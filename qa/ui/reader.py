"""A bulletin as a reading page, with quotes marked where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from qa.types import Item, Page, Passage
from qa.ui.html import element, join, text_html
from qa.ui.texts import Language, say

# A reading page of more than this many characters is slow to lay out; a longer bulletin is cut at item
# boundaries around the quote.
WINDOW = 60_000


@dataclass(frozen=True, slots=True)
class Span:
    """A quote to mark: `start`/`end` in the source text, and the number of its citation (0: none)."""

    start: int
    end: int
    number: int = 0
    current: bool = False
    emphasis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """What the reader shows of one bulletin: its text and page marks, and the items to lay out."""

    name: str
    title: str
    text: str
    pages: tuple[Page, ...]
    marks: tuple[tuple[int, int], ...]
    items: tuple[Item, ...]
    whole: bool = True


def in_window(spans: Sequence[tuple[int, int]], start: int, window: int = WINDOW) -> tuple[int, int]:
    """The range of items to show: those around offset `start` within `window` characters.

    `spans` are the items' (start, end) in order; returns (first, last), last exclusive.

    >>> in_window([(0, 40), (40, 80), (80, 120)], 45, window=50)
    (1, 2)
    """
    if not spans:
        return 0, 0
    here = max((at for at, (first, _) in enumerate(spans) if first <= start), default=0)
    first, last = here, here + 1
    room = window - (spans[here][1] - spans[here][0])
    while True:
        before = spans[first - 1][1] - spans[first - 1][0] if first else None
        after = spans[last][1] - spans[last][0] if last < len(spans) else None
        if before is not None and before <= room:
            first, room = first - 1, room - before
        elif after is not None and after <= room:
            last, room = last + 1, room - after
        else:
            return first, last


def source_html(source: Source, spans: Sequence[Span], language: Language) -> Markup:
    """The bulletin's sections, items and passages, its pages numbered, the spans marked."""
    blocks: list[Markup] = []
    section: str | None = None
    page = 0
    for item in source.items:
        if item.section != section:
            section = item.section
            if section:
                blocks.append(element("h3", section, class_="section"))
        title, page = _title_html(item, page, language)
        blocks.append(title)
        for passage in item.passages:
            paragraph, page = _passage_html(passage, source, spans, page, language)
            blocks.append(paragraph)
    note = None if source.whole else element("p", say(language, "reader.part"), class_="note")
    return element("div", note, join(blocks), class_="paper", lang="zh")


def _title_html(item: Item, page: int, language: Language) -> tuple[Markup, int]:
    sign = _page_sign(item.page, language) if item.page > page else None
    date = element("span", item.date, class_="date") if item.date else None
    heading = element("h4", item.title, class_="title", data_item=item.item_id)
    return element("header", sign, heading, date), max(page, item.page)


def _page_sign(number: int, language: Language) -> Markup:
    return element("span", say(language, "page", number=number), class_="folio")


def _passage_html(
    passage: Passage, source: Source, spans: Sequence[Span], page: int, language: Language
) -> tuple[Markup, int]:
    places = places_of(passage, source.text, source.marks)
    turns = {}
    for other in source.pages:
        if passage.start < other.start < passage.end and other.number > page:
            turns[_index(places, other.start)] = other.number
    if passage.page > page:
        turns[0], page = passage.page, passage.page
    cuts = {0, len(passage.text), *turns}
    shown = [(span, _index(places, span.start), _index(places, span.end)) for span in spans]
    for _, first, last in shown:
        cuts |= {first, last}
    bounds = sorted(cuts)
    parts: list[Markup] = []
    for first, last in pairwise(bounds):
        if first in turns:
            parts.append(_page_sign(turns[first], language))
            page = max(page, turns[first])
        inside = [span for span, begin, end in shown if begin <= first and last <= end]
        parts.append(_piece(passage.text[first:last], inside))
    return element("p", join(parts)), page


def _piece(text: str, inside: Sequence[Span]) -> Markup:
    if not inside:
        return text_html(text)
    span = max(inside, key=lambda candidate: candidate.current)
    if not span.current:
        return element("mark", text, class_="other", data_number=span.number)
    return element("mark", _emphasised(text, span.emphasis), class_="current", data_number=span.number)


def _emphasised(text: str, emphasis: Sequence[str]) -> Markup:
    for part in emphasis:
        before, found, after = text.partition(part) if part else (text, "", "")
        if found:
            rest = [other for other in emphasis if other != part]
            return join([_emphasised(before, rest), element("strong", found), _emphasised(after, rest)])
    return text_html(text)


def places_of(passage: Passage, text: str, marks: Sequence[tuple[int, int]]) -> list[int]:
    """For each character of the passage its offset in the source text.

    The passage is the source's slice without line breaks and page marks, so both are walked together.

    >>> places_of(Passage("甲乙", 0, 4, 1, ()), "甲\\n 乙", ())
    [0, 3]
    """
    skipped = [span for span in marks if span[1] > passage.start and span[0] < passage.end]
    places: list[int] = []
    at = passage.start
    for character in passage.text:
        if not character.isspace():
            while at < passage.end:
                mark = next((span for span in skipped if span[0] <= at < span[1]), None)
                if mark is not None:
                    at = mark[1]
                elif text[at].isspace():
                    at += 1
                else:
                    break
        places.append(min(at, passage.end))
        if not character.isspace():
            at += 1
    return places


def _index(places: Sequence[int], offset: int) -> int:
    """The number of characters of the passage that stand before `offset` in the source."""
    return sum(1 for place in places if place < offset)
