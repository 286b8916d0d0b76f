"""Lists in running text: where their points begin and end, and which sentence announces them.

Points begin with a marker (一是, 第二，, 首先, （三）, 4.) at the beginning of a paragraph or after a stop.
Markers of one family that count up from one make a list; a point lasts to the next marker.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.dates.calendar import number_of
from qa.parsing.shapes import ordinal_number
from qa.text import closing_places

_NUMERAL = "[一二三四五六七八九十]{1,3}"
_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("是", re.compile(rf"({_NUMERAL})(?:则)?是(?!否|非|个)")),
    ("要", re.compile(rf"({_NUMERAL})要")),
    ("为", re.compile(rf"({_NUMERAL})为")),
    ("抓", re.compile(rf"({_NUMERAL})抓")),
    ("第", re.compile(rf"第({_NUMERAL})(?=[，,、：:]|是|要)")),
    ("其", re.compile(rf"其({_NUMERAL})(?=[，,、：:]|是|要|为)")),
    ("（一）", re.compile(rf"[（(]({_NUMERAL})[）)]")),
    ("一、", re.compile(rf"({_NUMERAL})\s?、")),
    ("1.", re.compile(r"(\d{1,2})\s?(?:[．、]|\.(?!\d))")),
    ("（1）", re.compile(r"[（(](\d{1,2})[）)]")),
    ("1）", re.compile(r"(\d{1,2})[）)]")),
    ("①", re.compile(r"([①-⑳])")),
    ("首先", re.compile(r"(首先|其次|再次|再者|最后)")),
    ("方面", re.compile(r"(一方面|另一方面|再一方面)")),
)
_WORDS = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "最后": 99, "一方面": 1, "另一方面": 2, "再一方面": 3}
_BEFORE = frozenset("。！？!?；;：:，,、”）)")
# Families whose marker is also an ordinary word: only a stop, not a comma, lets them begin a point.
_NEEDS_STOP = frozenset({"一、", "1.", "为", "抓", "首先", "1）"})
_STOPS = frozenset("。！？!?；;：:")
# 六大举措, 四项任务, 两方面, 三措施; but 5 个工作日 and 16 个区 count other things than points.
_COUNT = re.compile(
    r"(几|数|多|两|[二三四五六七八九十]{1,3}|\d{1,2})\s?"
    r"(?:个?方面|大|项|条|点|种|类|步|重|件|招|举措|措施|任务|板块|环节|亮点"
    r"|个(?!月|工作日|小时|百分点|省|市|区|县|乡|镇|街道|社区|国家|城市|地区|部门|单位|企业|项目))"
)
_ANNOUNCES = re.compile(rf"{_COUNT.pattern}|以下|如下|包括|主要(?:有|是|措施|做法|内容)")
_CONTINUES = re.compile(r"即|其中|同时|并|也|还|包括|如|例如|比如|这|通过|对此|此举|该项|以此|从而|由此")
_CLOSES = re.compile(
    r"针对|上述|以上|据悉|据了解|下一步|会议|接下来|目前|今后|未来|此外|另外|总之|日前|近日|《"
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The unwrapped text of a passage with the spans of its sentences, as far as stops cut them."""

    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A span in a paragraph: `paragraph` counts from 0, `start`/`end` in its text."""

    paragraph: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListFound:
    """A list: what announces it, its points (each from one place to another), the number said."""

    lead: Place | None
    points: tuple[tuple[Place, Place], ...]
    announced: int | None


@dataclass(frozen=True, slots=True)
class _Marker:
    family: str
    ordinal: int
    paragraph: int
    start: int


def find_lists(paragraphs: Sequence[Paragraph]) -> list[ListFound]:
    """The lists in an item's paragraphs, in order of their first points; a list has two points or more."""
    runs = _runs(
        [marker for number, paragraph in enumerate(paragraphs) for marker in _markers(number, paragraph.text)]
    )
    return [_list(run, paragraphs) for run in runs]


def _markers(number: int, text: str) -> list[_Marker]:
    hidden = _merged(
        (start, end) for start, end in closing_places(text).items() if text[start] in '“‘「『《"'
    )
    hidden_starts = [start for start, _ in hidden]
    found: list[_Marker] = []
    for family, pattern in _FAMILIES:
        for match in pattern.finditer(text):
            start = match.start()
            before = start - 1
            while before >= 0 and text[before].isspace():
                before -= 1
            if before >= 0 and text[before] not in (_STOPS if family in _NEEDS_STOP else _BEFORE):
                continue
            around = bisect.bisect_right(hidden_starts, start) - 1
            if around >= 0 and start < hidden[around][1]:
                continue
            ordinal = _WORDS.get(match.group(1)) or ordinal_number(match.group(1))
            if ordinal:
                found.append(_Marker(family, ordinal, number, start))
    return sorted(found, key=lambda marker: marker.start)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _runs(markers: Sequence[_Marker]) -> list[list[_Marker]]:
    """Markers of one family that count up from one; nested families run side by side."""
    open_runs: dict[str, list[_Marker]] = {}
    runs: list[list[_Marker]] = []
    for marker in markers:
        run = open_runs.get(marker.family)
        if marker.ordinal == 1:
            open_runs[marker.family] = run = [marker]
            runs.append(run)
        elif run and (
            marker.ordinal == run[-1].ordinal + 1 or (marker.ordinal == 99 and run[-1].ordinal < 99)
        ):
            run.append(marker)
    return [run for run in runs if len(run) > 1]


def _list(run: Sequence[_Marker], paragraphs: Sequence[Paragraph]) -> ListFound:
    points: list[tuple[Place, Place]] = []
    for marker, following in itertools.pairwise(run):
        points.append((_place(marker), _end_before(following, paragraphs)))
    last = run[-1]
    lengths = [_sentences_between(start, end, paragraphs) for start, end in points]
    points.append((_place(last), _end_of_last(run, max(lengths), paragraphs)))
    lead = _lead(run[0], paragraphs)
    return ListFound(lead, tuple(points), _announced(lead, paragraphs))


def _place(marker: _Marker) -> Place:
    return Place(marker.paragraph, marker.start, marker.start)


def _end_before(marker: _Marker, paragraphs: Sequence[Paragraph]) -> Place:
    number, end = marker.paragraph, marker.start
    while end == 0 or not paragraphs[number].text[:end].strip():
        number -= 1
        end = len(paragraphs[number].text)
    end = len(paragraphs[number].text[:end].rstrip())
    return Place(number, end, end)


def _sentences_between(start: Place, end: Place, paragraphs: Sequence[Paragraph]) -> int:
    if start.paragraph != end.paragraph:
        return 1
    sentences = paragraphs[start.paragraph].sentences
    return max(1, _following(sentences, end.end - 1) - _holding(sentences, start.start))


def _holding(sentences: Sequence[tuple[int, int]], place: int) -> int:
    """The number of the sentence that holds `place`, or the next one."""
    return bisect.bisect_right(sentences, place, key=lambda span: span[1])


def _following(sentences: Sequence[tuple[int, int]], place: int) -> int:
    """The number of the first sentence that starts after `place`."""
    return bisect.bisect_right(sentences, place, key=lambda span: span[0])


def _end_of_last(run: Sequence[_Marker], longest: int, paragraphs: Sequence[Paragraph]) -> Place:
    """Where the last point ends: with the paragraph it begins, else with its sentence and its sequel."""
    last = run[-1]
    paragraph = paragraphs[last.paragraph]
    whole = Place(last.paragraph, len(paragraph.text), len(paragraph.text))
    if last.start == 0:
        return whole
    sentences = paragraph.sentences
    held = after = _holding(sentences, last.start)
    after += 1
    while after < len(sentences):
        sentence = paragraph.text[slice(*sentences[after])]
        # Where earlier points run over several sentences, so may the last, until one turns away from it.
        if not (_CONTINUES.match(sentence) or after - held < longest) or _CLOSES.match(sentence):
            break
        after += 1
    if after == len(sentences) - 1 and longest > 1 and not _CLOSES.match(paragraph.text, sentences[after][0]):
        return whole
    end = sentences[after - 1][1]
    return Place(last.paragraph, end, end)


def _lead(first: _Marker, paragraphs: Sequence[Paragraph]) -> Place | None:
    text = paragraphs[first.paragraph].text
    sentences = paragraphs[first.paragraph].sentences
    before = _following(sentences, first.start - 1)
    if before:
        start, end = sentences[before - 1]
        if end > first.start:
            end = len(text[: first.start].rstrip())
            return Place(first.paragraph, start, end)
        return Place(first.paragraph, start, end) if _announcing(text[start:end]) else None
    if first.paragraph and paragraphs[first.paragraph - 1].sentences:
        number = first.paragraph - 1
        start, end = paragraphs[number].sentences[-1]
        return Place(number, start, end) if _announcing(paragraphs[number].text[start:end]) else None
    return None


def _announcing(sentence: str) -> bool:
    return sentence.endswith(("：", ":")) or _ANNOUNCES.search(sentence) is not None


def _announced(lead: Place | None, paragraphs: Sequence[Paragraph]) -> int | None:
    """The number in the last counting phrase of the lead: 六大举措 is 6, 几个方面 is none."""
    if lead is None:
        return None
    counts = _COUNT.findall(paragraphs[lead.paragraph].text[lead.start : lead.end])
    number = number_of(counts[-1]) if counts else None
    return number if number is not None and 2 <= number <= 30 else None
