"""The data that passes between the stages, as frozen dataclasses.

Offsets (`start`, `end`) count Unicode code points in a bulletin's decoded source text, end exclusive.
`text` is always the unwrapped form of that slice: line breaks, page marks and layout spaces removed,
nothing else changed, so that both are equal once white space and page marks are taken out.
Dates are ISO strings (`YYYY-MM-DD`) or None when unknown.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a source: `number` counts from 1, `start`/`end` delimit it in the source text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """Fields that a `.jsonl` export gives for one item; `start`/`end` delimit its text in the source."""

    item_id: str
    title: str
    start: int
    end: int
    section: str = ""
    date: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file read into text.

    `marks` are the spans of page marks, running headers and footers: part of the text, never of a quote.
    `records` is empty except for `.jsonl` exports, which bring their own items. `notice` says in one line
    what of the file was not read, "" when all was.
    """

    name: str
    text: str
    pages: tuple[Page, ...]
    digest: str
    format: str
    marks: tuple[tuple[int, int], ...] = ()
    records: tuple[ExportRecord, ...] = ()
    notice: str = ""


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as it stands in the text (`text`, `start`, `end`) and what it resolves to.

    `first`..`last` is the range of days it covers (equal for one day), both None when it cannot be
    known; `precision` is one of day, month, quarter, year, range, unknown.
    """

    text: str
    start: int
    end: int
    first: str | None
    last: str | None
    precision: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest unit that is embedded and quoted."""

    text: str
    start: int
    end: int
    page: int


@dataclass(frozen=True, slots=True)
class Enumeration:
    """A list such as 一是… 二是…: the sentence that announces it and its points, in order.

    `lead` and each of `points` are (start, end) spans; a point may run over several sentences, and over
    paragraphs. `announced` is the number of points that the lead names, None when it names none.
    """

    lead: tuple[int, int] | None
    points: tuple[tuple[int, int], ...]
    announced: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of an item."""

    text: str
    start: int
    end: int
    page: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One titled report. `date` is when what it reports happened, as far as the text says."""

    item_id: str
    title: str
    section: str
    start: int
    end: int
    page: int
    date: str | None
    passages: tuple[Passage, ...]
    enumerations: tuple[Enumeration, ...] = ()
    dates: tuple[DateMention, ...] = ()


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One document. `name` is its path below the bulletins folder, with forward slashes.

    `notice` says in one line what of the file was not read, "" when all was.
    """

    name: str
    digest: str
    format: str
    text: str
    pages: tuple[Page, ...]
    marks: tuple[tuple[int, int], ...]
    sections: tuple[str, ...]
    items: tuple[Item, ...]
    title: str = ""
    issue: str = ""
    date: str | None = None
    year: int | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the store returns it, with its place. `number` is its key in every index."""

    number: int
    item_id: str
    title: str
    section: str
    bulletin: str
    date: str | None
    text: str
    start: int
    end: int
    page: int
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage with its score in [0, 1]; `lexical` and `dense` are the parts it is made of."""

    rank: int
    score: float
    item_id: str
    title: str
    section: str
    bulletin: str
    date: str | None
    page: int
    start: int
    end: int
    text: str
    evidence: str
    lexical: float = 0.0
    dense: float = 0.0
    number: int = -1

    def to_dict(self) -> dict[str, Any]:
        """The fields of `retrieve --json`, with the two part scores."""
        fields = asdict(self)
        del fields["number"]
        for name in ("score", "lexical", "dense"):
            fields[name] = round(fields[name], 4)
        return fields


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quote and where it stands."""

    number: int
    quote: str
    title: str
    item_id: str
    section: str
    bulletin: str
    date: str | None
    page: int
    start: int
    end: int
    emphasis: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The citation fields of `ask --json`."""
        fields = asdict(self)
        fields["emphasis"] = list(self.emphasis)
        return fields


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What a refusal offers instead: the closest item and what it does say."""

    title: str
    quote: str
    item_id: str = ""
    section: str = ""
    bulletin: str = ""
    page: int = 0
    start: int = 0
    end: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The fields of one entry of `nearest`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its citations, or a refusal with the nearest misses.

    `confidence` is the probability that the answer is supported; `notes` are said beside the answer
    (a date resolved, a model that failed, a premise that the text contradicts).
    """

    question: str
    standalone_question: str
    answer: str
    refused: bool
    confidence: float
    mode: str
    citations: tuple[Citation, ...] = ()
    nearest: tuple[NearMiss, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    reason: str = ""
    hits: tuple[Hit, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The fields of `ask --json`; hits are left out."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answer": self.answer,
            "refused": self.refused,
            "confidence": round(self.confidence, 4),
            "mode": self.mode,
            "citations": [citation.to_dict() for citation in self.citations],
            "nearest": [miss.to_dict() for miss in self.nearest],
            "seconds": round(self.seconds, 4),
            "notes": list(self.notes),
            "reason": self.reason,
        }
