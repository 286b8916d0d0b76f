from __future__ import annotations

from pathlib import Path

import pytest
from index_helpers import HashingEncoder, write_files


@pytest.fixture
def encoder() -> HashingEncoder:
    return HashingEncoder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path / "bulletins", 4)
    return tmp_path / "bulletins"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"
