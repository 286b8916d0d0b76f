"""The measures as tables, and the gate that they must pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from qa.errors import UsageError
from qa.evaluation.measures import LOWER_IS_BETTER, MEANS, MEASURES
from qa.evaluation.results import Report

COLUMNS = (
    "item_recall@1",
    "item_recall@5",
    "mrr@10",
    "answer_coverage",
    "answer_exact_all",
    "citation_precision",
    "citation_recall",
    "refusal_recall",
    "false_refusal",
)
_GROUPINGS = ("by_type", "by_language", "by_split")


def failures_under(report: Report, bounds: Iterable[str]) -> list[str]:
    """One line for each bound that the report misses; none means that the gate is passed.

    A bound is `MEASURE=VALUE` or, for one type, language or split, `GROUP:MEASURE=VALUE`, as in
    `test:answer_coverage=0.9`. Measures of which less is better (`false_refusal`, latencies) fail above
    their bound, all others below it. Raises UsageError for a bound that cannot be read or measured.
    """
    missed: list[str] = []
    for bound in bounds:
        name, _, text = bound.partition("=")
        group, _, measure = name.strip().rpartition(":")
        try:
            limit = float(text)
        except ValueError as error:
            raise UsageError(f"--fail-under {bound}: write MEASURE=VALUE, as in item_recall@1=0.9") from error
        if measure not in MEASURES:
            raise UsageError(f"--fail-under {bound}: no such measure; use one of {', '.join(MEASURES)}")
        value = _value(report, group, measure)
        if value is None:
            raise UsageError(
                f"--fail-under {bound}: no question of {group or 'the set'} is measured by {measure}"
            )
        # A bound that the figure equals is met: the tolerance is for decimals that were rounded when saved.
        if (value - limit if measure in LOWER_IS_BETTER else limit - value) > 1e-6:
            relation = "above" if measure in LOWER_IS_BETTER else "under"
            missed.append(f"{name.strip()} is {value:.4g}, {relation} {limit:g}")
    return missed


def _value(report: Report, group: str, measure: str) -> float | None:
    if not group:
        value: float | None = report.measures["overall"].get(measure)
        return value
    groups: dict[str, dict[str, float]] = {}
    for grouping in _GROUPINGS:
        groups |= report.measures[grouping]
    return groups.get(group, {}).get(measure)


def results_table(report: Report, columns: Sequence[str] = COLUMNS) -> str:
    """A Markdown table: one line overall, for each split, language and type, with 95 % intervals overall."""
    lines = [
        "| questions | n | " + " | ".join(columns) + " |",
        "|---|---:|" + "---:|" * len(columns),
    ]
    for name, values, intervals, counts in _groups(report):
        cells = [_cell(values, intervals if name == "overall" else {}, column) for column in columns]
        lines.append(f"| {name} | {counts['questions']} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def print_table(report: Report, console: Console) -> None:
    """Write the measures to a terminal: a line a measure with its interval, then a line a group."""
    overall = Table(title=f"{report.counts['overall']['questions']} questions", title_justify="left")
    for column, justify in (
        ("measure", "left"),
        ("mean", "right"),
        ("95 % interval", "right"),
        ("n", "right"),
    ):
        overall.add_column(column, justify="left" if justify == "left" else "right")
    for name in MEASURES:
        if name not in report.measures["overall"]:
            continue
        value = report.measures["overall"][name]
        low_high = report.intervals["overall"].get(name)
        overall.add_row(
            name,
            f"{value:.3f}" if name in MEANS else f"{value:.1f}",
            f"{low_high[0]:.3f}–{low_high[1]:.3f}" if low_high else "",
            str(report.counts["overall"].get(name, report.counts["overall"]["questions"])),
        )
    console.print(overall)
    groups = Table(title="by split, language and type", title_justify="left")
    groups.add_column("")
    for column in ("n", *COLUMNS):
        groups.add_column(column.replace("_", "\n", 1), justify="right")
    for name, values, _, counts in _groups(report):
        groups.add_row(name, str(counts["questions"]), *(_cell(values, {}, column) for column in COLUMNS))
    console.print(groups)


def _groups(
    report: Report,
) -> Iterable[tuple[str, dict[str, float], dict[str, tuple[float, float]], dict[str, int]]]:
    yield "overall", report.measures["overall"], report.intervals["overall"], report.counts["overall"]
    for grouping in reversed(_GROUPINGS):
        for group, values in report.measures[grouping].items():
            yield group, values, report.intervals[grouping][group], report.counts[grouping][group]


def _cell(values: dict[str, float], intervals: dict[str, tuple[float, float]], name: str) -> str:
    if name not in values:
        return "–"
    interval = intervals.get(name)
    return f"{values[name]:.3f}" + (f" ({interval[0]:.2f}–{interval[1]:.2f})" if interval else "")
