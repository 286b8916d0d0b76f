"""What the index holds and how old it is, read once for each state of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.library import Library


# Beyond so many files, looking them all through would hold up the start for a number on a chart: the age of
# a first state counts from the start of the process then.
_MOST_FILES = 50_000


@dataclass(frozen=True, slots=True)
class Holdings:
    """The size of one state of the index; `changed` is when it came about, in seconds since 1970."""

    generation: int
    bulletins: int
    items: int
    passages: int
    changed: float


class Watch:
    """Knows the holdings of a library and when it was last brought up to date in this process."""

    def __init__(self, library: Library, clock: Callable[[], float] = time.time) -> None:
        self._library = library
        self._clock = clock
        self._lock = threading.Lock()
        self._held: Holdings | None = None
        self._report = getattr(library, "last_sync", None)
        self._synced = clock() if self._report is not None else None
        self._running = 0

    def holdings(self) -> Holdings:
        """What the index holds now. Raises StoreError when it can't be read."""
        store = self._library.store
        with self._lock:
            held = self._held
        if held is not None and held.generation == store.generation:
            return held
        counts = store.counts()
        changed = self._clock()
        if held is None and counts.bulletins <= _MOST_FILES:
            # The first state was there before this process: its youngest file tells when.
            read = max((state.seen_ns for state in store.files().values()), default=0) / 1e9
            changed = min(changed, read or changed)
        found = Holdings(store.generation, counts.bulletins, counts.items, counts.passages, changed)
        with self._lock:
            self._held = found
        return found

    def age(self) -> float:
        """Seconds since the index last changed."""
        return max(0.0, self._clock() - self.holdings().changed)

    def sync_age(self) -> float | None:
        """Seconds since the folder was last looked through without an error; None when it never was."""
        with self._lock:
            report = getattr(self._library, "last_sync", None)
            if report is not None and report is not self._report:
                # Some other part of this process brought the library up to date.
                self._report, self._synced = report, self._clock()
            return None if self._synced is None else max(0.0, self._clock() - self._synced)

    @property
    def syncing(self) -> bool:
        """Whether this process is bringing the index up to date."""
        with self._lock:
            return self._running > 0

    def sync_began(self) -> None:
        """Note that a synchronisation has begun."""
        with self._lock:
            self._running += 1

    def sync_ended(self, *, done: bool) -> None:
        """Note that a synchronisation has ended, and whether it did what it should."""
        with self._lock:
            self._running -= 1
            if done:
                self._report = getattr(self._library, "last_sync", None)
                self._synced = self._clock()
