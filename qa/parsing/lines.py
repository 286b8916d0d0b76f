"""A source text as lines with what a layout shows of them: width, indent, gaps, page breaks."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.types import SourceText

_WHITE = re.compile(r"\s")
_WIDE = frozenset("WF")
# East Asian "ambiguous" marks are set as wide as a Han character in Chinese text.
_AMBIGUOUS_WIDE = frozenset("“”‘’—…·①②③④⑤⑥⑦⑧⑨⑩★◆●■▲→《》")


def width_of(text: str) -> int:
    """Columns that `text` takes: two for a Han character or full-width mark, one for the rest."""
    return sum(
        2 if unicodedata.east_asian_width(character) in _WIDE or character in _AMBIGUOUS_WIDE else 1
        for character in text
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line that holds text: `start`/`end` leave out the white space and marks at its ends.

    `text` is unwrapped, `raw` the slice as it stands. `indent` is in columns; `gap` counts the blank
    lines before it; `new_page` says that a page break lies between it and the line before; `trailing`
    that white space follows it on its line.
    """

    text: str
    raw: str
    start: int
    end: int
    width: int
    indent: int
    gap: int
    new_page: bool
    trailing: bool
    page: int

    @property
    def extent(self) -> int:
        """Columns from the margin to the line's end."""
        return self.indent + self.width


class MarkedText:
    """A source's text with its marks taken out of sight: what unwraps a slice and knows the pages."""

    def __init__(self, source: SourceText) -> None:
        self.text = source.text
        self.marks = tuple(sorted(source.marks))
        self._mark_ends = [end for _, end in self.marks]
        self._page_starts = [page.start for page in source.pages] or [0]
        self._page_numbers = [page.number for page in source.pages] or [1]

    def page_at(self, place: int) -> int:
        """The number of the page that holds `place`."""
        return self._page_numbers[max(0, bisect.bisect_right(self._page_starts, place) - 1)]

    def visible(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The parts of the span that no mark covers, in order."""
        for mark_start, mark_end in self.marks[bisect.bisect_right(self._mark_ends, start) :]:
            if mark_start >= end:
                break
            if mark_start > start:
                yield start, mark_start
            start = max(start, mark_end)
        if start < end:
            yield start, end

    def trim(self, start: int, end: int) -> tuple[int, int]:
        """The span without white space and marks at its ends; empty spans stay where they start."""
        places = [place for part in self.visible(start, end) for place in _ends(self.text, *part)]
        return (places[0], places[-1] + 1) if places else (start, start)

    def unwrap(self, start: int, end: int) -> tuple[str, list[int]]:
        """The slice as running text, and for each of its characters its place in the source.

        Marks and line breaks go; between Latin words a line break becomes a space. Spaces within a line
        stay as they are, but for runs, which become one, and those beside a full-width mark, which go.
        """
        plain = self.text[start:end]
        if not _WHITE.search(plain) and next(self.visible(start, end), None) == (start, end):
            return plain, list(range(start, end))
        characters: list[str] = []
        places: list[int] = []
        pending: int | None = None
        broken = False
        for part_start, part_end in self.visible(start, end):
            broken = broken or bool(characters)
            for place in range(part_start, part_end):
                character = self.text[place]
                if character.isspace():
                    broken = broken or character in "\n\f"
                    pending = place if pending is None else pending
                    continue
                if pending is not None and characters and _space_between(characters[-1], character, broken):
                    characters.append(" ")
                    places.append(pending)
                pending, broken = None, False
                characters.append(character)
                places.append(place)
        return "".join(characters), places


def _ends(text: str, start: int, end: int) -> list[int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return [start, end - 1] if start < end else []


def _space_between(left: str, right: str, broken: bool) -> bool:
    """Whether white space between two characters is part of the text and not of its layout."""
    if _is_full_width_mark(left) or _is_full_width_mark(right):
        return False
    if broken:
        # A line break between Chinese and anything else stands for nothing; one between words for a space.
        return not (_is_chinese(left) or _is_chinese(right)) and left != "-"
    return True


def _is_chinese(character: str) -> bool:
    return width_of(character) == 2


def _is_full_width_mark(character: str) -> bool:
    return character in "，。、；：！？“”‘’（）《》〈〉【】「」『』…—"


def lines_of(marked: MarkedText) -> list[Line]:
    """The lines that hold text outside marks, in order."""
    text = marked.text
    found: list[Line] = []
    gap = 0
    last_page = marked.page_at(0)
    start = 0
    while start <= len(text):
        end = _line_end(text, start)
        content_start, content_end = marked.trim(start, end)
        if content_start == content_end:
            # A line that only a mark fills is no blank line of the author's.
            gap += not text[start:end].strip()
        else:
            page = marked.page_at(content_start)
            content = marked.unwrap(content_start, content_end)[0]
            found.append(
                Line(
                    text=content,
                    raw=text[content_start:content_end],
                    start=content_start,
                    end=content_end,
                    width=width_of(content),
                    indent=width_of(text[start:content_start].expandtabs(4)),
                    gap=gap,
                    new_page=page != last_page,
                    trailing=text[content_end:end].strip() == "" and content_end < end,
                    page=page,
                )
            )
            gap, last_page = 0, page
        start = end + 1
    return found


def _line_end(text: str, start: int) -> int:
    newline = text.find("\n", start)
    feed = text.find("\f", start, newline if newline >= 0 else len(text))
    if feed >= 0:
        return feed
    return newline if newline >= 0 else len(text)


def span_of(lines: Sequence[Line]) -> tuple[int, int]:
    """From the start of the first line to the end of the last."""
    return lines[0].start, lines[-1].end
