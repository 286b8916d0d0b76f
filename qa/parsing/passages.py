"""Blocks into passages with sentences, and the lists that run through them, all placed in the source."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.parsing.enumerations import ListFound, Paragraph, Place, find_lists
from qa.parsing.lines import MarkedText
from qa.text import split_sentences, trim
from qa.types import Enumeration, Passage, Sentence

# Beyond these a paragraph is parted between sentences, and a sentence between clauses: text without stops
# (lists, tables, damaged files) would otherwise become one quote of any length.
LONGEST_PASSAGE = 1500
LONGEST_SENTENCE = 600


@dataclass(frozen=True, slots=True)
class _Unwrapped:
    text: str
    places: list[int]
    sentences: list[tuple[int, int]]


def passages_of(
    marked: MarkedText, spans: Sequence[tuple[int, int]]
) -> tuple[tuple[Passage, ...], tuple[Enumeration, ...]]:
    """One passage a source span, cut into sentences, and the lists found in them together."""
    paragraphs: list[_Unwrapped] = []
    for span in spans:
        text, places = marked.unwrap(*span)
        if text:
            paragraphs.append(_Unwrapped(text, places, split_sentences(text)))
    found = find_lists([Paragraph(paragraph.text, tuple(paragraph.sentences)) for paragraph in paragraphs])
    cuts: dict[int, set[int]] = {}
    for each in found:
        for start, _ in each.points:
            before = paragraphs[start.paragraph].text[: start.start].rstrip()[-1:]
            # Points that only commas part (一要…，二要…) stay one sentence.
            if before not in ("，", ","):
                cuts.setdefault(start.paragraph, set()).add(start.start)
    passages = [
        passage
        for number, paragraph in enumerate(paragraphs)
        for passage in _passages(marked, paragraph, sorted(cuts.get(number, ())))
    ]
    return tuple(passages), tuple(_enumeration(each, paragraphs) for each in found)


def _passages(marked: MarkedText, paragraph: _Unwrapped, cuts: Sequence[int]) -> Iterator[Passage]:
    """One passage, or several of whole sentences where a paragraph is longer than any should be."""
    spans = list(_sentence_spans(paragraph, cuts))
    for group in _grouped(spans):
        sentences = tuple(_sentence(marked, paragraph, *span) for span in group)
        start, end = group[0][0], group[-1][1]
        first, last = paragraph.places[start], paragraph.places[end - 1] + 1
        yield Passage(paragraph.text[start:end], first, last, marked.page_at(first), sentences)


def _sentence_spans(paragraph: _Unwrapped, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    for start, end in paragraph.sentences:
        edges = [start, *cuts[bisect.bisect_right(cuts, start) : bisect.bisect_left(cuts, end)], end]
        for left, right in itertools.pairwise(edges):
            while right - left > LONGEST_SENTENCE:
                cut = _clause_end(paragraph.text, left, left + LONGEST_SENTENCE)
                yield trim(paragraph.text, left, cut)
                left = cut
            if (span := trim(paragraph.text, left, right))[0] < span[1]:
                yield span


def _clause_end(text: str, start: int, limit: int) -> int:
    """Where the last clause that ends before `limit` ends; `limit` when none does."""
    for marks in ("；;", "，,、 "):
        place = max(text.rfind(mark, start + 1, limit) for mark in marks)
        if place > start:
            return place + 1
    return limit


def _grouped(spans: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    total = spans[-1][1] - spans[0][0]
    # Equal parts read better than full ones and a scrap at the end.
    room = total / max(1, math.ceil(total / LONGEST_PASSAGE))
    group: list[tuple[int, int]] = []
    for span in spans:
        if group and span[1] - group[0][0] > LONGEST_PASSAGE:
            yield group
            group = []
        group.append(span)
        if group[-1][1] - group[0][0] >= room and span is not spans[-1]:
            yield group
            group = []
    if group:
        yield group


def _sentence(marked: MarkedText, paragraph: _Unwrapped, start: int, end: int) -> Sentence:
    first, last = paragraph.places[start], paragraph.places[end - 1] + 1
    return Sentence(paragraph.text[start:end], first, last, marked.page_at(first))


def _enumeration(found: ListFound, paragraphs: Sequence[_Unwrapped]) -> Enumeration:
    lead = found.lead
    return Enumeration(
        lead=(_source(lead, paragraphs), _source_end(lead, paragraphs)) if lead else None,
        points=tuple(
            (_source(start, paragraphs), _source_end(end, paragraphs)) for start, end in found.points
        ),
        announced=found.announced,
    )


def _source(place: Place, paragraphs: Sequence[_Unwrapped]) -> int:
    return paragraphs[place.paragraph].places[place.start]


def _source_end(place: Place, paragraphs: Sequence[_Unwrapped]) -> int:
    return paragraphs[place.paragraph].places[place.end - 1] + 1
