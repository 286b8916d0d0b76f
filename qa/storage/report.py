"""What a synchronisation did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What changed in the index: names of files; `renamed` holds (old, new), `skipped` (name, reason).

    `notices` tells what was repaired.
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
