"""How long work tells what it is doing, without knowing who listens."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears of stages: `start` names one and its size when known, `advance` counts, `finish` ends it."""

    def start(self, stage: str, total: int | None) -> None:
        """Begin a stage of `total` steps."""

    def advance(self, n: int = 1) -> None:
        """Count `n` steps as done."""

    def finish(self) -> None:
        """End the stage."""


class Silent:
    """Progress that nobody hears."""

    def start(self, stage: str, total: int | None) -> None:
        """Say nothing."""

    def advance(self, n: int = 1) -> None:
        """Say nothing."""

    def finish(self) -> None:
        """Say nothing."""
