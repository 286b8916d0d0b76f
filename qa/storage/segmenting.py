"""Cutting many texts into tokens on all cores, with the very function that one core uses.

The workers are plain subprocesses that speak JSON lines: unlike multiprocessing's they never import the
caller's main module again, and unlike forks they start without anybody's threads and locks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from qa.text import tokens

WORTHWHILE = 20_000
"""Passages from which starting workers (about a second each, for the dictionary) saves time."""


class Segmenter:
    """Cuts texts; used as a context, it ends the workers that it started."""

    def __init__(self, passages: int, workers: int | None = None) -> None:
        cores = os.cpu_count() or 1
        wanted = (cores if passages >= WORTHWHILE else 1) if workers is None else workers
        self._wanted = min(wanted, 16)
        self._workers: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Segmenter:
        if self._wanted > 1:
            root = str(Path(__file__).resolve().parents[2])
            path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
            try:
                for _ in range(self._wanted):
                    self._workers.append(
                        subprocess.Popen(
                            [sys.executable, "-m", "qa.storage.segmenting"],
                            stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL,
                            text=True,
                            encoding="utf-8",
                            env={**os.environ, "PYTHONPATH": path},
                        )
                    )
            except OSError:
                self._end()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.communicate()
        self._workers = []

    def cut(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the tokens of each text, as `qa.text.tokens` gives them."""
        if self._workers:
            try:
                return self._cut_apart(texts)
            except (OSError, ValueError):
                # A worker that died or said nonsense costs time, never a result.
                self._end()
        return [tokens(text) for text in texts]

    def _cut_apart(self, texts: Sequence[str]) -> list[list[str]]:
        share = -(-len(texts) // len(self._workers))
        parts = [texts[place : place + share] for place in range(0, len(texts), share)]
        busy = list(zip(self._workers, parts, strict=False))
        for worker, part in busy:
            assert worker.stdin is not None
            worker.stdin.write(json.dumps(part) + "\n")
            worker.stdin.flush()
        cut: list[list[str]] = []
        for worker, part in busy:
            assert worker.stdout is not None
            answer = json.loads(worker.stdout.readline())
            if len(answer) != len(part):
                raise ValueError("a worker lost texts")
            cut.extend(answer)
        return cut


def _serve() -> None:
    for line in sys.stdin:
        answer = [tokens(text) for text in json.loads(line)]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
