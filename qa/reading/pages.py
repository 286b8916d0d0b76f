"""Where the pages of a text lie, and what stands on them that belongs to the page and not to the text.

A text taken from a PDF keeps its pages as form feeds or, where those were lost, as a line that starts
with a space straight after a line that isn't blank, or by its page marks alone.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter

from qa.types import Page

PAGE_MARK = re.compile(
    r"[ \t\f\u3000]*(?:"
    r"[-—–―－─·•~]{1,3}[ \t]*[0-9０-９]{1,4}[ \t]*[-—–―－─·•~]{1,3}"
    r"|第[ \t]*[0-9０-９]{1,4}[ \t]*页(?:[ \t,，/、]*共[ \t]*[0-9０-９]{1,4}[ \t]*页)?"
    r"|[Pp]age[ \t]*[0-9]{1,4}(?:[ \t]*(?:of|/)[ \t]*[0-9]{1,4})?"
    r"|[0-9]{1,4}[ \t]*/[ \t]*[0-9]{1,4}"
    r")[ \t\f\u3000]*"
)
_MARK_LINE = re.compile(rf"^(?:{PAGE_MARK.pattern})$", re.MULTILINE)
_NUMBER_LINE = re.compile(r"[ \t\f\u3000]*([0-9０-９]{1,4})[ \t\f\u3000]*")
_NUMBER_ALONE = re.compile(rf"^{_NUMBER_LINE.pattern}$", re.MULTILINE)
_DECORATION = re.compile(r"^[^\S\n]*(?P<rule>[^\w\s](?:[^\w\n]*[^\w\s])?|_[_ ]*_)[^\S\n]*$", re.MULTILINE)
_DIGITS = re.compile(r"[0-9０-９]+")


def find_pages(text: str) -> tuple[Page, ...]:
    """The pages of `text`, in order and without gaps; one page when nothing parts it."""
    starts = [0]
    if "\f" in text:
        starts += [place + 1 for place, character in enumerate(text) if character == "\f"]
    else:
        starts += _space_breaks(text) or _mark_breaks(text)
    ends = [*starts[1:], len(text)]
    spans = [(start, end) for start, end in zip(starts, ends, strict=True) if end > start]
    # A form feed at the very end leaves an empty page behind it, which is none.
    if len(spans) > 1 and not text[spans[-1][0] :].strip():
        (start, _), (_, end) = spans[-2:]
        spans[-2:] = [(start, end)]
    return tuple(Page(number, start, end) for number, (start, end) in enumerate(spans or [(0, len(text))], 1))


def _space_breaks(text: str) -> list[int]:
    """Starts of the lines that begin with exactly one space straight after a line that isn't blank.

    They count only where blank lines part the other lines: otherwise a space is an indent like any other.
    """
    lines = text.split("\n")
    starts: list[int] = []
    offset = together = apart = 0
    for number, line in enumerate(lines):
        if number and line.strip():
            if not lines[number - 1].strip():
                apart += 1
            elif line[0] == " " and not line[1:2].isspace():
                starts.append(offset)
            else:
                together += 1
        offset += len(line) + 1
    return starts if apart > 4 * (together + len(starts)) else []


def _mark_breaks(text: str) -> list[int]:
    """Starts of the pages that page marks part, where there are two or more and their numbers run on.

    Numbers alone are page marks where there are three or more, well apart, and one interrupts a sentence.
    """
    marks = [match.span() for match in _MARK_LINE.finditer(text)]
    if len(marks) < 2:
        numbers = [match.span() for match in _NUMBER_ALONE.finditer(text)]
        marks = numbers if len(numbers) > 2 and _interrupt(text, numbers) else []
    counted = [int(_DIGITS.findall(text[slice(*mark)])[0]) for mark in marks]
    if len(marks) < 2 or any(after != before + 1 for before, after in itertools.pairwise(counted)):
        return []
    # A mark stands at the foot of its page, unless the text begins with one.
    if not text[: marks[0][0]].strip():
        return [start for start, _ in marks[1:]]
    return [end + 1 for _, end in marks if end < len(text)]


def _interrupt(text: str, numbers: list[tuple[int, int]]) -> bool:
    """Whether numbers stand at least eight lines apart, and one of them within a sentence."""
    between = [text[left[1] : right[0]] for left, right in itertools.pairwise(numbers)]
    if any(sum(bool(line.strip()) for line in part.split("\n")) < 8 for part in between):
        return False
    before = [text[:start].rstrip()[-40:].rpartition("\n")[2] for start, _ in numbers]
    return any(len(line) >= 12 and line[-1] not in "。！？；：.!?;:”）》" for line in before)


def find_marks(text: str, pages: tuple[Page, ...]) -> tuple[tuple[int, int], ...]:
    """Spans of page marks, and of headers and footers that come back page after page; whole lines.

    `— 12 —` is one on a line of its own; `2020—2022年` and a number alone are none, unless numbers
    alone stand at the same edge of most pages.
    """
    lines = [_content_lines(text, page) for page in pages]
    marks = [line for page in lines for line in page if PAGE_MARK.fullmatch(text, *line)]
    taken = set(marks)
    for edge in (0, -1):
        for _ in range(3):
            found = _running_lines(
                text, [[line for line in page if line not in taken] for page in lines], edge
            )
            if not found:
                break
            marks += found
            taken.update(found)
    return tuple(sorted({*(_trimmed(text, start, end) for start, end in marks), *find_decorations(text)}))


def find_decorations(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the lines that hold no letter or digit: rules and rows of stars."""
    return tuple(match.span("rule") for match in _DECORATION.finditer(text))


def _running_lines(text: str, pages: list[list[tuple[int, int]]], edge: int) -> list[tuple[int, int]]:
    """The line at one edge of the pages, where it is the same but for its number on most of them."""
    edges = [page[edge] for page in pages if len(page) > 1]
    if len(edges) < 2:
        return []
    forms = {line: _DIGITS.sub("#", "".join(text[slice(*line)].split())) for line in edges}
    common = Counter(forms.values())
    numbers = [
        (number, page[edge])
        for number, page in enumerate(pages)
        if len(page) > 1 and _NUMBER_LINE.fullmatch(text, *page[edge])
    ]
    # Printed numbers run with the pages, from whatever number the first one has.
    if (
        len(numbers) * 2 > len(edges)
        and len({int(text[slice(*line)]) - number for number, line in numbers}) == 1
    ):
        return [line for _, line in numbers]
    # Headers often differ between left and right pages, so a third of the pages is enough.
    enough = max(min(3, len(edges)), len(edges) / 3)
    wanted = {form for form, count in common.items() if count >= enough and 2 <= len(form) <= 60}
    return [line for line, form in forms.items() if form in wanted and form.strip("#") != ""]


def _content_lines(text: str, page: Page) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    start = page.start
    while start < page.end:
        end = text.find("\n", start, page.end)
        end = page.end if end < 0 else end
        if text[start:end].strip():
            lines.append((start, end))
        start = end + 1
    return lines


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    body = text[start:end]
    return start + len(body) - len(body.lstrip()), end - (len(body) - len(body.rstrip()))
