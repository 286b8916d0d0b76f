"""Blocks into passages with sentences, and the lists that run through them, all placed in the source."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from qa.parsing.enumerations import ListFound, Paragraph, Place, find_lists
from qa.parsing.lines import MarkedText
from qa.text import split_sentences, trim
from qa.types import Enumeration, Passage, Sentence


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
            cuts.setdefault(start.paragraph, set()).add(start.start)
    passages = tuple(
        _passage(marked, paragraph, sorted(cuts.get(number, ())))
        for number, paragraph in enumerate(paragraphs)
    )
    return passages, tuple(_enumeration(each, paragraphs) for each in found)


def _passage(marked: MarkedText, paragraph: _Unwrapped, cuts: Sequence[int]) -> Passage:
    sentences: list[Sentence] = []
    for start, end in paragraph.sentences:
        edges = [start, *(cut for cut in cuts if start < cut < end), end]
        for left, right in itertools.pairwise(edges):
            left, right = trim(paragraph.text, left, right)
            if left < right:
                first, last = paragraph.places[left], paragraph.places[right - 1] + 1
                sentences.append(Sentence(paragraph.text[left:right], first, last, marked.page_at(first)))
    first, last = paragraph.places[0], paragraph.places[-1] + 1
    return Passage(paragraph.text, first, last, marked.page_at(first), tuple(sentences))


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
