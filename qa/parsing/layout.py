"""Lines into blocks: which line breaks end a paragraph and which only end the paper.

No single sign is trusted: some texts mark a paragraph's end by a blank line, some by an indent, some by a
space left at the line's end, some by nothing but a line that stops short. `Layout.of` looks which signs a
document uses with any consistency; `blocks_of` then cuts by these.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from qa.parsing.lines import Line, width_of
from qa.parsing.shapes import (
    NUMBERED,
    Shape,
    is_marker_line,
    shape_of,
    starts_point,
    tidy_heading,
    without_marker,
)
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
        if not width:
            return cls(0, False, 0 < apart < len(same_page), False, False)
        # After a line that stops short at the end of a sentence a paragraph begins: is it indented?
        begins = [
            line
            for last, line in itertools.pairwise(lines)
            if last.extent < width - 8 and last.text.endswith(_ENDS) and line.extent > width - 8
        ]
        indents = bool(begins) and sum(line.indent >= 2 for line in begins) >= 0.6 * len(begins)
        full = [line for line in lines if line.extent >= width - 4]
        loose = [line for line in lines if line.extent < width - 8]
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
    counts = Counter(line.extent for line in lines if 24 <= line.extent <= 120)
    if len(lines) < 4 or not counts:
        return 0
    near = {width: sum(counts[other] for other in range(width - 4, width + 3)) for width in counts}
    width = max(counts, key=lambda candidate: (near[candidate] + counts[candidate], candidate))
    # Where paragraphs are short, first lines that lost their indent outnumber the full ones.
    longer = sum(counts[other] for other in range(width + 3, width + 6))
    if longer >= max(3, 0.06 * len(lines)):
        width = max(range(width + 3, width + 6), key=lambda candidate: counts[candidate])
    band = [line for line in lines if width - 4 <= line.extent <= width + 4]
    beyond = sum(line.extent > width + 6 for line in lines)
    open_ended = [line for line in band if not line.text.endswith(_ENDS)]
    # A title has no stop at its end either, but hardly one within it.
    broken = sum(re.search("[，；。：,]", without_marker(line.text)) is not None for line in open_ended)
    if len(band) < max(3, 0.2 * len(lines)) or beyond > 0.1 * len(lines):
        return 0
    if len(open_ended) < 0.5 * len(band) or broken < max(2, 0.2 * len(band)):
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
    return _split_off_headings(groups) if layout.width and not layout.trailing else groups


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
        # Only a page's end breaks a line of such a text; a title there has no stop within it.
        return not (line.new_page and not last.text.endswith(_ENDS) and re.search("[，；。]", last.text))
    if layout.trailing:
        return last.trailing
    if layout.indents and line.indent >= 2 and not line.new_page:
        return True
    if layout.gaps and not line.new_page and line.gap:
        return True
    full = layout.width - (4 if layout.hanging and len(block) == 1 else 0)
    if last.extent + _first_unit(line.text) + 2 <= full:
        return True
    if not last.text.endswith(_ENDS):
        # A title as long as the line: no stop in it, and what follows looks or reads like a beginning.
        return (
            len(block) <= 2
            and not re.search("[，。；,;]", "".join(each.text for each in block))
            and (
                _surely_first(line, after, layout)
                or (_OPENS_REPORT.match(line.text) is not None and _looks_first(line, after, layout))
            )
        )
    if last.text[-1] in "；;：:":
        return starts_point(line.text) and _surely_first(line, after, layout)
    if layout.indents:
        return False
    if shape_of(line.text) in NUMBERED:
        return True
    return _looks_first(line, after, layout) if layout.hanging else starts_point(line.text)


def _looks_first(line: Line, after: Line | None, layout: Layout) -> bool:
    """Whether a line is short by a lost indent while the next one shows that it didn't end a paragraph."""
    if line.width > layout.width - 2:
        return False
    if after is None or line.width < layout.width - 7:
        return True
    return not line.text.endswith(_ENDS)


def _surely_first(line: Line, after: Line | None, layout: Layout) -> bool:
    """Whether a line goes on in the next one although that one's beginning would have fitted on it."""
    if not layout.hanging or after is None or line.text.endswith(_ENDS):
        return False
    # Some typesetters hang a closing mark into the margin, so only the bare word counts.
    room = layout.width - line.width - _first_unit(after.text, clinging=False)
    return 2 <= room <= 6


def _split_off_headings(groups: list[list[Line]]) -> list[list[Line]]:
    """Lines after a paragraph's last stop that themselves end without one are a heading that clung to it."""
    parted: list[list[Line]] = []
    for group in groups:
        cut = next((at for at in range(len(group), 0, -1) if group[at - 1].text.endswith(_ENDS)), 0)
        tail = group[cut:]
        heading = "".join(line.text for line in tail)
        if cut and 0 < len(tail) <= 2 and len(heading) <= 60 and not re.search("[。；]|[，、]$", heading):
            parted += [group[:cut], tail]
        else:
            parted.append(group)
    return parted


def _first_unit(text: str, *, clinging: bool = True) -> int:
    """Columns of the least that must stand on one line: a word or character with its clinging marks."""
    match = _FIRST_UNIT.match(text)
    end = match.end() if match else 0
    while clinging and end < len(text) and text[end] in _NO_LINE_START:
        end += 1
    return width_of(text[:end])
