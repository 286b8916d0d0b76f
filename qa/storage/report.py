"""What a synchronisation did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.storage.rows import HOLDING, FileState
from qa.storage.scanning import shown


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What changed in the index: names of files; `renamed` holds (old, new), `skipped` (name, reason).

    `notices` tells what was repaired, and what of a file could not be read.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    unchanged: int = 0
    notices: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether the content of the index changed."""
        return bool(self.added or self.changed or self.removed or self.renamed)


def report_of(
    states: Mapping[str, FileState],
    *,
    added: Sequence[str] = (),
    changed: Sequence[str] = (),
    removed: Sequence[str] = (),
    renamed: Sequence[tuple[str, str]] = (),
    notices: Sequence[str] = (),
) -> SyncReport:
    """The report of what was done, `states` being those of all files after it."""
    held = sum(state.kind in HOLDING for state in states.values())
    skipped = []
    for name, state in states.items():
        if state.kind == "duplicate":
            skipped.append((shown(name), f"it has the same content as {shown(state.note)}"))
        elif state.kind != "bulletin":
            skipped.append((shown(name), state.note))
    partly = [
        f"{shown(name)}: {state.note}"
        for name, state in states.items()
        if state.kind == "bulletin" and state.note
    ]
    return SyncReport(
        tuple(added), tuple(changed), tuple(removed), tuple(renamed), tuple(skipped),
        held - len(added) - len(changed) - len(renamed), (*notices, *partly),
    )  # fmt: skip
