"""What the command line shows: progress bars, reports and answers."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from qa.indexing import SyncReport
    from qa.types import Answer


class Bars:
    """Progress bars on standard error, only when a person watches."""

    def __init__(self) -> None:
        self._progress: Any = None
        self._task: Any = None

    def start(self, stage: str, total: int | None) -> None:
        """Begin a bar; a stage with nothing to do shows none."""
        self.finish()
        if total == 0 or not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._progress.start()
        self._task = self._progress.add_task(stage, total=total)

    def advance(self, n: int = 1) -> None:
        """Move the bar."""
        if self._progress is not None:
            self._progress.advance(self._task, n)

    def finish(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def report_fields(report: SyncReport) -> dict[str, Any]:
    """The report of a synchronisation as JSON fields."""
    return {
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "renamed": [list(pair) for pair in report.renamed],
        "skipped": [{"name": name, "reason": reason} for name, reason in report.skipped],
        "unchanged": report.unchanged,
        "notices": list(report.notices),
    }


def print_report(report: SyncReport) -> None:
    """Say what was added, changed, removed, renamed and skipped, a line each."""
    for notice in report.notices:
        typer.echo(f"notice: {notice}")
    for label, names in (("added", report.added), ("changed", report.changed), ("removed", report.removed)):
        for name in names:
            typer.echo(f"{label} {name}")
    for old, new in report.renamed:
        typer.echo(f"renamed {old} to {new}")
    for name, reason in report.skipped:
        typer.echo(f"skipped {name}: {reason}")
    if not report.anything:
        typer.echo(f"nothing changed ({report.unchanged} files)")


def print_answer(answer: Answer) -> None:
    """The answer, its citations with their places, or the nearest misses."""
    if answer.standalone_question != answer.question:
        typer.echo(f"→ {answer.standalone_question}")
    typer.echo(answer.answer)
    for note in answer.notes:
        typer.echo(f"! {note}")
    if answer.citations:
        typer.echo("")
    for citation in answer.citations:
        place = " · ".join(
            part
            for part in (
                citation.section,
                citation.title,
                citation.bulletin,
                f"p.{citation.page}",
                citation.date or "",
            )
            if part
        )
        typer.echo(f"[{citation.number}] {place}")
    for miss in answer.nearest:
        typer.echo(f"  ~ {miss.title}: {miss.quote}")


def print_json(value: object) -> None:
    """JSON alone, on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
