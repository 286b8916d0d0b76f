"""PDF into text: the text layer, set again in lines as they stand on the page.

pdfium gives characters with boxes. They are grouped into lines by their height on the page and into
columns by the gutter that no line crosses; an indent becomes full-width spaces and a wide gap between lines
a blank line, so that the parser sees the layout that a reader sees.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from qa.errors import ReadingError
from qa.reading.columns import Piece, set_page
from qa.reading.decoding import clean
from qa.reading.limits import Limits
from qa.reading.pages import find_marks
from qa.types import Page, SourceText

# pdfium isn't thread-safe: one document at a time in a process.
_lock = threading.Lock()
# What a font without a character map leaves; set as the geta mark, which printers put for a missing type.
_MISSING = "\u3013"
_PASSWORD, _MALFORMED = 4, 3


@dataclass(frozen=True, slots=True)
class _PageText:
    text: str
    missing: int
    has_image: bool


def read_pdf(data: bytes, name: str, limits: Limits) -> SourceText:
    """The text layer of a PDF.

    Raises ReadingError for one that is damaged, locked, scanned, or whose fonts don't say what their
    characters are.
    """
    with _lock:
        pages = list(_pages(data, name, limits))
    characters = sum(len("".join(page.text.split())) for page in pages)
    blank = sum(not page.text.strip() for page in pages)
    pictured = any(page.has_image for page in pages)
    if characters == 0 or (blank * 2 > len(pages) and pictured):
        raise ReadingError(
            f"{name}: a scanned PDF ({blank} of {len(pages)} pages have no text layer); "
            "run OCR on it first, for example `ocrmypdf -l chi_sim`"
        )
    missing = sum(page.missing for page in pages)
    if missing * 10 > characters:
        raise ReadingError(
            f"{name}: its fonts don't say which characters they show ({missing:,} of {characters:,}); "
            "print it to a new PDF with OCR, for example `ocrmypdf --force-ocr -l chi_sim`"
        )
    return _assemble(pages, name)


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
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            raise ReadingError(f"{name}: the PDF is locked with a password; save it without one") from None
        raise ReadingError(f"{name}: not a readable PDF ({error}); export it again") from None
    try:
        if len(document) > limits.pages:
            raise ReadingError(f"{name}: {len(document):,} pages, at most {limits.pages:,}; split it")
        characters = 0
        for number in range(len(document)):
            page = _page(document, number, name)
            characters += len(page.text)
            if characters > limits.characters:
                raise ReadingError(f"{name}: more than {limits.characters:,} characters of text; split it")
            yield page
    finally:
        document.close()


def _page(document: Any, number: int, name: str) -> _PageText:
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        page = document[number]
        try:
            text_page = page.get_textpage()
            try:
                pieces, missing = _pieces(text_page, pdfium)
            finally:
                text_page.close()
            image = any(True for _ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3))
            return _PageText(set_page(pieces), missing, image)
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        raise ReadingError(f"{name}: page {number + 1} cannot be read ({error}); export it again") from None


def _pieces(text_page: Any, pdfium: Any) -> tuple[list[Piece], int]:
    """Runs of characters without a gap, in the order of the page's own content, and how many are unknown."""
    box = pdfium.FS_RECTF()
    pieces: list[Piece] = []
    run: list[str] = []
    left = bottom = right = top = 0.0
    missing = 0

    def finish() -> None:
        if run:
            pieces.append(Piece("".join(run), left, bottom, right, top))
            run.clear()

    for index in range(text_page.count_chars()):
        character = _character(pdfium.FPDFText_GetUnicode(text_page, index))
        if character in "\r\n":
            finish()
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text_page, index, box):
            continue
        if character == " ":
            # A space widens the run only between characters: its own box is often empty.
            if run and run[-1] != " ":
                run.append(" ")
            continue
        height = box.top - box.bottom
        same_line = run and abs((box.top + box.bottom) - (top + bottom)) < 0.6 * max(height, top - bottom)
        if not same_line or not -0.5 * height <= box.left - right <= 0.8 * height:
            finish()
            left, bottom, right, top = box.left, box.bottom, box.right, box.top
        run.append(character)
        missing += character == _MISSING
        right, top, bottom = max(right, box.right), max(top, box.top), min(bottom, box.bottom)
    finish()
    return [piece for piece in pieces if piece.text.strip()], missing


def _character(code: int) -> str:
    """The character of a code, radicals as the characters they look like; `_MISSING` for none."""
    if code in (0x02, 0xFFFE):
        return "-"  # a hyphen at a line's end
    if code in (0, 0xFFFD) or 0xD800 <= code <= 0xDFFF or 0xE000 <= code <= 0xF8FF:
        return _MISSING
    character = chr(code)
    if character.isspace():
        return character if character in "\r\n" else " "
    if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", character)[:1]
    return character
