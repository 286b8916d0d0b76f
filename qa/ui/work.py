"""Long work in a thread of its own, with what it has done so far."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

_T = TypeVar("_T")

# One piece of long work at a time: it is limited by the processor, and questions come first.
_POOL = ThreadPoolExecutor(1, thread_name_prefix="qa-ui")


class Counted:
    """Progress that can be read from another thread: `done` of `total` steps (0 when unknown)."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self.stage = ""

    def start(self, stage: str, total: int | None) -> None:
        """Begin a stage."""
        self.stage, self.done, self.total = stage, 0, total or 0

    def advance(self, n: int = 1) -> None:
        """Count steps."""
        self.done += n

    def finish(self) -> None:
        """End the stage."""
        self.done = self.total

    @property
    def share(self) -> float:
        """The share done, in [0, 1]."""
        return min(1.0, self.done / self.total) if self.total else 0.0


class Work(Generic[_T]):
    """One call running in the background."""

    def __init__(self, call: Callable[[Counted], _T]) -> None:
        self.progress = Counted()
        self._ended = threading.Event()
        self._future = _POOL.submit(self._run, call)

    def _run(self, call: Callable[[Counted], _T]) -> _T:
        try:
            return call(self.progress)
        finally:
            self._ended.set()

    def steps(self, seconds: float = 0.4) -> Iterator[Counted]:
        """The progress every so often, until the work has ended."""
        while not self._ended.wait(seconds):
            yield self.progress

    def result(self) -> _T:
        """What the call returned, or the exception it raised."""
        return self._future.result()
