"""Lines into blocks: which line breaks end a paragraph and which only end the paper.

No single sign is trusted: some texts mark a paragraph's end by a blank line, some by an indent, some by a
space left at the line's end, some by nothing but a line that stops short. `Layout.of` looks which signs a
document uses with any consistency; `blocks_of` then cuts by these.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from qa.parsing.lines import Line, width_of
from qa.parsing.shapes import NUMBERED, Shape, is_marker_line, shape_of, starts_point, tidy_heading
from qa.text import compact

_ENDS = (*tuple("。！？!?；;：:"), "。”", "！”", "？”", "。）", "。」", ".")
_NO_LINE_START = frozenset("，。、；：！？”’）》〉】」』…％%,.;:!?)]}")
_FIRST_UNIT = re.compile(r"[“‘（《【「『(\[]*(?:[A-Za-z0-9.%+\-/]+|.)")
_OPENS_REPORT = re.compile(
    r"(?:从|据|自)?(?:记者)?"
    r"(?:[0-9]{2,4} ?年|[0-9]{1,2} ?月|[0-9]{1,2} ?日|近日|日前|近期|今年|去年|最近|为|据|从|由|经)"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The signs that a document uses consistently.

    `width` is the columns of a full line, 0 for text that isn't hard-wrapped; `trailing`, `gaps` and
    `indents` say whether white space at a line's end, blank lines and indents mark paragraphs;
    `hanging` that the first lines of paragraphs are shorter by the indent that the text lost.
    """

    width: int
    trailing: bool
    gaps: bool
    indents: bool
    hanging: bool

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Layout:
        """The layout of a document with these lines."""
        width = _full_width(lines)
        inner = lines[1:]
        same_page = [line for line in inner if not line.new_page]
        apart = sum(line.gap > 0 for line in same_page)
        indented = sum(line.indent >= 2 for line in lines)
        indents = len(lines) * 0.05 <= indented <= len(lines) * 0.85 and indented >= 2
        if not width:
            return cls(0, False, 0 < apart < len(same_page), indents, False)
        full = [line for line in lines if line.width >= width - 4]
        loose = [line for line in lines if line.width < width - 8]
        # Space at the line's end is a sign only where full lines lack it and short lines have it.
        trailing = (
            len(loose) >= 3
            and sum(line.trailing for line in loose) >= 0.9 * len(loose)
            and sum(line.trailing for line in full) <= 0.2 * len(full)
        )
        gaps = 0 < apart <= 0.7 * len(same_page)
        return cls(width, trailing, gaps, indents, not indents)


def _full_width(lines: Sequence[Line]) -> int:
    """Columns of a full line of hard-wrapped text; 0 when the text isn't wrapped."""
    if len(lines) < 4:
        return 0
    counts = Counter(line.width for line in lines if 24 <= line.width <= 120)
    if not counts:
        return 0
    near = {width: sum(counts[other] for other in range(width - 4, width + 3)) for width in counts}
    width = max(counts, key=lambda candidate: (near[candidate] + counts[candidate], candidate))
    band = [line for line in lines if width - 4 <= line.width <= width + 4]
    beyond = sum(line.width > width + 6 for line in lines)
    open_ended = sum(not line.text.endswith(_ENDS) for line in band)
    if (
        len(band) < 3
        or len(band) < 0.2 * len(lines)
        or beyond > 0.1 * len(lines)
        or open_ended < 0.5 * len(band)
    ):
        return 0
    return width


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: a paragraph, a title, a heading, an entry."""

    lines: tuple[Line, ...]
    text: str
    start: int
    end: int
    shape: Shape

    @property
    def page(self) -> int:
        """The page it begins on."""
        return self.lines[0].page


def blocks_of(
    lines: Sequence[Line], layout: Layout, listed: frozenset[str] = frozenset()
) -> list[list[Line]]:
    """The lines grouped into blocks; `listed` are compact titles that a table of contents gives."""
    groups: list[list[Line]] = []
    number = 0
    forced = True
    while number < len(lines):
        # A title of the table of contents is a block whatever the lines look like.
        whole = _listed_lines(lines, number, listed)
        if whole:
            groups.append(list(lines[number : number + whole]))
            number, forced = number + whole, True
            continue
        after = lines[number + 1] if number + 1 < len(lines) else None
        if forced or _parts(groups[-1], lines[number], after, layout):
            groups.append([lines[number]])
        else:
            groups[-1].append(lines[number])
        number, forced = number + 1, False
    return groups


def _listed_lines(lines: Sequence[Line], number: int, listed: frozenset[str]) -> int:
    """How many lines from `number` on make up a listed title; 0 when they don't."""
    if not listed:
        return 0
    joined = compact(tidy_heading(lines[number].text))
    for count in (1, 2, 3):
        if joined in listed:
            return count
        if number + count >= len(lines):
            break
        joined += compact(lines[number + count].text)
    return 0


def _parts(block: list[Line], line: Line, after: Line | None, layout: Layout) -> bool:
    """Whether `line` begins a new block after the lines of `block`."""
    last = block[-1]
    # A number may stand at the head of a line by chance; a bullet or heading marker doesn't.
    marked = shape_of(line.text) not in (Shape.PLAIN, *NUMBERED)
    if is_marker_line(last.text) or marked:
        return True
    if not layout.width:
        return True
    if layout.trailing:
        return last.trailing
    if layout.indents and line.indent >= 2 and not line.new_page:
        return True
    if layout.gaps and not line.new_page and line.gap:
        return True
    full = layout.width - (4 if layout.hanging and len(block) == 1 else 0)
    if last.width + _first_unit(line.text) + 2 <= full:
        return True
    if not last.text.endswith(_ENDS):
        # A title as long as the line: no stop in it, and what follows reads and looks like a beginning.
        return (
            len(block) == 1
            and not re.search("[，。；,;]", last.text)
            and _OPENS_REPORT.match(line.text) is not None
            and _looks_first(line, after, layout)
        )
    first = not layout.hanging or _looks_first(line, after, layout)
    return first and (layout.hanging or starts_point(line.text))


def _looks_first(line: Line, after: Line | None, layout: Layout) -> bool:
    """Whether a line is short by a lost indent while the next one shows that it didn't end a paragraph."""
    if line.width > layout.width - 2:
        return False
    if after is None or line.width < layout.width - 7:
        return True
    return not line.text.endswith(_ENDS)


def _first_unit(text: str) -> int:
    """Columns of the least that must stand on one line: a word or character with its clinging marks."""
    match = _FIRST_UNIT.match(text)
    end = match.end() if match else 0
    while end < len(text) and text[end] in _NO_LINE_START:
        end += 1
    return width_of(text[:end])
