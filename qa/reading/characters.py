"""The characters of a PDF page with their boxes, as pdfium gives them, into pieces of text.

Boxes are in points, in the page's own space (origin at the lower left, before any `/Rotate`). Pieces are in
the same units but turned so that most of the page's text runs from left to right: landscape tables and
pages from a scanner are often drawn across their page.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

from qa.reading.columns import Box, Piece

# What a font without a character map leaves; set as the geta mark, which printers put for a missing type.
MISSING = "\u3013"
_SAMPLED = 400


@dataclass(frozen=True, slots=True)
class PageCharacters:
    """The pieces of a page, and how many of its characters its fonts don't name."""

    pieces: tuple[Piece, ...]
    missing: int


def characters_of(text_page: Any, pdfium: Any, *, boxes: bool = False) -> PageCharacters:
    """Runs of characters without a gap, in the order of the page's own content.

    With `boxes` each piece keeps the boxes of its characters, white space left out.
    """
    count = text_page.count_chars()
    quarter = _direction(text_page, pdfium, count)
    box = pdfium.FS_RECTF()
    pieces: list[Piece] = []
    run: list[str] = []
    kept: list[Box] = []
    left = bottom = right = top = 0.0
    missing = 0

    def finish() -> None:
        if "".join(run).strip():
            pieces.append(Piece("".join(run), left, bottom, right, top, tuple(kept)))
        run.clear()
        kept.clear()

    for index in range(count):
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
        own = (box.left, box.bottom, box.right, box.top)
        at_left, at_bottom, at_right, at_top = _turned(own, quarter) if quarter else own
        height = at_top - at_bottom
        same_line = run and abs((at_top + at_bottom) - (top + bottom)) < 0.6 * max(height, top - bottom)
        if not same_line or not -0.5 * height <= at_left - right <= 0.8 * height:
            finish()
            left, bottom, right, top = at_left, at_bottom, at_right, at_top
        run.append(character)
        if boxes:
            kept.append(own)
        missing += character == MISSING
        right, top, bottom = max(right, at_right), max(top, at_top), min(bottom, at_bottom)
    finish()
    return PageCharacters(tuple(pieces), missing)


def _direction(text_page: Any, pdfium: Any, count: int) -> int:
    """By how many quarter turns, against the clock, most of a page's characters are drawn."""
    turns: Counter[int] = Counter()
    # pdfium counts angles with the clock.
    for index in range(0, count, max(1, count // _SAMPLED)):
        angle = pdfium.FPDFText_GetCharAngle(text_page, index)
        if angle >= 0:
            turns[-round(angle / (math.pi / 2)) % 4] += 1
    return turns.most_common(1)[0][0] if turns else 0


def _turned(box: Box, quarters: int) -> Box:
    """A box in axes that run along and up the text, which is drawn by `quarters` turns against the clock."""
    left, bottom, right, top = box
    if quarters == 1:
        return bottom, -right, top, -left
    if quarters == 2:
        return -right, -top, -left, -bottom
    return -top, left, -bottom, right


def _character(code: int) -> str:
    """The character of a code, radicals as the characters they look like; `MISSING` for none."""
    if code in (0x02, 0xFFFE):
        return "-"  # a hyphen at a line's end
    if code in (0, 0xFFFD) or 0xD800 <= code <= 0xDFFF or 0xE000 <= code <= 0xF8FF:
        return MISSING
    character = chr(code)
    if character.isspace():
        return character if character in "\r\n" else " "
    if 0x2E80 <= code <= 0x2FDF or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", character)[:1]
    return character
