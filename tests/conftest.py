"""Fixtures shared by all rooms: the sample library, opened once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from qa import Library

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The two sample bulletins, indexed with the model that ships with the project."""
    with Library.open(SEEDS, tmp_path_factory.mktemp("samples") / "index") as library:
        yield library
