"""Measure encoders on the development set: `python -m embeddings.training.evaluate --questions FILE
MODEL...`.

The set (`tests/embeddings/data/development.jsonl`) was written for this purpose and shares no row with the
training pairs: short items, each asked about directly, in words of which no two characters stand together in
the item, by a nickname of the place, and in English. An item's score is that of its best sentence or pair of
neighbouring sentences.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from embeddings.encoder import Encoder
from embeddings.registry import load_encoder

SENTENCE = re.compile(r"[^。！？]+[。！？]?")


def units(title: str, text: str) -> list[str]:
    """List the title, the sentences, and each pair of neighbouring sentences."""
    sentences = SENTENCE.findall(text)
    return [title, *sentences, *(a + b for a, b in pairwise(sentences))]


def ranks(encoder: Encoder, file: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Return by kind of question (rank of the right item, its score, the mean score of all other items)."""
    items = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    texts: list[str] = []
    owner: list[int] = []
    for index, item in enumerate(items):
        for unit in units(item["title"], item["text"]):
            texts.append(unit)
            owner.append(index)
    rows = encoder.encode_passages(texts)
    found: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
    owners = np.array(owner)
    for index, item in enumerate(items):
        asked: dict[str, str] = item["questions"]
        for kind, scores in zip(asked, encoder.encode_queries(list(asked.values())) @ rows.T, strict=True):
            best = np.array([scores[owners == other].max() for other in range(len(items))])
            others = np.delete(best, index)
            found[kind].append(
                (int((others >= best[index]).sum()) + 1, float(best[index]), float(others.mean()))
            )
    return found


def table(names: Sequence[str], file: Path) -> str:
    """Return a Markdown table of R@1 and mean reciprocal rank by model and kind of question."""
    lines: list[str] = []
    for name in names:
        found = ranks(load_encoder(name), file)
        if not lines:
            lines = [
                "| model | " + " | ".join(f"{kind} (n = {len(rows)})" for kind, rows in found.items()) + " |"
            ]
            lines.append("|---" * (len(found) + 1) + "|")
        cells = []
        for rows in found.values():
            first = np.mean([rank == 1 for rank, _, _ in rows])
            reciprocal = np.mean([1 / rank for rank, _, _ in rows])
            right = np.mean([score for _, score, _ in rows])
            other = np.mean([score for _, _, score in rows])
            cells.append(f"{first:.3f} ({reciprocal:.3f}; {right:.2f}/{other:.2f})")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Read the command line and print the table."""
    parser = argparse.ArgumentParser(
        description="R@1 (MRR; mean score of the right item / of the others) by kind of question"
    )
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("models", nargs="+")
    given = parser.parse_args()
    print(table(given.models, given.questions))


if __name__ == "__main__":
    main()
