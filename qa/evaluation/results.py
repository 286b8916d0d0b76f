"""What an evaluation found: a row for each question, and the measures over them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from qa.errors import QuestionSetError
from qa.evaluation.measures import MEANS
from qa.evaluation.statistics import bootstrap_interval

FORMAT = 1

Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as the report shows it; `right` says whether it lies in a gold item."""

    number: int
    quote: str
    title: str
    bulletin: str
    right: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question, what came back and how it scored.

    `scores` holds the measures that apply; `ranking` the first ten distinct items (`*` before a gold one);
    `missing` the required strings that the answer lacks; `error` is empty unless the question raised.
    """

    id: str
    question: str
    type: str
    lang: str
    split: str
    history: tuple[str, ...]
    answerable: bool
    expected: str
    expected_titles: tuple[str, ...]
    evidence: tuple[str, ...]
    standalone_question: str
    answer: str
    refused: bool
    confidence: float
    mode: str
    reason: str
    citations: tuple[Cited, ...]
    nearest: tuple[str, ...]
    ranking: tuple[str, ...]
    missing: tuple[str, ...]
    sentences: int
    seconds: float
    scores: Measures
    error: str = ""

    @property
    def supported(self) -> bool:
        """Whether an answer was given that cites an item which answers the question."""
        return not self.refused and not self.error and self.scores.get("citation_recall", 0.0) > 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """The rows of an evaluation and the measures over them.

    `measures` maps `overall`, `by_type`, `by_language` and `by_split` to measures (the latter three one
    level deeper); `intervals` has the 95 % bootstrap interval of every mean in the same places, `counts`
    how many questions stand behind each. `about` says what was evaluated with what.
    """

    rows: tuple[Row, ...]
    about: dict[str, Any] = field(default_factory=dict)
    measures: dict[str, Any] = field(init=False)
    intervals: dict[str, Any] = field(init=False)
    counts: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        for name, summarise in (("measures", _values), ("intervals", _intervals), ("counts", _counts)):
            object.__setattr__(self, name, _grouped(self.rows, summarise))

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "format": FORMAT,
            "about": self.about,
            "measures": self.measures,
            "intervals": self.intervals,
            "counts": self.counts,
            "rows": [asdict(row) for row in self.rows],
        }

    def save(self, path: str | Path) -> None:
        """Write the report as JSON with sorted keys, whole or not at all."""
        target = Path(path)
        text = json.dumps(_rounded(self.to_dict()), ensure_ascii=False, indent=1, sort_keys=True)
        part = target.with_name(f".{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(text + "\n", encoding="utf-8")
            os.replace(part, target)
        except OSError as error:
            raise QuestionSetError(
                f"{target}: the report cannot be written ({error.strerror}); choose another place"
            ) from error

    @classmethod
    def load(cls, path: str | Path) -> Report:
        """Read a report that `save` wrote. Raises QuestionSetError when it is none.

        Measures are computed anew from its rows.
        """
        source = Path(path)
        try:
            fields = json.loads(source.read_text(encoding="utf-8"))
            if fields["format"] != FORMAT:
                raise QuestionSetError(
                    f"{source}: report format {fields['format']!r} where {FORMAT} is read; evaluate again"
                )
            return cls(_ROWS.validate_python(fields["rows"]), dict(fields["about"]))
        except OSError as error:
            raise QuestionSetError(
                f"{source}: cannot be read ({error.strerror}); give a report written with --json"
            ) from error
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise QuestionSetError(
                f"{source}: not an evaluation report; give one written with --json"
            ) from error


_ROWS: TypeAdapter[tuple[Row, ...]] = TypeAdapter(tuple[Row, ...])


def _grouped(rows: tuple[Row, ...], summarise: Callable[[list[Row]], Any]) -> dict[str, Any]:
    by: dict[str, Callable[[Row], str]] = {
        "by_type": lambda row: row.type,
        "by_language": lambda row: row.lang,
        "by_split": lambda row: row.split,
    }
    found: dict[str, Any] = {"overall": summarise(list(rows))}
    for name, key in by.items():
        groups = sorted({key(row) for row in rows} - {""})
        found[name] = {group: summarise([row for row in rows if key(row) == group]) for group in groups}
    return found


def _scores(rows: Iterable[Row], name: str) -> list[float]:
    return [row.scores[name] for row in rows if name in row.scores]


def _values(rows: list[Row]) -> Measures:
    values = {name: float(np.mean(scores)) for name in MEANS if (scores := _scores(rows, name))}
    if rows:
        milliseconds = [1000.0 * row.seconds for row in rows]
        values["latency_p50_ms"] = float(np.percentile(milliseconds, 50))
        values["latency_p95_ms"] = float(np.percentile(milliseconds, 95))
    if answered := [row.sentences for row in rows if row.citations]:
        values["quoted_sentences_p50"] = float(np.median(answered))
    return values


def _intervals(rows: list[Row]) -> dict[str, tuple[float, float]]:
    return {name: bootstrap_interval(scores) for name in MEANS if (scores := _scores(rows, name))}


def _counts(rows: list[Row]) -> dict[str, int]:
    counts = {name: len(scores) for name in MEANS if (scores := _scores(rows, name))}
    if quoting := sum(bool(row.citations) for row in rows):
        counts["quoted_sentences_p50"] = quoting
    return {"questions": len(rows)} | counts


def _rounded(value: Any) -> Any:
    """Six decimals are enough, and keep one machine's last bits out of the file."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(each) for each in value]
    return value
