"""Why a question failed, in words, and how badly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qa.evaluation.results import Row


@dataclass(frozen=True, slots=True)
class Failure:
    """A row that is not right: `kind` in a few words, `why` in one sentence, `badness` for sorting."""

    row: Row
    kind: str
    why: str
    badness: float


def failures(rows: Iterable[Row]) -> list[Failure]:
    """Every row that is not right, worst first: errors, answers that should be refusals, wrong items,
    refusals that should be answers, missing facts, superfluous citations. Ties keep the order of the set.
    """
    found = [failure for row in rows if (failure := diagnose(row)) is not None]
    return sorted(found, key=lambda failure: -failure.badness)


def diagnose(row: Row) -> Failure | None:
    """What is wrong with the row, or None when its answer is right and complete."""
    if row.error:
        return Failure(row, "error", row.error, 6.0)
    if not row.answerable:
        if row.refused:
            return None
        why = f"The bulletins do not say; answered with confidence {row.confidence:.2f}."
        return Failure(row, "answered without evidence", why, 5.0 + row.confidence)
    place = _gold_place(row)
    if row.refused:
        why = f"Refused with confidence {row.confidence:.2f}; {place}."
        return Failure(row, "refused an answerable question", why, 3.0)
    if row.scores.get("citation_recall", 0.0) == 0.0:
        return Failure(row, "cites the wrong item", f"None of the expected items is cited; {place}.", 4.0)
    if row.missing:
        share = 1.0 - row.scores.get("answer_coverage", 0.0)
        return Failure(row, "incomplete", f"Not in the answer: {'; '.join(row.missing)}.", 2.0 + share)
    missed = 1.0 - row.scores.get("citation_recall", 1.0)
    astray = 1.0 - row.scores.get("citation_precision", 1.0)
    if missed > 0.0:
        return Failure(
            row, "an item is not cited", f"{missed:.0%} of the expected items are not cited.", 1 + missed
        )
    if astray > 0.0:
        return Failure(row, "cites beyond", f"{astray:.0%} of the citations lie in other items.", astray)
    return None


def _gold_place(row: Row) -> str:
    for rank, title in enumerate(row.ranking, 1):
        if title.startswith("* "):
            return f"an expected item was retrieved at rank {rank}"
    return f"no expected item among the first {len(row.ranking)} retrieved"
