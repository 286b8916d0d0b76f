"""Inputs that broke something once are read, understood or refused."""

from pathlib import Path

import pytest
import targets

FOUND = sorted(path for path in (Path(__file__).parent / "found").rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_broke_once_breaks_no_more(path: Path) -> None:
    targets.TARGETS[path.parent.name](path.read_bytes())
