"""Cutting what a language model writes into sentences with citations, as it arrives.

Markers are read in the forms that models use ([1], [1,2], [1-3], 【1】, ［1］, [^1], [来源1], [Source 1]) and
written back as [1][2]. Numbers that no quote has are stripped, as PaperQA2 does with unknown context ids.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_NUMBERS = r"\^?\s*\d{1,3}(?:\s*[,，、;\-–~]\s*\^?\d{1,3})*"
_LABEL = r"(?:来源|资料|证据|引用|文献|source|passage|quote|doc|ref|citation)?\s*[:：#]?\s*"
MARKER = re.compile(rf"[\[【［]\s*{_LABEL}({_NUMBERS})\s*(?:†[^\]】］]*)?[\]】］]", re.IGNORECASE)
_MARKERS_HERE = re.compile(rf"(?:\s*{MARKER.pattern})+", re.IGNORECASE)
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_LIST_MARK = re.compile(r"^\s*(?:[-*•·]\s+|\d{1,2}[.)、．]\s*(?!\d)|#{1,6}\s+|>\s+)", re.MULTILINE)
_CLOSERS = "”’」』》）)】\"'*_"
_OPEN = {"“": "”", "「": "」", "『": "』", "《": "》", "（": "）", "(": ")"}
_ENDS = "。！？!?"
_LONGEST_QUOTED = 200
_LONGEST_SENTENCE = 2000
_ABBREVIATIONS = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|No|vs|etc|Inc|Ltd|Co|St|e\.g|i\.e|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])$"
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a sentence and the citations that close it."""

    text: str
    citations: tuple[int, ...]


def without_thoughts(text: str) -> str:
    """`text` without the <think> blocks in which some models reason aloud."""
    return _THOUGHT.sub("", text)


def plain(sentence: str) -> str:
    """The words of `sentence`: markers, list marks and emphasis taken out."""
    bare = _LIST_MARK.sub("", MARKER.sub("", sentence))
    return re.sub(r"\*\*|__|`", "", bare).strip()


def marker_numbers(marker: str) -> list[int]:
    """The numbers that a marker names.

    >>> marker_numbers("1, 3-5")
    [1, 3, 4, 5]
    """
    found: list[int] = []
    for part in re.split(r"[,，、;]", marker):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        found.extend(range(ends[0], min(ends[-1], ends[0] + 20) + 1) if len(ends) == 2 else ends)
    return found


def with_known_markers(sentence: str, known: Collection[int]) -> tuple[str, tuple[int, ...]]:
    """`sentence` with its markers written as [n], unknown ones stripped, and the numbers in order.

    >>> with_known_markers("甲【1】乙[2，9]。", {1, 2})
    ('甲[1]乙[2]。', (1, 2))
    """
    cited: dict[int, None] = {}

    def rewrite(match: re.Match[str]) -> str:
        numbers = [number for number in dict.fromkeys(marker_numbers(match[1])) if number in known]
        cited.update(dict.fromkeys(numbers))
        return "".join(f"[{number}]" for number in numbers)

    return MARKER.sub(rewrite, sentence), tuple(cited)


def segments(sentence: str) -> list[Segment]:
    """`sentence` cut behind each group of markers; words behind the last group belong to it.

    >>> [(s.text, s.citations) for s in segments("甲成立[1]，乙上线[2][3]。")]
    [('甲成立', (1,)), ('，乙上线。', (2, 3))]
    """
    found: list[Segment] = []
    start = 0
    for group in _MARKERS_HERE.finditer(sentence):
        numbers = tuple(n for match in MARKER.finditer(group.group()) for n in marker_numbers(match[1]))
        text = sentence[start : group.start()]
        if not text.strip() and found:
            found[-1] = Segment(found[-1].text, found[-1].citations + numbers)
        else:
            found.append(Segment(text, numbers))
        start = group.end()
    rest = sentence[start:]
    if rest.strip():
        if found:
            found[-1] = Segment(found[-1].text + rest, found[-1].citations)
        else:
            found.append(Segment(rest, ()))
    return found


class SentenceCutter:
    """Gives each sentence as soon as it is whole, with the markers and closing quotation marks behind it.

    A line that ends with a colon announces what follows and stays with it.
    """

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, delta: str) -> Iterator[str]:
        """The sentences that `delta` completes."""
        self._rest += delta
        while (end := _sentence_end(self._rest, final=False)) is not None:
            sentence, self._rest = self._rest[:end], self._rest[end:]
            if sentence.strip():
                yield sentence
        if len(self._rest) > _LONGEST_SENTENCE:
            # No sentence is this long; without a bound each further piece would cost more than the last.
            sentence, self._rest = self._rest, ""
            yield sentence

    def finish(self) -> Iterator[str]:
        """What is left when the text has ended."""
        while self._rest.strip():
            end = _sentence_end(self._rest, final=True) or len(self._rest)
            sentence, self._rest = self._rest[:end], self._rest[end:]
            if sentence.strip():
                yield sentence


def cut(text: str) -> list[str]:
    """The sentences of a whole reply; joined they are the reply."""
    cutter = SentenceCutter()
    return [*cutter.feed(text), *cutter.finish()]


def _sentence_end(text: str, *, final: bool) -> int | None:
    place = 0
    while place < len(text):
        character = text[place]
        if character in _OPEN:
            close = text.find(_OPEN[character], place + 1, place + 1 + _LONGEST_QUOTED)
            line = text.find("\n", place, place + 1 + _LONGEST_QUOTED)
            if close >= 0 and not 0 <= line < close:
                place = close + 1
                continue
            if close < 0 and line < 0 and not final and len(text) - place <= _LONGEST_QUOTED:
                return None
        if character == "\n" and text[:place].strip() and not text[:place].rstrip().endswith((":", "：")):
            return place + 1
        if character in _ENDS or _is_stop(text, place):
            return _behind(text, place + 1, final=final)
        place += 1
    return None


def _is_stop(text: str, place: int) -> bool:
    if text[place] != "." or not re.match(r"\.[\"'”)]*(?:\s|[\[【［])", text[place : place + 4]):
        return False
    before = text[:place].rsplit("\n", 1)[-1]
    return not _ABBREVIATIONS.search(before) and bool(_LIST_MARK.sub("", before + " ").strip(" 0123456789"))


def _behind(text: str, place: int, *, final: bool) -> int | None:
    """The place after closers and markers that follow a full stop; None while more of them may come."""
    while place < len(text):
        rest = text[place:]
        marker = re.match(rf"\s*{MARKER.pattern}", rest, re.IGNORECASE)
        if marker:
            place += marker.end()
        elif text[place] in _CLOSERS + _ENDS + " \t":
            place += 1
        elif text[place] in "[【［" and not final and len(rest) < 24 and not re.search(r"[\]】］]", rest):
            return None
        elif text[place] == "\n":
            return place + 1
        else:
            return place
    return place if final else None
