"""What the stages of the scale benchmark measure: time, memory, disk."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def spent(action: Callable[[], Any]) -> tuple[float, float]:
    """Return the seconds that an action took by the clock, and those that this thread was computing."""
    clock, computing = time.perf_counter(), time.thread_time()
    action()
    return time.perf_counter() - clock, time.thread_time() - computing


def cost(action: Callable[[], Any]) -> dict[str, float]:
    """Return the seconds of an action by the clock and those computed by this process and its children."""
    clock, before = time.perf_counter(), computed()
    action()
    return {"clock_s": time.perf_counter() - clock, "computing_s": computed() - before}


def computed() -> float:
    """Return the seconds that the threads of this process and its ended children have computed."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that an action took, and its result."""
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result


def peak() -> float:
    """Return the peak resident memory of this process in MiB."""
    value = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return value / (1024 * 1024 if sys.platform == "darwin" else 1024)


def resident() -> dict[str, float]:
    """Return resident memory in MiB: `anonymous` is the process's own, `file` what it has mapped."""
    found = {}
    with open("/proc/self/status", encoding="ascii") as stream:
        for line in stream:
            for label, name in (("RssAnon:", "anonymous"), ("RssFile:", "file")):
                if line.startswith(label):
                    found[name] = int(line.split()[1]) / 1024
    return found


def disk(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def disk_parts(index: Path) -> dict[str, int]:
    """Return the bytes of each part of an index: its files, and the largest kinds of files in its folders."""
    parts: dict[str, int] = {}
    for path in index.rglob("*"):
        if path.is_file():
            place = path.relative_to(index).parts
            name = place[0] if len(place) == 1 else f"{place[0]}/{place[-1]}"
            parts[name] = parts.get(name, 0) + path.stat().st_size
    return {name: size for name, size in sorted(parts.items(), key=lambda part: -part[1]) if size > 1 << 16}


def quantiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p95 and p99 in milliseconds."""
    found = np.quantile(np.array(seconds) * 1000, (0.5, 0.95, 0.99))
    return dict(zip(("p50", "p95", "p99"), found.round(2).tolist(), strict=True))
