"""Adding to and removing from the library, file by file, with a plain reason for each that fails."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from qa.errors import BulletinQAError, UsageError
from qa.ui.desk import Desk
from qa.ui.html import element, join
from qa.ui.limits import Limits
from qa.ui.texts import Language, say
from qa.ui.uploads import Placed, check, place, set_aside
from qa.ui.work import Work


@dataclass(frozen=True, slots=True)
class FileRow:
    """One uploaded file and how it fares; `share` is the part done, in [0, 1]."""

    name: str
    state: Literal["waiting", "reading", "done", "failed"] = "waiting"
    message: str = ""
    share: float = 0.0


def rows_html(rows: Sequence[FileRow], language: Language) -> Markup:
    """The list of files with their progress and outcome."""
    return element("ul", join([_row_html(row, language) for row in rows]), class_="files", role="status")


def _row_html(row: FileRow, language: Language) -> Markup:
    message = row.message or say(language, f"library.file.{row.state}")
    style = f"--share: {round(100 * row.share)}%"
    bar = element("span", class_="bar", style=style, aria_hidden="true") if row.state == "reading" else None
    return element(
        "li",
        element("span", row.name, class_="name"),
        bar,
        element("span", message, class_="said"),
        class_=row.state,
    )


class Shelf:
    """Uploads, removals and re-indexing for one library."""

    def __init__(self, desk: Desk, limits: Limits) -> None:
        self._desk = desk
        self._limits = limits

    def add(self, paths: Sequence[Path], language: Language) -> Iterator[tuple[FileRow, ...]]:
        """Bring the files in one after another; the state of all of them after each step."""
        rows = [FileRow(path.name) for path in paths]
        if len(rows) > self._limits.upload_files:
            over = say(language, "error.count", number=self._limits.upload_files)
            yield (FileRow("…", "failed", over),)
            return
        yield tuple(rows)
        for at, path in enumerate(paths):
            for row in self._add_one(path, language):
                rows[at] = row
                yield tuple(rows)

    def _add_one(self, path: Path, language: Language) -> Iterator[FileRow]:
        row = FileRow(path.name, "reading")
        yield row
        placed: Placed | None = None
        kept = False
        try:
            check(path, path.name, self._limits, language)
            placed = place(path, path.name, self._desk.folder)
            work = Work(self._desk.library.sync)
            for progress in work.steps():
                yield replace(row, share=progress.share)
            work.result()
            state = self._desk.library.store.files().get(placed.name)
            kept = state is not None and state.kind == "bulletin"
            yield self._outcome(row, placed, language)
        except BulletinQAError as error:
            yield replace(row, state="failed", message=str(error))
        finally:
            if placed is not None and not kept and not self._waits(placed):
                # What could not become a bulletin does not stay behind in the folder.
                placed.path.unlink(missing_ok=True)

    def _waits(self, placed: Placed) -> bool:
        # Cancelled while it was being read: the file stays, and the sync that is running takes it in.
        return placed.name not in self._desk.library.store.files()

    def _outcome(self, row: FileRow, placed: Placed, language: Language) -> FileRow:
        state = self._desk.library.store.files().get(placed.name)
        if state is None:
            raise UsageError(say(language, "error.unexpected"))
        if state.kind == "duplicate":
            same = say(language, "library.file.same", name=state.note)
            return replace(row, state="failed", message=same)
        if state.kind != "bulletin":
            return replace(row, state="failed", message=state.note)
        listing = next((each for each in self._desk.listings() if each.name == placed.name), None)
        items = len(listing.entries) if listing else 0
        if placed.name == row.name:
            return replace(row, state="done", message=say(language, "library.file.added", items=items))
        renamed = say(language, "library.file.renamed", name=placed.name, items=items)
        return replace(row, state="done", message=renamed)

    def remove(self, name: str, language: Language) -> str:
        """Take one bulletin out of the library; its file is kept aside. What to tell the user."""
        if name not in {listing.name for listing in self._desk.listings()}:
            raise UsageError(say(language, "reader.gone", name=name))
        kept = set_aside(self._desk.folder, name)
        self._desk.library.sync()
        return say(language, "library.removed", name=name, path=kept)

    def reindex(self, language: Language) -> Iterator[str]:
        """Take in what changed in the folder; what to tell the user meanwhile and at the end."""
        began = time.monotonic()
        work = Work(self._desk.library.sync)
        for progress in work.steps():
            yield f"{progress.stage} {progress.done} / {progress.total}" if progress.total else progress.stage
        report = work.result()
        lines = [
            say(
                language,
                "library.reindexed",
                added=len(report.added),
                changed=len(report.changed),
                removed=len(report.removed),
                skipped=len(report.skipped),
                seconds=f"{time.monotonic() - began:.1f}",
            )
        ]
        lines += [
            say(language, "library.skipped", name=name, reason=reason) for name, reason in report.skipped
        ]
        yield "\n".join(lines)
