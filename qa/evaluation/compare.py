"""Two evaluations of one question set: what changed, whether by more than chance, and what flipped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from qa.errors import QuestionSetError
from qa.evaluation.measures import LOWER_IS_BETTER, MEANS
from qa.evaluation.results import Report, Row
from qa.evaluation.statistics import paired_p_value


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure over the questions that both reports scored: both means, and the p of their difference."""

    measure: str
    old: float
    new: float
    p_value: float
    questions: int

    @property
    def change(self) -> float:
        """New minus old."""
        return self.new - self.old

    @property
    def verdict(self) -> Literal["better", "worse", "same"]:
        """`same` unless the difference has p < 0.05."""
        if self.p_value >= 0.05 or self.change == 0.0:
            return "same"
        return "better" if (self.change > 0.0) != (self.measure in LOWER_IS_BETTER) else "worse"


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that one report got right and the other did not."""

    id: str
    question: str
    better: bool
    old_answer: str
    new_answer: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from an old report to a new one over the questions that both asked."""

    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]


def compare_reports(new: Report, old: Report) -> Comparison:
    """Per-measure differences with a paired randomisation test, and the questions that flipped.

    Questions are paired by id and wording. p values are not corrected for the number of measures. Raises
    QuestionSetError when the reports have no question in common.
    """
    olds = {(row.id, row.question, row.history): row for row in old.rows}
    news = {(row.id, row.question, row.history): row for row in new.rows}
    pairs = [(row, olds[key]) for key, row in news.items() if key in olds]
    if not pairs:
        raise QuestionSetError("the reports share no question; compare evaluations of the same question set")
    differences = []
    for measure in MEANS:
        scored = [
            (after.scores[measure], before.scores[measure])
            for after, before in pairs
            if measure in after.scores and measure in before.scores
        ]
        if scored:
            after_scores, before_scores = [pair[0] for pair in scored], [pair[1] for pair in scored]
            differences.append(
                Difference(
                    measure,
                    sum(before_scores) / len(scored),
                    sum(after_scores) / len(scored),
                    paired_p_value(after_scores, before_scores),
                    len(scored),
                )
            )
    return Comparison(
        tuple(differences),
        tuple(
            Flip(after.id, after.question, is_right(after), _shown(before), _shown(after))
            for after, before in pairs
            if is_right(after) != is_right(before)
        ),
        tuple(row.id for key, row in olds.items() if key not in news),
        tuple(row.id for key, row in news.items() if key not in olds),
    )


def is_right(row: Row) -> bool:
    """Whether it was refused when it should be, or answered completely from an item that answers it."""
    if row.error:
        return False
    if not row.answerable:
        return row.refused
    return row.supported and not row.missing


def _shown(row: Row) -> str:
    return row.error or ("(refused)" if row.refused else row.answer)


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Write the comparison to a terminal."""
    table = Table(title="new against old", title_justify="left")
    table.add_column("measure")
    for column in ("old", "new", "change", "p", "n"):
        table.add_column(column, justify="right")
    table.add_column("")
    for each in comparison.differences:
        table.add_row(
            each.measure,
            f"{each.old:.3f}",
            f"{each.new:.3f}",
            f"{each.change:+.3f}",
            f"{each.p_value:.3f}",
            str(each.questions),
            each.verdict,
        )
    console.print(table)
    for flip in comparison.flips:
        sign = "[green]+[/]" if flip.better else "[red]-[/]"
        console.print(f"{sign} {escape(flip.id)} {escape(flip.question)}")
        console.print(escape(f"    old: {flip.old_answer[:160]}"), highlight=False)
        console.print(escape(f"    new: {flip.new_answer[:160]}"), highlight=False)
    for name, ids in (("old", comparison.only_old), ("new", comparison.only_new)):
        if ids:
            console.print(
                escape(f"only in the {name} report: {', '.join(ids[:20])}" + ("…" if ids[20:] else ""))
            )
