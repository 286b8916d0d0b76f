"""Writes the README's results tables and the gate's bounds from the committed reports.

    python -m tests.benchmarks.readme

Reads `tests/benchmarks/results/evaluation.json` (from `bulletin-qa evaluate seeds/questions.jsonl --json …`)
and `peers.json` (from `tests/benchmarks/peers.py --output …`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from qa.evaluation import Report, results_table
from tests.benchmarks.peers import table

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "tests" / "benchmarks" / "results"
GATED = (
    "item_recall@1",
    "item_recall@5",
    "mrr@10",
    "ndcg@10",
    "answer_coverage",
    "citation_precision",
    "citation_recall",
    "refusal_recall",
    "false_refusal",
)


def evaluation_block() -> str:
    """The table of the shipped question set."""
    return results_table(Report.load(RESULTS / "evaluation.json"))


def peers_block() -> str:
    """The table of engines side by side; empty until they have been run."""
    path = RESULTS / "peers.json"
    return table(json.loads(path.read_text(encoding="utf-8"))["systems"]) if path.exists() else ""


def filled(readme: str) -> str:
    """`readme` with every results block replaced by what the reports say."""
    for name, block in (("evaluation", evaluation_block()), ("peers", peers_block())):
        pattern = rf"(<!-- results:{name} -->\n).*?(<!-- /results:{name} -->)"
        readme = re.sub(pattern, lambda m, b=block: f"{m[1]}{b.strip()}\n{m[2]}", readme, flags=re.DOTALL)
    return readme


def gate() -> str:
    """One bound a line: each released figure less (for `false_refusal`, plus) its 95 % interval."""
    intervals = Report.load(RESULTS / "evaluation.json").intervals["overall"]
    return "".join(
        f"{name}={intervals[name][1 if name == 'false_refusal' else 0]:.3f}\n"
        for name in GATED
        if name in intervals
    )


def main() -> None:
    """Write both."""
    readme = ROOT / "README.md"
    readme.write_text(filled(readme.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / ".ci" / "gate").write_text(gate(), encoding="utf-8")


if __name__ == "__main__":
    main()
