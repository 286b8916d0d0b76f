"""Inputs that broke something once, and random ones made of the pieces that the fuzzer knows."""

from pathlib import Path

import pytest
import run
import targets
from hypothesis import given, settings
from hypothesis import strategies as st

FOUND = sorted(path for path in (Path(__file__).parent / "found").rglob("*") if path.is_file())
PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [piece.encode() for piece in run.PIECES] + [b"\n", b"\0", b" ", b"\xff", b"\xed\xa0\x80"]
        ),
        st.integers(0, 10**12).map(lambda number: str(number).encode()),
    ),
    max_size=25,
).map(b"".join)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_broke_once_breaks_no_more(path: Path) -> None:
    targets.TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("name", ["dates", "question", "questions", "word"])
def test_pieces_in_any_order_are_read_understood_or_refused(name: str) -> None:
    @given(PIECES)
    @settings(max_examples=80, deadline=None)
    def holds(data: bytes) -> None:
        targets.TARGETS[name](data)

    holds()
