from __future__ import annotations

import re

from tests.benchmarks import readme
from tests.conftest import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_results_tables_are_the_reports() -> None:
    assert readme.filled(TEXT) == TEXT


def test_the_gate_is_the_report() -> None:
    assert (ROOT / ".ci" / "gate").read_text(encoding="utf-8") == readme.gate()


def test_there_are_exactly_two_set_up_commands() -> None:
    block = TEXT.split("## Set up", 1)[1].split("```", 2)[1]
    assert [line for line in block.splitlines() if line.strip()] == [
        "python -m pip install -e . && python app.py",
        'python -m pip install -e ".[dev]" && python -m pytest',
    ]


def test_every_file_it_names_is_there() -> None:
    for name in re.findall(r"\]\(([^)h][^)]*)\)", TEXT):
        assert (ROOT / name).exists(), name
