"""Pieces of text with boxes on a page, into lines in reading order."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, y upwards."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text with its box in page units, y upwards; `boxes` are those of its characters, when they are kept."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    boxes: tuple[Box, ...] = ()

    @property
    def height(self) -> float:
        """The height of the box."""
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        """The height of the box's middle above the page's foot."""
        return (self.top + self.bottom) / 2


def set_page(pieces: Sequence[Piece]) -> str:
    """The page as text: columns one after the other, indents as full-width spaces, gaps as blank lines."""
    if not pieces:
        return ""
    size = median(piece.height for piece in pieces) or 1.0
    return "\n".join(_set_column(column, size) for column in columns_of(pieces, size))


def columns_of(pieces: Sequence[Piece], size: float | None = None) -> list[list[list[Piece]]]:
    """The pieces of a page by column and line, in the order in which `set_page` writes them."""
    size = size or median(piece.height for piece in pieces) or 1.0
    return [_lines(block, size) for block in _in_columns(pieces, size)]


def _in_columns(pieces: Sequence[Piece], size: float) -> list[list[Piece]]:
    """The pieces in reading order: whole-width parts and, between them, left column before right."""
    gutter = _gutter(pieces, size)
    if gutter is None:
        return [list(pieces)]
    blocks: list[list[Piece]] = []
    whole: list[Piece] = []
    left: list[Piece] = []
    right: list[Piece] = []

    def finish() -> None:
        for block in (whole, left, right):
            if block:
                blocks.append(block.copy())
                block.clear()

    lines = _lines(pieces, size)
    lone = _lone_edges(lines)
    for number, line in enumerate(lines):
        if number in lone or any(piece.left < gutter < piece.right for piece in line):
            if left or right or number in lone:
                finish()
            whole.extend(line)
        else:
            left.extend(piece for piece in line if piece.right <= gutter)
            right.extend(piece for piece in line if piece.left >= gutter)
    finish()
    return blocks


def _lone_edges(lines: Sequence[Sequence[Piece]]) -> set[int]:
    """The first and last line of a page, by number, where they stand well apart: header and page number."""
    pitches = [above[0].middle - below[0].middle for above, below in itertools.pairwise(lines)]
    if len(pitches) < 3:
        return set()
    usual = median(pitches)
    found: set[int] = set()
    if pitches[0] > 1.6 * usual and len(lines[0]) == 1:
        found.add(0)
    if pitches[-1] > 1.6 * usual and len(lines[-1]) == 1:
        found.add(len(lines) - 1)
    return found


def _gutter(pieces: Sequence[Piece], size: float) -> float | None:
    """The x that parts two columns: in the middle third, crossed by few lines, with text on both sides."""
    first, last = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    span = last - first
    lines = _lines(pieces, size)
    if len(lines) < 8 or span <= 0:
        return None
    found: list[tuple[int, float]] = []
    for step in range(30, 71):
        x = first + span * step / 100
        crossed = sum(any(piece.left < x < piece.right for piece in line) for line in lines)
        both = sum(
            any(piece.right <= x for piece in line) and any(piece.left >= x for piece in line)
            for line in lines
        )
        # A last page may fill little of its right column, but then nothing else crosses the gutter.
        clear = both >= 3 and crossed <= 0.1 * len(lines)
        usual = both >= 6 and both >= 0.5 * len(lines) and crossed <= 0.4 * len(lines)
        if clear or usual:
            found.append((both - crossed, x))
    if not found:
        return None
    best = [x for score, x in found if score == max(found)[0]]
    gutter = best[len(best) // 2]
    # A table has gaps there too, but its cells don't fill their columns.
    widths = [_filled(line, gutter, first, last) for line in lines if len(line) > 1]
    return gutter if widths and median(widths) > 0.75 else None


def _filled(line: Sequence[Piece], x: float, first: float, last: float) -> float:
    left = sum(piece.right - piece.left for piece in line if piece.right <= x)
    return left / (x - first) if x > first else 0.0


def _lines(pieces: Sequence[Piece], size: float) -> list[list[Piece]]:
    """Pieces of one height together, from the top down, each line from left to right."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: (-each.middle, each.left)):
        if lines and abs(lines[-1][0].middle - piece.middle) < 0.5 * min(size, max(piece.height, size / 2)):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda each: each.left) for line in lines]


def _set_column(lines: Sequence[Sequence[Piece]], size: float) -> str:
    margin = _margin(lines, size)
    pitches = [above[0].middle - below[0].middle for above, below in itertools.pairwise(lines)]
    usual = median(pitches) if pitches else 0.0
    parts: list[str] = []
    for number, line in enumerate(lines):
        if number and usual and pitches[number - 1] > 1.6 * usual:
            parts.append("")
        indent = round((line[0].left - margin) / size)
        parts.append("\u3000" * max(0, min(indent, 60)) + _set_line(line, size))
    return "\n".join(parts)


def _set_line(line: Sequence[Piece], size: float) -> str:
    text = line[0].text.strip()
    for before, piece in itertools.pairwise(line):
        gap = piece.left - before.right
        # A gap as wide as two characters parts cells or columns; a narrow one is a space or nothing.
        text += "\u3000\u3000" if gap > 2 * size else " " if gap > 0.2 * size else ""
        text += piece.text.strip()
    return text


def _margin(lines: Sequence[Sequence[Piece]], size: float) -> float:
    """The leftmost place, to half a character, where more than a stray line begins."""
    starts = Counter(round(line[0].left / (size / 2)) for line in lines)
    enough = min(max(2, len(lines) // 10), max(starts.values()))
    usual = min(start for start, count in starts.items() if count >= enough)
    return min(line[0].left for line in lines if round(line[0].left / (size / 2)) == usual)
