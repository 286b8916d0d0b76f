"""PDF into text: the text layer, set again in lines as they stand on the page.

pdfium gives characters with boxes. They are grouped into lines by their height on the page and into
columns by the gutter that no line crosses; an indent becomes full-width spaces and a wide gap between lines
a blank line, so that the parser sees the layout that a reader sees.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from qa.errors import ReadingError
from qa.reading.characters import PageCharacters, characters_of
from qa.reading.columns import set_page
from qa.reading.decoding import clean
from qa.reading.limits import Limits
from qa.reading.ocr import recognise, recogniser, rendered
from qa.reading.pages import find_marks
from qa.types import Page, SourceText

PDFIUM = threading.Lock()
"""pdfium isn't thread-safe: one document at a time in a process."""
_PASSWORD = 4
# A page of pictures and fewer characters than this is a scan with a stamp on it.
_STAMP = 20
# The share of a page that pictures cover, or the number of shapes on it, from which it may show text.
_PICTURE, _SHAPES = 0.3, 150
_MOST_OBJECTS = 5000
_MOST_RUNS = 12
_CURE = "install bulletin-qa[ocr], or run OCR on it first, for example `ocrmypdf --skip-text -l chi_sim`"


@dataclass(frozen=True, slots=True)
class _PageText:
    """The text of a page; `pictured` when it also shows pictures or shapes that could be text."""

    text: str
    missing: int
    pictured: bool

    @property
    def unread(self) -> bool:
        """Whether what it shows is not in its text: a scan, at most with a stamp or a page number on it."""
        return self.pictured and len("".join(self.text.split())) < _STAMP


def read_pdf(data: bytes, name: str, limits: Limits) -> SourceText:
    """The text layer of a PDF, and what character recognition reads from pages that hold only a picture.

    Pages that were recognised or could not be read are named in its notice. Raises ReadingError for one that
    is damaged, locked, scanned for the most part while recognition isn't installed, or whose fonts don't say
    what their characters are.
    """
    with PDFIUM:
        pages = list(_pages(data, name, limits))
    scanned = [number for number, page in enumerate(pages, 1) if page.unread]
    recognised = scanned[: limits.recognised_pages] if scanned and recogniser() else []
    for number in recognised:
        pages[number - 1] = _recognised(data, number, name)
    unread = scanned[len(recognised) :]
    characters = sum(len("".join(page.text.split())) for page in pages)
    if characters == 0 or len(unread) * 2 > len(pages):
        raise ReadingError(_scanned(name, len(scanned) or len(pages), len(pages), len(recognised)))
    missing = sum(page.missing for page in pages)
    if missing * 10 > characters:
        raise ReadingError(
            f"{name}: its fonts don't say which characters they show ({missing:,} of {characters:,}); "
            "print it to a new PDF with OCR, for example `ocrmypdf --force-ocr -l chi_sim`"
        )
    return replace(_assemble(pages, name), notice=_notice(recognised, unread))


def _recognised(data: bytes, number: int, name: str) -> _PageText:
    with PDFIUM, opened(data, name) as document, page_of(document, number, name) as page:
        pixels, scale = rendered(page)
    # Without the lock: this takes seconds, and others may want to mark a quote meanwhile.
    return _PageText(set_page(recognise(pixels, scale)), 0, False)


def _scanned(name: str, scanned: int, pages: int, recognised: int) -> str:
    said = f"{name}: a scanned PDF ({scanned} of {pages} pages have no text layer)"
    if recognised >= scanned:
        return f"{said}, and no print was found in its pictures; leave it out"
    if recognised:
        return f"{said}, of which {recognised} at most are recognised; split it"
    return f"{said}; {_CURE}"


def _notice(recognised: Sequence[int], unread: Sequence[int]) -> str:
    parts: list[str] = []
    if recognised:
        verb = "was" if len(recognised) == 1 else "were"
        parts.append(
            f"{numbers_of(recognised)} {verb} read from pictures (OCR): compare quotes with the page"
        )
    if unread:
        cure = "split the file" if recognised else _CURE
        verb = "holds" if len(unread) == 1 else "hold"
        parts.append(f"{numbers_of(unread)} {verb} only a picture, no text was read from there; {cure}")
    return "; ".join(parts)


def numbers_of(pages: Sequence[int]) -> str:
    """Page numbers as they are cited, runs drawn together: `p.3–4, 9`."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    shown = [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:_MOST_RUNS]]
    return f"p.{', '.join(shown)}" + (" and more" if len(runs) > _MOST_RUNS else "")


def _assemble(pages: Sequence[_PageText], name: str) -> SourceText:
    parts: list[str] = []
    spans: list[Page] = []
    place = 0
    for number, page in enumerate(pages, 1):
        text = clean(page.text, name) + ("\f" if number < len(pages) else "")
        spans.append(Page(number, place, place + len(text)))
        parts.append(text)
        place += len(text)
    text = "".join(parts)
    return SourceText(name, text, tuple(spans), "", "pdf", find_marks(text, tuple(spans)))


def _pages(data: bytes, name: str, limits: Limits) -> Iterator[_PageText]:
    with opened(data, name) as document:
        if len(document) > limits.pages:
            raise ReadingError(f"{name}: {len(document):,} pages, at most {limits.pages:,}; split it")
        characters = 0
        for number in range(1, len(document) + 1):
            page = _page(document, number, name)
            characters += len(page.text)
            if characters > limits.characters:
                raise ReadingError(f"{name}: more than {limits.characters:,} characters of text; split it")
            yield page


@contextmanager
def opened(data: bytes, name: str) -> Iterator[Any]:
    """The document as pdfium sees it; hold `PDFIUM` meanwhile.

    Raises ReadingError for one that is locked or damaged.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            raise ReadingError(f"{name}: the PDF is locked with a password; save it without one") from None
        raise ReadingError(f"{name}: not a readable PDF ({error}); export it again") from None
    try:
        yield document
    finally:
        document.close()


@contextmanager
def page_of(document: Any, number: int, name: str) -> Iterator[Any]:
    """A page of an open document, counted from 1. Raises ReadingError when it can't be read."""
    import pypdfium2

    try:
        page = document[number - 1]
        try:
            yield page
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        raise ReadingError(f"{name}: page {number} cannot be read ({error}); export it again") from None


def _page(document: Any, number: int, name: str) -> _PageText:
    import pypdfium2.raw as pdfium

    with page_of(document, number, name) as page:
        found = page_characters(page, pdfium)
        return _PageText(set_page(found.pieces), found.missing, _pictured(page, pdfium))


def page_characters(page: Any, pdfium: Any, *, boxes: bool = False) -> PageCharacters:
    """The characters of an open page."""
    text_page = page.get_textpage()
    try:
        return characters_of(text_page, pdfium, boxes=boxes)
    finally:
        text_page.close()


def _pictured(page: Any, pdfium: Any) -> bool:
    """Whether a page shows something that could be text: pictures over a good part of it, or many shapes."""
    width, height = page.get_size()
    covered = 0.0
    shapes = 0
    for thing in itertools.islice(page.get_objects(max_depth=3), _MOST_OBJECTS):
        if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = thing.get_bounds()
            # In a form the bounds are the form's own: what is small there may fill the page.
            covered += abs(right - left) * abs(top - bottom) if thing.level == 0 else width * height
        elif thing.type == pdfium.FPDF_PAGEOBJ_PATH:
            shapes += 1
    return covered >= _PICTURE * width * height or shapes >= _SHAPES
