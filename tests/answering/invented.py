"""Libraries of invented items, for tests that need a text of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from qa import Library


def library_of(folder: Path, items: Iterable[Mapping[str, str]]) -> Library:
    """Open a library of items (title, text, perhaps a date), numbered i1, i2, … in one export."""
    rows = [{"id": f"i{number}", **item} for number, item in enumerate(items, 1)]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "invented.jsonl").write_text(lines + "\n", encoding="utf-8")
    return Library.open(folder, folder / "index")
