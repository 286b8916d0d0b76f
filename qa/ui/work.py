"""Long work in a thread of its own, with what it has done so far."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

_T = TypeVar("_T")

# Long work is limited by the processor, and questions come first.
_POOL = ThreadPoolExecutor(2, thread_name_prefix="qa-ui")


class Stopped(Exception):
    """Raised inside work that was asked to stop; nobody outside sees it."""


class Counted:
    """Progress that can be read from another thread: `done` of `total` steps (0 when unknown).

    When `stopping` is set, the next step ends the work that reports it.
    """

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self.stage = ""
        self.stopping = False

    def start(self, stage: str, total: int | None) -> None:
        """Begin a stage."""
        self.stage, self.done, self.total = stage, 0, total or 0

    def advance(self, n: int = 1) -> None:
        """Count steps."""
        if self.stopping:
            raise Stopped
        self.done += n

    def finish(self) -> None:
        """End the stage."""
        self.done = self.total

    @property
    def share(self) -> float:
        """The share done, in [0, 1]."""
        return min(1.0, self.done / self.total) if self.total else 0.0


class Work(Generic[_T]):
    """One call running in the background.

    With `stoppable`, it ends at its next step once nobody follows `steps` any more; without, it is left to
    finish, as a change of the library is.
    """

    def __init__(self, call: Callable[[Counted], _T], *, stoppable: bool = False) -> None:
        self.progress = Counted()
        self._stoppable = stoppable
        self._ended = threading.Event()
        self._future = _POOL.submit(self._run, call)

    def _run(self, call: Callable[[Counted], _T]) -> _T:
        try:
            if self.progress.stopping:
                raise Stopped
            return call(self.progress)
        finally:
            self._ended.set()

    def steps(self, seconds: float = 0.4) -> Iterator[Counted]:
        """The progress every so often, until the work has ended."""
        try:
            while not self._ended.wait(seconds):
                yield self.progress
        except GeneratorExit:
            self.progress.stopping = self._stoppable
            raise

    def result(self) -> _T:
        """What the call returned, or the exception it raised."""
        return self._future.result()
