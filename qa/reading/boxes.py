"""Where a span of a PDF's text stands on its pages, for a page that draws it as a highlight.

Nothing is stored for it: the pages that hold the span are read again, in the same order, and the span's
characters are counted off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import ReadingError
from qa.reading.columns import Box, Piece, columns_of, set_page
from qa.reading.decoding import clean
from qa.reading.limits import DEFAULT_LIMITS, Limits
from qa.reading.pdf import PDFIUM, opened, page_characters, page_of
from qa.types import Page


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """The boxes of a span on one page, one for each line that it runs over.

    `page` counts from 1. Boxes are (left, bottom, right, top) in points of the page's own space, with `view`
    as the box of it that is shown and `rotation` by how many degrees, with the clock, it is turned for that.
    """

    page: int
    boxes: tuple[Box, ...]
    view: Box
    rotation: int


def boxes_of(
    path: Path,
    name: str,
    text: str,
    pages: Sequence[Page],
    start: int,
    end: int,
    marks: Sequence[tuple[int, int]] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[PageBoxes, ...]:
    """The boxes of `text[start:end]`, page by page, where `text` and `pages` are those read from the PDF.

    What `marks` cover (page numbers, running headers) gets no box, nor do pages without a text layer. Raises
    ReadingError when the file can't be read or is no longer the one that `text` was read from, ValueError
    for a span outside the text.
    """
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"span {start}–{end} lies outside the text of {len(text)} characters")
    spans = list(_visible(start, end, marks))
    held = [page for page in pages if page.start < end and start < page.end]
    data = _bytes_of(path, name, limits)
    found: list[PageBoxes] = []
    with PDFIUM, opened(data, name) as document:
        for page in held:
            if page.number > len(document):
                raise _changed(name)
            spot = _on_page(document, page, text[page.start : page.end], spans, name)
            if spot is not None:
                found.append(spot)
    return tuple(found)


def _bytes_of(path: Path, name: str, limits: Limits) -> bytes:
    try:
        if path.stat().st_size > limits.file_bytes:
            raise _changed(name)
        return path.read_bytes()
    except OSError as error:
        raise ReadingError(
            f"{name}: cannot be read ({error.strerror or error}); check the file and its permissions"
        ) from None


def _changed(name: str) -> ReadingError:
    return ReadingError(f"{name}: the file changed since it was read; build the index again")


def _visible(start: int, end: int, marks: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for mark_start, mark_end in sorted(marks):
        if mark_end <= start or mark_start >= end:
            continue
        if start < mark_start:
            yield start, mark_start
        start = max(start, mark_end)
    if start < end:
        yield start, end


def _on_page(
    document: Any, page: Page, text: str, spans: Sequence[tuple[int, int]], name: str
) -> PageBoxes | None:
    import pypdfium2.raw as pdfium

    with page_of(document, page.number, name) as opened_page:
        pieces = page_characters(opened_page, pdfium, boxes=True).pieces
        view, rotation = opened_page.get_cropbox(), opened_page.get_rotation()
    if not pieces:
        return None
    if clean(set_page(pieces), name) != text.rstrip("\f"):
        raise _changed(name)
    wanted = [range(*(_solid(text[: max(0, edge - page.start)]) for edge in span)) for span in spans]
    boxes = tuple(_lines(pieces, wanted))
    return PageBoxes(page.number, boxes, view, rotation) if boxes else None


def _solid(text: str) -> int:
    return len("".join(text.split()))


def _lines(pieces: Sequence[Piece], wanted: Sequence[range]) -> list[Box]:
    """One box a line for the wanted of the page's characters, by their numbers, white space left out."""
    found: list[Box] = []
    place = 0
    for line in (line for column in columns_of(pieces) for line in column):
        inside: list[Box] = []
        for piece in line:
            for character, box in zip("".join(piece.text.split()), piece.boxes, strict=True):
                # What `clean` takes away is not counted in the text.
                if clean(character, "").strip():
                    if any(place in span for span in wanted):
                        inside.append(box)
                    place += 1
        if inside:
            lefts, bottoms, rights, tops = zip(*inside, strict=True)
            found.append((min(lefts), min(bottoms), max(rights), max(tops)))
    return found
