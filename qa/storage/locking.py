"""One writer at a time, across processes, and a message that says who it is."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from qa.errors import StoreLockedError
from qa.storage.files import explain

LOCK = "writer.lock"
HOLDER = "writer.json"


@contextlib.contextmanager
def writing(index: Path, wait: float = 30.0) -> Iterator[None]:
    """Hold the writer's lock of an index folder, waiting at most `wait` seconds for another writer.

    Raises StoreLockedError naming the process that holds it, StoreError where the folder cannot be written.
    The operating system frees the lock of a process that dies.
    """
    with explain(index):
        index.mkdir(parents=True, exist_ok=True)
        # thread_local=False: two threads of one process exclude each other as two processes do.
        lock = FileLock(index / LOCK, thread_local=False)
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            raise StoreLockedError(
                f"the index {index} is being written by {holder(index)}: wait until it is done, or end it"
            ) from None
    try:
        with contextlib.suppress(OSError):
            record = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}
            (index / HOLDER).write_text(json.dumps(record), encoding="utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            (index / HOLDER).unlink(missing_ok=True)
        lock.release()


def holder(index: Path) -> str:
    """Name the process that holds the lock, as far as it has said so."""
    try:
        record = json.loads((index / HOLDER).read_text(encoding="utf-8"))
        return f"process {int(record['pid'])} on {str(record['host'])[:80]!r}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
