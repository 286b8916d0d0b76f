"""Which state of the store a derived folder holds, said in the folder's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from qa.storage.files import discard

_NAME = re.compile(r"([0-9a-f]{32})-(\d{1,18})")
KEPT = 2
"""Published states that stay on disk: the last, and the one before it for readers that still open it."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """One generation of one store; a store that is rebuilt from nothing has another identity."""

    identity: str
    generation: int


def name_of(stamp: Stamp) -> str:
    """Return the name of the folder of a state."""
    return f"{stamp.identity}-{stamp.generation}"


def generations(home: Path) -> list[Stamp]:
    """Return the states published in a folder, the latest written first."""
    try:
        entries = [(path, _NAME.fullmatch(path.name)) for path in home.iterdir()]
    except OSError:
        return []
    found = []
    for path, match in entries:
        if match:
            try:
                found.append((path.stat().st_mtime_ns, int(match[2]), Stamp(match[1], int(match[2]))))
            except OSError:
                continue
    return [stamp for _, _, stamp in sorted(found, key=lambda entry: entry[:2], reverse=True)]


def keep_latest(home: Path, current: Stamp) -> None:
    """Delete all published states but `current` and the one before it."""
    own = [stamp for stamp in generations(home) if stamp.identity == current.identity and stamp != current]
    spared = {current, *own[: KEPT - 1]}
    for stamp in generations(home):
        if stamp not in spared:
            discard(home / name_of(stamp))
