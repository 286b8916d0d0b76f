"""Where an index lies when nobody says."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path


def default_index(bulletins: Path) -> Path:
    """Return where an index goes when nobody says: beside the bulletins, else with the user's data.

    Two folders of one name never share an index. The path is not made.
    """
    resolved = bulletins.resolve()
    name = f"{resolved.name or 'bulletins'}-{hashlib.sha256(os.fsencode(resolved)).hexdigest()[:8]}"
    beside = resolved.parent / ".bulletin-qa" / name
    if (
        beside.exists()
        or os.access(resolved.parent / ".bulletin-qa", os.W_OK)
        or os.access(resolved.parent, os.W_OK)
    ):
        return beside
    return user_data() / "bulletin-qa" / name


def user_data() -> Path:
    """Return the folder where the programs of this user keep their data."""
    given = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    if given and Path(given).is_absolute():
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    return Path.home() / ".local" / "share"
